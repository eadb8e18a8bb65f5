#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every scenario on every kernel of the lab: one boot a kernel, the scenarios one after the other.
#
#   matrix.sh [--judge] BUILD OUT [KERNEL ...]
#
# --judge boots nothing: it goes once more over what an earlier matrix left in OUT.
#
# Leaves OUT/matrix.json and a report of each cell; prints the matrix. Ends 1 when an answer is not
# the one that matrix.conf declares (none, where a guest went away before), 2 for usage.
set -eu
lab_dir=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=harness/lab/lib.sh
. "$lab_dir/lib.sh"
profiles=$lab_dir/../../workloads/profiles
[ -d "$profiles" ] || profiles=$lab_dir/../profiles # installed
[ -d "$profiles" ] || die 2 "no profiles beside $lab_dir"
judge_only=
[ "${1:-}" != --judge ] || { judge_only=yes && shift; }
[ $# -ge 2 ] || die 2 "usage: matrix.sh [--judge] BUILD OUT [KERNEL ...]"
build=$1
out=$2
shift 2
# shellcheck disable=SC2046 # names of a-z, 0-9, - and dots
[ $# -gt 0 ] || set -- $("$lab_dir/build-kernel.sh" --names) stock
began=$(date +%s)

scenarios=$(awk '!/^#/ && NF && !seen[$1]++ { print $1 }' "$lab_dir/matrix.conf")
mkdir -p "$out"
rm -f "$out/cells.jsonl"

duration() { # SCENARIO KERNEL
	for_all=
	while read -r row_scenario row_kernel row_duration _; do
		[ "$row_scenario" = "$1" ] || continue
		[ "$row_kernel" != for ] || for_all=$row_duration
		[ "$row_kernel" != "${row_kernel#for:}" ] || continue
		# shellcheck disable=SC2254 # a pattern on purpose
		case $2 in
		${row_kernel#for:}) echo "$row_duration" && return ;;
		esac
	done < "$lab_dir/matrix.conf"
	echo "$for_all"
}

declared() { # SCENARIO KERNEL: answer, tab, reason
	while read -r row_scenario row_kernel row_answer row_why; do
		# shellcheck disable=SC2254 # a pattern on purpose
		case $2 in
		$row_kernel) [ "$row_scenario" = "$1" ] && printf '%s\t%s\n' "$row_answer" "$row_why" && return ;;
		esac
	done <<-TABLE
		$(grep -v '^#' "$lab_dir/matrix.conf")
	TABLE
}

# What the guest does: each scenario by its profile, the kernel's settings compared before and after.
write_script() { # FILE KERNEL
	cat > "$1" <<- SCRIPT
		#!/bin/sh
		state() {
			grep . /sys/devices/system/memory/memory*/state /sys/devices/system/memory/memory*/valid_zones \
				/proc/sys/vm/nr_hugepages /proc/sys/kernel/numa_balancing /sys/kernel/mm/ksm/run \
				/sys/kernel/mm/transparent_hugepage/enabled 2> /dev/null
			grep HardwareCorrupted /proc/meminfo
			cat /proc/swaps
			ls /sys/block
		}
		mkdir -p /share/cells
		modprobe memory-notifier-error-inject 2> /dev/null
		modprobe hwpoison-inject 2> /dev/null
		state > /tmp/before
		while read -r scenario duration; do
			memsoak run --quiet --yes --profile "/share/profiles/\$scenario.ini" --duration "\$duration" \
				--out "/share/cells/\$scenario" > "/share/cells/\$scenario.out" 2>&1 < /dev/null
			echo \$? > "/share/cells/\$scenario.exit"
			state > /tmp/after
			cmp -s /tmp/before /tmp/after || diff /tmp/before /tmp/after > "/share/cells/\$scenario.left"
		done <<- TABLE
			$(for scenario in $scenarios; do echo "$scenario $(duration "$scenario" "$2")"; done)
		TABLE
		exit 0
	SCRIPT
	chmod +x "$1"
}

# One JSON line a cell.
cell() { # KERNEL SCENARIO
	folder=$out/$1/cells
	report=$folder/$2/report.json
	verdict=$(jq -r '.scenarios[0].verdict // .verdict.result' "$report" 2> /dev/null) || verdict=
	why=$(jq -r '.scenarios[0].why // (.verdict.why | join("; "))' "$report" 2> /dev/null) || why=
	if [ -z "$verdict" ]; then
		verdict=$([ "$(cat "$folder/$2.exit" 2> /dev/null)" = 4 ] && echo skip || echo none)
		why=$(tail -n 1 "$folder/$2.out" 2> /dev/null) || why=
	fi
	[ ! -s "$folder/$2.left" ] || why="NOT PUT BACK: $(head -n 1 "$folder/$2.left"); $why"
	declared "$2" "$1" > "$out/declared"
	jq -cn --arg kernel "$1" --arg scenario "$2" --arg answer "$verdict" --arg why "$why" \
		--arg declared "$(cut -f1 "$out/declared")" --arg reason "$(cut -f2 "$out/declared")" \
		--arg left "$([ -s "$folder/$2.left" ] && echo yes || echo no)" \
		--argjson numbers "$(jq -c '.scenarios[0].numbers // {}' "$report" 2> /dev/null || echo '{}')" \
		'{$kernel, $scenario, $answer, $declared, $reason, put_back: ($left == "no"), $why, $numbers,
			as_declared: ($answer == $declared and $left == "no")}' >> "$out/cells.jsonl"
}

boot() { # KERNEL
	kernel=$1
	share=$out/$kernel
	rm -rf "$share"
	mkdir -p "$share"
	cp -r "$profiles" "$share/profiles"
	write_script "$out/script" "$kernel"
	printf 'matrix: %s\n' "$kernel" >&2
	"$build/memsoak-lab" run --kernel "$kernel" --quiet --share "$share" --script "$out/script" \
		--timeout 12m > "$share/lab.out" 2>&1 || printf 'matrix: %s: the guest ended badly: %s\n' \
		"$kernel" "$(tail -n 1 "$share/lab.out")" >&2
}

for kernel; do
	[ -n "$judge_only" ] || boot "$kernel"
	for scenario in $scenarios; do
		cell "$kernel" "$scenario"
	done
done

jq -s --argjson seconds "$(($(date +%s) - began))" \
	'{seconds: $seconds, as_declared: all(.[]; .as_declared), cells: .}' "$out/cells.jsonl" > "$out/matrix.json"
rm -f "$out/cells.jsonl" "$out/declared" "$out/script"
jq -r '
	(.cells | map(.scenario) | unique) as $scenarios |
	(["kernel"] + $scenarios | @tsv),
	(.cells | group_by(.kernel)[] | . as $row |
		[$row[0].kernel] + [$scenarios[] as $s | ($row[] | select(.scenario == $s)) |
			.answer + (if .as_declared then "" else "!" end)] | @tsv)' "$out/matrix.json" |
	awk -F '\t' '{ printf "%-24s", $1; for (i = 2; i <= NF; i++) printf "%-16s", $i; print "" }'
jq -r '.cells[] | select(.as_declared | not) |
	"not as declared: \(.scenario) on \(.kernel) answers \(.answer), declared is \(.declared): \(.why)"' "$out/matrix.json"
printf '%d cells, %d as declared, %d minutes\nmatrix: %s\n' "$(jq '.cells | length' "$out/matrix.json")" \
	"$(jq '[.cells[] | select(.as_declared)] | length' "$out/matrix.json")" \
	"$((($(date +%s) - began) / 60))" "$out/matrix.json"
[ "$(jq .as_declared "$out/matrix.json")" = true ]
