# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# How the unit is rated, by the systemd that runs it; one that is laxer would be noticed.
rated() { # UNIT MOST-TIMES-TEN
	systemd-analyze security --no-pager --threshold="$2" "$1"
}
for service in $unit memsoak-recover.service; do
	systemd-analyze security --no-pager $service | tail -n 1 | sed 's/^/# /'
	check "$service: exposure at most 3.5" rated $service 35
done
check "a bound that it does not keep is noticed" sh -c "! systemd-analyze security --no-pager --threshold=10 $unit > /dev/null"
check "the bound of the tests is the unit's own: without a filter it would not be kept" sh -c "
	mkdir -p /run/systemd/system/memsoak@lax.service.d
	printf '[Service]\nSystemCallFilter=\nCapabilityBoundingSet=~\nNoNewPrivileges=no\n' > /run/systemd/system/memsoak@lax.service.d/lax.conf
	systemctl daemon-reload
	! systemd-analyze security --no-pager --threshold=35 memsoak@lax.service > /dev/null"
rm -r /run/systemd/system/memsoak@lax.service.d
systemctl daemon-reload
