#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each source of migration counts against pages whose fate is known; observer_check prints the lines.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

observer_check || failures=$((failures + 1))
check_memory "after the sources of counts"
exit "$failures"
