#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every kind of page on kernels whose waiters keep a reference and on kernels whose do not: one boot a
# kernel, the kinds one after the other, move_pages() against the faulters.
#
#   kinds-table.sh [--judge] BUILD OUT [KERNEL ...]
#   kinds-table.sh --kernels        prints those that it boots when none is named
#
# --judge boots nothing: it goes once more over what was left in OUT.
#
# Leaves OUT/kinds.json and a report of each cell; prints a table in Markdown. Ends 2 for usage, 3 when
# a cell has no report.
set -eu
lab_dir=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=harness/lab/lib.sh
. "$lab_dir/lib.sh"
kernels='5.10-without 5.10-with 6.1-waiter-ref 6.1-with'
if [ "${1:-}" = --kernels ]; then
	echo "$kernels"
	exit 0
fi
judge_only=
[ "${1:-}" != --judge ] || { judge_only=yes && shift; }
[ $# -ge 2 ] || die 2 "usage: kinds-table.sh [--judge] BUILD OUT [KERNEL ...]"
build=$1
out=$2
shift 2
# shellcheck disable=SC2086 # names of a-z, 0-9, - and dots
[ $# -gt 0 ] || set -- $kernels
seconds=${SECONDS_A_CELL:-12}

# Processes, threads and pages of each: two faulters everywhere, where all of them have the same
# pages; and the program that 200 processes run. A huge page takes long to copy: more seconds.
kinds='
private-anonymous refault private-anonymous 1 2 1 1
shared-memfd refault shared-memfd 2 1 1 1
mapped-file refault mapped-file 2 1 1 1
text-of-200 text mapped-file 200 1 8 3
anonymous-thp refault anonymous-thp 1 2 1 3
shared-thp refault shared-thp 2 1 1 3
private-hugetlb refault private-hugetlb 1 2 1 3
shared-hugetlb refault shared-hugetlb 2 1 1 3
ksm refault ksm 2 1 1 1
'

write_script() { # FILE
	cat > "$1" <<- SCRIPT
		#!/bin/sh
		mkdir -p /share/cells /tmp/disk
		modprobe -a loop ext4 2> /dev/null
		dd if=/dev/zero of=/tmp/image bs=1M count=24 2> /dev/null
		mke2fs -F /tmp/image > /tmp/mke2fs.log 2>&1
		mount -o loop -t ext4 /tmp/image /tmp/disk 2> /dev/null ||
			mount -o loop -t ext2 /tmp/image /tmp/disk
		while read -r name workload kind processes threads pages times; do
			[ -n "\$name" ] || continue
			cat > /tmp/cell.ini <<- PROFILE
				[run]
				duration = \$((times * $seconds))s
				[guard]
				reserve = 64MiB
				[observe]
				causes = yes
				[move_pages]
				batch = 1
				[workers moved]
				workload = \$workload
				kind = \$kind
				processes = \$processes
				threads = \$threads
				pages = \$pages
				driven_by = move_pages
			PROFILE
			# The file of a mapped file lies in the run's folder.
			memsoak run --quiet --yes --profile /tmp/cell.ini --out "/tmp/disk/\$name" \
				> "/share/cells/\$name.out" 2>&1
			cp -r "/tmp/disk/\$name" /share/cells/
			rm -rf "/tmp/disk/\$name"
		done <<- KINDS
		$(echo "$kinds" | sed 's/^/			/')
		KINDS
		exit 0
	SCRIPT
	chmod +x "$1"
}

boot() { # KERNEL
	share=$out/$1
	rm -rf "$share"
	mkdir -p "$share"
	write_script "$out/script"
	say "$1"
	"$build/memsoak-lab" run --kernel "$1" --quiet --share "$share" --script "$out/script" \
		--timeout 20m > "$share/lab.out" 2>&1 ||
		say "$1: the guest ended badly: $(tail -n 1 "$share/lab.out")"
}

cell() { # KERNEL KIND
	report=$out/$1/cells/$2/report.json
	[ -s "$report" ] || {
		say "$1 has no report of $2: $(tail -n 1 "$out/$1/cells/$2.out" 2> /dev/null)"
		missing=yes
		return 0
	}
	jq -c --arg kernel "$1" --arg kind "$2" '{$kernel, $kind, release: .kernel.release,
		attempts: .migration.attempts, waits: .migration.waits, eagain: .migration.eagain.total,
		by_cause: .migration.eagain.by_cause, misses: .migration.eagain.cause_misses,
		moved: .move_pages.moved, not_moved: .move_pages.not_moved,
		mismatches: ([.workers[].mismatches] | add), verdict: .verdict.result}' "$report" >> "$out/cells.jsonl"
}

mkdir -p "$out"
rm -f "$out/cells.jsonl"
missing=
for kernel; do
	[ -n "$judge_only" ] || boot "$kernel"
	for kind in $(echo "$kinds" | awk 'NF { print $1 }'); do
		cell "$kernel" "$kind"
	done
done
[ -s "$out/cells.jsonl" ] || die 3 "no kernel has given a report"
jq -s --argjson seconds "$seconds" '{$seconds, cells: .}' "$out/cells.jsonl" > "$out/kinds.json"
rm -f "$out/cells.jsonl" "$out/script"
jq -r '
	(reduce .cells[].kernel as $k ([]; if index($k) then . else . + [$k] end)) as $kernels |
	(reduce .cells[].kind as $k ([]; if index($k) then . else . + [$k] end)) as $kinds | . as $all |
	"| kind of page | " + ($kernels | join(" | ")) + " |",
	"|---|" + ($kernels | map("---|") | add),
	($kinds[] as $kind | "| \($kind) | " + ([$kernels[] as $kernel |
		([$all.cells[] | select(.kernel == $kernel and .kind == $kind)][0] |
		if . == null then "none" else
		"\(.attempts) / \(.eagain) / \(.by_cause.waiter // "?")+\(.by_cause.queueing_waiter // "?") / \(.not_moved)" end)] | join(" | ")) + " |")' "$out/kinds.json"
echo "attempts / EAGAIN / of them by waiters that slept with a reference + by others / pages not moved after all passes"
[ -z "$missing" ] || exit 3
