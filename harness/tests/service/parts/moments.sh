# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# SIGKILL at twenty moments of a run.
for i in $(seq 20); do
	systemctl start memsoak@crash.service
	sleep "$((i % 3)).$((i * 2 % 10))"
	kill -9 "$(systemctl show -p MainPID --value memsoak@crash.service)"
	wait_for 30 sh -c '[ "$(systemctl show -p SubState --value memsoak@crash.service)" = auto-restart ]'
	systemctl stop memsoak@crash.service
	systemctl reset-failed
	check_restored "SIGKILL $i"
	run=$(newest_run)
	check_json "SIGKILL $i: it folds" "$run/report.json" '.verdict.result == "crashed"'
done
