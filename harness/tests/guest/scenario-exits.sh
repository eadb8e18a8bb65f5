#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Whatever a scenario does to the host is undone: for each profile with a [scenario] the host's
# state is compared, byte for byte, after a run and after a run that was killed in the middle and
# "memsoak restore". Whether the scenario passes is not looked at here (scenarios.sh does).
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

debug=/sys/kernel/debug
mm=/sys/kernel/mm

# Everything that memsoak can change, and what stands beside it. Not the counters among them.
host_state() {
	memory_state
	grep -r . /proc/sys/vm /proc/sys/kernel/numa_balancing /proc/sys/kernel/hung_task_timeout_secs \
		/proc/sys/kernel/watchdog* /proc/sys/kernel/*_all_cpu_backtrace \
		/sys/module/rcupdate/parameters /sys/devices/system/memory/auto_online_blocks \
		$mm/hugepages $mm/numa $mm/lru_gen /sys/devices/system/node/node*/hugepages
	grep -r . $mm/ksm | grep -vE '/(pages_(shar|unshar|vol|skipped)|full_scans|stable_node_|general_profit|ksm_zero_pages)'
	grep -r . $mm/transparent_hugepage | grep -vE '/(pages_collapsed|full_scans):|/stats/'
	grep HardwareCorrupted /proc/meminfo
	grep . $debug/fault_around_bytes $debug/fail_page_alloc/* $debug/notifier-error-inject/memory/actions/*/error
	grep . /sys/kernel/tracing/kprobe_events /sys/kernel/tracing/tracing_on /sys/kernel/tracing/events/enable
	ls /sys/kernel/tracing/instances
	tail -n +2 /proc/swaps
	cut -d ' ' -f 1 /proc/modules | sort
	cut -d ' ' -f 1-4 /proc/mounts
	find /sys/fs/cgroup -type d | sort
	find /sys/fs/cgroup -name cgroup.subtree_control -exec grep -H . {} + | sort
	pidof memsoakd memsoak-worker
} 2> /dev/null

as_before() { # WHAT
	host_state > /tmp/state.now
	check "$1: the host is as it was" diff /tmp/state.before /tmp/state.now
}

# What the runs set is something else before, so that each has to be put back.
host_sets() { # VALUE FILE
	[ -w "$2" ] && echo "$1" > "$2"
}
host_sets 37 /proc/sys/vm/swappiness
host_sets 33 /proc/sys/vm/compaction_proactiveness
host_sets 0 /proc/sys/vm/compact_unevictable_allowed
host_sets 1 /proc/sys/kernel/numa_balancing
host_sets 1 $mm/ksm/run
host_sets 77 $mm/ksm/pages_to_scan
host_sets always $mm/transparent_hugepage/enabled
host_sets never $mm/transparent_hugepage/shmem_enabled
host_sets 1 $mm/transparent_hugepage/khugepaged/defrag
host_sets 8888 $mm/transparent_hugepage/khugepaged/scan_sleep_millisecs
host_sets true $mm/numa/demotion_enabled
host_sets 32768 $debug/fault_around_bytes
host_sets 3 /proc/sys/vm/nr_hugepages
modprobe memory-notifier-error-inject
profiles=$(grep -l '^\[scenario\]' /share/profiles/*.ini)
sleep 1
host_state > /tmp/state.before
cp /tmp/state.before /share/state.before

# The control: a setting that is not put back is seen.
echo 38 > /proc/sys/vm/swappiness
host_state > /tmp/state.now
check "a setting that is another one is seen" sh -c '! cmp -s /tmp/state.before /tmp/state.now'
echo 37 > /proc/sys/vm/swappiness
as_before "the comparison itself"

for path in $profiles; do
	name=$(basename "$path" .ini)
	soak "$name" --profile "$path" --duration 12s --yes
	case $code in
	0 | 1 | 3 | 4) ok "$name: the run came to its end, exit $code" ;;
	*) not_ok "$name: exit $code: $(tail -n 1 "/share/$name.err")" ;;
	esac
	check_report "$name: what was set is in the report, and was put back" "$report" \
		'(.harness.settings_changed | length) >= 5 and .harness.settings_restored and .harness.memory_left_offline == []' .harness
	as_before "$name"

	events=/share/runs/$name-killed/events.jsonl
	soak "$name-killed" --profile "$path" --duration 40s --yes &
	for _ in $(seq 300); do
		grep -q '"ev":"phase"' "$events" 2> /dev/null && break
		sleep 0.2
	done
	sleep 3
	kill -9 "$(pidof memsoakd)"
	wait
	host_state > /tmp/state.now
	check "$name: killed in the middle it leaves traces" sh -c '! cmp -s /tmp/state.before /tmp/state.now'
	check "$name: restore" sh -c "memsoak restore > /share/$name-restore.out 2>&1"
	as_before "$name, killed and restored"
done
jq -s '[.[].harness.settings_changed[]?.path] | unique' /share/runs/*/report.json > /tmp/paths.json
check_report "every setting of the table was seen somewhere" /tmp/paths.json \
	'. as $all | [
		"numa_balancing", "swappiness", "compaction_proactiveness", "khugepaged/defrag",
		"khugepaged/scan_sleep_millisecs", "ksm/run", "fault_around_bytes", "demotion_enabled"
	] | all(. as $one | $all | any(endswith($one)))' .
exit "$failures"
