# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# No consent, no start; nothing to test is no failure.
systemctl start memsoak@unasked.service
check_property "without consent" memsoak@unasked.service ExecMainStatus 2
check_property "without consent it never was ready" memsoak@unasked.service ActiveEnterTimestampMonotonic 0
check "the reason is in the status" sh -c "systemctl status memsoak@unasked.service | grep -q 'unattended = yes'"
systemctl reset-failed

sed -e 's/^reserve = .*/reserve = 1024GiB/' -e '/move_pages/d' -e '/^batch/d' -e '/workers moved/,$d' \
	/etc/memsoak/short.ini > /etc/memsoak/skip.ini
check "a start with nothing to test is no failure" systemctl start memsoak@skip.service
wait_for 30 is_settled memsoak@skip.service
check_property "nothing to test" memsoak@skip.service ExecMainStatus 4
check_property "nothing to test" memsoak@skip.service ActiveState inactive
check_property "nothing to test: it is not tried again" memsoak@skip.service NRestarts 0
