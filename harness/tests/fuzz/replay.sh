#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The inputs that fuzzing has left, once each, with sanitizers. Usage: replay.sh BUILD
set -u
cd "$(dirname "$0")/../../.." || exit
build=$1
for target in log kmsg journal; do
	set -- harness/tests/fuzz/corpus/"$target"/*
	[ "$target" = log ] && set -- "$@" harness/tests/fixtures/logs/*
	if "$build/asan/test/fuzz_$target" "$@" > "$build/test/fuzz_$target.log" 2>&1; then
		sed "s/^ok/ok $target:/" "$build/test/fuzz_$target.log"
	else
		echo "not ok $target: status $?"
		tail -n 20 "$build/test/fuzz_$target.log" | sed 's/^/# /'
	fi
done
