#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Bad input and faults: one clear line, the right exit code, memory as it was, the record readable.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

soak no-such-profile --profile nonsense --yes
check_exit "unknown profile" 2
check_one_line "unknown profile" nonsense

sed 's/^batch/bitch/' /tmp/short.ini > /tmp/bad-key.ini
soak bad-key --profile /tmp/bad-key.ini --yes
check_exit "unknown key" 2
check_one_line "unknown key" "bad-key.ini:$(sed -n '/bitch/=' /tmp/bad-key.ini): .*bitch"

sed 's/= 8s/= 8 parsecs/' /tmp/short.ini > /tmp/bad-unit.ini
soak bad-unit --profile /tmp/bad-unit.ini --yes
check_exit "bad unit" 2
check_one_line "bad unit" 'bad-unit.ini:2: .*parsecs'

soak no-consent --profile /tmp/short.ini
check_exit "without --yes" 2
check_one_line "without --yes" '--yes'

echo 'root:x:0:0::/:/bin/sh' > /etc/passwd
echo 'nobody:x:65534:65534::/:/bin/sh' >> /etc/passwd
cat > /tmp/as-nobody <<EOF
memsoak run --profile /tmp/short.ini --yes --out /tmp/nobody
EOF
soak_name=no-root
code=0
su -s /bin/sh nobody -c 'sh /tmp/as-nobody' > /share/no-root.out 2> /share/no-root.err || code=$?
check_exit "no root" 3
check_one_line "no root" root
check_memory "refused runs"

# Every errno that the kernel can answer to the write, from the kernel's own notifier injector.
modprobe memory-notifier-error-inject
inject=/sys/kernel/debug/notifier-error-inject/memory/actions/MEM_GOING_OFFLINE/error
for pair in 1:EPERM 4:EINTR 12:ENOMEM 16:EBUSY 22:EINVAL; do
	number=${pair%%:*}
	errno=${pair##*:}
	echo "-$number" > "$inject"
	soak "veto-$errno" --profile /tmp/offline.ini --yes
	check_report "veto $errno: every attempt has it" "$report" \
		".offline.attempts == 3 and .offline.succeeded == 0 and .offline.by_errno.$errno == {number: $number, count: 3}" .offline
	check_report "veto $errno: no lockup is made of it" "$report" '.lockups | length == 0' .lockups
	check_report "veto $errno: nor an EAGAIN: no page of the block was tried" "$report" \
		'.migration.by_driver.offline.attempts == 0 and .migration.eagain.by_driver.offline == 0' .migration
	check_memory "veto $errno"
done
check_report "an EINTR that we did not cause is called a fault of the harness" /share/runs/veto-EINTR/report.json \
	'.harness.faults | length > 0' .harness
echo 0 > "$inject"
soak veto-none --profile /tmp/offline.ini --yes
check_report "no veto: the same attempts succeed, and migrate pages" "$report" \
	'.offline.succeeded > 0 and .migration.by_driver.offline.attempts > 0' .offline
rmmod memory-notifier-error-inject

soak worker-killed --profile /tmp/short.ini --duration 20s --yes &
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ -s /share/runs/worker-killed/events.jsonl ] && grep -q '"sample"' /share/runs/worker-killed/events.jsonl && break
	sleep 0.5
done
for pid in $(pidof memsoak-worker); do
	tr '\0' ' ' < "/proc/$pid/cmdline" | grep -q refault && victim=$pid
done
kill -9 "$victim"
wait
report=/share/runs/worker-killed/report.json
check "a killed worker is in the journal" grep -q "\"ev\":\"worker_exit\".*\"pid\":$victim" /share/runs/worker-killed/events.jsonl
check_report "a killed worker is told in the report" "$report" '.harness.faults | map(.what | test("worker")) | any' .harness
check_memory "a killed worker"
check_settings "a killed worker"

mkdir -p /tmp/small
mount -t tmpfs -o size=40k tmpfs /tmp/small
code=0
soak_name=disk-full
memsoak run --profile /tmp/short.ini --duration 20s --yes --out /tmp/small/run > /share/disk-full.out 2> /share/disk-full.err || code=$?
check "disk full: the run does not pass" test "$code" -ne 0
check "disk full: it is said" grep -qE 'No space left|full' /share/disk-full.err
sed 's/^/# /' /share/disk-full.err | tail -n 5
check_memory "disk full"
check_settings "disk full"
check "disk full: what was recorded folds" memsoak report /tmp/small/run --json --output /tmp/disk-full.json
umount /tmp/small

# No offlinable block: take them all away first, so that each run finds none.
movable=$(grep -l '^Movable' /sys/devices/system/memory/memory*/valid_zones | xargs -n 1 dirname)
for block in $movable; do
	echo offline > "$block/state"
done
soak no-block --profile /tmp/offline.ini --yes
check_exit "no eligible block" 4
check_one_line "no eligible block" block
for block in $movable; do
	echo online_movable > "$block/state" 2> /dev/null
done
check_memory "no eligible block"

# No kprobes, then no tracefs: the next best source, and said so.
touch /tmp/nothing
mount --bind /tmp/nothing /sys/kernel/tracing/kprobe_events
mount -o remount,bind,ro /tmp/nothing /sys/kernel/tracing/kprobe_events
soak no-kprobes --profile /tmp/short.ini --yes
check_report "no kprobes: another source is named" "$report" \
	'(.migration.eagain.source // .migration.source) as $s | $s == "tracepoint" or $s == "vmstat-proxy"' .migration
umount /sys/kernel/tracing/kprobe_events
umount /sys/kernel/tracing
umount /sys/kernel/debug/tracing 2> /dev/null
umount /sys/kernel/debug
soak no-tracefs --profile /tmp/short.ini --yes
check_report "no tracefs: vmstat serves" "$report" '(.migration.eagain.source // .migration.source) == "vmstat-proxy"' .migration
check_report "no tracefs: EAGAIN is unmeasured, not 0" "$report" '(.migration.eagain.total | type) == "null"' .migration
check "no tracefs: it is said on the terminal" grep -q tracefs /share/no-tracefs.err
mount -t tracefs tracefs /sys/kernel/tracing
mount -t debugfs debugfs /sys/kernel/debug
check_memory "no probes"
exit "$failures"
