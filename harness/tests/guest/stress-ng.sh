#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# stress-ng beside a soak: where it lives, how it ends on every way out, and what is believed of it.
# shellcheck disable=SC2317 # functions that check() calls
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh
group=/sys/fs/cgroup/memsoak-workers

profile stress <<EOF
[stress-ng]
stressors = vm:1, cpu:1
options = vm-bytes 16M, vm-keep, cpu-load 30
memory = 64MiB
$(cat /tmp/short.ini)
EOF
sed -i 's/^duration = .*/duration = 25s/' /tmp/stress.ini

stressors() {
	ps -o pid,comm | awk '$2 ~ /^stress-ng/ { print $1 }'
}

none_left() {
	[ -z "$(stressors)" ]
}

# Stressors, and an event of that name.
it_has_come_to() { # EVENT
	[ "$(stressors | wc -l)" -ge 3 ] && grep -q "\"ev\":\"$1\"" "$run/events.jsonl"
}

# A soak in the background; $soak_pid is the daemon's.
begin() { # NAME EVENT [options]
	soak_name=$1
	run=/share/runs/$1
	report=$run/report.json
	event=$2
	shift 2
	memsoak run --out "$run" --profile /tmp/stress.ini --yes "$@" > "/share/$soak_name.out" 2> "/share/$soak_name.err" &
	soak_pid=$!
	check "$soak_name: stressors, and the run has come to: $event" wait_for 150 it_has_come_to "$event"
}

end() {
	code=0
	wait $soak_pid || code=$?
	check "$soak_name: no stressor is left" none_left
	check_memory "$soak_name"
	check_settings "$soak_name"
	check "$soak_name: the group is gone" test ! -d $group
	check "$soak_name: its temporary files are gone" test ! -e "$run/stress-ng"
}

# --- a run to its end -----------------------------------------------------------------------------
begin whole offline --duration 60s
ps -o pid,comm | sed -n '/stress-ng/s/^/# /p'
inside=0 outside=0
for pid in $(stressors); do
	if grep -q '^0::/memsoak-workers$' "/proc/$pid/cgroup"; then
		inside=$((inside + 1))
	else
		outside=$((outside + 1))
	fi
done
check "whole: all of stress-ng is in the workers' cgroup ($inside processes)" test $inside -ge 3 -a $outside = 0
check "whole: so are the three workers" sh -c "[ \$(grep -c . $group/cgroup.procs) -ge $((inside + 3)) ]"
end
sed 's/^/# /' "$run/stress-ng.log" | tail -n 5
check_report "whole: the kernel is not blamed" "$report" '.verdict.result == "pass"'
check_report "whole: it ended with the run" "$report" \
	'.stress_ng.ended == "asked" and .stress_ng.status == 0 and .stress_ng.confined == false' .stress_ng
check_report "whole: what it did" "$report" \
	'[.stress_ng.stressors[] | [.name, .instances, (.bogo_ops > 0), (.wall_ns > 5e9)]] == [["vm", 1, true, true], ["cpu", 1, true, true]]' .stress_ng
check_report "whole: no fault" "$report" '.harness.faults == []' .harness.faults
check "whole: it is on the screen" grep -q '^stress-ng   [0-9.]*: vm x1 [0-9]* operations' /share/whole.out
check "whole: begin and end are events" sh -c "grep -q '\"ev\":\"stress_ng_start\"' $run/events.jsonl && grep -q '\"ev\":\"stress_ng_end\"' $run/events.jsonl"
bound=$(jq -r .host.workers_cgroup "$report" | sed 's/.*memory.max \([0-9]*\).*/\1/')
soak without --profile /tmp/short.ini --yes
check_report "without: nothing is said of it" "$report" '(has("stress_ng") | not)' .stress_ng
check_report "without: the group's bound is less by its memory" "$report" \
	"(.host.workers_cgroup | capture(\"memory.max (?<n>[0-9]+)\").n | tonumber) == $bound - (32 + 64 + 2 * 16) * 1048576" .host

