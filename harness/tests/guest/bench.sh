#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Measures in the guest; the ratios are made on the host (bench_ratio.py) from /share/bench.jsonl.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

# The guest booted with these blocks offline (guest.sh), so that nothing of the system lies in them: what
# was unpacked or allocated at boot stays where it is, and a cycle is a cycle and no move of a root
# file system.
for block in /sys/devices/system/memory/memory*; do
	[ "$(cat "$block/state")" != offline ] || echo online_movable > "$block/state"
done

phase_seconds() { # RUN: how long its phases lasted, without set-up and end
	jq -c 'select(.ev == "phase_end") | .duration_ns / 1e9' "$1/events.jsonl" | jq -s add
}

profile unloaded <<EOF
[run]
duration = 8s
[guard]
reserve = 128MiB
[offline]
deadline = 20s
aim = no
[workers idle]
workload = refault
kind = shared-memfd
processes = 1
threads = 0
pages = 1
driven_by = offline
EOF
# How long a block takes depends on the one before it (stock 6.1: 30 ms for the next on the same
# node, 130 ms in turns between two) and on what else has memory: the kernel flushes the slabs of
# every CPU and moves what lies in the block. So one memsoak runs all the time and is stopped in
# between, and the bare loop goes through the plan's blocks in the plan's order while it stands
# still: neither sees another machine than the other. (Its probe on migration stays armed, so the
# bare loop pays for it as well: there are few pages in these blocks.)
uptime_ns() {
	echo "$(tr -d . < /proc/uptime | cut -d' ' -f1)0000000"
}

# From the first intent to the last block that came back between two moments.
cycles_between() { # EVENTS BEGAN-NS ENDED-NS
	jq -c --argjson began "$2" --argjson ended "$3" 'select(.t > $began and .t < $ended)
		| select(.ev == "online" or .ev == "offline" or (.ev == "intent" and .operation == "offline"))
		| {ev, t, failed: (.ev == "offline" and .errno != 0), attempts: (if .ev == "offline" then .attempts else 0 end)}' "$1" |
		jq -sc '(map(.ev) | index("intent")) as $first | (map(.ev) | rindex("online")) as $last | .[$first:$last + 1] |
			{cycles: map(select(.ev == "online")) | length, failed: map(select(.failed)) | length,
			migrated: map(.attempts) | add, seconds: ((last.t - first.t) / 1e9)}'
}

# Each pair is one observation of the ratio: 4 s of memsoak's own, 4 s of the bare loop.
pairs() { # KIND PAIRS
	run=/tmp/cycles
	memsoak run --quiet --profile /tmp/unloaded.ini --duration "$((60 + $2 * 12))s" --yes --out $run > /dev/null 2> "/share/$1.err" &
	until [ "$(grep -c '"ev":"online"' $run/events.jsonl 2> /dev/null)" -ge 40 ] 2> /dev/null; do sleep 0.2; done
	order=$(jq -r 'select(.ev == "offline") | .block' $run/events.jsonl | awk '!seen[$0]++')
	daemon=$(pidof memsoakd)
	for i in $(seq "$2"); do
		began=$(uptime_ns)
		sleep 4
		ended=$(uptime_ns)
		kill -STOP "$daemon"
		sleep 0.2
		for block in $order; do
			grep -q online "/sys/devices/system/memory/memory$block/state" ||
				echo online_movable > "/sys/devices/system/memory/memory$block/state"
		done
		# shellcheck disable=SC2086 # a list of blocks
		echo "{\"kind\":\"$1\",\"pair\":$i,\"began\":$began,\"ended\":$ended,\"bare\":$(bare_cycle 4 $order)}" >> /tmp/bare.jsonl
		kill -CONT "$daemon"
		sleep 0.2
	done
	kill -TERM "$daemon"
	wait
	while read -r pair; do
		ours=$(cycles_between $run/events.jsonl "$(echo "$pair" | jq .began)" "$(echo "$pair" | jq .ended)")
		echo "$pair" | jq -c --argjson ours "$ours" '. + {ours: $ours}' >> /share/bench.jsonl
	done < /tmp/bare.jsonl
	rm -r $run /tmp/bare.jsonl
}
pairs cycles 20
# The same with pages to move.
head -c 25165824 /dev/zero > /tmp/filler
pairs cycles-in-use 4
rm /tmp/filler

{
	printf '[run]\nduration = 4s\n[guard]\nreserve = 128MiB\n'
	moved_workers
} > /tmp/touching.ini
touches() { # NAME SOURCE
	memsoak run --quiet --profile /tmp/touching.ini --yes --count-source "$2" --out "/tmp/$1" > /dev/null 2> "/share/$1.err"
	jq -c --argjson s "$(phase_seconds "/tmp/$1")" '{touches: ([.workers[].touches] | add), seconds: $s}' "/tmp/$1/report.json"
	rm -r "/tmp/$1"
}
for i in 1 2 3 4 5 6 7 8 9 10; do
	without=$(touches "without-$i" none)
	with=$(touches "with-$i" perf-kprobe)
	echo "{\"kind\":\"touches\",\"pair\":$i,\"without\":$without,\"with\":$with}" >> /share/bench.jsonl
done

# The daemon's own memory over a longer run: first and last tenth of the samples of its 60 s, without
# the end, where drivers are joined and reports made.
{
	cat /tmp/unloaded.ini
	moved_workers
} > /tmp/longer.ini
memsoak run --quiet --profile /tmp/longer.ini --duration 60s --yes --out /share/runs/memory > /dev/null 2> /share/memory.err
jq -c 'select(.ev == "sample" and .elapsed_ns < 60e9) | {rss_bytes, anonymous_bytes}' /share/runs/memory/events.jsonl | jq -sc '
	(length / 10 | floor) as $n | map(.anonymous_bytes) as $own |
	{kind: "memory", max: (map(.rss_bytes) | max), first: ($own[1:1 + $n] | add / length),
		last: ($own[-$n:] | add / length)}' >> /share/bench.jsonl
exit 0
