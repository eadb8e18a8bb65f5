#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# EAGAIN by cause: each cause where it must be found, and where it must not. What a kernel is to
# answer depends on its defect, so on its name.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

causes='.migration.eagain | [.total, .unmap_phase // 0, .by_cause, .cause_misses, .causes]'
whole='(.migration.eagain | ([.by_cause[]] | add) == .total + (.unmap_phase // 0))'

# One group of workers, driven by one driver.
group() { # NAME WORKLOAD KIND PROCESSES THREADS PAGES [DRIVER]
	driver=${7:-move_pages}
	profile "$1" << PROFILE
[run]
duration = ${seconds:-8}s
[guard]
reserve = 64MiB
[observe]
causes = yes
[$driver]
[workers $1]
workload = $2
kind = $3
processes = $4
threads = $5
pages = $6
driven_by = $driver
PROFILE
	soak "$1" --profile "/tmp/$1.ini" --yes
	check_report "$1: the causes are those of all EAGAIN" "$report" "$whole" "$causes"
}

case $(uname -r) in
*-memsoak-waiter-ref | *-memsoak-without) waiters=hold ;;
5.*) waiters='hold for a moment' ;;
*) waiters='hold nothing' ;;
esac

group private refault private-anonymous 1 3 1
check_report "private: there was something to tell" "$report" '.migration.waits > 9 and .move_pages.moved > 9' .migration
case $waiters in
hold)
	check_report "private: the waiters are to blame, and have slept with their references" "$report" \
		'.migration.eagain | .total > 50 and .by_cause.waiter + .by_cause.queueing_waiter > 0.9 * .total
		 and .by_cause.waiter > 0.5 * .total' "$causes" ;;
'hold nothing')
	check_report "private: no waiter is blamed, nor anybody else" "$report" \
		'.migration.eagain | .by_cause.waiter + .by_cause.queueing_waiter == 0 and .total <= 1' "$causes" ;;
*)
	check_report "private: if anybody is to blame it is a waiter that was not asleep yet" "$report" \
		'.migration.eagain | .by_cause.queueing_waiter >= 0.9 * .total and .by_cause.waiter == 0' "$causes" ;;
esac

# Who holds a page is not mistaken for a waiter, though it waits for the page before it pins it again.
group pinned pin private-anonymous 1 1 16
check_report "pinned: somebody else holds the pages" "$report" \
	'.migration.eagain | .total > 20 and .by_cause.other_holder > 0.9 * .total and
	 .by_cause.waiter + .by_cause.queueing_waiter <= 0.02 * .total' "$causes"

# Faults that find their page in the page cache, and sleep for its lock.
group looked-up zap shared-memfd 2 2 4
check_report "looked-up: the page cache is to blame" "$report" \
	'.migration.eagain | .total > 20 and .by_cause.page_cache > 0.9 * .total and
	 .by_cause.waiter + .by_cause.queueing_waiter <= 0.02 * .total' "$causes"

# Locked pages under compaction, which does not empty the batches before it begins.
case $(uname -r) in
6.*)
	seconds=12 group mlocked mlock-churn private-anonymous 2 1 10000 compaction
	case $(uname -r) in
	*-memsoak-mlock-nodrain)
		check_report "mlocked: the batches are to blame" "$report" \
			'.migration.eagain | .total > 1000 and .by_cause.batch > 0.9 * .total' "$causes" ;;
	*)
		check_report "mlocked: no batch is to blame" "$report" \
			'.migration.attempts > 100 and (.migration.eagain | .by_cause.batch <= 0.01 * .total + 1)' \
			"[.migration.attempts, ($causes)]" ;;
	esac ;;
5.*)
	check_report "a kernel without mlock batches says so" "$report" \
		'.migration.eagain | (.by_cause | has("batch") | not) and (.causes | test("batch"))' "$causes" ;;
esac
case $(uname -r) in
6.12*)
	check_report "the unmap phase is seen, and its locks" "$report" \
		'.migration.eagain | has("unmap_phase") and (.by_cause | has("lock")) and .by_cause.lock <= .unmap_phase' "$causes" ;;
*)
	check_report "the unmap phase is not seen, and that is said" "$report" \
		'(.migration.eagain | has("unmap_phase") or (.by_cause | has("lock")) | not) and any(.unmeasured[]; .path == "migration.eagain.unmap_phase") and (.migration.eagain.causes | test("lock"))' "$causes" ;;
esac

# Without: nothing is there, and nothing is missed. Where it cannot be had: it is said why.
sed -i '/^\[observe\]/,/^causes/d; s/^duration.*/duration = 4s/' /tmp/private.ini
soak unasked --profile /tmp/private.ini --yes
check_report "not asked for: it is not there, and no gap" "$report" \
	'(.migration.eagain | has("by_cause") or has("causes") | not) and all(.unmeasured[]; .path != "migration.eagain.by_cause")' .unmeasured
sed -i 's/^\[guard\]/[observe]\ncauses = yes\n[guard]/' /tmp/private.ini
umount /sys/kernel/tracing
umount /sys/kernel/debug
soak untraced --profile /tmp/private.ini --yes
mount -t tracefs tracefs /sys/kernel/tracing
mount -t debugfs debugfs /sys/kernel/debug
check_report "without tracefs: not told apart, and why" "$report" \
	'any(.unmeasured[]; .path == "migration.eagain.by_cause" and (.why | test("tracefs"))) and (.migration.eagain | has("by_cause") | not)' .unmeasured
check "... and one line says it at once" sh -c 'test "$(grep -c "not told apart by cause" /share/untraced.err)" = 1'

check_settings "after the causes"
check_memory "after the causes"
exit "$failures"
