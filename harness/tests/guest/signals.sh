#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every way out: Ctrl-C once and twice, SIGTERM, abort, SIGKILL and restore.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

start() { # NAME: a run in the background, which each test ends
	memsoak run --profile /tmp/short.ini --yes --duration 10m --out "/share/runs/$1" > "/share/$1.out" 2> "/share/$1.err" &
	pid=$!
	soak_name=$1
	report=/share/runs/$1/report.json
}

begin() { # NAME: starts a run, waits until it works
	start "$1"
	for _ in $(seq 750); do
		grep -qs '"ev":"offline"' "/share/runs/$1/events.jsonl" && return
		sleep 0.2
	done
	not_ok "$1: the run did not begin"
}

# shellcheck disable=SC2317 # called by wait_for
some_offline() {
	grep -qs '^offline' /sys/devices/system/memory/memory*/state
}

finish() {
	code=0
	wait "$pid" || code=$?
}

for signal in INT TERM HUP; do
	begin "signal-$signal"
	kill "-$signal" "$pid"
	finish
	check_exit "SIG$signal" 5
	check_report "SIG$signal: the report says aborted" "$report" '.verdict.result == "aborted" and .run.ended == "aborted"'
	check_memory "SIG$signal"
	check_settings "SIG$signal"
done

# At once: the record has begun, and nothing works yet.
for signal in INT TERM; do
	start "early-$signal"
	for _ in $(seq 3000); do
		[ -e "/share/runs/$soak_name/run.json" ] && break
		sleep 0.01
	done
	kill "-$signal" "$(pidof memsoakd)"
	finish
	check_exit "SIG$signal at once" 5
	check_report "SIG$signal at once: the report says aborted" "$report" '.verdict.result == "aborted" and .offline.attempts == 0' \
		'[.verdict, .offline]'
	check "SIG$signal at once: nothing is left to restore" sh -c 'memsoak restore | grep -qx "nothing to restore"'
	check_memory "SIG$signal at once"
	check_settings "SIG$signal at once"
done

begin twice
kill -INT "$pid"
kill -INT "$pid"
sleep 0.1
kill -INT "$pid" 2> /dev/null
finish
check_exit "Ctrl-C twice" 5
check_memory "Ctrl-C twice"
check_settings "Ctrl-C twice"

begin abort
check "status names the run" sh -c 'memsoak status | grep -q "attempts"'
check "status --json is JSON with the figures" sh -c 'memsoak status --json | jq -e ".runs[0].alive and (.runs[0].attempts | type == \"number\")"'
code=0
memsoak run --profile /tmp/short.ini --yes --out /share/runs/second > /share/second.out 2> /share/second.err || code=$?
soak_name=second
check_exit "a second run at the same time" 3
check_one_line "a second run at the same time" 'another run'
memsoak abort > /dev/null
soak_name=abort
finish
check_exit "memsoak abort" 5
check_memory "memsoak abort"

# SIGKILL: three times at any moment, three times while a block is offline and will not come back
# (the kernel's own notifier injector refuses to bring it online).
modprobe memory-notifier-error-inject
refuse_online=/sys/kernel/debug/notifier-error-inject/memory/actions/MEM_GOING_ONLINE/error
killed_offline=0
for i in 1 2 3 4 5 6; do
	# Before the run: the first block that goes offline is one that does not come back.
	[ "$i" -le 3 ] || echo -12 > "$refuse_online"
	begin "kill-$i"
	[ "$i" -le 3 ] || wait_for 50 some_offline
	kill -9 "$(pidof memsoakd)"
	finish
	if ! memory_state | diff -q /tmp/memory.before - > /dev/null; then
		killed_offline=$((killed_offline + 1))
	fi
	for _ in $(seq 50); do
		pidof memsoak-worker > /dev/null || break
		sleep 0.1
	done
	if [ "$i" = 4 ]; then
		soak_name=still-offline
		code=0
		memsoak restore > /share/still-offline.out 2> /share/still-offline.err || code=$?
		check_exit "a restore that cannot bring the block back" 6
		check_one_line "a restore that cannot bring the block back" 'memory[0-9]+ is offline.*Movable'
	fi
	echo 0 > "$refuse_online"
	if [ "$i" = 1 ]; then
		soak_name=unclosed
		code=0
		memsoak run --profile /tmp/short.ini --yes --out /share/runs/unclosed > /share/unclosed.out 2> /share/unclosed.err || code=$?
		check_exit "a run after a killed one" 3
		check_one_line "a run after a killed one" 'memsoak restore'
	fi
	check "restore after SIGKILL $i" memsoak restore
	check "restore after SIGKILL $i, once more" memsoak restore
	check_memory "SIGKILL $i and restore"
	check_settings "SIGKILL $i and restore"
	memsoak report "/share/runs/kill-$i" > "/share/kill-$i.report" 2>&1
	check_report "SIGKILL $i: the report says crashed" "/share/runs/kill-$i/report.json" '.verdict.result == "crashed"'
done
check "three SIGKILLs came while a block was offline ($killed_offline did)" test "$killed_offline" -ge 3

# A stop while a block does not come back: said so by the exit code, and by the report.
echo -12 > "$refuse_online"
begin left-offline
wait_for 50 some_offline
kill -TERM "$pid"
finish
check_exit "stopped with a block that does not come back" 6
check_report "... and the report names the block" "$report" '.harness.memory_left_offline | length == 1' .harness
echo 0 > "$refuse_online"
check "restore brings it back" memsoak restore
check_memory "after the late restore"
rmmod memory-notifier-error-inject
exit "$failures"
