#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installed from its package, and then part by part (parts/NAME.sh, in the order of /share/parts): each
# leaves the host as it found it, so that each can be run alone.
# shellcheck source=harness/tests/service/lib.sh
. /share/lib.sh
# shellcheck disable=SC2034 # the parts'
unit=memsoak@soak.service

. /share/parts.d/install.sh
memory_state > /tmp/memory.before

soak_profile soak 30m ''
soak_profile short 15s ''
soak_profile crash 30m 'resume = never'
sed 's/^unattended = yes/unattended = no/' /etc/memsoak/short.ini > /etc/memsoak/unasked.ini

pin_units

# shellcheck disable=SC2013 # one line of words
for part in $(cat /share/parts); do
	began=$(cut -d. -f1 /proc/uptime)
	. "/share/parts.d/$part.sh"
	check "part $part leaves no run behind" sh -c "! pidof memsoakd"
	systemctl stop 'memsoak@*.service' # so that the next one has a host of its own
	systemctl reset-failed
	echo "# part $part took $(($(cut -d. -f1 /proc/uptime) - began)) s"
done
keep_runs
