#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each source of migration counts against pages whose fate is known; observer_check prints the lines.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

echo 0 > /proc/sys/kernel/numa_balancing # would move pages, too, that are counted here
observer_check || failures=$((failures + 1))
echo "$numa_balancing_before" > /proc/sys/kernel/numa_balancing
check_memory "after the sources of counts"
exit "$failures"
