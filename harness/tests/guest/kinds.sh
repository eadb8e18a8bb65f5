#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each kind of pages: is it what it says, does it move under faulters, is the host as before?
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

host_settings() {
	grep -r . /sys/kernel/mm/transparent_hugepage/enabled /sys/kernel/mm/transparent_hugepage/shmem_enabled \
		/sys/kernel/mm/ksm/run /sys/kernel/mm/ksm/sleep_millisecs /sys/kernel/mm/ksm/pages_to_scan \
		/sys/devices/system/node/node*/hugepages/*/nr_hugepages \
		/sys/devices/system/node/node*/hugepages/*/surplus_hugepages
}

before=$(host_settings)
for kind in private-anonymous shared-memfd anonymous-thp shared-thp private-hugetlb shared-hugetlb ksm; do
	profile "$kind" << PROFILE
[run]
duration = 6s
[guard]
reserve = 64MiB
[move_pages]
batch = 4
[workers moved]
workload = refault
kind = $kind
processes = 2
threads = 1
pages = 4
driven_by = move_pages
PROFILE
	soak "$kind" --profile "/tmp/$kind.ini" --yes
	check_report "$kind: moved, waited for, named" "/share/runs/$kind/report.json" \
		"(.move_pages.moved > 10) and (.migration.waits > 0) and .workers[0].kind == \"$kind\" and .workers[0].mismatches == 0" \
		'[.verdict, .move_pages.moved, .migration.waits, (.workers[0] | .latency = 0)]'
	check_report "$kind: passes" "/share/runs/$kind/report.json" '.verdict.result == "pass"'
	check "$kind: the host's settings are as they were" test "$(host_settings)" = "$before"
done

# Controls: what cannot be had is refused in one line, and nothing stays changed.
sed 's/^pages = 4/pages = 4096/' /tmp/private-hugetlb.ini > /tmp/too-many.ini
code=0
memsoak run --profile /tmp/too-many.ini --yes --out /share/runs/too-many > /dev/null 2> /share/too-many.err || code=$?
check "more huge pages than there is memory: ends 3" test "$code" = 3
check "... in one line that names the pool" sh -c 'test "$(grep -c nr_hugepages /share/too-many.err)" = 1'
check "... and the host's settings are as they were" test "$(host_settings)" = "$before"
sed -e 's/^\[move_pages\]/[offline]\ndeadline = 5s\n[move_pages]/; s/= move_pages/= offline/' /tmp/anonymous-thp.ini > /tmp/aimed-thp.ini
code=0
memsoak plan --profile /tmp/aimed-thp.ini 2> /share/aimed-thp.err || code=$?
check "huge pages cannot be aimed: refused" sh -c 'test '"$code"' = 2 && grep -q "aim = no" /share/aimed-thp.err'
check_settings "after the kinds"
check_memory "after the kinds"
exit "$failures"
