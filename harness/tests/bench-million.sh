#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A million events through memsoakd (million.sh): its memory and its journal, one JSON line a figure. Usage:
# bench-million.sh BUILD [CYCLES]
set -u
cd "$(dirname "$0")/../.." || exit
log=$1/test/bench-million.log
figures=$1/test/bench-million.jsonl
rm -f "$figures"
FIGURES=$figures harness/tests/million.sh "$@" > "$log" 2>&1
code=$?
grep '^not ok' "$log" >&2
[ -s "$figures" ] || { tail -n 5 "$log" >&2; exit 1; }
cat "$figures"
exit "$code"
