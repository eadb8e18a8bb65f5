#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Real lockups, made by the kernel's own test_lockup while a soak runs: each is found once, as what it is,
# and in time. One boot for each kind, with the thresholds of the others out of reach; then what happens
# around it: a log that overruns, a log that lies, a panic, a reset, and the boot after those.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh
case=$(sed -n 's/.*memsoak\.case=\([a-z-]*\).*/\1/p' /proc/cmdline)

soak_profile() { # NAME LOCKUPS < the lines of [watchdog]
	{
		printf '[run]\nduration = 5s\n[guard]\nreserve = 192MiB\n'
		moved_workers
		printf '[verdict]\nlockups = %s\n[watchdog]\n' "$2"
		cat
	} > "/tmp/$1.ini"
}

wait_until() { # SECONDS COMMAND...
	tries=$(($1 * 5))
	shift
	for _ in $(seq "$tries"); do
		if "$@" > /dev/null 2>&1; then
			return 0
		fi
		sleep 0.2
	done
	return 1
}

begin() { # NAME DIRECTORY [options]: in the background, until it works
	soak_name=$1
	directory=$2
	shift 2
	memsoak run --out "$directory" --yes "$@" > "/share/$soak_name.out" 2> "/share/$soak_name.err" &
	daemon=$!
	report=$directory/report.json
	wait_until 30 grep -qs '"ev":"sample"' "$directory/events.jsonl" ||
		not_ok "$soak_name: the run did not begin"
}

finish() {
	code=0
	wait "$daemon" || code=$?
}

# On CPU 1, as one task whose pid is known beforehand; it ends when it is killed. How long it would go
# on by itself is not to be said in time: an emulated mdelay() of a second takes two or three, or a
# millisecond where the kernel took the measure of its delay loop on a host that was busy.
provoke() { # test_lockup's parameters
	rm -f /tmp/victim
	# shellcheck disable=SC2016 # the inner shell's own pid
	sh -c 'echo $$ > /tmp/victim.new; mv /tmp/victim.new /tmp/victim; exec taskset 2 modprobe test_lockup "$@"' \
		sh "$@" > /dev/null 2>&1 &
	wait_until 5 test -s /tmp/victim
	victim=$(cat /tmp/victim)
}

# shellcheck disable=SC2317 # called by wait_until
log_has() { # COUNT PATTERN
	[ "$(dmesg | grep -cE "$2")" -ge "$1" ]
}

# The kernel's own lines about it, so many of them, then it is let go.
let_it_be_told() { # COUNT PATTERN
	wait_until 60 log_has "$@" || not_ok "$case: the kernel did not report it"
	kill -9 "$victim"
}

# CLOCK_MONOTONIC (without suspend: the uptime) less the log's clock, in ns; the uptime has 10 ms.
clock_offset() {
	echo "memsoak-test clock" > /dev/kmsg
	read -r up _ < /proc/uptime
	dmesg | awk -v up="$up" '/memsoak-test clock/ { gsub(/[][]/, " "); t = $1 } END { printf "%d\n", (up - t) * 1e9 }'
}

check_found() { # KIND COUNT
	check_report "$case: one finding, and it is a $1, told as often as the kernel told it ($2)" "$report" \
		"(.lockups | length) == 1 and .lockups[0].kind == \"$1\" and .lockups[0].count == $2" .lockups
	check_report "$case: the task is named" "$report" \
		".lockups[0].comm == \"modprobe\" and .lockups[0].pid == $victim" .lockups
	check_report "$case: its frames lead to test_lockup" "$report" \
		'.lockups[0].frames | length > 3 and any(. == "test_lockup_init" or . == "init_module")' '.lockups[0].frames'
	check_report "$case: it is not blamed on migration" "$report" '.lockups[0].in_migration == false' .lockups
	jq -c "select(.ev == \"finding\") | (.t - .time_ns - $offset) / 1e6 | floor" "$directory/events.jsonl" > /tmp/delays
	echo "# $case: told so many ms after the kernel's line: $(tr '\n' ' ' < /tmp/delays)"
	# A host that stood still for a while is no fault of the loop, whose samples come every second.
	stood_ms=$(jq -s '[.[] | select(.ev == "sample") | .elapsed_ns] | [range(1; length) as $i | .[$i] - .[$i - 1]] | (max // 0) / 1e6 - 1000 | [., 0] | max | floor' "$directory/events.jsonl")
	check "$case: each is told within 2 s (and $stood_ms ms)" awk -v more="$stood_ms" \
		'{ n++; if ($1 > 2000 + more || $1 < -1000 - more) late = 1 } END { exit late || !n }' /tmp/delays
	check_report "$case: nothing of the log was lost" "$report" '.kernel_log.lost == 0' .kernel_log
}

