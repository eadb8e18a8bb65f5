#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A soak whose profile wants it to end when its figures have settled: one that does, and one whose
# tolerance cannot be met, which goes on to the end of its duration. Nobody touches the pages: with a
# kernel that waits with a reference, an emulated guest makes too few attempts to settle anything.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

settling() { # DURATION PERCENT
	cat << EOF
[run]
duration = $1
stop_when_settled = yes
settle_tolerance_percent = $2
settle_window = 40s
settle_after = 20s
settle_cycles = 20
[guard]
reserve = 192MiB
[offline]
deadline = 30s
aim = no
[workers untouched]
kind = private-anonymous
threads = 0
pages = 16
driven_by = none
EOF
}

settling 6m 50 | profile settles
settling 55s 1 | profile never
soak settled --profile /tmp/settles.ini --yes
# shellcheck disable=SC2154 # set by soak
settled=$report
check_report "it ended before its time, since it had settled" "$settled" \
	'.run.ended == "settled" and .run.duration_ns < 350e9 and .run.duration_ns > 40e9' .run
check_report "the figures that settled are told" "$settled" \
	'[.run.settled.figures[].name] | index("offline_success") and index("offline_latency")' .run
check_report "they are of the window" "$settled" '.offline.attempts as $all | .run.settled.figures[] |
	select(.name == "offline_success") | .trials >= 10 and .trials <= $all and .count <= .trials' .run
check_report "no attempt was cancelled for it" "$settled" '.offline.censored == 0' .offline
check_report "the verdict is that of a whole run" "$settled" \
	'.verdict.result == "pass" and .verdict.exit == 0 and .harness.faults == []' '{verdict, harness}'
check_exit "it has settled" 0
check_memory "it has settled"
check_settings "it has settled"

soak unsettled --profile /tmp/never.ini --yes
check_report "without that it goes on to its end" "$report" \
	'.run.ended == "completed" and .run.duration_ns >= 55e9 and (.run | has("settled") | not)' .run
check_exit "it has not settled" 0
