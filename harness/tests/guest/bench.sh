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
# every CPU and moves what lies in the block. So the bare loop walks the very blocks, in the very
# order, that the same plan gave a run before, while a stopped memsoak is as big as the one it is
# compared with.
memsoak run --quiet --profile /tmp/unloaded.ini --yes --out /tmp/order > /dev/null 2> /share/order.err
order=$(jq -r 'select(.ev == "offline") | .block' /tmp/order/events.jsonl)

bare() { # PAIR
	memsoak run --quiet --profile /tmp/unloaded.ini --duration 60s --yes --out "/tmp/stopped-$1" > /dev/null 2> "/share/stopped-$1.err" &
	until grep -q '"ev":"offline"' "/tmp/stopped-$1/events.jsonl" 2> /dev/null; do sleep 0.1; done
	kill -STOP "$(pidof memsoakd)"
	sleep 0.5
	for block in $(echo "$order" | sort -u); do
		grep -q online "/sys/devices/system/memory/memory$block/state" ||
			echo online_movable > "/sys/devices/system/memory/memory$block/state"
	done
	# shellcheck disable=SC2086 # a list of blocks
	bare_cycle 8 $order
	kill -CONT "$(pidof memsoakd)"
	kill -TERM "$(pidof memsoakd)"
	wait
}

ours() { # PAIR
	memsoak run --quiet --profile /tmp/unloaded.ini --yes --out "/tmp/cycle-$1" > /dev/null 2> "/share/cycle-$1.err"
	jq -c --argjson s "$(phase_seconds "/tmp/cycle-$1")" '{cycles: .offline.succeeded, failed: (.offline.attempts - .offline.succeeded),
		migrated: .migration.attempts, seconds: $s}' "/tmp/cycle-$1/report.json"
}

# Each pair is one observation of the ratio; who goes first takes turns.
pairs() { # KIND PAIRS
	for i in $(seq "$2"); do
		[ $((i % 2)) -eq 0 ] && ours=$(ours "$1-$i")
		bare=$(bare "$1-$i")
		[ $((i % 2)) -eq 1 ] && ours=$(ours "$1-$i")
		echo "{\"kind\":\"$1\",\"pair\":$i,\"bare\":$bare,\"ours\":$ours}" >> /share/bench.jsonl
	done
}
pairs cycles 6
# The same with pages to move: each of them costs what the probe on its migration does.
head -c 25165824 /dev/zero > /tmp/filler
pairs cycles-in-use 3
rm /tmp/filler

profile touching <<EOF
[run]
duration = 4s
[guard]
reserve = 128MiB
[move_pages]
batch = 16
[workers moved]
workload = refault
kind = private-anonymous
processes = 1
threads = 1
pages = 16
driven_by = move_pages
EOF
touches() { # NAME SOURCE
	memsoak run --quiet --profile /tmp/touching.ini --yes --count-source "$2" --out "/tmp/$1" > /dev/null 2> "/share/$1.err"
	jq -c --argjson s "$(phase_seconds "/tmp/$1")" '{touches: ([.workers[].touches] | add), seconds: $s}' "/tmp/$1/report.json"
}
for i in 1 2 3 4 5 6 7 8 9 10; do
	without=$(touches "without-$i" none)
	with=$(touches "with-$i" perf-kprobe)
	echo "{\"kind\":\"touches\",\"pair\":$i,\"without\":$without,\"with\":$with}" >> /share/bench.jsonl
done

# The daemon's own memory over a longer run: first and last tenth of the samples of its 60 s, without
# the end, where drivers are joined and reports made.
cat /tmp/unloaded.ini - > /tmp/longer.ini << EOF
[move_pages]
batch = 16
[workers moved]
workload = refault
kind = private-anonymous
processes = 1
threads = 1
pages = 16
driven_by = move_pages
EOF
memsoak run --quiet --profile /tmp/longer.ini --duration 60s --yes --out /share/runs/memory > /dev/null 2> /share/memory.err
jq -c 'select(.ev == "sample" and .elapsed_ns < 60e9) | {rss_bytes, anonymous_bytes}' /share/runs/memory/events.jsonl | jq -sc '
	(length / 10 | floor) as $n | map(.anonymous_bytes) as $own |
	{kind: "memory", max: (map(.rss_bytes) | max), first: ($own[1:1 + $n] | add / length),
		last: ($own[-$n:] | add / length)}' >> /share/bench.jsonl
exit 0
