# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# For the scripts that run in the guest under systemd.

ok() {
	echo "ok $*"
}

not_ok() {
	echo "not ok $*"
}

check() { # WHAT COMMAND...
	what=$1
	shift
	if "$@" > /tmp/check.log 2>&1; then
		ok "$what"
	else
		not_ok "$what"
		tail -n 15 /tmp/check.log | sed 's/^/# /'
	fi
}

wait_for() { # SECONDS COMMAND...
	left=$1
	shift
	until "$@" > /dev/null 2>&1; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return 1
		sleep 1
	done
}

# A property of a unit is what it should be; else it is said what it is.
check_property() { # WHAT UNIT PROPERTY WANTED
	is=$(systemctl show -p "$3" --value "$2")
	if [ "$is" = "$4" ]; then
		ok "$1: $3=$is"
	else
		not_ok "$1: $3=$is, wanted $4"
		journalctl -u "$2" -n 15 --no-pager -o cat | sed 's/^/# /'
	fi
}

check_json() { # WHAT FILE CONDITION
	if [ "$(jq -r "$3" "$2" 2>&1)" = true ]; then
		ok "$1"
	else
		not_ok "$1"
		echo "# $3"
		head -c 1500 "$2" | sed 's/^/# /'
	fi
}

memory_state() {
	grep . /sys/devices/system/memory/memory*/state /sys/devices/system/memory/memory*/valid_zones
}

check_restored() { # WHAT
	memory_state > /tmp/memory.now
	check "$1: memory is as it was" diff /tmp/memory.before /tmp/memory.now
	check "$1: no worker is left" sh -c '! pidof memsoak-worker'
	check "$1: no probe is left" sh -c '! grep -q memsoak_ /sys/kernel/tracing/kprobe_events'
}

# The unit is over and done with, ExecStopPost= included.
is_settled() { # UNIT
	case $(systemctl show -p ActiveState --value "$1") in
	inactive | failed) return 0 ;;
	esac
	return 1
}

newest_run() {
	find /var/lib/memsoak/runs -mindepth 1 -maxdepth 1 -type d | sort | tail -n 1
}
