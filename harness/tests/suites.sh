# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # sourced by run-tests.sh, which sets build and defines suite
# The suites: name, limit in seconds, command.

for room in base topology plan drive workers observe record service lab workloads reports export html stats; do
	if [ -x "$build/test/$room" ]; then
		suite "unit-$room" 300 "$build/test/$room"
		suite "unit-$room-asan" 600 "$build/asan/test/$room"
	fi
done
suite unit-drive-tsan 300 "$build/tsan/test/drive"
suite unit-workers-tsan 300 "$build/tsan/test/workers"
suite unit-record-tsan 300 "$build/tsan/test/record"
suite cli 300 harness/tests/cli.sh "$build"
suite samples 120 harness/tests/samples.sh "$build"
suite validate 300 /usr/bin/python3 harness/tests/validate-mutations.py "$build"
suite compare 120 harness/tests/compare.sh "$build"
if [ "$wanted" = html-browser ]; then # "make test-html"
	suite html-browser 1200 harness/tests/html-browser.sh "$build"
fi
suite html 300 harness/tests/html.sh "$build"
suite export 300 harness/tests/export-readers.sh "$build"
if [ "$wanted" = service ]; then # half an hour: "make test-service"
	suite service 3600 harness/tests/service.sh "$build"
fi
suite million 600 harness/tests/million.sh "$build" 60000 # the whole million: "make bench"
suite run-tests 60 harness/tests/run-tests-check.sh
suite units 300 harness/tests/units.sh "$build"
suite scan-log 120 harness/tests/scan-log.sh "$build"
suite fuzz-corpus 300 harness/tests/fuzz/replay.sh "$build"
suite guest-soak 600 harness/tests/guest.sh "$build" soak
suite guest-controls 600 harness/tests/guest.sh "$build" controls
suite guest-faults 900 harness/tests/guest.sh "$build" faults
suite guest-lockups 2400 harness/tests/guest.sh "$build" lockups
suite guest-control 600 harness/tests/guest.sh "$build" control
suite guest-cgroup 600 harness/tests/guest.sh "$build" cgroup
suite guest-stress-ng 900 harness/tests/guest.sh "$build" stress-ng
suite guest-signals 600 harness/tests/guest.sh "$build" signals
suite guest-placer 600 harness/tests/guest.sh "$build" placer
suite guest-settled 900 harness/tests/guest.sh "$build" settled
suite guest-hotplug 900 harness/tests/guest.sh "$build" hotplug
suite guest-observers 600 harness/tests/guest.sh "$build" observers
suite guest-causes 900 harness/tests/guest.sh "$build" causes
suite guest-kinds 600 harness/tests/guest.sh "$build" kinds
suite guest-text 2700 harness/tests/guest.sh "$build" text
suite guest-scenarios 1200 harness/tests/guest.sh "$build" scenarios
suite guest-alloc-locked 1800 harness/tests/guest.sh "$build" alloc-locked
suite guest-reclaim-wake 1800 harness/tests/guest.sh "$build" reclaim-wake
suite guest-callers 900 harness/tests/guest.sh "$build" callers
suite guest-scenario-exits 1200 harness/tests/guest.sh "$build" scenario-exits
suite guest-series 900 harness/tests/guest.sh "$build" series
suite guest-fingerprint 600 harness/tests/guest.sh "$build" fingerprint
suite guest-soft-offline 1200 harness/tests/guest.sh "$build" soft-offline
suite guest-odd-nodes 600 harness/tests/guest.sh "$build" odd-nodes
suite ab-short 2400 harness/tests/ab-short.sh "$build"
