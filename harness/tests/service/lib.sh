# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# For the scripts that run in the guest under systemd.
# shellcheck source=harness/tests/checks.sh
. /share/checks.sh

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

check_restored() { # WHAT
	memory_state > /tmp/memory.now
	check "$1: memory is as it was" diff /tmp/memory.before /tmp/memory.now
	check "$1: no worker is left" no_worker_is_left
	check "$1: no probe is left" no_probe_is_left
}

# The unit is over and done with, ExecStopPost= included.
is_settled() { # UNIT
	case $(systemctl show -p ActiveState --value "$1") in
	inactive | failed) return 0 ;;
	esac
	return 1
}

# Of those that have their name from the time when they began.
newest_run() {
	find /var/lib/memsoak/runs -mindepth 1 -maxdepth 1 -type d -name '[0-9]*' | sort | tail -n 1
}

# A unit that nobody names is forgotten as soon as it is inactive, and with it how it ended.
pin_units() {
	cat > /run/systemd/system/pin.service <<'EOF'
[Unit]
After=memsoak@soak.service memsoak@short.service memsoak@crash.service memsoak@unasked.service memsoak@skip.service memsoak@held.service memsoak@stress.service memsoak@smoke.service memsoak@nightly.service memsoak@moment.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
EOF
	systemctl start pin.service
}

soak_profile() { # NAME DURATION FURTHER
	{
		printf '[run]\nduration = %s\nunattended = yes\n%s\n[guard]\nreserve = 128MiB\n' "$2" "$3"
		printf '[watchdog]\nhung_task_timeout = 100s\n'
		both_workers 10s
	} > "/etc/memsoak/$1.ini"
}

start_soak() { # UNIT WHAT
	check "$2: it starts" systemctl start "$1"
	check "$2: attempts are made" wait_for 120 sh -c "memsoak status --json | jq -e '.runs[0].attempts >= 1'"
	run=$(newest_run)
}

# Comes to its end by itself; its exit status is its verdict's, and is-failed says the same.
check_verdict() { # UNIT WHAT
	check "$2: it comes to its end" wait_for 180 is_settled "$1"
	verdict=$(jq .verdict.exit "$run/report.json")
	echo "# $2: $(jq -c .verdict "$run/report.json")"
	check_property "$2" "$1" ExecMainStatus "$verdict"
	check_property "$2: a verdict is not tried again" "$1" NRestarts 0
	case $verdict in
	0 | 4 | 5) check "$2: is-failed is the verdict" sh -c "! systemctl is-failed '$1'" ;;
	*) check "$2: is-failed is the verdict" systemctl is-failed "$1" ;;
	esac
	check_restored "$2"
}

# The folder of the workers' cgroup of a unit.
workers_group() { # UNIT
	echo "/sys/fs/cgroup$(systemctl show -p ControlGroup --value "$1")/memsoak-workers"
}

# For the host's validators.
keep_runs() {
	mkdir -p /share/runs
	cp -r /var/lib/memsoak/runs/. /share/runs/
	journalctl -b --no-pager > /share/first-boot.journal
}
