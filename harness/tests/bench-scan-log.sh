#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# memsoak scan-log against grep, which counts the lines that match an alternation of the same headers
# (headers.regex), on four logs of 1 GiB, one after the other: one of which half are reports, one as a machine
# writes that is well but for a few, and that one as records of /dev/kmsg and as a journal.
# Usage: bench-scan-log.sh BUILD [PAIRS [MIB]]
set -eu
cd "$(dirname "$0")/../.."
build=$1
pairs=${2:-3}
mib=${3:-1024}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
/usr/bin/python3 harness/tests/bench_scan_log.py "$build/memsoak" "$scratch" "$pairs" "$mib"
