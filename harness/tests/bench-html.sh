#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The page of a day's soak of 100,000 cycles: its size, how long it takes to make against jq reading
# the same journal three times, and the peak memory. Usage: bench-html.sh BUILD [PAIRS]
set -eu
cd "$(dirname "$0")/../.."
build=$1
pairs=${2:-3}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Of its events a fifth are attempts.
"$build/test/make_events" "$scratch/small" 60000
"$build/test/make_events" "$scratch/large" 600000
/usr/bin/python3 harness/tests/bench_html.py "$build/memsoak" "$scratch" "$pairs"
