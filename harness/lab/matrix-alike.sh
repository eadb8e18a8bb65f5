#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Do matrices of several runs agree?
#
#   matrix-alike.sh MATRIX.JSON MATRIX.JSON...
#
# Prints each cell that has not the same answer in all of them, then how many have. Ends 0 when all
# have and each file has the same cells, 1 when not, 2 for usage and for what is no matrix.
set -eu
lab_dir=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=harness/lab/lib.sh
. "$lab_dir/lib.sh"
[ $# -ge 2 ] || die 2 "usage: matrix-alike.sh MATRIX.JSON MATRIX.JSON..."
for file; do
	jq -e '(.cells | length) > 0 and all(.cells[]; .kernel and .scenario and .answer)' "$file" > /dev/null 2>&1 ||
		die 2 "$file is no matrix that make matrix has left"
done
result=$(jq -s '
	map([.cells[] | {key: "\(.scenario) on \(.kernel)", value: .answer}] | from_entries) |
	. as $runs | (map(keys) | add | unique) as $cells |
	[$cells[] | . as $cell | {cell: $cell, answers: [$runs[] | .[$cell] // "none"]}] |
	{runs: ($runs | length), cells: length, different: map(select(.answers | unique | length > 1))}' "$@")
printf '%s\n' "$result" | jq -r '
	(.different[] | "not alike: \(.cell): \(.answers | join(", "))"),
	"\(.cells) cells, \(.cells - (.different | length)) alike in \(.runs) runs"'
[ "$(printf '%s\n' "$result" | jq '.different | length')" = 0 ]
