#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# "memsoak compare" from the command line: boots with stated figures, and what it must refuse.
# Usage: compare.sh BUILD
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$build/test/make_events" "$scratch/run" 2000 || exit
"$build/memsoak" report --json "$scratch/run" > "$scratch/plain.json" || true

# A boot's report: NAME PLACE-IN-TIME ATTEMPTS EAGAIN [a further change, in jq].
boot() {
	start=$(date -u -d "2026-01-02 03:00 UTC + $2 minutes" +%FT%T.000+00:00)
	jq --arg id "$1" --arg start "$start" --argjson attempts "$3" --argjson eagain "$4" "
		.run.id = \$id | .run.plan_digest = \"$digest\"
		| .run.start = \$start
		| .migration.by_driver.move_pages.attempts = \$attempts
		| .migration.by_driver.move_pages.eagain = \$eagain
		| .migration.eagain.by_driver.move_pages = \$eagain | ${5:-.}" \
		"$scratch/plain.json" > "$scratch/$1.json"
}

digest=$(printf a | sha256sum | cut -c1-64)
for i in 0 1 2 3 4 5 6 7; do
	boot "with-$i" $((i * 2 + i % 2)) 5000 $((20 + i * 3))
	boot "without-$i" $((i * 2 + 1 - i % 2)) 5000 $((1500 + i * 40))
	boot "again-$i" $((i * 2 + 1 - i % 2)) 5000 $((41 - i * 3))
done

check() { # WHAT EXIT PATTERN options...: the exit code, a pattern, and one line when it is a refusal
	what=$1 want=$2 pattern=$3
	shift 3
	code=0
	"$build/memsoak" compare "$@" > "$scratch/out" 2> "$scratch/err" || code=$?
	lines=$(wc -l < "$scratch/err")
	if [ "$code" != "$want" ]; then
		echo "not ok $what: exit $code, wanted $want"
		cat "$scratch/out" "$scratch/err" | head -n 5 | sed 's/^/# /'
	elif ! cat "$scratch/out" "$scratch/err" | grep -qE -- "$pattern"; then
		echo "not ok $what: no '$pattern'"
		cat "$scratch/out" "$scratch/err" | head -n 5 | sed 's/^/# /'
	elif [ "$want" = 2 ] && [ "$lines" != 1 ]; then
		echo "not ok $what: $lines lines of error, wanted 1"
	else
		echo "ok $what"
	fi
}

with=$(ls "$scratch"/with-*.json)
without=$(ls "$scratch"/without-*.json)
again=$(ls "$scratch"/again-*.json)
one=$scratch/with-0.json
two=$scratch/without-0.json
# shellcheck disable=SC2086 # lists of files
{
	check "two kernels that differ" 0 '^verdict: different$' --base $with --test $without
	check "... gated" 1 '^verdict: different$' --gate --base $with --test $without
	check "two that do not" 3 '^verdict: not_enough_data$' --base $with --test $again
	check "... within a wide margin" 0 '^verdict: same$' --margin 3 --base $with --test $again
	check "... gated" 0 '^verdict: same$' --gate --margin 3 --base $with --test $again
}
# shellcheck disable=SC2086
if "$build/memsoak" compare --json --base $with --test $without > "$scratch/compare.json"; then
	for tool in "$build/memsoak validate" "/usr/bin/python3 harness/tests/validate_report.py"; do
		# shellcheck disable=SC2086
		if $tool "$scratch/compare.json" > "$scratch/out" 2>&1; then
			echo "ok the comparison as JSON is valid ($tool)"
		else
			echo "not ok the comparison as JSON is valid ($tool)"
			head -n 5 "$scratch/out" | sed 's/^/# /'
		fi
	done
	p=$(jq '[.metrics[] | select(.name == "eagain_per_attempt") | .p][0]' "$scratch/compare.json")
	if [ "$(jq -n "$p < 0.001")" = true ]; then
		echo "ok eight boots a side reach p < 0.001 ($p)"
	else
		echo "not ok eight boots a side reach p < 0.001: $p"
	fi
else
	echo "not ok the comparison as JSON"
fi
check "one run only" 2 'test' --base "$one"
check "one boot twice" 2 'one boot' --base "$one" "$one" --test "$two"
check "a file that is not there" 2 'nothing.json' --base "$one" --test "$scratch/nothing.json"
head -c 900 "$two" > "$scratch/cut.json"
check "a cut report" 2 'cut.json' --base "$one" --test "$scratch/cut.json"
jq '.schema.major = 2' "$two" > "$scratch/major.json"
check "a report of another major schema" 2 'major' --base "$one" --test "$scratch/major.json"
digest=$(printf b | sha256sum | cut -c1-64)
boot other 3 5000 1500
check "different plans" 2 'different plans' --base "$one" --test "$scratch/other.json"
check "... forced: one boot a side is too few" 3 'give at least 4 a side' --force --base "$one" --test "$scratch/other.json"
digest=$(printf a | sha256sum | cut -c1-64)
boot still 3 0 0 '.migration.attempts = 0 | .migration.succeeded = 0 | .migration.by_driver.offline = {attempts: 0, eagain: 0}
	| .migration.eagain.total = 0 | .move_pages.moved = 0 | .move_pages.not_moved = 0 | .offline.attempts = 0
	| .offline.succeeded = 0 | del(.migration.migrated_pages)'
check "no migration on one side" 3 'still.json|migrat' --base "$one" --test "$scratch/still.json"
check "a margin that is none" 2 'margin' --margin 0.5 --base "$one" --test "$two"
