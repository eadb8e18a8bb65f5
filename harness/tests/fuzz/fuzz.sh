#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Fuzzes each target for some time, beginning with the kept inputs. What makes it crash, leak or hang is
# left in BUILD/fuzz. Usage: fuzz.sh BUILD [SECONDS]
set -u
cd "$(dirname "$0")/../../.." || exit
build=$1
seconds=${2:-60}
bad=0
for target in log kmsg journal; do
	found=$build/fuzz/$target
	mkdir -p "$found"
	set -- harness/tests/fuzz/corpus/"$target"
	[ "$target" = log ] && set -- "$@" harness/tests/fixtures/logs
	echo "fuzz: $target for $seconds s"
	"$build/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=16384 \
		-print_final_stats=1 -dict=harness/tests/fuzz/words.dict -artifact_prefix="$found-" \
		"$found" "$@" > "$found.log" 2>&1 || bad=1
	grep -E '^(SUMMARY|stat::number_of_executed|stat::peak|Test unit written)|ERROR' "$found.log"
done
exit "$bad"
