# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# The host goes down: the rest is for the second boot.
systemctl enable memsoak@crash.service memsoak-recover.service
systemctl start memsoak@crash.service
check "before the panic: attempts" wait_for 120 sh -c "memsoak status --json | jq -e '.runs[0].attempts >= 1'"
newest_run > /var/lib/memsoak/crashed-run
keep_runs
find /sys/fs/pstore | sed 's/^/# /'
sync
journalctl --sync
touch /share/panic-wanted
echo 1 > /proc/sys/kernel/sysrq
echo c > /proc/sysrq-trigger
sleep 60
not_ok "the panic did not come"
