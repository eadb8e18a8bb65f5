# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# Started, asked, reloaded, stopped; and a second one beside it.
check "systemctl start returns" systemctl start $unit
check_property "after the start" $unit ActiveState active
check "probes are armed when it is ready" grep -q memsoak_ /sys/kernel/tracing/kprobe_events
check "the run is told when it is ready" sh -c "memsoak status --json | jq -e '.runs | length == 1 and .[0].alive'"
check "the start is in the journal" wait_for 10 sh -c "journalctl -o json MESSAGE_ID=e5f82cee2beb4a51aa6e067c6de0a839 | jq -e '.MEMSOAK_RUN_ID and .MEMSOAK_PROFILE == \"soak\"'"
check "journalctl explains it" sh -c "journalctl -x MESSAGE_ID=e5f82cee2beb4a51aa6e067c6de0a839 | grep -q 'has armed its probes'"
check "attempts are made" wait_for 120 sh -c "memsoak status --json | jq -e '.runs[0].attempts >= 2'"
check "the status is live" wait_for 20 sh -c "systemctl show -p StatusText --value $unit | grep -q 'attempts [1-9]'"
systemctl show -p StatusText --value $unit | sed 's/^/# /'
systemctl status --no-pager $unit | head -n 25 | sed 's/^/# /'
check_property "the unit" $unit Slice memsoak.slice
check_property "the unit" $unit WatchdogUSec 2min
main=$(systemctl show -p MainPID --value $unit)
check "the workers are in the slice" sh -c "for pid in \$(pidof memsoak-worker); do grep -q memsoak.slice /proc/\$pid/cgroup || exit 1; done; pidof memsoak-worker"
sed "s/^/# daemon /" "/proc/$main/cgroup"

# --- the socket and its group ----------------------------------------------------------------
check "the socket is root's and the group's" sh -c "ls -l /run/memsoak/control | grep -q '^srw-rw---- 1 root memsoak'"
useradd -M -G memsoak insider
useradd -M outsider
check "a member of the group may ask" su -s /bin/sh insider -c "memsoak status --watch | head -n 1 | grep attempts"
check "somebody else may not, and is told why" sh -c "su -s /bin/sh outsider -c 'memsoak status --watch' 2>&1 | grep -q 'root and the group memsoak'"

# --- a second one ------------------------------------------------------------------------------
systemctl start memsoak@short.service
check_property "a second instance" memsoak@short.service ExecMainStatus 3
check "a second instance says why" sh -c "systemctl status memsoak@short.service | grep -q 'another run is going on'"
check "a second one at a terminal is refused in one line" sh -c "
	memsoak run --profile short --yes > /tmp/second.out 2> /tmp/second.err
	[ \$? = 3 ] && [ \$(wc -l < /tmp/second.err) = 1 ] && grep -q 'another run is going on' /tmp/second.err"
check "somebody else may not stop it" sh -c "! su -s /bin/sh outsider -c 'memsoak abort'"
check "the first was not disturbed" sh -c "memsoak status --json | jq -e '.runs | length == 1 and .[0].alive and (.[0].stopping | not)'"
check_property "the first goes on" $unit ActiveState active
systemctl reset-failed

# --- reload ------------------------------------------------------------------------------------
run=$(newest_run)
sed -i 's/^reserve = .*/reserve = 160MiB/; s/^hung_task_timeout = .*/hung_task_timeout = 90s/' /etc/memsoak/soak.ini
check "reload returns" systemctl reload $unit
check "reload: the threshold is the new one" wait_for 10 grep -qx 90 /proc/sys/kernel/hung_task_timeout_secs
check "reload: it is in the record" wait_for 10 grep -q '"ev":"reload","reserve_bytes"' "$run/events.jsonl"
sed -i 's/^deadline = .*/deadline = 11s/; s/^hung_task_timeout = .*/hung_task_timeout = 80s/' /etc/memsoak/soak.ini
check "reload of another plan returns" systemctl reload $unit
check "reload of another plan: it says no" wait_for 10 grep -q '"ev":"reload","refused"' "$run/events.jsonl"
check "reload of another plan: nothing is taken over" grep -qx 90 /proc/sys/kernel/hung_task_timeout_secs
check_property "after the reloads" $unit ActiveState active

# --- stop --------------------------------------------------------------------------------------
at=$(cut -d. -f1 /proc/uptime)
check "systemctl stop returns" systemctl stop $unit
echo "# it took $(($(cut -d. -f1 /proc/uptime) - at)) s"
check_property "a requested stop" $unit Result success
check_property "a requested stop" $unit ExecMainStatus 5
check_property "a requested stop" $unit ActiveState inactive
check_restored "a requested stop"
check "a requested stop: the threshold is the host's" sh -c "[ \$(cat /proc/sys/kernel/hung_task_timeout_secs) != 90 ]"
check_json "a requested stop: the report" "$run/report.json" '.verdict.result == "aborted" and .harness.settings_restored and .harness.memory_left_offline == []'
check "nothing is left open" sh -c "! ls /var/lib/memsoak/open/* /run/memsoak/*.json"
check "the end is in the journal" sh -c "journalctl -o json MESSAGE_ID=1e2dfa62205f4bd59b1acda78cb43de2 | jq -e '.MEMSOAK_VERDICT == \"aborted\"'"

# --- two at the same moment ----------------------------------------------------------------------
systemctl start --no-block $unit memsoak@crash.service
states() {
	systemctl show -p ActiveState --value $unit memsoak@crash.service | grep . | sort | tr '\n' ' '
}
are_decided() {
	[ "$(states)" = "active failed " ]
}
check "two at once: one runs, one is refused" wait_for 60 are_decided
echo "# two at once: $(states)"
loser=memsoak@crash.service
systemctl is-active --quiet $loser && loser=$unit
check_property "two at once: the one that is refused" $loser ExecMainStatus 3
check "two at once: it says why" sh -c "systemctl status $loser | grep -q 'another run is going on'"
check "two at once: attempts are made" wait_for 120 sh -c "memsoak status --json | jq -e '.runs | length == 1 and .[0].attempts >= 1'"
systemctl stop $unit memsoak@crash.service
systemctl reset-failed
check_restored "two at once"
