# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034 # failures is for the scripts
# For the scripts of guest/ and of service/, which run in a guest: checks that print ok / not ok.

failures=0

ok() {
	echo "ok $*"
}

not_ok() {
	echo "not ok $*"
	failures=$((failures + 1))
}

check() { # WHAT COMMAND...
	what=$1
	shift
	if "$@" > /tmp/check.log 2>&1; then
		ok "$what"
	else
		not_ok "$what"
		tail -n 30 /tmp/check.log | sed 's/^/# /'
	fi
}

wait_for() { # SECONDS COMMAND...
	left=$1
	shift
	until "$@" > /dev/null 2>&1; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 1
	done
}

memory_state() {
	grep . /sys/devices/system/memory/memory*/state /sys/devices/system/memory/memory*/valid_zones
}

no_probe_is_left() {
	! grep -q memsoak_ /sys/kernel/tracing/kprobe_events
}

no_worker_is_left() {
	! pidof memsoak-worker
}

# Sections of a profile: a private page for move_pages.
moved_workers() {
	cat <<EOF
[move_pages]
batch = 16
[workers moved]
workload = refault
kind = private-anonymous
processes = 1
threads = 1
pages = 16
driven_by = move_pages
EOF
}

# A pair of shared ones for the block.
aimed_workers() {
	cat <<EOF
[workers aimed]
workload = refault
kind = shared-memfd
processes = 2
threads = 1
pages = 16
driven_by = offline
EOF
}

both_workers() { # DEADLINE
	printf '[offline]\ndeadline = %s\n' "$1"
	aimed_workers
	moved_workers
}
