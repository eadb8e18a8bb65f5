#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# After the panic: what the recovery has made of it, and that the host is not crashed again.
# shellcheck source=harness/tests/service/lib.sh
. /share/lib.sh
run=$(cat /var/lib/memsoak/crashed-run)

check "the recovery has ended" wait_for 60 sh -c '[ "$(systemctl show -p SubState --value memsoak-recover.service)" = exited ]'
check_property "the recovery" memsoak-recover.service Result success
journalctl -b -u memsoak-recover --no-pager -o cat | sed 's/^/# /'
check_json "the report says crashed" "$run/report.json" '.verdict.result == "crashed" and .verdict.exit == 1'
check_json "the report has the panic" "$run/report.json" '[.lockups[] | select(.text | contains("sysrq triggered crash"))] | length > 0'
check "pstore is in the record" sh -c "grep -l 'sysrq triggered crash' $run/crash/pstore-*"
check "the boot's kernel log is in the record" grep -q 'memsoak: run=' "$run/crash/kernel.log"
check "what was collected is an event" grep -q '"ev":"crash"' "$run/events.jsonl"
check "the recovery is in the journal" sh -c "journalctl -b -o json MESSAGE_ID=4b7bee65f3dd476dbd561b8b45c9237a | jq -e '.MEMSOAK_VERDICT == \"crashed\"'"
check "nothing is left open" sh -c "! ls /var/lib/memsoak/open/*"
check "recover has nothing more to do" sh -c "memsoak recover | grep -q 'nothing to recover'"
check "all memory is online" sh -c "! grep -L online /sys/devices/system/memory/memory*/state | grep ."

# --- no boot loop ------------------------------------------------------------------------------------
check "the enabled service was not begun again" wait_for 60 systemctl is-failed memsoak@crash.service
check_property "the guard" memsoak@crash.service ExecMainStatus 3
check "the guard says what to do" sh -c "systemctl status memsoak@crash.service | grep -q 'memsoak recover --forget crash'"
check_property "it is not tried again" memsoak@crash.service NRestarts 0
sed -i 's/^resume = .*/resume = once/' /etc/memsoak/crash.ini
systemctl start memsoak@crash.service
check_property "resume = once: the first crash is forgiven" memsoak@crash.service ActiveState active
systemctl stop memsoak@crash.service
check "a run that came to its end clears the count" sh -c "! ls /var/lib/memsoak/resume/*"
echo '{"crashes":2,"run":"x"}' > /var/lib/memsoak/resume/crash.json
systemctl start memsoak@crash.service
check_property "resume = once: the second is not" memsoak@crash.service ExecMainStatus 3
sed -i 's/^resume = .*/resume = never/' /etc/memsoak/crash.ini
check "memsoak recover --forget" memsoak recover --forget crash
systemctl reset-failed
systemctl start memsoak@crash.service
check_property "after that it begins" memsoak@crash.service ActiveState active
systemctl stop memsoak@crash.service
check "--forget of nothing says so" sh -c "memsoak recover --forget nothing 2>&1 | grep -q 'no crash of profile'"
systemctl disable memsoak@crash.service # the boots to come are others'
mkdir -p /share/runs
cp -r "$run" /share/runs/
journalctl -b --no-pager > /share/second-boot.journal
