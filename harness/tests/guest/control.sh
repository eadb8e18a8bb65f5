#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The control socket while a soak goes on: asked, watched, attacked, and used to end the run.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh
socket=/run/memsoak/control
run=/share/runs/control
report=$run/report.json
mkdir -p /run/memsoak

profile control <<EOF
[run]
duration = 10m
[guard]
reserve = 192MiB
[offline]
deadline = 10s
[move_pages]
batch = 16
[workers aimed]
workload = refault
kind = shared-memfd
processes = 2
threads = 1
pages = 16
driven_by = offline
[workers moved]
workload = refault
kind = private-anonymous
processes = 1
threads = 1
pages = 16
driven_by = move_pages
EOF

status='{"version":1,"command":"status"}'
attempts() {
	echo "$status" | talk $socket 1 | jq .status.attempts
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

echo "$status" | talk $socket 1 > /share/status.out
check_report "status is answered" /share/status.out \
	'.ok and .version == 1 and .status.attempts > 0 and (.status.nodes | length) == 2' .

code=0
memsoak run --out /share/runs/second --profile /tmp/control.ini --yes > /share/second.out 2> /share/second.err || code=$?
soak_name=second
check_exit "a second daemon is refused" 3
check_one_line "a second daemon is refused with one line" 'another run is going on'
check "the first one's socket is still there" test -S $socket

timeout 6 memsoak status --watch > /share/watch.out 2>&1
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
	printf '{"version":1,"comm' | talk $socket 25 > /tmp/half.$i 2> /dev/null &
	yes "$status" | head -n 20000 | talk $socket > /tmp/flood.$i 2> /dev/null &
	echo '{"version":1,"command":"subscribe"}' | talk --deaf $socket 25 2> /dev/null &
done
sleep 13
for i in 0 1 2 3; do
	check "half a line is cut off with a reason ($i)" grep -q 'nothing was asked' /tmp/half.$i
	check "a flood is cut off with a reason ($i)" grep -q 'too many requests' /tmp/flood.$i
	check "a flood gets no more than the bound ($i)" sh -c "[ \$(grep -c '\"ok\":true' /tmp/flood.$i) -le 32 ]"
	check "garbage is answered with errors only ($i)" sh -c \
		"grep -q '\"ok\":false' /tmp/garbage.$i && ! grep -q '\"ok\":true' /tmp/garbage.$i"
done
after=$(attempts)
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
