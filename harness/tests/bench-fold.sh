#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# memsoak report on a made-up run of 1,000,000 events, against jq reading the same file. Usage:
# bench-fold.sh BUILD [PAIRS]
set -eu
cd "$(dirname "$0")/../.."
build=$1
pairs=${2:-3}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$build/test/make_events" "$scratch/small" 100000
"$build/test/make_events" "$scratch/large" 1000000
/usr/bin/python3 harness/tests/bench_fold.py "$build/memsoak" "$scratch" "$pairs"
