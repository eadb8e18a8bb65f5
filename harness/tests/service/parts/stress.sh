# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# stress-ng beside a soak, under the unit: with its protections, and with those dropped that it inherits.
soak_profile stress 30s ''
cat >> /etc/memsoak/stress.ini <<'EOF'
[stress-ng]
stressors = vm:1, cpu:1
options = vm-bytes 16M, cpu-load 30
memory = 64MiB
EOF
stressors() {
	ps -e -o pid=,comm= | awk '$2 ~ /^stress-ng/ { print $1 }'
}
check_no_stressor() { # WHAT
	check "$1: no stressor is left" sh -c "! ps -e -o comm= | grep '^stress-ng'"
}
check_stressors() { # WHAT
	check "$1: stressors run" wait_for 60 sh -c "[ \$(ps -e -o comm= | grep -c '^stress-ng') -ge 3 ]"
	inside=0 outside=0
	for pid in $(stressors); do
		if grep -q "/memsoak-workers\$" "/proc/$pid/cgroup"; then
			inside=$((inside + 1))
		else
			outside=$((outside + 1))
		fi
	done
	check "$1: all of them in the workers' cgroup" test "$inside" -ge 3 -a "$outside" = 0
}
start_soak memsoak@stress.service "stress-ng"
check_stressors "stress-ng"
check_verdict memsoak@stress.service "stress-ng"
check_no_stressor "stress-ng"
check_json "stress-ng: it was confined as the unit is" "$run/report.json" '.stress_ng.confined and .stress_ng.ended == "asked"'
jq -c .stress_ng "$run/report.json" | sed 's/^/# /'

drop_in=/run/systemd/system/memsoak@stress.service.d
mkdir -p $drop_in
dpkg-deb --fsys-tarfile /share/memsoak.deb | tar -xO ./usr/share/doc/memsoak/examples/50-stress-ng.conf > $drop_in/50-stress-ng.conf
systemctl daemon-reload
start_soak memsoak@stress.service "stress-ng let loose"
check_stressors "stress-ng let loose"
systemctl stop memsoak@stress.service
check_no_stressor "stress-ng let loose"
check_property "stress-ng let loose" memsoak@stress.service ExecMainStatus 5
check_json "stress-ng let loose: it was not confined" "$run/report.json" '.stress_ng.confined | not'
check_restored "stress-ng let loose"

start_soak memsoak@stress.service "stress-ng, SIGKILL"
check_stressors "stress-ng, SIGKILL"
kill -9 "$(systemctl show -p MainPID --value memsoak@stress.service)"
check "stress-ng, SIGKILL: it waits for its restart" wait_for 60 sh -c '[ "$(systemctl show -p SubState --value memsoak@stress.service)" = auto-restart ]'
systemctl stop memsoak@stress.service
check_no_stressor "stress-ng, SIGKILL"
check_restored "stress-ng, SIGKILL"
rm -r $drop_in
systemctl daemon-reload

# Without it the run is refused in one line: nothing is soaked by half.
mount --bind /dev/null /usr/bin/stress-ng
systemctl start memsoak@stress.service
check_property "no stress-ng" memsoak@stress.service ExecMainStatus 3
check "no stress-ng: it is said" sh -c "systemctl status memsoak@stress.service | grep -q 'install stress-ng'"
umount /usr/bin/stress-ng
