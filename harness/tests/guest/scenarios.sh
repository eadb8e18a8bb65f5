#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Scenarios on a kernel without defects: each passes for having been exercised, does not without its
# load, and leaves the host as it was.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

host_settings() {
	grep -r . /proc/sys/vm/compaction_proactiveness /proc/sys/vm/compact_unevictable_allowed \
		/proc/sys/kernel/numa_balancing /sys/kernel/mm/ksm/run \
		/sys/kernel/mm/transparent_hugepage/khugepaged/defrag
}

as_before() { # WHAT
	check "$1: the host's settings are as they were" test "$(host_settings)" = "$before"
	check_memory "$1"
}

# What a run would set is something else before, so that putting it back can be seen.
echo 33 > /proc/sys/vm/compaction_proactiveness
echo 0 > /proc/sys/vm/compact_unevictable_allowed
before=$(host_settings)

# mlock-drain: the drain is there, so compaction migrates locked pages, as the control does.
soak mlock-drain --profile /share/profiles/mlock-drain.ini --duration 36s --yes
check_exit mlock-drain 0
check_report "mlock-drain: passes, and its judge says so" "$report" \
	'.scenarios[0].name == "mlock-drain" and .scenarios[0].verdict == "pass"'
check_report "mlock-drain: locked pages were migrated, hardly any of them in a second try" "$report" \
	'.scenarios[0].numbers | .locked_pages_moved > 1000 and .compaction_attempts > 5000 and .compaction_eagain < .compaction_attempts / 100 and .control_attempts > 1000' \
	'.scenarios'
check_report "mlock-drain: NUMA balancing migrated locked pages, too, at the first try" "$report" \
	'.scenarios[0].numbers | .numa_balancing_moved_locked_pages > 1000 and .numa_balancing_eagain < .numa_balancing_attempts / 100' \
	'.scenarios'
check_report "mlock-drain: compaction is counted apart, for all nodes and for each" "$report" \
	'.callers[0].driver == "compaction" and .callers[0].numbers.calls_for_a_node > 0 and .callers[0].numbers.calls_for_all > 0 and .migration.by_driver.compaction.attempts > 0' \
	'[.callers[0].numbers, .migration.by_driver]'
check_report "mlock-drain: no page lost what was in it" "$report" 'all(.workers[]; .mismatches == 0)' .workers
check_report "mlock-drain: what was pinned is on record" "$report" \
	'[.harness.settings_changed[].path] | any(endswith("compact_unevictable_allowed")) and any(endswith("compaction_proactiveness"))' \
	.harness
as_before mlock-drain

# The control of that: nobody locks anything.
sed 's/^workload = mlock-.*/workload = refault/; s/^pages = 20000/pages = 200/; s/^cycles = 3/cycles = 1/' \
	/share/profiles/mlock-drain.ini > /tmp/unlocked.ini
soak unlocked --profile /tmp/unlocked.ini --duration 12s --yes
check_exit "mlock-drain without locked pages" 3
check_report "mlock-drain without locked pages: not exercised" "$report" \
	'.scenarios[0].verdict == "error" and (.scenarios[0].why | startswith("not exercised"))' .scenarios
as_before unlocked

# migrate_pages(2), a caller without a scenario. On a busy host one call took 7 s.
profile migrate_pages << PROFILE
[run]
duration = 15s
[guard]
reserve = 64MiB
[migrate_pages]
pause = 1ms
[workers sent]
workload = refault
kind = private-anonymous
processes = 2
threads = 1
pages = 64
driven_by = migrate_pages
PROFILE
soak migrate_pages --profile /tmp/migrate_pages.ini --yes
check_exit migrate_pages 0
check_report "migrate_pages: pages went to and fro, each attempt its own" "$report" \
	'.callers[0].calls >= 2 and .callers[0].errors == {} and .migration.by_driver.migrate_pages.attempts > 200 and .workers[0].mismatches == 0' \
	'[(.callers[0] | .latency = 0), .migration.by_driver]'
# notifier-veto: skipped without the injector, with the reason; told apart with it.
soak no-injector --profile /share/profiles/notifier-veto.ini --duration 8s --yes
check_exit "notifier-veto without its module" 4
check_report "notifier-veto without its module: skipped, and says what to load" "$report" \
	'.scenarios[0].verdict == "skip" and (.scenarios[0].why | contains("memory-notifier-error-inject")) and .offline.attempts > 0' \
	'[.scenarios, .offline.attempts]'
