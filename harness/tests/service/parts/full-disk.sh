# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# The disk of the records is full in the middle of a run.
soak_profile full 40s ''
mount -t tmpfs -o size=3m,mode=755 tmpfs /var/lib/memsoak
start_soak memsoak@full.service "full disk"
dd if=/dev/zero of=/var/lib/memsoak/filler bs=64k > /dev/null 2>&1
check "full disk: it is full" sh -c "! sh -c 'echo more than fits > /var/lib/memsoak/more' 2> /dev/null || ! [ -s /var/lib/memsoak/more ]"
check "full disk: the run comes to its end" wait_for 180 is_settled memsoak@full.service
check_property "full disk" memsoak@full.service ExecMainStatus 3
check_property "full disk: could not judge is not tried again" memsoak@full.service NRestarts 0
check "full disk: is-failed says so" systemctl is-failed memsoak@full.service
check "full disk: why is in the journal" sh -c "journalctl -u memsoak@full -o cat | grep -qE 'No space left|ENOSPC'"
journalctl -u memsoak@full -o cat | tail -n 6 | cut -c 1-200 | sed 's/^/# /'
check_restored "full disk"
rm -f /var/lib/memsoak/filler /var/lib/memsoak/more
check "full disk: with room again it is closed" sh -c "memsoak restore; memsoak recover; ! ls /var/lib/memsoak/open/*"
check "full disk: what had no room then is there now" test -s "$run/report.json"
memsoak report "$run" > /tmp/full.txt 2>&1
head -n 4 /tmp/full.txt | sed 's/^/# /'
check_json "full disk: the record folds, and is no pass" "$run/report.json" '.verdict.result != "pass" and .offline.attempts > 0'
check "full disk: the report is valid" memsoak validate "$run/report.json"
check_json "full disk: no memory is left offline" "$run/report.json" '.harness.memory_left_offline == []'
check "full disk: nothing in the journal is damaged" sh -c "[ \$(jq -c '.harness.journal | [.corrupt, .gaps]' $run/report.json) = '[0,0]' ]"
cp -r "$run" /share/full-disk
umount /var/lib/memsoak
mkdir -p /share/runs && mv /share/full-disk "/share/runs/$(basename "$run")"
