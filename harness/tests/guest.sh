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
	rm -rf "$build/test/guest-$1"
	if ! boot_again "$@"; then
		echo "not ok guest $name ended badly"
		tail -n 20 "$share/console.log" | tr -d '\r' | sed 's/^/# /'
	fi
}

# On the share as it is, whatever comes of it.
boot_again() { # SHARE-NAME [memsoak-lab options]
	share=$build/test/guest-$1
	shift
	mkdir -p "$share"
	cp harness/tests/checks.sh harness/tests/guest/*.sh "$share/"
	cp -r workloads/profiles "$share/"
	set -- "$@" --file "$(command -v jq):/usr/bin/jq"
	for program in "$build"/test/guest/*; do
		[ -x "$program" ] && [ -f "$program" ] &&
			case $program in *.d | *.o) ;; *)
				set -- "$@" --file "$program:/usr/bin/$(basename "$program")" ;;
			esac
	done
	"$build/memsoak-lab" run --kernel "$kernel" --quiet --share "$share" \
		--script "harness/tests/guest/$name.sh" --timeout "${GUEST_LIMIT:-8m}" "$@"
}

# Boots a guest that does not come to its end, and looks at the report that is made of its run.
crash() { # CASE ENDED ENDED-BY
	rm -rf "$build/test/guest-$name-$1"
	boot_again "$name-$1" --append "memsoak.case=$1" --timeout 3m 2> "$build/test/guest-$name-$1.err"
	check_json "$1: the guest ended as it was to" "$share/guest-end.json" ".ended == \"$2\""
	report=$share/run/report.json
	check_json "$1: the report says crashed, and how" "$report" \
		".verdict.result == \"crashed\" and .verdict.exit == 1 and .run.ended == \"crashed\" and .run.ended_by == \"$3\""
}

check_json() { # WHAT FILE CONDITION
	check "$1" sh -c "jq '{verdict, run, lockups, harness}' '$2'; [ \"\$(jq -r '$3' '$2')\" = true ]"
}

# Every report that the guest left is valid for an independent validator and for ours; run.json for ours.
validate_reports() {
	found=0
	for report in $(find "$share" -name report.json | sort); do
		found=1
		check "report of $(basename "$(dirname "$report")") is valid (python3-jsonschema)" \
			/usr/bin/python3 harness/tests/validate_report.py "$report"
		check "report of $(basename "$(dirname "$report")") is valid (memsoak validate)" \
			"$build/memsoak" validate "$report"
		run=$(dirname "$report")/run.json
		[ ! -e "$run" ] || check "run.json of $(basename "$(dirname "$report")") is valid" \
			"$build/memsoak" validate "$run"
	done
	[ "$found" = 1 ] || echo "not ok $name left no report to validate"
}

build_kernel() { # $kernel, where it is not there
	harness/lab/install-deps.sh kernels
	if ! harness/lab/build-kernel.sh "$kernel" > "$build/test/$name-kernel.log" 2>&1; then
		echo "not ok the kernel $kernel is there"
		tail -n 5 "$build/test/$name-kernel.log" | sed 's/^/# /'
		exit 1
	fi
}

boot_kernels() { # KERNELS [memsoak-lab options]
	kernels=$1
	shift
	for kernel in $kernels; do
		build_kernel
		boot "$name-$kernel" "$@"
		validate_reports
	done
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
lockups)
	kernel=${KERNEL:-6.1-with} # Debian's have no test_lockup
	build_kernel
	for case in soft hung rcu overrun; do
		boot "$name-$case" --append "memsoak.case=$case"
		validate_reports
	done
	crash panic panic guest_panicked
	check_json "panic: the report has what only the console told" "$report" \
		'.lockups | map([.kind, .count]) == [["soft_lockup", 1], ["panic", 1]] and (.[0] | .cpu == 1 and .comm == "modprobe" and (.frames | any(. == "test_lockup")))'
	check_json "panic: no memory was left offline" "$report" '.harness.memory_left_offline == []'
	validate_reports
	panicked=$share
	crash reset qemu_failed guest_lost
	check_json "reset: the kernel had nothing to tell" "$report" '.lockups == []'
	check_json "reset: the block that was offline is named" "$report" \
		".harness.memory_left_offline == [$(cat "$share/left-offline")]"
	cp -r "$panicked/run" "$share/panicked"
	boot_again "$name-reset" --append "memsoak.case=after memhp_default_state=offline" ||
		echo "not ok after: the guest ended badly"
	"$build/memsoak" report "$share/run" > "$share/report.txt" 2>&1
	check_json "after: the report still says crashed, and that no memory is left offline" "$report" \
		'.verdict.result == "crashed" and .run.ended_by == "guest_lost" and .harness.memory_left_offline == []'
	validate_reports
	;;
alloc-locked)
	boot "$name"
	validate_reports
	kernel=6.1-alloc-locked
	build_kernel
	boot "$name-fails"
	validate_reports
	;;
reclaim-wake)
	boot_kernels "5.10-with 5.10-reclaim-nowake"
	;;
text)
	boot_kernels "5.10-with 5.10-without" --timeout 20m
	;;
control)
	boot "$name" --file "$(command -v script)" # a terminal
	validate_reports
	;;
bench)
	boot "$name" --append memhp_default_state=offline
	validate_reports
	;;
callers)
	boot "$name" --cpus 4 # two on each node: a page is waited for where it goes to
	validate_reports
	# A third node without CPUs, whose memory is a non-volatile DIMM: guest/tier.sh makes it a tier.
	boot "$name-tier" --append memsoak.case=tier --qemu-arg=-machine --qemu-arg=nvdimm=on \
		--qemu-arg=-m --qemu-arg=slots=4,maxmem=4G --qemu-arg=-object \
		--qemu-arg=memory-backend-ram,id=slow,size=512M --qemu-arg=-numa --qemu-arg=node,nodeid=2 \
		--qemu-arg=-device --qemu-arg=nvdimm,memdev=slow,id=slow0,node=2
	validate_reports
	;;
hotplug)
	# Node 2 has neither CPUs nor memory but a DIMM, which guest/hotplug.sh ejects; two others are
	# plugged in from here when it asks for that.
	monitor=$(mktemp -d)
	harness/tests/qmp_plug.py "$monitor/qmp" "$build/test/guest-$name" &
	plugger=$!
	set -- --qemu-arg=-m --qemu-arg=slots=6,maxmem=4G --qemu-arg=-numa --qemu-arg=node,nodeid=2 \
		--qemu-arg=-qmp "--qemu-arg=unix:$monitor/qmp,server=on,wait=off"
	for backend in dimm-gone,size=256M dimm-new,size=384M dimm-again,size=256M; do
		set -- "$@" --qemu-arg=-object "--qemu-arg=memory-backend-ram,id=$backend"
	done
	boot "$name" "$@" --qemu-arg=-device --qemu-arg=pc-dimm,memdev=dimm-gone,id=gone,node=2
	kill "$plugger" && wait "$plugger" 2> /dev/null
	rm -rf "$monitor"
	validate_reports
	;;
stress-ng)
	boot "$name" --file "$(command -v stress-ng)"
	validate_reports
	;;
scenarios | soft-offline) # the longest ones, on a slow host
	boot "$name" --timeout 14m
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
