# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# Every scenario, one after the other: begun by hand and stopped in the second, and begun by the timer.
nightly=memsoak@nightly.service
sed 's/^unattended = no/unattended = yes/' /usr/share/memsoak/profiles/nightly.ini > /etc/memsoak/nightly.ini
check "nightly: nothing but the consent is ours" sh -c "[ \$(diff /usr/share/memsoak/profiles/nightly.ini /etc/memsoak/nightly.ini | grep -c '^[<>]') = 2 ]"
check "nightly: the plan is accepted" memsoak plan --profile nightly
series_file() {
	find /var/lib/memsoak/runs -mindepth 2 -maxdepth 2 -name series.json | sort | tail -n 1
}
# In which run of the series it is, and in which of its phases.
phase_of() { # PROFILE
	memsoak status --json | jq -e ".runs[0] | .profile == \"$1\" and .phase != null and (.stopping | not)"
}
check "nightly: systemctl start" systemctl start $nightly
check_property "nightly: READY" $nightly ActiveState active
check "nightly: the first of them is in a phase" wait_for 60 phase_of waiter-ref
check "nightly: STATUS is that of the run" wait_for 20 sh -c "systemctl show -p StatusText --value $nightly | grep -q moved"
check "nightly: the second of them is in a phase" wait_for 120 phase_of mlock-drain
systemctl show -p StatusText --value $nightly | sed 's/^/# /'
at=$(cut -d. -f1 /proc/uptime)
check "nightly: systemctl stop" systemctl stop $nightly
echo "# nightly: the stop took $(($(cut -d. -f1 /proc/uptime) - at)) s"
check_property "nightly: stopped" $nightly ExecMainStatus 5
check_property "nightly: stopped" $nightly Result success
check_property "nightly: stopped" $nightly ActiveState inactive
check_restored "nightly"
series=$(series_file)
jq -c '.runs[] | [.profile, .result, .exit, .why]' "$series" | sed 's/^/# /'
check_json "nightly: the first came to its end, the second was stopped, no further one was begun" "$series" \
	'(.runs[0] | .profile == "waiter-ref" and .result == "pass") and (.runs[1] | .profile == "mlock-drain" and .exit == 5) and ([.runs[2:][] | has("directory")] | any | not) and .exit == 5'
check "nightly: the summary is valid" memsoak validate "$series"
check "nightly: a report of each that was begun, all of them valid" sh -c "
	set -- $(dirname "$series")/*/report.json
	[ \$# = 2 ] && for report; do memsoak validate \$report || exit 1; done"
check "nightly: nothing is left open" sh -c "! ls /var/lib/memsoak/open/* /run/memsoak/*.json"

# The night comes by the wall clock: half an hour after two at the latest.
wall=$(date +%s)
up=$(cut -d. -f1 /proc/uptime)
check "nightly: the timer" systemctl start memsoak@nightly.timer
check "nightly: it waits" sh -c "[ \$(systemctl show -p SubState --value memsoak@nightly.timer) = waiting ] && ! systemctl is-active $nightly"
date -s 'tomorrow 02:31' > /dev/null
check "nightly: the timer begins it" wait_for 60 phase_of waiter-ref
systemctl stop memsoak@nightly.timer
check "nightly: the timer's is stopped" systemctl stop $nightly
date -s "@$((wall + $(cut -d. -f1 /proc/uptime) - up))" > /dev/null
check_property "nightly: the timer's is stopped" $nightly ExecMainStatus 5
# Its name has a date that is still to come: it would be the newest one for ever.
mv "$(dirname "$(series_file)")" /var/lib/memsoak/by-timer
check_restored "nightly, by the timer"
