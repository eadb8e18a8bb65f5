#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Soft offline: exact books on this kernel, nothing without consent, and everything given back, also
# after SIGKILL and "memsoak restore".
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

debug=/sys/kernel/debug

poison_state() { # what the run must leave as it was, in one text
	grep HardwareCorrupted /proc/meminfo
	cat /sys/devices/system/node/node*/hugepages/*/nr_hugepages
	cat /sys/kernel/mm/transparent_hugepage/enabled
	for name in probability interval times space task-filter verbose min-order ignore-gfp-wait \
		ignore-gfp-highmem; do
		echo "$name $(cat $debug/fail_page_alloc/$name 2> /dev/null)"
	done
	grep -c hwpoison /proc/modules
	mount | grep -c " on $debug type debugfs"
}

check_poison() { # WHAT
	poison_state > /tmp/poison.now
	check "$1: poison, pools, modules and mounts are as they were" diff /tmp/poison.before /tmp/poison.now
	check_memory "$1"
	check_settings "$1"
}

# Of all frames that the ledger of a run names, those that still carry the flag (bit 19).
flagged_frames() { # RUN
	jq -r 'select(.ev == "soft_offline_intent" and (.was_poisoned | not)) | .frame' "$1/events.jsonl" |
		while read -r frame; do
			dd if=/proc/kpageflags bs=8 skip="$frame" count=1 2> /dev/null | od -A n -t u8
		done | while read -r flags; do
			[ $((flags >> 19 & 1)) = 0 ] || echo "$flags"
		done | wc -l
}

poison_state > /tmp/poison.before
cp /share/profiles/soft-offline.ini /tmp/soft-offline.ini

soak no-yes --profile /tmp/soft-offline.ini
check_exit "without --yes" 2
check_one_line "without --yes" 'out of use.*--yes'
sed 's/^consent = yes/consent = no/' /tmp/soft-offline.ini > /tmp/no-consent.ini
soak no-consent --profile /tmp/no-consent.ini --yes
check_exit "without consent" 2
check_one_line "without consent" 'consent = yes'
sed '/^consent/d; s/^duration.*/&\nunattended = yes/' /tmp/soft-offline.ini > /tmp/unattended.ini
soak unattended --profile /tmp/unattended.ini
check_exit "unattended is no consent" 2
check_poison "refused runs"

soak whole --profile /tmp/soft-offline.ini --yes
check_exit "the profile soft-offline" 0
check_report "exact books of 500 injections and more" "$report" \
	'.scenarios[0].verdict == "pass" and .soft_offline.injections >= 500 and .soft_offline.wrong == 0' .scenarios
check_report "what was expected is what was seen" "$report" \
	'.soft_offline | .corrupted.seen_bytes == .corrupted.expected_bytes and .corrupted.seen_bytes > 800000
		and .frames.seen == .frames.expected and .frames.seen * .page_size == .corrupted.seen_bytes' .soft_offline
check_report "failures were forced" "$report" '.scenarios[0].numbers.forced_failures >= 100' .scenarios
check_report "every held page was refused" "$report" \
	'.soft_offline.cases[] | select(.case == "held") | .injections == .as_expected' .soft_offline.cases
check_report "every kind was met, and huge pages as such" "$report" \
	'[.soft_offline.kinds[] | select(.succeeded >= 20)] | length == 4
		and ([.[] | select(.huge >= 10)] | length == 2)' .soft_offline.kinds
check_report "a transparent huge page is split, a hugetlb page moves whole" "$report" \
	'[.soft_offline.kinds[] | select(.huge > 0)] | length == 2 and all(if .kind == "anonymous-thp" then .moved_whole == 0 and .split >= 10
		else .split == 0 and .moved_whole >= 20 end)' .soft_offline.kinds
check_report "and leaves its pool, once for each" "$report" \
	'.soft_offline.kinds[] | select(.kind == "private-hugetlb") | .pool_lost_pages > 0 and .pool_lost_pages <= .moved_whole' .soft_offline.kinds
check_report "both ways were gone" "$report" '.soft_offline.ways | .madvise >= 100 and .sysfs >= 100' .soft_offline.ways
check_report "the content of every page was looked at" "$report" \
	'.soft_offline.content | .checked >= 300 and .changed == 0' .soft_offline.content
check_report "all were given back" "$report" \
	'.soft_offline | .frames.given_back == .frames.seen and .frames.left == 0 and .corrupted.end_bytes == .corrupted.start_bytes' .soft_offline
check_report "pages were waited for while they moved" "$report" '.migration.waits > 0' .migration
if [ -e $debug/fail_page_alloc ]; then
	check_report "migrations ran out of memory" "$report" '.scenarios[0].numbers.failed_ENOMEM >= 50' .scenarios
else
	check_report "that no allocation could fail is said" "$report" \
		'[.unmeasured[] | select(.path == "soft_offline.no_memory")] | length == 1' .unmeasured
fi
check "no frame carries the flag any more" test "$(flagged_frames /share/runs/whole)" = 0
check_poison "the profile soft-offline"

# The page cache of a file.
check "mapped files have a disk" mount_disk /tmp/mnt 16
sed '/^\[workers/,$d; s/^pages = 520/pages = 150/' /tmp/soft-offline.ini > /tmp/file.ini
cat >> /tmp/file.ini <<EOF
[workers file]
workload = refault
kind = mapped-file
processes = 2
threads = 1
pages = 16
driven_by = soft_offline
EOF
runs=/tmp/mnt
soak file --profile /tmp/file.ini --yes
runs=/share/runs
check_exit "mapped files" 0
cp -r /tmp/mnt/file /share/runs/file
check_report "mapped files: exact books" /share/runs/file/report.json \
	'.soft_offline | .injections == 150 and .wrong == 0 and .kinds[0].kind == "mapped-file" and .kinds[0].succeeded >= 15' .soft_offline
