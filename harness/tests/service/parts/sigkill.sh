# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# SIGKILL: restored, restarted.
systemctl start $unit
check "before SIGKILL: attempts" wait_for 120 sh -c "memsoak status --json | jq -e '.runs[0].attempts >= 1'"
run=$(newest_run)
main=$(systemctl show -p MainPID --value $unit)
wait_for 60 sh -c '[ "$(memsoak status --json | jq .runs[0].memory_offline_bytes)" -gt 0 ]'
kill -9 "$main"
check "after SIGKILL: it waits for its restart" wait_for 30 sh -c "[ \$(systemctl show -p SubState --value $unit) = auto-restart ]"
check_restored "after SIGKILL"
check_json "after SIGKILL: the record is closed" "$run/report.json" '.verdict.result == "crashed"'
check "after SIGKILL: it is started again" wait_for 60 sh -c "[ \$(systemctl show -p NRestarts --value $unit) = 1 ] && systemctl is-active $unit"
check "after SIGKILL: it soaks again" wait_for 120 sh -c "memsoak status --json | jq -e '.runs[0].attempts >= 1'"
systemctl stop $unit
