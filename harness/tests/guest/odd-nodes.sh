#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Nodes as they are not in the books: one only, one without CPUs, one without memory.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh
case=$(sed -n 's/.*memsoak\.case=\([a-z-]*\).*/\1/p' /proc/cmdline)

check "$case: topology" sh -c 'memsoak topology --json | jq -e ".topology.nodes | length > 0"'
memsoak topology
memsoak doctor > /share/doctor.out 2>&1
check "$case: doctor finds something testable" memsoak doctor

soak "$case" --profile /tmp/short.ini --yes
case $case in
one-node)
	check_report "one node: blocks go offline" "$report" '.offline.succeeded > 0' .offline
	check_report "one node: move_pages is named as unmeasured" "$report" \
		'[.unmeasured[].path] | map(test("move_pages")) | any' .unmeasured
	soak one-node-moves --profile /share/profiles/control-negative.ini --yes
	check_exit "one node: a profile of move_pages alone is skipped" 4
	;;
*)
	check "$case: the kernel has such a node" sh -c '
		for node in /sys/devices/system/node/node[0-9]*; do
			grep -q . "$node/cpulist" && ls -d "$node"/memory[0-9]* > /dev/null 2>&1 || exit 0
		done
		test -n "$(cat /sys/devices/system/node/has_normal_memory)" && exit 1'
	check_report "$case: blocks go offline" "$report" '.offline.succeeded > 0' .offline
	check_report "$case: pages move" "$report" '.move_pages.moved > 100' .move_pages
	;;
esac
check_memory "$case"
check_settings "$case"
exit "$failures"
