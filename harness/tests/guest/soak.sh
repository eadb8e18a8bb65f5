#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job, with a referee: a probe of our own on offline_pages, the kernel's tracepoint of every
# migrate_pages() by its reason, and /proc/vmstat, against the report.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

cd /sys/kernel/tracing || exit 1
# Unsigned, because a hist key is printed so: turned into an errno below.
echo 'r:referee/offline offline_pages ret=$retval:u32' >> kprobe_events
echo 'hist:keys=ret' > events/referee/offline/trigger
echo 1 > events/referee/offline/enable
echo 'hist:keys=reason:vals=succeeded,thp_succeeded' > events/migrate/mm_migrate_pages/trigger
migrated_before=$(awk '$1 == "pgmigrate_success" { print $2 }' /proc/vmstat)

profile_of_both referee 40s 20s
soak referee --profile /tmp/referee.ini --yes
check_exit "a soak under load passes" 0
cat /share/referee.out

migrated_after=$(awk '$1 == "pgmigrate_success" { print $2 }' /proc/vmstat)
cp events/referee/offline/hist /share/referee.hist
cp events/migrate/mm_migrate_pages/hist /share/referee.reasons
echo '!hist:keys=reason:vals=succeeded,thp_succeeded' > events/migrate/mm_migrate_pages/trigger
cp kprobe_profile /share/referee.profile
echo 0 > events/referee/offline/enable
echo '!hist:keys=ret' > events/referee/offline/trigger
echo '-:referee/offline' >> kprobe_events

# { ret: 4294967280 } hitcount:          3
sed -n 's/^{ ret: *\([0-9]*\) *} hitcount: *\([0-9]*\).*/\1 \2/p' /share/referee.hist |
	awk '{ printf "%d %d\n", ($1 > 2147483647 ? $1 - 4294967296 : $1), $2 }' > /tmp/referee.counts
total=$(awk '{ n += $2 } END { print n + 0 }' /tmp/referee.counts)
succeeded=$(awk '$1 == 0 { print $2 }' /tmp/referee.counts)
echo "# the referee: $total calls of offline_pages: $(tr '\n' ';' < /tmp/referee.counts)"
check "the referee missed nothing" awk '$1 ~ /referee/ && $3 != 0 { exit 1 }' /share/referee.profile
check "the referee saw attempts at all" test "$total" -gt 1
check_report "offline.attempts is the referee's count" "$report" ".offline.attempts == $total" .offline
check_report "offline.succeeded is the referee's count" "$report" ".offline.succeeded == ${succeeded:-0}" .offline
while read -r ret count; do
	[ "$ret" = 0 ] ||
		check_report "errno $ret is the referee's count" "$report" \
			"[.offline.by_errno[] | select(.number == ${ret#-}) | .count] == [$count]" .offline.by_errno
done < /tmp/referee.counts

# Everything that was migrated, by what it was migrated for: 2 is offline, 3 move_pages() and our aiming
# (enum migrate_reason in include/linux/migrate_mode.h, 5.10 to 6.12). What the host moves for itself, by
# compaction say, is in the whole and in neither of the two. The kernel counts a huge page's 512 pages here
# and in pgmigrate_success (mm/migrate.c, 5.9 and later), the report the one folio that was moved.
sed -n 's/^{ reason: *\([0-9]*\) *} hitcount: *[0-9]* *succeeded: *\([0-9]*\) *thp_succeeded: *\([0-9]*\).*/\1 \2 \3/p' \
	/share/referee.reasons > /tmp/referee.reasons
folios() { # [REASON]: that were migrated for it, or for anything
	awk -v reason="$1" '{ n += (reason == "" || $1 == reason) * ($2 - 511 * $3) } END { print n + 0 }' /tmp/referee.reasons
}
check_near() { # WHAT THE-REFEREE'S COUNT
	check "$1: $3, of the referee's $2, within 2 %" \
		awk -v a="$2" -v b="$3" 'BEGIN { d = a - b; if (d < 0) d = -d; exit !(a > 1000 && d <= a / 50) }'
}
pages=$(awk '{ n += $2 } END { print n + 0 }' /tmp/referee.reasons)
echo "# by reason, pages and huge pages: $(tr '\n' ';' < /tmp/referee.reasons)"
echo "# the report: $(jq -c '[.migration | .succeeded, .by_driver], .offline.aim, (.move_pages | .moved, .by_status)' "$report" | tr '\n' ' ')"
check_near "pgmigrate_success" "$pages" $((migrated_after - migrated_before))
check_near "all that was migrated" "$(folios)" "$(jq '.migration.succeeded' "$report")"
check_near "what offline migrated" "$(folios 2)" "$(jq '.migration.by_driver.offline.succeeded // 0' "$report")"
check_near "what calls migrated" "$(folios 3)" \
	"$(jq '(.migration.by_driver.move_pages.succeeded // 0) + (.offline.aim.pages_moved // 0)' "$report")"

check_report "waits on migration entries were seen" "$report" '.migration.waits > 0' .migration
check_report "most aimed pages were in the block" "$report" \
	'.offline.aim.pages_in_block >= 0.9 * .offline.aim.pages_wanted and .offline.aim.pages_wanted > 0' .offline
check_report "move_pages moved pages" "$report" '.move_pages.moved > 1000' .move_pages
check_report "EAGAIN was counted by the best source" "$report" '.migration.eagain.source == "perf-kprobe"' .migration
check_report "no probe was missed" "$report" '.migration.eagain.probe_misses == 0' .migration
check_report "fault latency was measured" "$report" '[.workers[].latency.count] | add > 0' .workers
check_report "the daemon stayed below 32 MiB" "$report" '.harness.overhead.rss_max_bytes < 33554432' .harness
check_memory "after the soak"
check_settings "after the soak"
exit "$failures"
