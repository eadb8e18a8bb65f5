# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# The control socket under the unit: one that a dead daemon left, and clients that mean no good.
socket=/run/memsoak/control
status='{"version":1,"command":"status"}'
getent passwd insider > /dev/null || useradd -M -G memsoak insider
talk --listen $socket &
left_behind=$!
wait_for 5 test -S $socket
kill -9 $left_behind
wait $left_behind 2> /dev/null
check "hostile: there is a stale socket" test -S $socket
start_soak $unit "hostile"
check "hostile: the socket is ours again" sh -c "echo '$status' | talk $socket 2 | jq -e .ok"
before=$(memsoak status --json | jq .runs[0].attempts)
attack() { # COMMAND
	su -s /bin/sh insider -c "$1" 2> /dev/null &
}
for i in 0 1 2 3; do
	attack "head -c 2000000 /dev/urandom | talk $socket > /tmp/garbage.$i"
	attack "printf '{\"version\":1,\"comm' | talk $socket 25 > /tmp/half.$i"
	attack "yes '$status' | head -n 20000 | talk $socket > /tmp/flood.$i"
	attack "echo '{\"version\":1,\"command\":\"subscribe\"}' | talk --deaf $socket 25"
done
sleep 11
for i in 0 1 2 3; do
	check "hostile: half a line is cut off with a reason ($i)" wait_for 60 grep -q 'nothing was asked' /tmp/half.$i
	check "hostile: a flood is cut off with a reason ($i)" wait_for 60 grep -q 'too many requests' /tmp/flood.$i
	check "hostile: garbage is answered with errors only ($i)" wait_for 60 sh -c "grep -q '\"ok\":false' /tmp/garbage.$i && ! grep -q '\"ok\":true' /tmp/garbage.$i"
done
check "hostile: the soak goes on" wait_for 60 sh -c "memsoak status --json | jq -e '.runs[0].attempts > $before'"
check_property "hostile: the watchdog was content" $unit NRestarts 0
check "hostile: who may ask is answered again" wait_for 30 sh -c "echo '$status' | talk $socket 2 | jq -e .ok"
grep -h '"ev":"sample"' "$run/events.jsonl" | jq -s '[.[].elapsed_ns]' > /tmp/samples.json
check_json "hostile: the loop never stood still for 10 s" /tmp/samples.json \
	'. as $t | ($t | length) > 5 and ([range(1; $t | length) | $t[.] - $t[. - 1]] | max < 10000000000)'
check "hostile: a member of the group may stop it" sh -c "su -s /bin/sh insider -c 'memsoak abort' | grep 'has ended'"
check "hostile: it stops" wait_for 60 is_settled $unit
check_property "hostile: stopped" $unit ExecMainStatus 5
check_restored "hostile"
