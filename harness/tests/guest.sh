#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs one guest suite: boots the lab guest, runs guest/NAME.sh in it, then the host's checks of what
# it left. Everything prints "ok" and "not ok" lines. Usage: guest.sh BUILD NAME
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
name=$2
kernel=${KERNEL:-stock}

check() { # WHAT COMMAND...
	what=$1
	shift
	if "$@" > "$share/check.log" 2>&1; then
		echo "ok $what"
	else
		echo "not ok $what"
		sed 's/^/# /' "$share/check.log"
	fi
}

boot() { # SHARE-NAME [memsoak-lab options]
	share=$build/test/guest-$1
	shift
	rm -rf "$share"
	mkdir -p "$share"
	cp harness/tests/guest/*.sh "$share/"
	cp -r workloads/profiles "$share/profiles"
	set -- "$@" --file "$(command -v jq):/usr/bin/jq"
	for program in "$build"/test/guest/*; do
		[ -x "$program" ] && [ -f "$program" ] &&
			case $program in *.d | *.o) ;; *)
				set -- "$@" --file "$program:/usr/bin/$(basename "$program")" ;;
			esac
	done
	if ! "$build/memsoak-lab" run --kernel "$kernel" --quiet --share "$share" \
		--script "harness/tests/guest/$name.sh" --timeout "${GUEST_LIMIT:-8m}" "$@"; then
		echo "not ok guest $name ended badly"
		tail -n 20 "$share/console.log" | tr -d '\r' | sed 's/^/# /'
	fi
}

# Every report that the guest left is valid for an independent validator, and for ours.
validate_reports() {
	found=0
	for report in $(find "$share" -name report.json | sort); do
		found=1
		check "report of $(basename "$(dirname "$report")") is valid (python3-jsonschema)" \
			/usr/bin/python3 harness/tests/validate_report.py "$report"
		check "report of $(basename "$(dirname "$report")") is valid (memsoak validate)" \
			"$build/memsoak" validate "$report"
	done
	[ "$found" = 1 ] || echo "not ok $name left no report to validate"
}

case $name in
odd-nodes)
	boot one-node --nodes 1 --mem 1536MiB --append memsoak.case=one-node
	validate_reports
	boot cpuless --nodes 3 --mem 768MiB --cpuless-node 1 --append memsoak.case=cpuless
	validate_reports
	boot memoryless --nodes 3 --cpus 3 --mem 768MiB --memoryless-node 2 --append memsoak.case=memoryless
	validate_reports
	;;
control)
	boot "$name" --file "$(command -v script)" # a terminal
	validate_reports
	;;
placer | observers)
	boot "$name" # no runs there, so no reports
	;;
*)
	boot "$name"
	validate_reports
	;;
esac
