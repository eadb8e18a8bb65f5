#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# memsoak fingerprint on Debian's 6.1 kernel, whose waiters hold no reference (C): by symbols, by
# behaviour, and with every way out. The other generations: harness/tests/fingerprint-boots.sh.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

json=/share/fingerprint.json

check_json() { # WHAT CONDITION
	check_report "$1" "$json" "$2" .
}

memsoak fingerprint --json > "$json"
check_json "by symbols it is C" '.generation == "C" and (.evidence | index("migration_entry_wait_on_locked")) != null'
check_json "it drains what mlock parks" '.fixes.mlock_drain.answer == "yes" and .fixes.mlock_batching.answer == "yes"'
check_json "the references are looked at late" '.fixes.early_reference_check.answer == "no"'
check_json "nothing was measured" '(has("behaviour") or has("ladder")) | not'

# Addresses that an unprivileged user sees are all zero; a list that ends in mm/ tells nothing.
sed 's/^[0-9a-f]*/0000000000000000/' /proc/kallsyms > /tmp/zero
memsoak fingerprint --json --kallsyms /tmp/zero > /tmp/zero.json
check "addresses do not matter" cmp "$json" /tmp/zero.json
sed '/ T schedule$/,$d' /proc/kallsyms > /tmp/cut
memsoak fingerprint --json --kallsyms /tmp/cut > "$json"
check_json "of a cut list nothing is known" '.generation == "unknown" and all(.fixes[]; .answer == "unknown")'

# A host that gives the guest no two CPUs at a time leaves few waits: then the answer is withheld,
# for that reason and no other.
for try in 1 2 3; do
	code=0
	memsoak fingerprint --behaviour --json --out "/share/runs/behaviour-$try" > "$json" || code=$?
	echo "# try $try: exit $code, $(jq -r '.behaviour.why' "$json")"
	[ "$code" = 3 ] || break
done
if [ "$code" = 0 ]; then
	check_json "by behaviour it is C" '.behaviour.generation == "C" and .behaviour.faulted.waits > 1000'
else
	check_json "the host is busy, and the answer withheld" \
		'.behaviour.generation == "unknown" and (.behaviour.why | test("too few|no thread met"))'
fi
check "the exit code tells whether there is an answer" test "$code" = 0 -o "$code" = 3
check_json "symbols and behaviour do not disagree" 'has("disagreement") | not'
check_json "there were rungs of 0, 1, 2 and 3 faulters" '[.ladder[].faulters] == [0, 1, 2, 3]'
check_json "the control moved pages, and shows no EAGAIN" '.behaviour.control | .attempts > 100 and .eagain == 0'
check_json "the faulters made no EAGAIN" '.behaviour.faulted.eagain == 0'
check_report "the run's report says the same" "/share/runs/behaviour-$try/report.json" \
	".kernel.fingerprint.behaviour == $(jq -c .behaviour "$json")"
check_memory "after the fingerprint"
check_settings "after the fingerprint"

memsoak fingerprint --behaviour > /share/aborted.out 2>&1 &
pid=$!
# shellcheck disable=SC2317 # called by wait_for
is_going_on() {
	memsoak status --json | jq -e '.runs[0].alive'
}
check "the run of a fingerprint is listed" wait_for 60 is_going_on
kill -INT "$pid"
code=0
wait "$pid" || code=$?
check "a Ctrl-C ends it: exit 5 ($code)" test "$code" = 5
check "it leaves no folder" sh -c '! ls -d /tmp/memsoak-fingerprint-*'
check "it leaves no run to be closed" sh -c 'memsoak status | grep -q "no run on this host"'
check_memory "after an abort"
check_settings "after an abort"
exit "$failures"