# --- refused ------------------------------------------------------------------------------------------
sed 's/^stressors = .*/stressors = vm:1, memhotplug:1/' /tmp/stress.ini > /tmp/hotplug.ini
soak hotplug --profile /tmp/hotplug.ini --yes
check_exit "its memory hotplug is refused" 2
check_one_line "its memory hotplug is refused" 'hotplug.ini:2: stressors: the stressor memhotplug is refused'
sed 's/^stressors = .*/stressors = vm:1, cpu:1, nonsense:1/' /tmp/stress.ini > /tmp/nonsense.ini
soak nonsense --profile /tmp/nonsense.ini --yes
check_exit "a stressor that it has not" 3
check_one_line "a stressor that it has not" "stress-ng [0-9.]* has no stressor 'nonsense'"
touch /tmp/nothing
mount --bind /tmp/nothing /usr/bin/stress-ng
soak missing --profile /tmp/stress.ini --yes
check_exit "no stress-ng" 3
check_one_line "no stress-ng" 'there is no /usr/bin/stress-ng: install stress-ng'
check "no stress-ng: no run was begun" test ! -e /share/runs/missing
umount /usr/bin/stress-ng
check_memory "refused"

# --- its failures are no failures of the kernel ------------------------------------------------------
begin early phase
kill -9 "$(pidof stress-ng | tr ' ' '\n' | sort -n | head -n 1)"
end
check_report "early: the verdict is no failure" "$report" '.verdict.result == "pass"'
check_report "early: told" "$report" '.stress_ng.ended == "early" and .stress_ng.signal == 9' .stress_ng
check_report "early: as a fault" "$report" '[.harness.faults[].what | select(startswith("stress-ng was ended by signal 9"))] | length == 1' .harness.faults
check_report "early: its counters are absent, and why" "$report" \
	'([.stress_ng.stressors[] | has("bogo_ops")] | any | not) and ([.unmeasured[] | select(.path == "stress_ng.vm.bogo_ops")] | length == 1)' .stress_ng
check "early: it is in the log" grep -q 'stress-ng has ended before the run' /share/early.err

begin instance phase
wait_for 60 pidof stress-ng-cpu
kill -9 "$(pidof stress-ng-cpu | tr ' ' '\n' | sort -n | head -n 1)"
end
sed -n '/^metrics/,$p' "$run/stress-ng.yaml" | grep -E 'stressor|bogo-ops:|wall' | sed 's/^/# /'
check_report "instance: the verdict is no failure" "$report" '.verdict.result == "pass"'
check_report "instance: what was killed has no counters" "$report" \
	'[.stress_ng.stressors[] | select(.name == "cpu") | has("bogo_ops")] == [false]' .stress_ng
jq -c '{stress_ng, faults: .harness.faults, unmeasured: [.unmeasured[] | select(.path | startswith("stress_ng"))]}' "$report" | sed 's/^/# /'

# --- memory runs out in the group ----------------------------------------------------------------------
begin greedy phase
echo 8M > $group/memory.max
end
check_report "greedy: it is told" "$report" '[.harness.faults[].what | select(contains("memory had run out"))] | length > 0' .harness.faults
check_report "greedy: the kernel is not blamed" "$report" '.verdict.result != "fail" and .verdict.result != "crashed"'

# --- every way out -----------------------------------------------------------------------------------------
begin abort offline --duration 10m
kill -INT $soak_pid
end
check_exit "abort" 5
check_report "abort: it ended with the run" "$report" '.stress_ng.ended == "asked" or .stress_ng.ended == "killed"' .stress_ng

begin hurried offline --duration 10m
kill -INT $soak_pid
sleep 0.3
kill -INT $soak_pid
end
check_exit "hurried" 5

begin killed offline --duration 10m
kill -9 "$(pidof memsoakd)"
wait $soak_pid 2> /dev/null
check "killed: no stressor is left" wait_for 20 none_left
check "killed: no worker is left" wait_for 20 sh -c '! pidof memsoak-worker'
check "killed: restore" memsoak restore
memsoak recover > /share/recover.out 2>&1
check_memory "killed"
memsoak report "$run" > /share/killed.txt 2>&1
check_report "killed: how it ended is not known" "$report" \
	'.verdict.result == "crashed" and (.stress_ng | has("ended") | not)' .stress_ng
rmdir $group 2> /dev/null
exit "$failures"
