#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# How good is "memsoak fingerprint --behaviour"? Boots each of the lab's kernels so many times, asks
# it in each boot, and compares with what is known of them. One line a boot, then a table; and of each
# generation the figures that reports/behaviour.c has its limits from.
# Usage: fingerprint-boots.sh BUILD [BOOTS [KERNEL...]]. Ends 1 when an answer was wrong, or when more
# than one boot in ten of a kernel gave none.
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
boots=${2:-10}
shift $(($# < 2 ? $# : 2))
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# kernel, what it does, what its symbols say
truth() {
	cat <<- KERNELS
		5.10-with B B
		5.10-without A B
		6.1-with C C
		6.1-waiter-ref A C
		stock-5.10 B B
		stock C C
		stock-6.12 C C
	KERNELS
}

cat > "$scratch/ask.sh" <<- ASK
	#!/bin/sh
	begin=\$(cut -d. -f1 /proc/uptime)
	memsoak fingerprint --behaviour --json > /share/answer.json
	echo "\$((\$(cut -d. -f1 /proc/uptime) - begin))" > /share/seconds
ASK
chmod +x "$scratch/ask.sh"

# KERNEL BEHAVES SYMBOLS ANSWER: right, wrong or unknown
judge() {
	case $4 in
	"$2 $3") echo right ;;
	"unknown $3") echo unknown ;;
	*) echo wrong ;;
	esac
}

boot() { # KERNEL BEHAVES SYMBOLS
	share=$scratch/share
	rm -rf "$share"
	mkdir "$share"
	"$build/memsoak-lab" run --kernel "$1" --quiet --share "$share" --script "$scratch/ask.sh" \
		--timeout 3m > "$share/log" 2>&1
	answer=$(jq -r '"\(.behaviour.generation) \(.generation)"' "$share/answer.json" 2> /dev/null)
	figures=$(jq -r '.behaviour.faulted | "\(.eagain) \(.waits) \(.gave_up) \(.attempts)"' \
		"$share/answer.json" 2> /dev/null)
	echo "$1 $2 $(judge "$1" "$2" "$3" "$answer") ${answer:-nothing nothing} ${figures:-0 0 0 0}" \
		"$(cat "$share/seconds" 2> /dev/null || echo 0) $(cut -d' ' -f1 /proc/loadavg)"
}

say() {
	echo "kernel is answer behaves symbols EAGAIN waits gave-up attempts seconds load"
	cat
}

truth | while read -r kernel behaves symbols; do
	case " $* " in
	"  " | *" $kernel "*) ;;
	*) continue ;;
	esac
	for _ in $(seq "$boots"); do
		boot "$kernel" "$behaves" "$symbols" < /dev/null
	done
done | tee "$scratch/boots" | say

echo
awk '
	{
		n[$1]++
		count[$1, $3]++
		if (!($1 in first)) order[++kernels] = $1
		first[$1] = 1
		if ($7 > 0 && $6 > 0) {
			x = log($6 / $7)
			boots[$2]++
			sum[$2] += x
			squares[$2] += x * x
		}
		if ($2 == "C") { clean += $7; stray += $6 }
		if ($10 > slowest) slowest = $10
	}
	END {
		printf "%-16s %6s %6s %6s %8s\n", "kernel", "boots", "right", "wrong", "unknown"
		for (i = 1; i <= kernels; i++) {
			k = order[i]
			printf "%-16s %6d %6d %6d %8d\n", k, n[k], count[k, "right"], count[k, "wrong"], count[k, "unknown"]
			bad += count[k, "wrong"] > 0 || count[k, "unknown"] > (n[k] < 10 ? 1 : n[k] / 10)
		}
		printf "\nslowest: %d s\n", slowest
		for (g in boots)
			if (boots[g] > 1) {
				mean = sum[g] / boots[g]
				printf "%s: ln(EAGAIN / waits) has the mean %.2f and the deviation %.2f over %d boots\n", g,
					mean, sqrt((squares[g] - boots[g] * mean * mean) / (boots[g] - 1)), boots[g]
			}
		if (clean) printf "C: %d EAGAIN in %d waits\n", stray, clean
		exit bad > 0
	}
' "$scratch/boots"
