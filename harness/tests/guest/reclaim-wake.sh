#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# reclaim-wake: on the kernel whose reclaim wakes nobody a reader sleeps for good, and the run says so and
# ends; on others all are woken. Nobody to reclaim for, no pages: not exercised.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

case $(uname -r) in
*-memsoak-reclaim-nowake) is_broken=yes ;;
*) is_broken=no ;;
esac

host_state() {
	cat /proc/swaps
	ls /sys/block
	cut -d ' ' -f 1 /proc/modules | sort
	grep -r . /proc/sys/vm/swappiness /proc/sys/kernel/hung_task_timeout_secs \
		/sys/kernel/mm/transparent_hugepage/enabled /sys/kernel/mm/transparent_hugepage/khugepaged |
		grep -v -e pages_collapsed -e full_scans # what it has done, no settings
}

as_before() { # WHAT
	host_state > /tmp/state.now
	check "$1: swap, disks, modules and settings are as they were" diff /tmp/state.before /tmp/state.now
	check_memory "$1"
}

host_state > /tmp/state.before

if [ $is_broken = no ]; then
	# The control of "exercised": nobody gives the order, so that no page is reclaimed.
	sed 's/^workload = read-across/workload = refault/' /share/profiles/reclaim-wake.ini > /tmp/unread.ini
	soak unread --profile /tmp/unread.ini --duration 8s --yes
	check_exit "reclaim-wake without its workload" 3
	check_report "reclaim-wake without its workload: not exercised" "$report" \
		'.scenarios[0].verdict == "error" and (.scenarios[0].why | startswith("not exercised"))' .scenarios
	sed 's/^threads = .*/threads = 1/' /share/profiles/reclaim-wake.ini > /tmp/alone.ini
	soak alone --profile /tmp/alone.ini --duration 8s --yes
	check_report "reclaim-wake without readers: the worker says what it needs" "$report" \
		'any(.harness.faults[]; .what | test("needs two threads"))' .harness.faults
	as_before "reclaim-wake without its workload"
fi

# The judge wants so many waits, which a busy host may not have in that time.
soak_until '.scenarios[0].why | startswith("not exercised") | not' reclaim-wake 30 180 \
	--profile /share/profiles/reclaim-wake.ini
# A few wake-ups that are lost are the end of it: the readers sleep, and the worker answers no more.
least_pages=100
[ $is_broken = no ] || least_pages=0
check_report "reclaim-wake: pages were reclaimed, and waited for meanwhile" "$report" \
	".scenarios[0].numbers | .waits > 0 and .pages_asked_for > $least_pages and .thp_split_page > $least_pages / 2" \
	'[.scenarios, .callers[0].numbers]'
check_report "reclaim-wake: no page lost what was in it" "$report" 'all(.workers[]; .mismatches == 0)' .workers
if [ $is_broken = yes ]; then
	check_exit reclaim-wake 1
	check_report "reclaim-wake: a wake-up is lost" "$report" \
		'.scenarios[0].verdict == "fail" and (.scenarios[0].why | startswith("lost wake-up")) and .workers[0].not_ended > 0' \
		'[.scenarios, .stuck, .workers]'
	check_report "reclaim-wake: the reader sleeps in the wait, as its stack says" "$report" \
		'any(.stuck[]; .who == "worker" and any(.stacks[].frames[]; test("put_and_wait|migration_entry_wait")))' .stuck
	check "reclaim-wake: the daemon has ended, the worker has not" \
		sh -c 'pidof memsoak-worker && ! pidof memsoakd'
else
	check_exit reclaim-wake 0
	check_report "reclaim-wake: everybody was woken" "$report" \
		'.scenarios[0].verdict == "pass" and .stuck == [] and (.workers[0] | has("not_ended") | not)' '[.scenarios, .stuck]'
	check_settings "after reclaim-wake"
fi
as_before reclaim-wake
exit "$failures"
