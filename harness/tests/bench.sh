#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# All figures of speed and memory, one JSON line each on stdout; ends 1 when one misses its limit.
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
bad=0
harness/tests/bench-topology.sh "$build" || bad=1
harness/tests/bench-fold.sh "$build" || bad=1
harness/tests/bench-html.sh "$build" || bad=1
harness/tests/bench-scan-log.sh "$build" || bad=1
harness/tests/bench-million.sh "$build" || bad=1
# The guest's suite, its figures, and what it said on stderr.
harness/tests/guest.sh "$build" bench >&2
/usr/bin/python3 harness/tests/bench_ratio.py "$build/test/guest-bench/bench.jsonl" || bad=1
exit "$bad"
