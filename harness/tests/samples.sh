#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each sample run folds into the report that is kept beside it, byte for byte, with the verdict that
# this table says. Usage: samples.sh BUILD [--update]
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
update=${2:-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

check() { # WHAT COMMAND...
	what=$1
	shift
	if "$@" > "$scratch/check" 2>&1; then
		echo "ok $what"
	else
		echo "not ok $what"
		head -n 12 "$scratch/check" | sed 's/^/# /'
	fi
}

sample() { # NAME RESULT EXIT
	run=$scratch/$1
	kept=reports/samples/$1.report.json
	cp -r "reports/samples/$1" "$run"
	code=0
	"$build/memsoak" report --json "$run" > "$scratch/$1.json" || code=$?
	[ "$update" = --update ] && cp "$scratch/$1.json" "$kept"
	check "sample $1: verdict $2, exit $3" test "$(jq -r "\"\\(.verdict.result) \\(.verdict.exit)\"" "$scratch/$1.json") $code" = "$2 $3 0"
	check "sample $1: the report is the one that is kept" cmp "$scratch/$1.json" "$kept"
	check "sample $1: valid (memsoak validate)" "$build/memsoak" validate "$kept"
	check "sample $1: valid (python3-jsonschema)" /usr/bin/python3 harness/tests/validate_report.py "$kept"
	code=0
	"$build/memsoak" report "$run" > "$scratch/text" 2>&1 || code=$?
	check "sample $1: as text, without control characters" sh -c \
		"grep -q '$2' '$scratch/text' && ! tr -d '\n' < '$scratch/text' | LC_ALL=C grep -q '[[:cntrl:]]'"
	seen="$seen $1"
}

seen=
sample pass pass 0
sample pass-unmeasured pass 0
sample ladder fail 1
sample fail-pages fail 1
sample fail-endless fail 1
sample fail-lockup fail 1
sample error-not-exercised error 3
sample skip skip 4
sample stuck pass 0
sample aborted aborted 5
sample aborted-left-offline aborted 6
sample crashed crashed 1
sample guest-killed crashed 1
sample guest-panicked crashed 1
sample hostile pass 0
for run in reports/samples/*/run.json; do
	name=$(basename "$(dirname "$run")")
	check "sample $name is in the table" sh -c "echo '$seen ' | grep -q ' $name '"
done
