# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# The wall clock is set forwards and backwards while a run goes on: on record, and of no consequence.
set_clock() { # SECONDS: by so many
	date -s "@$(($(date +%s) + $1))" > /dev/null
}
attempts() {
	memsoak status --json | jq .runs[0].attempts
}
has_clock_events() { # NUMBER
	[ "$(grep -c '"ev":"clock"' "$run/events.jsonl")" = "$1" ]
}
check_goes_on() { # WHAT
	count=$(attempts)
	check "$1: the soak goes on" wait_for 60 sh -c "memsoak status --json | jq -e '.runs[0].attempts > $count'"
	check_property "$1" $unit ActiveState active
}
since=$(cut -d ' ' -f 1 /proc/uptime)
start_soak $unit "clock"
check "clock: nothing is said of a clock that nobody sets" has_clock_events 0
set_clock 7200
check "clock: two hours forwards are on record" wait_for 10 has_clock_events 1
check_goes_on "clock: forwards"
set_clock -10800
check "clock: three hours backwards are on record" wait_for 10 has_clock_events 2
check_goes_on "clock: backwards"
systemctl stop $unit
until=$(cut -d ' ' -f 1 /proc/uptime)
set_clock 3600
grep '"ev":"clock"' "$run/events.jsonl" | sed 's/^/# /'
grep '"ev":"clock"' "$run/events.jsonl" | jq -s '[.[].stepped_ns / 1e9 | round]' > /tmp/steps.json
check_json "clock: by how much, and which way" /tmp/steps.json '(.[0] - 7200 | fabs) <= 2 and (.[1] + 10800 | fabs) <= 2'
jq -c '.run | [.start, .end, .duration_ns, .clock_set]' "$run/report.json" | sed 's/^/# /'
check_json "clock: the report has the sum" "$run/report.json" '.run.clock_set | .times == 2 and (.by_ns / 1e9 + 3600 | fabs) <= 4'
check_json "clock: the duration is of a clock that nobody sets" "$run/report.json" \
	"($until - $since) as \$most | .run.duration_ns / 1e9 | . <= \$most and . > \$most - 15"
check_json "clock: no duration is longer than the run" "$run/report.json" \
	'.run.duration_ns as $run | [.offline.latency, .move_pages.latency] | all(.max_ns <= $run)'
check "clock: the daemon says so" sh -c "journalctl -b -u $unit -o cat | grep -q 'the wall clock was set by +'"
check_property "clock: a requested stop" $unit ExecMainStatus 5
check_restored "clock"
