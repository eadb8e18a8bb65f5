#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Logs in the forms that they come in, and what scan-log must find in each: no more and no less.
# fixtures/logs/expected.tsv: file, kind, CPU, seconds, comm, pid, in migration, count. Usage: scan-log.sh BUILD
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
logs=harness/tests/fixtures/logs
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

found() { # FILE NAME: its findings, one a line
	"$build/memsoak" scan-log "$1" --json > "$scratch/json" &&
		jq -r --arg file "$2" '.lockups[] | [$file, .kind, .cpu // "-", .seconds // "-", .comm // "-", .pid // "-",
			.in_migration, .count] | @tsv' "$scratch/json"
}

for log in "$logs"/*; do
	name=${log##*/}
	[ "$name" = expected.tsv ] && continue
	grep "^$name	" "$logs/expected.tsv" > "$scratch/expected"
	found "$log" "$name" > "$scratch/found" 2> "$scratch/err"
	if diff "$scratch/expected" "$scratch/found" > "$scratch/diff" && [ ! -s "$scratch/err" ]; then
		echo "ok $name: $(wc -l < "$scratch/found") findings"
	else
		echo "not ok $name"
		sed 's/^/# /' "$scratch/diff" "$scratch/err"
	fi
	if "$build/memsoak" validate "$scratch/json" > "$scratch/out" 2>&1; then
		echo "ok $name: valid"
	else
		echo "not ok $name: $(head -n 1 "$scratch/out")"
	fi
done
# A log that stands there twice has the same findings, with larger counts.
cat "$logs/dmesg-x-migration.log" "$logs/dmesg-x-migration.log" > "$scratch/twice"
if [ "$(found "$scratch/twice" x | cut -f 8 | paste -sd ' ')" = "6 1" ]; then
	echo "ok repeats are folded, and the same line again is no repeat"
else
	echo "not ok repeats are folded"
fi
