#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Are the workers' pages put into the block that is aimed at? At least 95 % of them, each time.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

echo 0 > /proc/sys/kernel/numa_balancing
check "private pages, one toucher, each block taken offline and back" \
	placer_check --pages 64 --threads 1 --cycle --rounds 2
check "shared pages of two processes, the highest block first" \
	placer_check --pages 256 --processes 2 --shared --cycle --reverse --rounds 2
check "more touchers than CPUs" placer_check --pages 64 --threads 3 --rounds 1
check "pages that are pinned most of the time" \
	placer_check --workload pin --pages 16 --threads 1 --rounds 1
# The control: with no memory to reach a block with, hardly any page gets there.
placer_check --pages 64 --threads 1 --rounds 1 --budget 0B > /tmp/unplaced 2>&1
code=$?
sed 's/^/# /' /tmp/unplaced
check "nothing may be taken: most pages are not placed" test "$code" = 1
check "no worker is left" sh -c '! pidof memsoak-worker'
echo "$numa_balancing_before" > /proc/sys/kernel/numa_balancing
check_memory "after the aims"
exit "$failures"