check "the injector can be loaded" modprobe memory-notifier-error-inject
injector=/sys/kernel/debug/notifier-error-inject/memory/actions/MEM_GOING_OFFLINE/error
for errno in EBUSY ENOMEM; do
	sed "s/^veto = EBUSY/veto = $errno/; s/^deadline = .*/deadline = 120s/" \
		/share/profiles/notifier-veto.ini > "/tmp/veto-$errno.ini"
	soak_until '.offline | .veto.vetoed >= 3 and .succeeded >= 3' "veto-$errno" 30 150 --profile "/tmp/veto-$errno.ini"
	check_exit "a veto with $errno" 0
	check_report "a veto with $errno: told apart from blocks that went offline" "$report" \
		".scenarios[0].verdict == \"pass\" and .offline.veto.vetoed >= 3 and .offline.veto.other == 0 and .offline.veto.migrations == 0 and (.offline.veto.by_errno | keys) == [\"$errno\"] and .offline.by_errno == {} and .offline.succeeded >= 3" \
		'[.scenarios, (.offline | .veto.latency = 0 | .latency = 0)]'
	check "a veto with $errno: the injector is as it was" test "$(cat $injector)" = 0
done
as_before "after the vetoes"
sed 's/^cycles = .*/cycles = 0/' /tmp/veto-ENOMEM.ini > /tmp/vetoes.ini
soak killed --profile /tmp/vetoes.ini --duration 10m --yes &
wait_for 60 pidof memsoakd > /dev/null
daemon=$(pidof memsoakd)
# shellcheck disable=SC2317,SC2034 # called by check(); rest
kill_in_a_veto() { # that lasts for ms: by nothing but what the shell has built in
	read -r until_s rest < /proc/uptime
	until_s=$((${until_s%.*} + 120))
	while read -r error < "$injector" && [ "$error" = 0 ]; do
		read -r now_s rest < /proc/uptime
		[ "${now_s%.*}" -lt "$until_s" ] || return 1
	done
	kill -9 "$daemon"
	echo "$error"
}
check "killed while an attempt was being vetoed" kill_in_a_veto
wait
echo "# SIGKILL left the injector at $(cat $injector)"
memsoak restore > /share/restore.out 2>&1
check "after SIGKILL in a veto and restore: the injector is as it was" test "$(cat $injector)" = 0
as_before "after SIGKILL and restore"
# pins: what holds pages is named, process and mapping; nobody holds any in the control.
soak pins --profile /share/profiles/pins.ini --duration 66s --yes
check_exit pins 0
check_report "pins: an O_DIRECT read in flight is named, with thread and descriptor" "$report" \
	'[.holders[] | select((.evidence // "" | test("unfinished O_DIRECT pread .thread [0-9]+, descriptor [0-9]+")) and has("block"))] | length > 0' \
	'[.scenarios, .holders]'
check_report "pins: who holds pages in pipes and in an io_uring is named, with the mapping" "$report" \
	'[.holders[] | select(.comm == "memsoak-worker" and (.mapping | test("^[0-9a-f]+-[0-9a-f]+ rw-p ")))] as $ours | ($ours | any((.evidence // "" | contains("pipes")) and has("block"))) and ($ours | any((.evidence // "" | contains("io_uring")) and (has("block") | not)))' \
	'[.scenarios, .holders]'
check_report "pins: held pages stay, other blocks go offline" "$report" \
	'.scenarios[0].verdict == "pass" and .move_pages.moved == 0 and .offline.succeeded > 0 and .offline.censored > 0 and all(.workers[]; .mismatches == 0)' \
	'[.scenarios, .move_pages.moved, .offline.by_errno]'
as_before pins
sed 's/^workload = hold-.*/workload = refault/; s/^pages = .*/pages = 16/' /share/profiles/pins.ini > /tmp/unheld.ini
soak unheld --profile /tmp/unheld.ini --duration 16s --yes
check_exit "pins without holders" 3
check_report "pins without holders: not exercised, and nobody is accused" "$report" \
	'.scenarios[0].verdict == "error" and (.scenarios[0].why | startswith("not exercised")) and ([.holders[]? | select(.evidence)] == [])' \
	'[.scenarios, .holders]'
as_before unheld
check_settings "after the scenarios"
exit "$failures"