# Under software emulation "auto" only reports.
check_verdict() { # POLICY KIND
	wanted=1
	if [ "$1" = auto ] && [ "$(jq -r .run.virtualisation "$report")" = tcg ]; then
		wanted=0
	fi
	check_exit "$case: lockups = $1" "$wanted"
	check_report "$case: lockups = $1: the verdict names it" "$report" \
		"(.verdict.exit == $wanted) and ([.verdict.why[] | select(test(\"$2\"))] | length == 1)"
}

# The kernel's own count of it, which newer kernels have.
check_counter() { # NAME PATH
	[ ! -e "$2" ] ||
		check_report "$case: $1 agrees" "$report" \
			".kernel_log.witnesses | map(select(.name == \"$1\")) | length == 1 and .[0].after > .[0].before and .[0].findings > 0" \
			.kernel_log
}

check_thresholds() { # NAME VALUE ...
	while [ $# -gt 1 ]; do
		check_report "$case: looked for under $1 = $2" "$report" ".lockup_exposure.thresholds.$1 == $2" .lockup_exposure
		shift 2
	done
}

watchdog_settings() {
	grep . /proc/sys/kernel/watchdog_thresh /proc/sys/kernel/hung_task_timeout_secs \
		/proc/sys/kernel/hung_task_warnings /proc/sys/kernel/*_all_cpu_backtrace \
		/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout
}

check_watchdog() { # WHAT
	check_settings "$1"
	watchdog_settings > /tmp/watchdog.now
	check "$1: the watchdogs are set as before" diff /tmp/watchdog.before /tmp/watchdog.now
}

# The same work under the same thresholds without a lockup: nothing is found, whatever the policy.
quiet() { # PROFILE
	soak "$case-quiet" --profile "/tmp/$1.ini" --duration 2s --yes
	check_exit "$case: without a lockup" 0
	check_report "$case: without a lockup nothing is found" "$report" '.lockups == []' .lockups
	check_report "$case: no witness has seen anything" "$report" \
		'.kernel_log.witnesses | length > 0 and all(.before == .after and .findings == 0)' .kernel_log
}

soft() {
	for policy in auto fail; do
		soak_profile "$policy" "$policy" <<-EOF
			thresh = 3s
			hung_task_timeout = 300s
			rcu_stall_timeout = 120s
			all_cpu_backtraces = yes
		EOF
	done
	quiet fail
	times=2 # the second is the first one's repeat
	for policy in auto fail; do
		dmesg -c > /dev/null
		begin "soft-$policy" "/share/runs/soft-$policy" --profile "/tmp/$policy.ini" --duration 10s
		cp /proc/sys/kernel/softlockup_all_cpu_backtrace /tmp/all-cpus
		check "$case: the profile asks for all CPUs" grep -qx 1 /tmp/all-cpus
		provoke disable_preempt=1 time_secs=1 iterations=100000
		let_it_be_told "$times" 'BUG: soft lockup'
		times=1
		finish
		dmesg | sed -n 's/.*BUG: soft lockup - CPU#\([0-9]*\) stuck for \([0-9]*\)s! \[.*\].*/\1 \2/p' > /tmp/lines
		check_found soft_lockup "$(wc -l < /tmp/lines)"
		read -r cpu _ < /tmp/lines
		seconds=$(awk '$2 > most { most = $2 } END { print most }' /tmp/lines)
		check_report "$case: on CPU 1, for $seconds s, as the kernel said" "$report" \
			".lockups[0].cpu == $cpu and $cpu == 1 and .lockups[0].seconds == $seconds" .lockups
		check_verdict "$policy" soft_lockup
	done
	report=/share/runs/soft-auto/report.json
	check_thresholds watchdog_thresh 3 hung_task_timeout_secs 300 rcu_cpu_stall_timeout 120
	check_report "$case: the taint's bit 14 agrees" "$report" \
		'.lockups[0].count as $n | .kernel_log.witnesses | map(select(.name == "taint_soft_lockup")) == [{name: "taint_soft_lockup", before: 0, after: 1, findings: $n}]' \
		.kernel_log
	check_counter softlockup_count /sys/kernel/softlockup_count
	check_report "$case: no witness disagrees" "$report" \
		'[.kernel_log.witnesses[] | select(has("disagreement"))] == []' .kernel_log
	check_report "$case: a bit that was set before is not asked again" /share/runs/soft-fail/report.json \
		'[.kernel_log.witnesses[] | select(.name == "taint_soft_lockup")] == []' .kernel_log
}

hung() {
	soak_profile hung fail <<-EOF
		thresh = 60s
		hung_task_timeout = 3s
		hung_task_warnings = 100
		rcu_stall_timeout = 120s
	EOF
	quiet hung
	dmesg -c > /dev/null
	begin hung /share/runs/hung --profile /tmp/hung.ini --duration 25s
	provoke state=D time_secs=60
	let_it_be_told 2 'INFO: task .* blocked for more than'
	finish
	dmesg | sed -n 's/.*INFO: task \(.*\):\([0-9]*\) blocked for more than \([0-9]*\) seconds.*/\1 \2 \3/p' > /tmp/lines
	check_found hung_task "$(wc -l < /tmp/lines)"
	seconds=$(awk '$3 > most { most = $3 } END { print most }' /tmp/lines)
	check_report "$case: for $seconds s, as the kernel said; on no CPU" "$report" \
		".lockups[0].seconds == $seconds and (.lockups[0] | has(\"cpu\") | not)" .lockups
	check_verdict fail hung_task
	check_thresholds watchdog_thresh 60 hung_task_timeout_secs 3 hung_task_warnings 100 rcu_cpu_stall_timeout 120
	check_counter hung_task_detect_count /proc/sys/kernel/hung_task_detect_count
}

rcu() {
	soak_profile rcu fail <<-EOF
		thresh = 60s
		hung_task_timeout = 300s
		rcu_stall_timeout = 3s
	EOF
	quiet rcu
	dmesg -c > /dev/null
	begin rcu /share/runs/rcu --profile /tmp/rcu.ini --duration 12s
	provoke lock_rcu=1 disable_preempt=1 time_secs=1 iterations=100000
	let_it_be_told 1 'INFO: rcu_.*(self-detected stall|detected.*stalls)'
	finish
	check_found rcu_stall "$(dmesg | grep -cE 'INFO: rcu_.*(self-detected stall|detected.*stalls)')"
	# "(t=765 jiffies g=..." of the one, "{ 1-.... } 780 jiffies s: ..." of the other, 250 of them a second
	seconds=$(dmesg | sed -n 's/.*(t=\([0-9]*\) jiffies.*/\1/p; s/.*} \([0-9]*\) jiffies s:.*/\1/p' |
		awk '$1 > most { most = $1 } END { printf "%d\n", most / 250 }')
	check_report "$case: on CPU 1, for $seconds s, as the kernel said" "$report" \
		".lockups[0].cpu == 1 and .lockups[0].seconds == $seconds" .lockups
	check_verdict fail rcu_stall
	check_thresholds watchdog_thresh 60 hung_task_timeout_secs 300 rcu_cpu_stall_timeout 3
	check_counter rcu_stall_count /sys/kernel/rcu_stall_count
}

# The sequence number of a line of the log, or of its first one.
sequence_of() { # PATTERN
	{ timeout 2 cat /dev/kmsg | grep -m 1 -E "$1" | cut -d, -f2; } 2> /dev/null
}

# More than the ring holds while nobody reads: the daemon is stopped, and counts what it has missed.
overrun() {
	soak_profile overrun fail <<-EOF
		thresh = 3s
		hung_task_timeout = 300s
		rcu_stall_timeout = 120s
	EOF
	echo on > /proc/sys/kernel/printk_devkmsg
	begin overrun /share/runs/overrun --profile /tmp/overrun.ini --duration 40s
	# What anybody may write is nobody's word. (Of a panic the lab would believe it: on the console all
	# lines look alike.)
	for line in 'watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [evil:1]' \
		'INFO: task evil:1 blocked for more than 120 seconds.' \
		'rcu: INFO: rcu_sched self-detected stall on CPU' 'kernel BUG at mm/evil.c:1!'; do
		echo "<0>$line" > /dev/kmsg
	done
	echo '<6>memsoak-test last before the gap' > /dev/kmsg
	sleep 2
	kill -STOP "$(pidof memsoakd)"
	last_read=$(sequence_of 'memsoak-test last')
	i=0
	while [ "$i" -lt 6000 ]; do
		echo "<7>memsoak-test burst $i"
		i=$((i + 1))
	done > /dev/kmsg
	oldest=$(sequence_of .)
	gap=$((oldest - last_read - 1))
	kill -CONT "$(pidof memsoakd)"
	wait_until 10 grep -qs '"ev":"kmsg_lost"' "$directory/events.jsonl" || not_ok "$case: no gap was noticed"
	provoke disable_preempt=1 time_secs=1 iterations=100000
	let_it_be_told 1 'BUG: soft lockup'
	finish
	check "$case: the burst was longer than the ring ($gap records are gone)" test "$gap" -gt 0
	check_report "$case: lost is the gap exactly" "$report" ".kernel_log.lost == $gap" .kernel_log
	check "$case: it is one gap, told while the run went on" sh -c \
		"[ \"\$(jq -c 'select(.ev == \"kmsg_lost\") | .records' $directory/events.jsonl)\" = $gap ]"
	awk -F, '/^[0-9]+,[0-9]+,/ { if (n && $2 != n + 1) gap += $2 - n - 1; n = $2 } END { print gap + 0 }' \
		"$directory/kmsg.log" > /tmp/gap
	check "$case: kmsg.log has the same gap" grep -qx "$gap" /tmp/gap
	check_report "$case: what was lost is named as unmeasured" "$report" \
		'[.unmeasured[] | select(.path == "lockups")] | length == 1' .unmeasured
	check_report "$case: what comes behind the gap is found, what a user wrote is not" "$report" \
		".lockups | length == 1 and .[0].kind == \"soft_lockup\" and .[0].count == 1 and .[0].pid == $victim" .lockups
	check "$case: the user's lines are in kmsg.log" grep -q 'stuck for 22s! \[evil:1\]' "$directory/kmsg.log"
	check_verdict fail soft_lockup
}

# The kernel takes the guest down with it: the host's part looks at what is left.
panic() {
	soak_profile panic auto <<-EOF
		thresh = 3s
		hung_task_timeout = 300s
		rcu_stall_timeout = 120s
	EOF
	echo 1 > /proc/sys/kernel/softlockup_panic
	begin panic /share/run --profile /tmp/panic.ini --duration 60s
	provoke disable_preempt=1 time_secs=1 iterations=100000
	sleep 60
	not_ok "$case: the guest has outlived it"
}

# No word at all, and memory is offline: the kernel's own notifier injector refuses to bring it back.
reset() {
	sed 's/^duration = .*/duration = 60s/; s/^cycles = .*/cycles = 0/' /tmp/offline.ini > /tmp/reset.ini
	modprobe memory-notifier-error-inject
	echo -12 > /sys/kernel/debug/notifier-error-inject/memory/actions/MEM_GOING_ONLINE/error
	begin reset /share/run --profile /tmp/reset.ini
	wait_until 50 sh -c 'grep -q ^offline /sys/devices/system/memory/memory*/state' || not_ok "$case: no block went offline"
	grep -l ^offline /sys/devices/system/memory/memory*/state | sed 's/.*memory\([0-9]*\).*/\1/' > /share/left-offline
	sleep 1
	sync
	echo b > /proc/sysrq-trigger
	sleep 60
	not_ok "$case: the guest has outlived it"
}

# The boot after the reset. It leaves all that can go offline where it is (memhp_default_state=offline): the
# block that the run has left behind must come back, and no other.
after() {
	block=$(cat /share/left-offline)
	states() {
		grep . /sys/devices/system/memory/memory*/state
	}
	state=/sys/devices/system/memory/memory$block/state
	check "$case: memory$block is offline" grep -qx offline "$state"
	states | sed "s|^$state:offline|$state:online|" > /tmp/wanted
	soak_name=restore-unnamed
	check "$case: no run is open in this boot" sh -c 'memsoak restore | grep -qx "nothing to restore"'
	memsoak restore /share/run > /share/restore.out 2>&1
	code=$?
	soak_name=restore
	check_exit "$case: restore of the run of before" 0
	check "$case: it says what it has brought back" grep -q '^/share/run: 1 blocks brought back, 0 left offline' /share/restore.out
	states > /tmp/now
	check "$case: that block is back, and no other" diff /tmp/wanted /tmp/now
	check "$case: in its zone" grep -qx Movable "/sys/devices/system/memory/memory$block/valid_zones"
	memsoak restore /share/run > /share/restore-again.out 2>&1
	check "$case: once more finds nothing to do" grep -q '^/share/run: 0 blocks brought back, 0 left offline, 0 settings' /share/restore-again.out
	watchdog_settings > /tmp/watchdog.now
	memsoak restore /share/panicked > /share/restore-panicked.out 2>&1
	code=$?
	soak_name=restore-panicked
	check_exit "$case: restore of the run that ended in a panic" 0
	check "$case: it had left no memory offline" grep -q '^/share/panicked: 0 blocks brought back, 0 left offline' /share/restore-panicked.out
	states > /tmp/now
	check "$case: no block moved" diff /tmp/wanted /tmp/now
	watchdog_settings > /tmp/watchdog.later
	check "$case: what a boot has set is left as it is" diff /tmp/watchdog.now /tmp/watchdog.later
}

check "$case: this kernel has test_lockup" modprobe -D test_lockup
watchdog_settings > /tmp/watchdog.before
offset=$(clock_offset)
case $case in
soft) soft ;;
hung) hung ;;
rcu) rcu ;;
overrun) overrun ;;
panic) panic ;;
reset) reset ;;
after) after ;;
*) not_ok "no case '$case'" ;;
esac
[ "$case" = after ] || check_watchdog "$case"
exit "$failures"
