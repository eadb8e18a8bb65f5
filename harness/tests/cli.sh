#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line on this host: nothing here changes it. Usage: cli.sh BUILD
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

expect() { # WHAT EXIT PATTERN COMMAND...: exit code, and a pattern in what it printed
	what=$1 want=$2 pattern=$3
	shift 3
	code=0
	"$@" > "$scratch/out" 2>&1 || code=$?
	if [ "$code" != "$want" ]; then
		echo "not ok $what: exit $code, wanted $want"
		head -n 5 "$scratch/out" | sed 's/^/# /'
	elif [ -n "$pattern" ] && ! grep -qE -- "$pattern" "$scratch/out"; then
		echo "not ok $what: no '$pattern'"
		head -n 5 "$scratch/out" | sed 's/^/# /'
	else
		echo "ok $what"
	fi
}

refused() { # WHAT PATTERN COMMAND...: a mistake of the caller's, told in one line
	what=$1 pattern=$2
	shift 2
	expect "$what" 2 "$pattern" "$@"
	if [ "$(wc -l < "$scratch/out")" = 1 ]; then
		echo "ok $what: one line"
	else
		echo "not ok $what: $(wc -l < "$scratch/out") lines"
	fi
}

# Without root, and without a folder that only root can enter.
chmod 711 "$scratch"
cp "$build/memsoak" "$scratch/memsoak"
as_nobody() { # ARGUMENTS of memsoak...
	if [ "$(id -u)" = 0 ]; then
		(cd / && setpriv --reuid 65534 --regid 65534 --clear-groups "$scratch/memsoak" "$@")
	else
		"$scratch/memsoak" "$@"
	fi
}

expect "help" 0 'Usage: memsoak COMMAND' "$build/memsoak" --help
expect "no command" 2 'Usage' "$build/memsoak"
expect "unknown command" 2 "unknown command 'dance'" "$build/memsoak" dance
expect "version" 0 '^memsoak [0-9]' "$build/memsoak" --version
for command in doctor topology fingerprint plan run status abort restore recover report compare export trend scan-log validate schema completion; do
	expect "$command --help" 0 "^Usage: memsoak $command( |\$)" "$build/memsoak" "$command" --help
	expect "$command with an unknown option" 2 "unknown option '--dance': see memsoak $command --help$" "$build/memsoak" "$command" --dance
done
# What is refused here is refused before anything of the host is asked or changed.
for command in doctor topology fingerprint plan run status abort recover compare; do
	refused "$command with a word" "unexpected word 'dance': see memsoak $command --help$" "$build/memsoak" "$command" dance
done
for command in plan run report compare export trend scan-log validate schema completion; do
	refused "$command alone" "see memsoak $command --help$" "$build/memsoak" "$command"
done
refused "memsoakd with a word" "^memsoakd: unexpected word 'dance': see memsoakd --help$" "$build/memsoakd" dance
refused "compare without --base" '--base is missing' "$build/memsoak" compare --test x
refused "compare without --test" '--test is missing' "$build/memsoak" compare --base x
refused "schema of another name" "unknown schema 'dance'.*see memsoak schema --help$" "$build/memsoak" schema dance
expect "worker --help" 0 Usage "$build/memsoak-worker" --help
expect "lab --help" 0 Usage "$build/memsoak-lab" --help
expect "completion is bash" 0 '' bash -n -c "$("$build/memsoak" completion bash)"
expect "completion of another shell" 2 bash "$build/memsoak" completion fish
"$build/test/make_sysfs_tree" "$scratch/tree" 16 2 8000000 > "$scratch/out" 2>&1 || sed 's/^/# /' "$scratch/out"
for name in smoke soak ladder fingerprint control-negative control-positive; do
	expect "profile $name is found by its name" 0 "$name" "$build/memsoak" plan --profile "$name" --sysroot "$scratch/tree" --json
