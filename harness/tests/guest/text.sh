#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The profile text: 200 processes of one program, and the memory block with its text goes offline. Who
# is to blame for EAGAIN depends on whether the kernel's waiters hold the page, so on its name.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

shown='[.verdict, .run.duration_ns, (.offline | [.attempts, .by_errno, .aim]), .migration.waits, .migration.attempts, .migration.eagain]'

# The program's file lies in the run's folder: on a disk, which has a page cache.
check "the program's file has a disk" mount_disk /tmp/disk 24

# One attempt that does not end would be none of the verdict's; whether two in a row are made in this
# time depends on the host.
case $(uname -r) in
*-memsoak-waiter-ref | *-memsoak-without) is_broken=yes enough='.migration.eagain.total > 20' ;;
*) is_broken=no enough=true ;;
esac
runs=/tmp/disk
# A slow host, where 208 processes share two CPUs, has a second and longer run.
soak_until ".migration.waits > 100 and .move_pages.moved > 16 and $enough" text 30 150 --profile /share/profiles/text.ini
cp -r /tmp/disk/text* /share/runs/
check_report "200 processes run the program, and each call returned what it should" "$report" \
	'[.workers[] | select(.name == "program")] | length == 1 and .[0].processes == 200
		and .[0].workload == "text" and .[0].touches > 100000 and .[0].mismatches == 0' '[.workers[] | del(.latency)]'
check_report "its text was in the block that was to go offline" "$report" \
	'.offline | .attempts >= 1 and .aim.pages_wanted > 0 and .aim.pages_in_block >= 0.9 * .aim.pages_wanted' "$shown"
check "all of it, at least once" jq -se \
	'any(.[]; .ev == "offline" and .aim.pages_wanted > 0 and .aim.pages_in_block == .aim.pages_wanted)' "${report%/*}/events.jsonl"
check_report "pages of text were migrated, and waited for" "$report" \
	'.migration.waits > 100 and .migration.attempts > 100 and .move_pages.moved > 16' "$shown"
if [ $is_broken = yes ]; then
	check_report "the waiters are to blame: they slept with their references" "$report" \
		'.migration.eagain | .total > 20 and .by_cause.waiter > 0.5 * .total' "$shown"
else
	check_report "no waiter that slept is to blame" "$report" '.migration.eagain.by_cause.waiter == 0' "$shown"
fi
check_memory "text"
check_settings "text"
exit "$failures"
