#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job, with a referee: probes of our own on offline_pages, and /proc/vmstat, against the report.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

cd /sys/kernel/tracing || exit 1
# Unsigned, because a hist key is printed so: turned into an errno below.
echo 'r:referee/offline offline_pages ret=$retval:u32' >> kprobe_events
echo 'hist:keys=ret' > events/referee/offline/trigger
echo 1 > events/referee/offline/enable
migrated_before=$(awk '$1 == "pgmigrate_success" { print $2 }' /proc/vmstat)

profile referee <<EOF
[run]
duration = 40s
[guard]
reserve = 192MiB
[offline]
deadline = 20s
[move_pages]
batch = 16
[workers aimed]
workload = refault
kind = shared-memfd
processes = 2
threads = 1
pages = 16
driven_by = offline
[workers moved]
workload = refault
kind = private-anonymous
processes = 1
threads = 1
pages = 16
driven_by = move_pages
EOF
soak referee --profile /tmp/referee.ini --yes
check_exit "a soak under load passes" 0
cat /share/referee.out

migrated_after=$(awk '$1 == "pgmigrate_success" { print $2 }' /proc/vmstat)
cp events/referee/offline/hist /share/referee.hist
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

# Everything that was migrated while the run lasted: move_pages, offline, the aiming, and nobody else
# (no compaction, no balancing). The tolerance is for pages that another actor of the host moves.
migrated=$((migrated_after - migrated_before))
accounted=$(jq '.move_pages.moved + (.migration.by_driver.offline.succeeded // 0) + (.offline.aim.pages_moved // 0)' "$report")
echo "# pgmigrate_success $migrated, accounted for $accounted"
check "pgmigrate_success is what the report accounts for, within 2 %" \
	awk -v a="$migrated" -v b="$accounted" 'BEGIN { d = a - b; if (d < 0) d = -d; exit !(a > 1000 && d <= 0.02 * a) }'

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
