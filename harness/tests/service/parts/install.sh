# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# The package, by dpkg: its maintainer scripts have made all that the unit needs.
check "dpkg -i memsoak.deb" dpkg -i /share/memsoak.deb
install -m 755 /share/talk /usr/local/bin/
check "the package is whole" sh -c "[ \$(dpkg-query -W -f '\${db:Status-Status}' memsoak) = installed ]"
check "the group is there" getent group memsoak
check "the folders are there" sh -c "stat -c '%a %U:%G' /run/memsoak /var/lib/memsoak /var/lib/memsoak/runs | sort -u | grep -qx '755 root:root'"
check "the journal's catalogue has our messages" sh -c "journalctl --list-catalog | grep -q e5f82cee2beb4a51aa6e067c6de0a839"
check "the service manager knows the units" systemctl cat memsoak@soak.service memsoak@soak.timer memsoak-recover.service memsoak.slice
check "the recovery is enabled, and was not begun" sh -c "systemctl is-enabled memsoak-recover.service && ! systemctl is-active memsoak-recover.service"
check "no soak is enabled or begun" sh -c "! systemctl list-units --all --no-legend 'memsoak@*' | grep . && ! ls /etc/systemd/system/*.wants/memsoak@*"
check "memsoak.env is a conffile" sh -c "dpkg-query -W -f '\${Conffiles}' memsoak | grep -q /etc/memsoak/memsoak.env"
check "systemd-analyze verify" sh -c "! systemd-analyze verify --man=no memsoak@soak.service memsoak-recover.service memsoak@soak.timer 2>&1 | grep ."
