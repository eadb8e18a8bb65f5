#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs the suites, counts their "ok" and "not ok" lines, and ends with "N passed, M failed".
# A suite that ends badly without a "not ok" counts as one failure, and so does one that printed
# neither: nothing passes by doing nothing.
#
# What a guest does under emulation hangs on how busy the host is. The first two suites with guests that
# fail are run once more, and count as they then end; what failed the first time is told at the end, as
# unsteady, and its log is kept. Nothing else has a second try. Usage: run-tests.sh BUILD [SUITE...]
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
shift
logs=$build/test/logs
mkdir -p "$logs"
passed=0
failed=0
skipped=0
second_tries=2
began=$(date +%s)
: > "$logs/failures"
: > "$logs/unsteady"

# Each failed check of a log, with the first of the comments behind it, which tell what was looked at.
failed_checks() { # LOG COMMENTS
	awk -v most="$2" '/^not ok/ { shown = most + 1 } /^ok/ { shown = 0 } shown-- > 0' "$1" | cut -c1-600
}

# The same at the end of all, where they need their suite's name.
failures_of() { # NAME
	failed_checks "$log" 3 | sed "s/^not ok/$1: not ok/; s/^#/    #/"
}

# Leaves its counts in ok, skips and not_ok.
run_suite() { # NAME SECONDS COMMAND...
	log=$logs/$1.log
	name=$1
	limit=$2
	shift 2
	CMOCKA_MESSAGE_OUTPUT=TAP timeout -k 10 "$limit" "$@" > "$log" 2>&1
	status=$?
	ok=$(grep -cE '^ok( |$)' "$log")
	skips=$(grep -cE '^ok .*# SKIP' "$log")
	not_ok=$(grep -cE '^not ok( |$)' "$log")
	if [ "$status" -ne 0 ] && [ "$not_ok" -eq 0 ]; then
		echo "not ok $name ended with status $status" >> "$log"
		not_ok=1
	elif [ "$ok" -eq 0 ] && [ "$not_ok" -eq 0 ]; then
		echo "not ok $name tested nothing" >> "$log"
		not_ok=1
	fi
}

has_second_try() { # NAME
	case "$1" in
	guest-* | ab-short) [ "$second_tries" -gt 0 ] ;;
	*) false ;;
	esac
}

suite() { # NAME SECONDS COMMAND...
	if [ -n "$wanted" ]; then
		case " $wanted " in
		*" $1 "*) ;;
		*) return ;;
		esac
	fi
	at=$(date +%s)
	run_suite "$@"
	if [ "$not_ok" -gt 0 ] && has_second_try "$1"; then
		second_tries=$((second_tries - 1))
		first_try=$(failures_of "$1")
		mv "$log" "$logs/$1.first-try.log"
		echo "$1: $not_ok not ok, once more"
		run_suite "$@"
		[ "$not_ok" -gt 0 ] || printf '%s\n' "$first_try" >> "$logs/unsteady"
	fi
	passed=$((passed + ok - skips))
	skipped=$((skipped + skips))
	failed=$((failed + not_ok))
	printf '%-28s %4d ok, %d not ok%s  (%d s)\n' "$name" "$((ok - skips))" "$not_ok" \
		"$([ "$skips" -gt 0 ] && printf ', %d skipped' "$skips")" "$(($(date +%s) - at))"
	if [ "$not_ok" -gt 0 ]; then
		failed_checks "$log" 5 | sed 's/^/    /'
		echo "    --- the end of $log"
		tail -n 25 "$log" | cut -c1-200 | sed 's/^/    /'
		failures_of "$name" >> "$logs/failures"
	fi
	grep -E '^ok .*# SKIP' "$log" | sed 's/^/    /'
}

wanted=$*
. harness/tests/suites.sh

if [ -s "$logs/unsteady" ]; then
	echo "Unsteady: failed, and did not fail when run once more (logs: $logs/*.first-try.log):"
	head -n 60 "$logs/unsteady"
fi
if [ -s "$logs/failures" ]; then # again, where whoever sees only the end of all this finds it
	echo "What failed:"
	head -n 60 "$logs/failures"
fi
echo "$((($(date +%s) - began) / 60)) minutes$([ "$skipped" -gt 0 ] && echo ", $skipped skipped")"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
