#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Measures in the guest; the ratios are made on the host (bench_ratio.py) from /share/bench.jsonl.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

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
blocks=$(memsoak plan --profile /tmp/unloaded.ini --json | jq -r '.blocks[].id')
# Bare, memsoak, bare, memsoak ...: each pair is one observation of the ratio.
for i in 1 2 3 4 5; do
	# shellcheck disable=SC2086 # a list of blocks
	bare=$(bare_cycle 8 $blocks)
	memsoak run --quiet --profile /tmp/unloaded.ini --yes --out "/tmp/cycle-$i" > /dev/null 2> "/share/cycle-$i.err"
	ours=$(jq -c --argjson s "$(phase_seconds "/tmp/cycle-$i")" '{cycles: .offline.succeeded, failed: (.offline.attempts - .offline.succeeded), seconds: $s}' "/tmp/cycle-$i/report.json")
	echo "{\"kind\":\"cycles\",\"pair\":$i,\"bare\":$bare,\"ours\":$ours}" >> /share/bench.jsonl
done

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

# The daemon's own memory over a longer run: first and last tenth of the samples.
memsoak run --quiet --profile /tmp/short.ini --duration 60s --yes --out /share/runs/memory > /dev/null 2> /share/memory.err
jq -c 'select(.ev == "sample") | .rss_bytes' /share/runs/memory/events.jsonl | jq -sc '
	(length / 10 | floor) as $n |
	{kind: "memory", max: max, first: (.[1:1 + $n] | add / length), last: (.[-$n:] | add / length)}' >> /share/bench.jsonl
exit 0
