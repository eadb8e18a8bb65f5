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

expect "help" 0 'Usage: memsoak COMMAND' "$build/memsoak" --help
expect "no command" 2 'Usage' "$build/memsoak"
expect "unknown command" 2 "unknown command 'dance'" "$build/memsoak" dance
expect "version" 0 '^memsoak [0-9]' "$build/memsoak" --version
for command in doctor topology plan run status abort restore report compare validate schema completion; do
	expect "$command --help" 0 'Usage: memsoak' "$build/memsoak" "$command" --help
	expect "$command with an unknown option" 2 "unknown option '--dance'" "$build/memsoak" "$command" --dance
done
expect "worker --help" 0 Usage "$build/memsoak-worker" --help
expect "lab --help" 0 Usage "$build/memsoak-lab" --help
expect "completion is bash" 0 '' bash -n -c "$("$build/memsoak" completion bash)"
expect "completion of another shell" 2 bash "$build/memsoak" completion fish
"$build/test/make_sysfs_tree" "$scratch/tree" 16 2 8000000 > "$scratch/out" 2>&1 || sed 's/^/# /' "$scratch/out"
for name in smoke soak ladder control-negative control-positive; do
	expect "profile $name is found by its name" 0 "$name" "$build/memsoak" plan --profile "$name" --sysroot "$scratch/tree" --json
done
expect "memsoak knows neither libnuma nor libcgroup" 1 '' sh -c "ldd $build/memsoak | grep -E 'numa|cgroup'"
mkdir "$scratch/empty"
expect "report of an empty folder" 2 'run.json' "$build/memsoak" report "$scratch/empty"
expect "report of nothing" 2 'nothing-there' "$build/memsoak" report "$scratch/nothing-there"
expect "validate what is no JSON" 2 'not JSON' "$build/memsoak" validate Makefile
expect "restore of nothing" 0 'nothing to restore' env MEMSOAK_RUNTIME_DIR="$scratch/none" "$build/memsoak" restore
expect "status of nothing" 0 'no run on this host' env MEMSOAK_RUNTIME_DIR="$scratch/none" "$build/memsoak" status
