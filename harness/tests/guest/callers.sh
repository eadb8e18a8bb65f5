#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The drivers that make one call again and again: each moves pages, is counted apart, and leaves the
# host as it was, also after SIGKILL and restore.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

host_settings() {
	grep -r . /proc/sys/kernel/numa_balancing /sys/kernel/debug/sched/numa_balancing \
		/sys/kernel/mm/numa/demotion_enabled 2> /dev/null
}

as_before() { # WHAT
	check "$1: the host's settings are as they were" test "$(host_settings)" = "$before"
	check_memory "$1"
}

# One group and its driver. A busy host may take seconds for a call.
driven() { # NAME DRIVER KIND PROCESSES THREADS PAGES [keys of the driver's section, and sections behind it]
	profile "$1" << PROFILE
[run]
duration = ${seconds}s
[guard]
reserve = 64MiB
[$2]
${7:-}
[workers hot]
workload = refault
kind = $3
processes = $4
threads = $5
pages = $6
driven_by = $2
PROFILE
	soak "$1" --profile "/tmp/$1.ini" --yes
}

# Kills a run once balancing is on for its phase, and has it restored.
kill_while_balancing() {
	memsoak run --out "/share/runs/$1" --profile /tmp/numa_balancing.ini --yes > "/share/$1.out" 2>&1 &
	tries=0
	while [ "$(cat /proc/sys/kernel/numa_balancing)" != 1 ] && [ "$tries" -lt 600 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	check "$1: balancing was on" test "$(cat /proc/sys/kernel/numa_balancing)" = 1
	kill -9 "$(pidof memsoakd)"
	wait
	memsoak restore > "/share/$1.restore" 2>&1
}

with_slower_memory() {
	. /share/tier.sh
	make_tier > /share/tier.out 2>&1
	check "there is a tier of slower memory" sh -c \
		'[ "$(cat /sys/devices/virtual/memory_tiering/memory_tier*/nodelist | grep -c .)" = 2 ]'
	memory_state > /tmp/memory.before
	seconds=20
	driven demotion demotion private-anonymous 2 1 1000
	check_exit demotion 0
	check_report "demotion: reclaim moved pages to slower memory, and they came back" "$report" \
		'.callers[0] | .driver == "demotion" and .numbers.pages_demoted > 100 and .numbers.pgdemote_direct > 100' \
		'[.verdict, (.callers[0] | .latency = 0)]'
	check_report "demotion: what the thread that asked has migrated is counted apart" "$report" \
		'(.migration.by_driver.demotion.succeeded >= .callers[0].numbers.pages_demoted) and (.migration.eagain.by_driver | has("demotion")) and .workers[0].mismatches == 0' \
		.migration
	check_report "demotion: it was on for the phase only" "$report" \
		'.harness.settings_restored and ([.harness.settings_changed[] | select(.path | endswith("demotion_enabled")) | [.old, .new]] == [["false", "true"]])' \
		.harness
	as_before demotion
}

# What a run would set is something else before, so that putting it back can be seen.
echo 0 > /proc/sys/kernel/numa_balancing
numa_balancing_before=0
before=$(host_settings)
if grep -q 'memsoak.case=tier' /proc/cmdline; then
	with_slower_memory
	exit "$failures"
fi

# mbind: of shared pages, so that somebody else's threads meet the migration entries.
seconds=15
driven mbind mbind shared-memfd 2 1 64 "
[observe]
causes = yes"
check_exit mbind 0
check_report "mbind: pages went to and fro, and were waited for" "$report" \
	'(.callers[0] | .driver == "mbind" and .calls >= 2 and .numbers.pages_moved >= 64 and .numbers.pages_not_moved < .numbers.pages_moved / 10) and .migration.waits > 0' \
	'[.verdict, .migration.waits, (.callers[0] | .latency = 0)]'
check_report "mbind: the worker's thread is counted, and has as many folios as the call says" "$report" \
	'.migration.by_driver.mbind.succeeded >= 64 and .migration.by_driver.mbind.succeeded >= .callers[0].numbers.pages_moved and .workers[0].mismatches == 0' \
	'[.migration, (.callers[0] | .latency = 0)]'
# Shared pages have EAGAIN with the patch, too: a thread that has just looked the page up in the page cache
# loses its CPU. How many depends on how busy the host is (0.01 % of attempts alone, 0.4 % under load 8).
check_report "mbind: no EAGAIN is a waiter's" "$report" \
	'.migration.eagain | .by_cause.waiter == 0 and (.by_cause | add) + .cause_misses >= .total' \
	.migration.eagain
as_before mbind

driven mbind-private mbind private-anonymous 1 2 64
check_report "mbind of private pages: they go to and fro, EAGAIN is 0" "$report" \
	'.callers[0].numbers.pages_moved >= 64 and .migration.eagain.by_driver.mbind == 0' \
	'[.verdict, .migration, (.callers[0] | .latency = 0)]'
as_before mbind-private

# numa_balancing: the threads go to the other node, and the kernel brings the pages after them.
seconds=25
driven numa_balancing numa_balancing private-anonymous 2 2 512 "pause = 1s"
# Who moves a page must lose its CPU meanwhile, for somebody to wait.
[ "$(jq '.migration.waits > 0' "$report")" != false ] ||
	soak numa_balancing-longer --profile /tmp/numa_balancing.ini --duration 100s --yes
check_exit numa_balancing 0
check_report "numa_balancing: the kernel moved pages after the threads, in them" "$report" \
	'.callers[0] | .driver == "numa_balancing" and .numbers.numa_pages_migrated > 50 and .numbers.numa_hint_faults > 50 and .numbers.threads_sent > 4' \
	'[.verdict, (.callers[0] | .latency = 0)]'
check_report "numa_balancing: what they migrated is counted apart, and was waited for" "$report" \
	'.migration.by_driver.numa_balancing.succeeded > 50 and .migration.waits > 0 and .workers[0].mismatches == 0' \
	.migration
check_report "numa_balancing: it was on for the phase only, and that is on record" "$report" \
	'.harness.settings_restored and ([.harness.settings_changed[] | select(.path | endswith("kernel/numa_balancing")) | .new] == ["1"])' \
	.harness
as_before numa_balancing

kill_while_balancing killed
as_before "after SIGKILL and restore"
# The same where the host's own value is neither the run's nor the phase's.
echo 2 > /proc/sys/kernel/numa_balancing
kill_while_balancing killed-twice-changed
check "changed twice, killed, restored: it is 2 again" test "$(cat /proc/sys/kernel/numa_balancing)" = 2
echo 0 > /proc/sys/kernel/numa_balancing

# demotion: nothing here is slower than the rest, and the report says so.
seconds=6
driven no-tier demotion private-anonymous 1 1 64
check_exit "demotion without slower memory" 4
check_report "demotion without slower memory: skipped, and why is said" "$report" \
	'.verdict.result == "skip" and (.callers[0].unavailable | contains("slower memory")) and .callers[0].calls == 0' \
	'[.verdict, .callers]'
as_before no-tier

check_settings "after the callers"
exit "$failures"
