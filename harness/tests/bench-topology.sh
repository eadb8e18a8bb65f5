#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# memsoak topology against lsmem, on a made-up host of 65,536 blocks on 16 nodes. Usage:
# bench-topology.sh BUILD [PAIRS]
set -eu
cd "$(dirname "$0")/../.."
build=$1
pairs=${2:-9}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$build/test/make_sysfs_tree" "$scratch/tree" 65536 16 8000000
/usr/bin/python3 harness/tests/bench_topology.py "$build/memsoak" "$scratch/tree" "$pairs"
