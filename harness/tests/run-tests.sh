#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the suites, counts their "ok" and "not ok" lines, and ends with "N passed, M failed".
# A suite that ends badly without a "not ok" counts as one failure, and so does one that printed
# neither: nothing passes by doing nothing. Usage: run-tests.sh BUILD [SUITE...]
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
shift
logs=$build/test/logs
mkdir -p "$logs"
passed=0
failed=0
skipped=0
began=$(date +%s)
: > "$logs/failures"

# Each failed check of a log, with the first of the comments behind it, which tell what was looked at.
failed_checks() { # LOG COMMENTS
	awk -v most="$2" '/^not ok/ { shown = most + 1 } /^ok/ { shown = 0 } shown-- > 0' "$1" | cut -c1-600
}

suite() { # NAME SECONDS COMMAND...
	name=$1
	limit=$2
	shift 2
	if [ -n "$wanted" ]; then
		case " $wanted " in
		*" $name "*) ;;
		*) return ;;
		esac
	fi
	at=$(date +%s)
	CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 "$limit" "$@" > "$logs/$name.log" 2>&1
	status=$?
	ok=$(grep -cE '^ok( |$)' "$logs/$name.log")
	skips=$(grep -cE '^ok .*# SKIP' "$logs/$name.log")
	not_ok=$(grep -cE '^not ok( |$)' "$logs/$name.log")
	if [ "$status" -ne 0 ] && [ "$not_ok" -eq 0 ]; then
		echo "not ok $name ended with status $status" >> "$logs/$name.log"
		not_ok=1
	elif [ "$ok" -eq 0 ] && [ "$not_ok" -eq 0 ]; then
		echo "not ok $name tested nothing" >> "$logs/$name.log"
		not_ok=1
	fi
	passed=$((passed + ok - skips))
	skipped=$((skipped + skips))
	failed=$((failed + not_ok))
	printf '%-28s %4d ok, %d not ok%s  (%d s)\n' "$name" "$((ok - skips))" "$not_ok" \
		"$([ "$skips" -gt 0 ] && printf ', %d skipped' "$skips")" "$(($(date +%s) - at))"
	if [ "$not_ok" -gt 0 ]; then
		failed_checks "$logs/$name.log" 5 | sed 's/^/    /'
		echo "    --- the end of $logs/$name.log"
		tail -n 25 "$logs/$name.log" | cut -c1-200 | sed 's/^/    /'
		failed_checks "$logs/$name.log" 3 | sed "s/^not ok/$name: not ok/; s/^#/    #/" >> "$logs/failures"
	fi
	grep -E '^ok .*# SKIP' "$logs/$name.log" | sed 's/^/    /'
}

wanted=$*
. harness/tests/suites.sh

if [ -s "$logs/failures" ]; then # again, where whoever sees only the end of all this finds it
	echo "What failed:"
	head -n 60 "$logs/failures"
fi
echo "$((($(date +%s) - began) / 60)) minutes$([ "$skipped" -gt 0 ] && echo ", $skipped skipped")"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
