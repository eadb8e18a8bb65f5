#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The control socket while a soak goes on: asked, watched, attacked, and used to end the run.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh
socket=/run/memsoak/control
run=/share/runs/control
report=$run/report.json
mkdir -p /run/memsoak

profile_of_both control 10m 10s

status='{"version":1,"command":"status"}'
attempts() {
	echo "$status" | talk $socket 5 | jq .status.attempts
}

# A socket that a dead daemon has left.
talk --listen $socket &
left_behind=$!
wait_for 5 test -S $socket
kill -9 $left_behind
check "there is a stale socket" test -S $socket

memsoak run --out $run --profile /tmp/control.ini --yes > /share/control.out 2> /share/control.err &
soak_pid=$!
check "attempts begin" wait_for 60 sh -c "memsoak status --json | jq -e '.runs[0].attempts > 0'"
check "the socket is root's alone, where there is no group" sh -c "ls -l $socket | grep -q '^srw-------'"

echo "$status" | talk $socket 5 > /share/status.out
# The loop goes before all others, and neither its drivers do nor the workers' threads that touch pages
# (their first thread, which takes the orders, gives itself another priority; so does the placer, and
# the threads that help it inherit that).
nice_of_threads() { # PID...
	for process in "$@"; do
		! tr '\0' ' ' < "/proc/$process/cmdline" | grep -q placer || continue
		awk -v pid="$process" '$1 != pid { print $19 }' "/proc/$process"/task/*/stat
	done | sort -u
}
pid=$(memsoak status --json | jq '.runs[0].pid')
check "the daemon has priority" test "$(cut -d ' ' -f 19 "/proc/$pid/stat")" = -10
check "its drivers have not" test "$(nice_of_threads "$pid")" = 0
# shellcheck disable=SC2046 # a pid is a word
check "the threads of its workers have not" \
	test "$(nice_of_threads $(cat /proc/[0-9]*/stat | awk -v pid="$pid" '$4 == pid { print $1 }'))" = 0
check_report "status is answered" /share/status.out \
	'.ok and .version == 1 and .status.attempts > 0 and (.status.nodes | length) == 2' .

code=0
memsoak run --out /share/runs/second --profile /tmp/control.ini --yes > /share/second.out 2> /share/second.err || code=$?
soak_name=second
check_exit "a second daemon is refused" 3
check_one_line "a second daemon is refused with one line" 'another run is going on'
check "the first one's socket is still there" test -S $socket

timeout 12 memsoak status --watch > /share/watch.out 2>&1
check "--watch on a pipe prints plain lines" sh -c "[ \$(grep -c '^\[' /share/watch.out) -ge 3 ]"
check "--watch on a pipe draws nothing" sh -c "! grep -q \$(printf '\033') /share/watch.out"
TERM=linux script -q -c 'timeout 6 memsoak status --watch' /share/screen.out > /dev/null 2>&1
for words in EAGAIN 'node 1' 'left' "$(printf '\033')"; do
	check "--watch on a terminal draws a screen with $words" grep -qF "$words" /share/screen.out
done

# Hostile clients, all at once: garbage, half lines, floods, subscribers that do not read.
before=$(attempts)
at=$(cut -d. -f1 /proc/uptime)
for i in 0 1 2 3; do
	head -c 4000000 /dev/urandom | talk $socket > /tmp/garbage.$i 2> /dev/null &
	printf '{"version":1,"comm' | talk $socket 60 > /tmp/half.$i 2> /dev/null &
	yes "$status" | head -n 20000 | talk $socket > /tmp/flood.$i 2> /dev/null &
	echo '{"version":1,"command":"subscribe"}' | talk --deaf $socket 60 2> /dev/null &
done
all_cut_off() {
	for i in 0 1 2 3; do
		grep -q 'nothing was asked' /tmp/half.$i && grep -q 'too many requests' /tmp/flood.$i || return 1
	done
}
sleep 13
wait_for 40 all_cut_off
for i in 0 1 2 3; do
	check "half a line is cut off with a reason ($i)" grep -q 'nothing was asked' /tmp/half.$i
	check "a flood is cut off with a reason ($i)" grep -q 'too many requests' /tmp/flood.$i
	check "a flood gets no more than the bound ($i)" sh -c "[ \$(grep -c '\"ok\":true' /tmp/flood.$i) -le 32 ]"
	check "garbage is answered with errors only ($i)" sh -c \
		"grep -q '\"ok\":false' /tmp/garbage.$i && ! grep -q '\"ok\":true' /tmp/garbage.$i"
done
more_attempts() {
	after=$(attempts)
	[ "${after:-0}" -gt "${before:-0}" ]
}
wait_for 60 more_attempts
seconds=$(($(cut -d. -f1 /proc/uptime) - at))
echo "# attempts: $before, $seconds s later $after"
check "the soak went on meanwhile" test "${after:-0}" -gt "${before:-0}"

check "abort by the socket" sh -c "memsoak abort | grep -q 'has ended'"
code=0
wait $soak_pid || code=$?
soak_name=control
check_exit "the run was aborted and restored" 5
check_report "the report says so" $report '.verdict.result == "aborted" and .harness.settings_restored'
grep -h '"ev":"sample"' $run/events.jsonl | jq -s '[.[].elapsed_ns]' > /share/samples.json
check_report "the loop never stood still for 10 s, also under attack" /share/samples.json \
	'. as $t | ($t | length) > 10 and ([range(1; $t | length) | $t[.] - $t[. - 1]] | max < 10000000000)' .
check "who asked is in the log" grep -q 'asks for the end' /share/control.err
check "the socket is gone" test ! -e $socket
check_memory "abort by the socket"
check_settings "abort by the socket"
check "--watch without a daemon" sh -c "memsoak status --watch | grep -q 'no run on this host'"
