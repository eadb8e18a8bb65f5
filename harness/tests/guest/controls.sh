#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The detectors, with what must make them speak and what must leave them silent.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

soak negative --profile /share/profiles/control-negative.ini --yes
check_exit "negative control" 0
check_report "without faulters pages move" "$report" '.migration.attempts > 1000' .migration
check_report "without faulters EAGAIN is exactly 0" "$report" \
	'.migration.eagain.by_driver.move_pages == 0 and .migration.eagain.total == 0' .migration

soak positive --profile /share/profiles/control-positive.ini --yes
check_report "with pins EAGAIN is seen" "$report" '.migration.eagain.by_driver.move_pages > 10' .migration
check_report "with pins pages are not moved" "$report" '.move_pages.not_moved > 0' .move_pages
check "with pins the verdict is not a pass" test "$code" -ne 0

profile lazy <<EOF
[run]
duration = 6s
[guard]
reserve = 192MiB
[move_pages]
batch = 16
[workers idle]
workload = refault
kind = private-anonymous
processes = 1
threads = 0
pages = 16
driven_by = move_pages
[workers busy]
workload = refault
kind = private-anonymous
processes = 1
threads = 1
pages = 16
driven_by = none
EOF
soak lazy --profile /tmp/lazy.ini --yes
check_exit "faulters that never meet a migration entry" 3
check_report "... and the reason is said" "$report" '.verdict.result == "error" and (.verdict.why | join(" ") | test("not exercised"))'

for source in hist tracepoint vmstat-proxy; do
	soak "source-$source" --profile /tmp/short.ini --yes --count-source "$source"
	check_report "counting by $source: the report says so" "$report" \
		"(.migration.eagain.source // .migration.source) == \"$source\"" .migration
done
check_report "hist counts EAGAIN by driver" /share/runs/source-hist/report.json \
	'.migration.attempts > 100 and (.migration.eagain.by_driver.move_pages | type) == "number"' .migration
for source in tracepoint vmstat-proxy; do
	check_report "$source does not pretend to count EAGAIN" "/share/runs/source-$source/report.json" \
		'(.migration.eagain.total | type) == "null" and ([.unmeasured[].path] | map(test("eagain")) | any)' .unmeasured
done
check_memory "after the controls"
check_settings "after the controls"
exit "$failures"
