#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The host is suspended to RAM while a run goes on, and woken up by its clock: on record, and nothing else.
# The share does not survive it (virtio's 9p knows no suspend): it is let go of meanwhile, so nothing may
# be open there, not even this script.
# shellcheck source=harness/tests/service/lib.sh
. /share/lib.sh
if [ "$0" != /root/suspend-boot.sh ]; then
	cp /share/lib.sh /root/
	sed 's,^\. /share/,. /root/,' "$0" > /root/suspend-boot.sh
	chmod 755 /root/suspend-boot.sh
	exec /root/suspend-boot.sh
fi
unit=memsoak@soak.service
asleep_s=10

skip() { # WHY
	echo "ok suspend # SKIP $*"
	exit 0
}
if ! grep -qw mem /sys/power/state || ! grep -qw deep /sys/power/mem_sleep; then
	skip "this guest cannot be suspended to RAM: /sys/power/state has $(cat /sys/power/state), mem_sleep $(cat /sys/power/mem_sleep)"
fi
[ -w /sys/class/rtc/rtc0/wakealarm ] || skip "nothing would wake this guest up: no alarm of rtc0"

memory_state > /tmp/memory.before
pin_units
soak_profile soak 30m ''
driver=/sys/bus/virtio/drivers/9pnet_virtio
channel=$(basename "$driver"/virtio*)
unmount() {
	umount /share && echo "$channel" > $driver/unbind
}
mount_again() {
	echo "$channel" > $driver/bind && mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=none share /share
}
boottime() {
	cut -d ' ' -f 1 /proc/uptime
}

since=$(boottime)
start_soak $unit "suspend"
main=$(systemctl show -p MainPID --value $unit)
sync
check "suspend: the share is let go of" unmount
echo "+$asleep_s" > /sys/class/rtc/rtc0/wakealarm
before=$(boottime)
has_slept=no
if echo mem > /sys/power/state; then
	has_slept=yes
fi
after=$(boottime)
check "suspend: the share is there again" mount_again
if [ $has_slept = no ]; then
	dmesg | tail -n 20 | sed 's/^/# /'
	systemctl stop $unit
	skip "the kernel refused to suspend"
fi
echo "# suspend: from $before to $after s of the clock that goes on"
check "suspend: the kernel has slept" sh -c "dmesg | grep -q 'PM: suspend exit'"
check "suspend: it is on record" wait_for 20 grep -q '"ev":"clock".*suspended_ns' "$run/events.jsonl"
grep '"ev":"clock"' "$run/events.jsonl" | sed 's/^/# /'
count=$(memsoak status --json | jq .runs[0].attempts)
check "suspend: the soak goes on" wait_for 120 sh -c "memsoak status --json | jq -e '.runs[0].attempts > $count + 1'"
check_property "suspend: by the same daemon" $unit MainPID "$main"
check_property "suspend: the watchdog was content" $unit NRestarts 0
sleep 3
systemctl stop $unit
until=$(boottime)
check_property "suspend: a requested stop" $unit ExecMainStatus 5
jq -c '.run | [.start, .end, .duration_ns, .suspended, .clock_set]' "$run/report.json" | sed 's/^/# /'
check_json "suspend: how long, in the report" "$run/report.json" \
	".run.suspended | .times == 1 and .duration_ns / 1e9 > $asleep_s - 5 and .duration_ns / 1e9 <= $after - $before"
check_json "suspend: the duration is without it" "$run/report.json" \
	"(($until - $since) - .run.suspended.duration_ns / 1e9) as \$most | .run.duration_ns / 1e9 | . <= \$most and . > \$most - 20"
check_json "suspend: no attempt lasted while nobody was awake" "$run/report.json" '.offline.latency.max_ns < 60e9'
# The CPUs but the first go off and come back, and their counters with them do not.
jq -c '[.migration | del(.vmstat)], [.unmeasured[] | select(.path | startswith("migration"))]' "$run/report.json" | sed 's/^/# /'
check_json "suspend: what was not counted is not told as a number" "$run/report.json" \
	'(.migration | has("attempts") | not) and ([.unmeasured[].path] | any(startswith("migration")))'
check "suspend: the report is valid" memsoak validate "$run/report.json"
check_restored "suspend"
dmesg | grep -iE 'PM: |ACPI: PM|suspend' | tail -n 12 | sed 's/^/# /'
mkdir -p /share/runs
cp -r "$run" /share/runs/