done
folder=$(cd "$build/.." && pwd)/workloads/profiles
for name in "$folder"/*.ini; do
	grep -q '^profiles' "$name" && continue # a list of the others' plans
	name=$(basename "$name" .ini)
	"$build/memsoak" plan --profile "$name" --sysroot "$scratch/tree" --json > "$scratch/plan.json" 2> "$scratch/out"
	expect "the plan of $name is valid" 0 'valid memsoak-plan' "$build/memsoak" validate "$scratch/plan.json"
done
expect "no profile that is shipped is a consent" 1 '' grep -lE '^unattended *= *yes' "$folder"/*.ini
refused "a profile that there is not" "no profile 'nosuch' in .*$folder; there are: ab .* smoke soak " "$build/memsoak" plan --profile nosuch
cp "$scratch/out" "$scratch/said"
expect "its folder is told without a .." 1 '' grep -F /../ "$scratch/said"
# A series on a host with one node: no pages can be moved there.
"$build/test/make_sysfs_tree" "$scratch/small" 16 1 8000000 > "$scratch/out" 2>&1 || sed 's/^/# /' "$scratch/out"
printf '[run]\nduration = 60s\nprofiles = waiter-ref, alloc-locked\n' > "$scratch/moves.ini"
printf '[run]\nduration = 60s\nprofiles = waiter-ref, smoke\n' > "$scratch/mixed.ini"
expect "a series of which nothing can be done" 4 'nothing to test here by any of the profiles of moves' "$build/memsoak" plan --profile "$scratch/moves.ini" --sysroot "$scratch/small"
cp "$scratch/out" "$scratch/said"
expect "each of its profiles says why" 0 '^2$' grep -c '^skip: .*move_pages needs two nodes' "$scratch/said"
expect "a series of which something can be done" 0 '1 can be run here, 1 are skipped' "$build/memsoak" plan --profile "$scratch/mixed.ini" --sysroot "$scratch/small"
cp "$scratch/out" "$scratch/said"
expect "one is skipped" 0 '^1$' grep -c '^skip: ' "$scratch/said"
expect "the other has steps" 0 '^1$' grep -c '^Phases:' "$scratch/said"
expect "the same as JSON" 0 '"skip": ?"nothing to test here' "$build/memsoak" plan --json --profile "$scratch/mixed.ini" --sysroot "$scratch/small"
expect "a plan of what is skipped as JSON" 4 '"skip": ?"nothing to test here' "$build/memsoak" plan --json --profile waiter-ref --sysroot "$scratch/small"
"$build/memsoak" plan --json --profile waiter-ref --sysroot "$scratch/small" > "$scratch/plan.json" 2> "$scratch/out"
expect "which is valid" 0 'valid memsoak-plan' "$build/memsoak" validate "$scratch/plan.json"
expect "memsoak knows neither libnuma nor libcgroup" 1 '' sh -c "ldd $build/memsoak | grep -E 'numa|cgroup'"
lists=harness/tests/fixtures/kallsyms
expect "fingerprint of a 4.20 kernel" 0 '^by symbols: +A ' "$build/memsoak" fingerprint --kallsyms $lists/4.20
expect "fingerprint of a 5.10 kernel" 0 '^by symbols: +B ' "$build/memsoak" fingerprint --kallsyms $lists/5.10
expect "fingerprint of a 7.3 kernel" 0 '^by symbols: +C ' "$build/memsoak" fingerprint --kallsyms $lists/7.3
expect "fingerprint of a cut list" 0 '^by symbols: +unknown +the list of symbols is cut' "$build/memsoak" fingerprint --kallsyms $lists/6.12-cut
expect "fingerprint of an empty list" 0 '^by symbols: +unknown' "$build/memsoak" fingerprint --kallsyms $lists/empty
expect "fingerprint of garbage" 0 '"generation": "unknown"' "$build/memsoak" fingerprint --json --kallsyms $lists/garbage
expect "fingerprint of no list" 2 "cannot read '$scratch/none'" "$build/memsoak" fingerprint --kallsyms "$scratch/none"
expect "the behaviour of another kernel" 2 'another kernel' "$build/memsoak" fingerprint --behaviour --kallsyms $lists/5.10
expect "the behaviour, without root" 3 'fingerprint --behaviour needs root: try sudo$' as_nobody fingerprint --behaviour
mkdir "$scratch/empty"
expect "scan-log without a file" 2 'name one file' "$build/memsoak" scan-log
expect "scan-log of nothing" 2 'nothing-there' "$build/memsoak" scan-log "$scratch/nothing-there"
expect "scan-log of a folder" 2 'directory' "$build/memsoak" scan-log "$scratch/empty"
expect "scan-log of an empty log" 0 '^0 findings' "$build/memsoak" scan-log /dev/null
printf '[   12.345678] watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [x\033[31m:7]\n' > "$scratch/log"
expect "scan-log finds" 0 '^\[   12.345678\] soft_lockup, CPU 1, 22 s' "$build/memsoak" scan-log "$scratch/log"
cp "$scratch/out" "$scratch/found.txt"
expect "scan-log keeps the terminal safe" 0 '\[x:7\]' sh -c "! grep -q '$(printf '\033')' '$scratch/found.txt' && cat '$scratch/found.txt'"
# shellcheck disable=SC2016 # the inner shell's
expect "scan-log reads standard input" 0 '"kind": ?"soft_lockup"' sh -c '"$1" scan-log - --json < "$2"' sh "$build/memsoak" "$scratch/log"
cp "$scratch/out" "$scratch/found.json"
expect "what scan-log prints is valid" 0 'valid memsoak-scan-log' "$build/memsoak" validate "$scratch/found.json"
# shellcheck disable=SC2016 # the inner shell's
expect "scan-log to a full disk" 3 'could not be written' sh -c '"$1" scan-log "$2" > /dev/full' sh "$build/memsoak" "$scratch/log"
refused "report of an empty folder" "'$scratch/empty' is no run's folder \\(no run.json there\\)" "$build/memsoak" report "$scratch/empty"
expect "report of nothing" 2 'nothing-there' "$build/memsoak" report "$scratch/nothing-there"
refused "validate an empty folder" "'$scratch/empty' is no run's folder \\(no run.json there\\)" "$build/memsoak" validate "$scratch/empty"
expect "validate what is no JSON" 2 'not JSON' "$build/memsoak" validate Makefile
"$build/test/make_events" "$scratch/run" 2000 > "$scratch/out" 2>&1 || sed 's/^/# /' "$scratch/out"
refused "validate a run without a report" 'has no report.json: "memsoak report" makes it' "$build/memsoak" validate "$scratch/run"
"$build/memsoak" report "$scratch/run" > "$scratch/out" 2>&1
cp -r "$scratch/run" "$scratch/cut"
head -n 500 "$scratch/run/events.jsonl" > "$scratch/cut/events.jsonl"
expect "report of a journal that lost records" 0 "^report: not written \\('$scratch/cut/report.json' was made from [0-9]+ records, the journal has 500 now" \
	"$build/memsoak" report "$scratch/cut"
expect "report of it as JSON" 0 'report.json is not written: .*--output replaces it' "$build/memsoak" report --json "$scratch/cut"
expect "the report of all records stays" 0 '' cmp "$scratch/run/report.json" "$scratch/cut/report.json"
expect "--output replaces it" 0 "^report: $scratch/cut/report.json$" "$build/memsoak" report --output "$scratch/cut/report.json" "$scratch/cut"
expect "it has the journal's records" 0 '^500$' jq .harness.journal.records "$scratch/cut/report.json"
expect "validate a run's folder" 0 "^$scratch/run/report.json: valid memsoak-report$" "$build/memsoak" validate "$scratch/run"
expect "a page that cannot be written" 3 "cannot write '$scratch/none/a.html': No such" "$build/memsoak" report --html "$scratch/none/a.html" "$scratch/run"
expect "export of a run's folder" 0 '^KTAP version 1' "$build/memsoak" export --format ktap "$scratch/run"
for format in ktap junit kcidb prometheus lava lkp csv; do
	expect "export --format $format into a file" 0 '' "$build/memsoak" export --format "$format" --output "$scratch/a" "$scratch/run"
	expect "export of its report.json is the same" 0 '' sh -c "$build/memsoak export --format $format $scratch/run/report.json | cmp - $scratch/a"
done
expect "export without a format" 2 'want one of ktap, junit' "$build/memsoak" export "$scratch/run"
expect "export in a format that is none" 2 "unknown format 'avocado'" "$build/memsoak" export --format avocado "$scratch/run"
expect "export of what is no report" 2 'not JSON' "$build/memsoak" export --format csv Makefile
expect "export with an origin that KCIDB refuses" 2 "origin 'My Lab'" "$build/memsoak" export --format kcidb --origin 'My Lab' "$scratch/run"
expect "export to where nothing can be" 3 'cannot write' "$build/memsoak" export --format csv --output "$scratch/none/a" "$scratch/run"
expect "trend of a folder" 0 'offline_success_ratio' "$build/memsoak" trend --metric offline_success_ratio "$scratch"
expect "trend by kernel" 0 'RUNS +FAILED +MEDIAN' "$build/memsoak" trend --by kernel "$scratch/run/report.json"
expect "trend of no report" 2 'nothing to show' "$build/memsoak" trend "$scratch/empty"
expect "trend of a metric that is none" 2 "unknown metric 'dreams'" "$build/memsoak" trend --metric dreams "$scratch"
expect "trend by what it does not know" 2 'want run, kernel or day' "$build/memsoak" trend --by moon "$scratch"
expect "trend's metrics" 0 '^migrate_retry_ratio ' "$build/memsoak" trend --list
expect "restore of nothing" 0 'nothing to restore' env MEMSOAK_RUNTIME_DIR="$scratch/none" "$build/memsoak" restore
expect "restore without root" 3 'restore needs root: try sudo$' as_nobody restore "$scratch/none"
if [ "$(id -u)" = 0 ]; then
	refused "restore of what is not there" "'$scratch/none' is no run's folder \\(it does not exist\\)" "$build/memsoak" restore "$scratch/none"
	refused "restore of a folder that is no run's" 'no run.json there' "$build/memsoak" restore "$scratch/empty"
	refused "restore of a file" 'it is no folder' "$build/memsoak" restore "$scratch/log"
	mkdir "$scratch/unreadable" && cp "$scratch/run/run.json" "$scratch/unreadable"
	expect "restore of a run whose journal is lost" 3 "cannot read '$scratch/unreadable/events.jsonl'" "$build/memsoak" restore "$scratch/unreadable"
	# Somebody who is called as the daemon is, and a run that says it is his.
	cp "$(command -v sleep)" "$scratch/memsoakd" && mkdir "$scratch/going"
	"$scratch/memsoakd" 60 &
	going=$!
	for _ in $(seq 200); do # until it is that program
		[ "$(cat /proc/$going/comm)" != memsoakd ] || break
		sleep 0.05
	done
	printf '{"id":"going","directory":"%s","pid":%d}' "$scratch/run" "$going" > "$scratch/going/going.json"
	refused "restore of a run that goes on" 'run going is going on \(pid [0-9]+\): it restores by itself' \
		env MEMSOAK_RUNTIME_DIR="$scratch/going" "$build/memsoak" restore "$scratch/run/"
	kill "$going"
	mkdir -p "$scratch/state/open" "$scratch/state/runs/early"
	ln -s "$scratch/state/runs/early" "$scratch/state/open/early"
	expect "recover of a run that was killed before it began" 0 'early: was killed before it began' \
		env MEMSOAK_STATE_DIR="$scratch/state" MEMSOAK_RUNTIME_DIR="$scratch/runtime" "$build/memsoak" recover
	expect "it is not open any more" 0 'nothing to recover' \
		env MEMSOAK_STATE_DIR="$scratch/state" MEMSOAK_RUNTIME_DIR="$scratch/runtime" "$build/memsoak" recover
fi
expect "status of nothing" 0 'no run on this host' env MEMSOAK_RUNTIME_DIR="$scratch/none" "$build/memsoak" status
# The matrices of several runs, against each other.
answers() { # FILE ANSWER
	printf '{"cells":[{"kernel":"a","scenario":"s","answer":"pass"},{"kernel":"b","scenario":"s","answer":"%s"}]}' "$2" > "$scratch/$1"
}
answers first.json fail && answers second.json fail && answers third.json pass
printf '{"cells":[{"kernel":"a","scenario":"s","answer":"pass"}]}' > "$scratch/cut.json"
expect "matrices alike" 0 '^2 cells, 2 alike in 2 runs$' harness/lab/matrix-alike.sh "$scratch/first.json" "$scratch/second.json"
expect "matrices that differ" 1 '^not alike: s on b: fail, fail, pass$' harness/lab/matrix-alike.sh "$scratch/first.json" "$scratch/second.json" "$scratch/third.json"
expect "a matrix that lacks a cell" 1 '^not alike: s on b: fail, none$' harness/lab/matrix-alike.sh "$scratch/first.json" "$scratch/cut.json"
expect "what is no matrix" 2 'is no matrix that make matrix has left$' harness/lab/matrix-alike.sh "$scratch/first.json" "$scratch/log"
