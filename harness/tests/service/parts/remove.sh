# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# The package is installed over itself, and removed, while a run goes on.
start_soak $unit "remove"
main=$(systemctl show -p MainPID --value $unit)
check "remove: the package over itself" dpkg -i /share/memsoak.deb
at=$(memsoak status --json | jq .runs[0].attempts)
check "remove: the same soak goes on" wait_for 60 sh -c "memsoak status --json | jq -e '.runs[0] | .pid == $main and .attempts > $at'"

at=$(cut -d. -f1 /proc/uptime)
check "remove: dpkg -r" dpkg -r memsoak
echo "# remove: dpkg -r took $(($(cut -d. -f1 /proc/uptime) - at)) s"
check "remove: no daemon is left" sh -c "! pidof memsoakd"
check "remove: the unit is not active" sh -c "! systemctl is-active $unit"
check "remove: the programs are gone" sh -c "! ls /usr/bin/memsoak /usr/sbin/memsoakd /usr/libexec/memsoak /lib/systemd/system/memsoak*"
check_restored "remove"
check_json "remove: the run was stopped, and its record is whole" "$run/report.json" \
	'.verdict.result == "aborted" and .verdict.exit == 5 and .harness.settings_restored and .harness.memory_left_offline == []'
check "remove: nothing is left open" sh -c "! ls /var/lib/memsoak/open/* /run/memsoak/*.json"
check "remove: what the administrator wrote is there" test -s /etc/memsoak/soak.ini -a -e /etc/memsoak/memsoak.env
check "remove: dpkg -i" dpkg -i /share/memsoak.deb

# One that was begun at a terminal is no unit's.
memsoak run --profile soak --yes --out /var/lib/memsoak/runs/terminal > /tmp/terminal.log 2>&1 &
terminal=$!
check "remove: a run at a terminal" wait_for 120 sh -c "memsoak status --json | jq -e '.runs[0].attempts >= 1'"
check "remove: dpkg -r ends it" dpkg -r memsoak
wait $terminal
check "remove: it ended as by memsoak abort" test $? = 5
check_restored "remove, at a terminal"

# One that was killed, and whose memory nobody has brought back.
check "remove: dpkg -i again" dpkg -i /share/memsoak.deb
memsoak run --profile soak --yes --out /var/lib/memsoak/runs/killed > /tmp/killed.log 2>&1 &
killed=$!
check "remove: a run that will be killed" wait_for 120 sh -c "memsoak status --json | jq -e '.runs[0].attempts >= 1'"
wait_for 60 sh -c '[ "$(memsoak status --json | jq .runs[0].memory_offline_bytes)" -gt 0 ]'
kill -9 $killed
wait $killed 2> /dev/null
check "remove: dpkg -r brings back what is left" dpkg -r memsoak
check_restored "remove, of a run that was killed"
check "remove: purge" dpkg -P memsoak
check "remove: the records are the host's" test -s "$run/report.json"
check "remove: the package is there again" dpkg -i /share/memsoak.deb