check "mapped files: clean pages were invalidated, the kernel says" \
	sh -c 'test "$(grep -c "soft_offline: 0x[0-9a-f]*: invalidated" /share/runs/file/kmsg.log)" -ge 8'
check_report "mapped files: and counted" /share/runs/file/report.json \
	'.soft_offline.cases[] | select(.case == "clean") | .as_expected >= 8' .soft_offline.cases
umount /tmp/mnt
check_poison "mapped files"
rm -f /tmp/mnt.image
memsoak run --out /tmp/on-tmpfs --profile /tmp/file.ini --yes > /dev/null 2> /share/on-tmpfs.err
check "mapped files on a tmpfs are refused with the reason" grep -q "only 0 of 16 pages are mapped-file: .*tmpfs" /share/on-tmpfs.err

# Until that many lines of the run's journal say so, or the run is over.
wait_for_lines() { # RUN PID COUNT TEXT
	until [ "$(grep -cs "$4" "/share/runs/$1/events.jsonl")" -ge "$3" ] 2> /dev/null; do
		kill -0 "$2" 2> /dev/null || break
		sleep 0.2
	done
}

# So long that on no host it is over before the two below have come to what they do beside it.
sed 's/^pages = 520/pages = 1040/' /tmp/soft-offline.ini > /tmp/long.ini

# The positive control of the detector: frames that somebody else gives back beside the run are
# missing from what it counts.
soak beside --profile /tmp/long.ini --yes &
wait_for_lines beside $! 60 '"ev":"soft_offline",'
sed -n '/"ev":"soft_offline",.*"is_poisoned":true/s/.*"frame":\([0-9]*\),.*/\1/p' /share/runs/beside/events.jsonl |
	sort -u | while read -r frame; do
	echo "$frame" > $debug/hwpoison/unpoison-pfn && echo "$frame"
	sleep 0.02
done > /share/runs/beside/unpoisoned 2> /dev/null
check "beside the run frames were given back" test "$(wc -l < /share/runs/beside/unpoisoned)" -gt 5
wait
report=/share/runs/beside/report.json
check_report "poison that goes away beside the run makes the books wrong" "$report" \
	'.verdict.result == "fail" and .soft_offline.wrong > 0 and (.soft_offline.first_wrong.why | test("bytes where"))' '[.verdict, .soft_offline.injections, .soft_offline.first_wrong]'
check_poison "poison that goes away beside the run"

# Killed in the middle: the ledger is enough.
memsoak run --out /share/runs/killed --profile /tmp/long.ini --yes > /share/killed.out 2> /share/killed.err &
wait_for_lines killed $! 60 '"ev":"soft_offline_intent"'
check "killed: in the middle" kill -9 "$(pidof memsoakd)"
wait
sed 's/^/# /' /share/killed.err
sleep 1
check "killed: frames are poisoned" test "$(flagged_frames /share/runs/killed)" -gt 10
check "killed: HardwareCorrupted says so" sh -c '[ "$(grep HardwareCorrupted /proc/meminfo | tr -dc 0-9)" -gt 40 ]'
check "killed: the fault injection is still set up" sh -c "[ ! -e $debug/fail_page_alloc ] || [ \$(cat $debug/fail_page_alloc/probability) = 100 ]"
check "killed: restore" sh -c 'memsoak restore > /share/restore.out 2>&1'
check "killed: restore says what it gave back" grep -qE '[1-9][0-9]* page frames given back, 0 left' /share/restore.out
check "killed: no frame carries the flag any more" test "$(flagged_frames /share/runs/killed)" = 0
check_poison "killed"
check "killed: a second restore finds nothing" sh -c 'memsoak restore /share/runs/killed > /share/restore-2.out 2>&1 && ! grep -q "page frames" /share/restore-2.out'
check "killed: the record folds" memsoak report /share/runs/killed --json --output /share/runs/killed/report.json
check_report "killed: nothing is left by the books" /share/runs/killed/report.json \
	'.soft_offline.frames.left == 0 and .soft_offline.wrong == 0' .soft_offline

# Without debugfs the run mounts it, and takes it away again.
umount $debug/tracing 2> /dev/null
umount $debug
soak no-debugfs --profile /tmp/soft-offline.ini --yes --duration 6s
check "no debugfs: it was mounted, and is gone again" sh -c "! mount | grep -q ' on $debug type debugfs' && grep -q '\"ev\":\"prepared\",\"what\":\"mount\"' /share/runs/no-debugfs/events.jsonl"
check_report "no debugfs: pages were injected and given back" "$report" \
	'.soft_offline.injections > 0 and .soft_offline.wrong == 0 and .soft_offline.frames.left == 0' .soft_offline
mount -t debugfs debugfs $debug
check_poison "no debugfs"

# Where nothing can be undone nothing is done.
mv /lib/modules /lib/modules.away
soak no-module --profile /tmp/soft-offline.ini --yes --duration 6s
mv /lib/modules.away /lib/modules
check_exit "no module" 4
check_report "no module: skipped with the reason" "$report" \
	'.scenarios[0].verdict == "skip" and (.scenarios[0].why | test("hwpoison")) and (has("soft_offline") | not)' .scenarios
check_poison "no module"
exit "$failures"
