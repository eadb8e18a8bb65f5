#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# alloc-locked: fails on the kernel that locks a page before it allocates its destination, passes on
# others; without its load it is not exercised, without a probe it is skipped; and the host is left as
# it was, swap too, also after SIGKILL.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

host_state() {
	cat /proc/swaps
	ls /sys/block
	cut -d ' ' -f 1 /proc/modules | sort
	grep -r . /proc/sys/vm/compaction_proactiveness /proc/sys/kernel/numa_balancing /proc/sys/vm/swappiness
}

as_before() { # WHAT
	host_state > /tmp/state.now
	check "$1: swap, disks, modules and settings are as they were" diff /tmp/state.before /tmp/state.now
	check_memory "$1"
}

host_state > /tmp/state.before
case $(uname -r) in
*-memsoak-alloc-locked) verdict=fail exit_code=1 share='.allocations_locked > 0.99 * .allocations' ;;
*) verdict=pass exit_code=0 share='.allocations_locked < 0.01 * .allocations' ;;
esac

# A slow host does not fill the node in that time, and then nothing has to be reclaimed.
soak_until '.scenarios[0].numbers.allocations_that_reclaimed > 100' alloc-locked 40 160 \
	--profile /share/profiles/alloc-locked.ini
check_exit alloc-locked $exit_code
check_report "alloc-locked: the judge says $verdict" "$report" ".scenarios[0].verdict == \"$verdict\"" .scenarios
check_report "alloc-locked: the source is locked in all allocations, or in hardly any" "$report" \
	".scenarios[0].numbers | .allocations > 1000 and $share" .scenarios
check_report "alloc-locked: tasks waited, and for how long" "$report" \
	'.scenarios[0].numbers | .faults > 10000 and .faults_that_waited > 10 and .waited_max_ns >= .waited_p999_ns and .waited_p999_ns >= .waited_p50_ns and .waited_p50_ns > 0' .scenarios
check_report "alloc-locked: the node was full, so that allocations had to reclaim" "$report" \
	'.scenarios[0].numbers | .allocations_that_reclaimed > 100' \
	'[.scenarios[0].numbers, .harness.faults]'
check_report "alloc-locked: no page lost what was in it, nobody was killed" "$report" \
	'all(.workers[]; .mismatches == 0) and ([.lockups[] | select(.kind == "oom_kill")] == []) and .harness.faults == []' \
	'[.workers, .lockups, .harness.faults]'
as_before alloc-locked

# By the other way of counting.
soak by-hist --profile /share/profiles/alloc-locked.ini --duration 15s --yes --count-source hist
check_report "by hist: the same answer" "$report" \
	".migration.eagain.source == \"hist\" and .scenarios[0].verdict == \"$verdict\" and (.scenarios[0].numbers | $share)" \
	.scenarios
# Where nothing can be probed there is no figure, and no verdict.
soak unprobed --profile /share/profiles/alloc-locked.ini --duration 8s --yes --count-source vmstat-proxy
check_exit "alloc-locked without a probe" 4
check_report "alloc-locked without a probe: skipped, and the figure is absent" "$report" \
	'.scenarios[0].verdict == "skip" and (.migration | has("allocations") | not) and any(.unmeasured[]; .path == "migration.allocations")' \
	'[.scenarios, .unmeasured]'
as_before "alloc-locked without a probe"

# Nobody drops pages: the probe alone is not the scenario.
sed 's/^workload = zap/workload = refault/' /share/profiles/alloc-locked.ini > /tmp/undropped.ini
soak undropped --profile /tmp/undropped.ini --duration 8s --yes
check_report "alloc-locked without faults: not exercised" "$report" \
	'.scenarios[0].verdict == "error" and (.scenarios[0].why | startswith("not exercised"))' .scenarios

soak killed --profile /share/profiles/alloc-locked.ini --duration 60s --yes &
check "while it runs there is swap" wait_for 40 grep -q /dev/zram /proc/swaps
kill -9 "$(pidof memsoakd)"
wait
sleep 1
check "restore after SIGKILL" sh -c 'memsoak restore > /share/restore.out 2>&1'
as_before "after SIGKILL and restore"
check_settings "after alloc-locked"
exit "$failures"
