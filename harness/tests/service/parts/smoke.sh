# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# The package's own profile, with consent and no other change, from the start to the verdict. An option
# of the unit's EnvironmentFile= makes it a minute long.
smoke=memsoak@smoke.service
sed 's/^unattended = no/unattended = yes/' /usr/share/memsoak/profiles/smoke.ini > /etc/memsoak/smoke.ini
check "smoke: nothing but the consent is ours" sh -c "[ \$(diff /usr/share/memsoak/profiles/smoke.ini /etc/memsoak/smoke.ini | grep -c '^[<>]') = 2 ]"
cp -p /etc/memsoak/memsoak.env /tmp/memsoak.env
echo 'MEMSOAK_OPTIONS=--duration 1m' >> /etc/memsoak/memsoak.env

status_text() {
	systemctl show -p StatusText --value $smoke
}
check "smoke: systemctl start" systemctl start $smoke
run=$(newest_run)
check_property "smoke: READY" $smoke ActiveState active
check "smoke: READY came after the probes" sh -c "grep -q '\"ev\":\"start\"' $run/events.jsonl"
check "smoke: status --json answers" wait_for 60 sh -c "memsoak status --json | jq -e '.runs[0].profile == \"smoke\" and .runs[0].attempts >= 1'"
check "smoke: STATUS has the figures" wait_for 30 sh -c "systemctl status --no-pager $smoke | grep 'Status: .*attempts [1-9]'"
first=$(status_text)
check "smoke: STATUS is live" wait_for 12 sh -c "[ \"\$(systemctl show -p StatusText --value $smoke)\" != \"$first\" ]"
printf '# %s\n# %s\n' "$first" "$(status_text)"
check "smoke: all workers are in memsoak.slice" sh -c "pids=\$(pidof memsoak-worker) && for pid in \$pids; do grep -q '^0::/memsoak.slice/' /proc/\$pid/cgroup || exit 1; done"
check_verdict $smoke "smoke"
check "smoke: a good kernel passes" test "$verdict" = 0
check "smoke: the report is valid" memsoak validate "$run/report.json"
check_json "smoke: it took the minute that it was told" "$run/report.json" '.run.duration_ns >= 55e9 and .run.duration_ns < 100e9'
check_json "smoke: no clock was set and nobody slept" "$run/report.json" '.run | (has("clock_set") or has("suspended")) | not'
cp -p /tmp/memsoak.env /etc/memsoak/memsoak.env
