# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# A loop that hangs is ended by the watchdog, one that runs is not.
mkdir -p /run/systemd/system/$unit.d
printf '[Service]\nWatchdogSec=8\nRestart=no\n' > /run/systemd/system/$unit.d/short.conf
systemctl daemon-reload
systemctl start $unit
check "before the watchdog: attempts" wait_for 120 sh -c "memsoak status --json | jq -e '.runs[0].attempts >= 1'"
sleep 12
check_property "a loop that runs is left alone" $unit ActiveState active
run=$(newest_run)
kill -STOP "$(systemctl show -p MainPID --value $unit)"
check "a loop that hangs is ended" wait_for 60 is_settled $unit
check_property "a loop that hangs" $unit Result watchdog
check_restored "a loop that hangs"
check_json "a loop that hangs: the record is closed" "$run/report.json" '.verdict.result == "crashed"'
rm -r /run/systemd/system/$unit.d
systemctl daemon-reload
memsoak recover > /dev/null
