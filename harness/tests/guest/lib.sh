# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034 # report and code are for the scripts
# For the scripts that run in the guest (busybox sh, jq): runs, their reports, the memory's state.
# shellcheck source=harness/tests/checks.sh
. /share/checks.sh

# A jq condition on a report; what it looked at is shown when it is false.
check_report() { # WHAT REPORT CONDITION [SHOWN]
	if [ "$(jq -r "$3" "$2" 2>&1)" = true ]; then
		ok "$1"
	else
		not_ok "$1"
		echo "# $3"
		jq -c "${4:-.verdict}" "$2" 2>&1 | cut -c1-1500 | sed 's/^/# /'
	fi
}

# Runs memsoak, keeps what it said; the exit code is in $code. $runs: where the run's folder is to be.
runs=/share/runs
soak() { # NAME [options]
	soak_name=$1
	shift
	code=0
	memsoak run --out "$runs/$soak_name" "$@" > "/share/$soak_name.out" 2> "/share/$soak_name.err" || code=$?
	report=$runs/$soak_name/report.json
}

# The same, and once more for longer where what the condition asks for had no time on a slow host.
soak_until() { # CONDITION NAME SECONDS MORE-SECONDS [options]
	condition=$1
	name=$2
	seconds=$3
	more_seconds=$4
	shift 4
	soak "$name" --duration "${seconds}s" --yes "$@"
	[ "$(jq "$condition" "$report")" = true ] ||
		soak "$name-longer" --duration "${more_seconds}s" --yes "$@"
}

# A file system on a disk of its own: the share and tmpfs have no page cache to speak of.
mount_disk() { # FOLDER MIB
	modprobe -a loop ext4 2> /dev/null
	mkdir -p "$1"
	dd if=/dev/zero of="$1.image" bs=1M count="$2" 2> /dev/null
	mke2fs -F "$1.image" > "$1.log" 2>&1 || return
	mount -o loop -t ext4 "$1.image" "$1" 2>> "$1.log" || mount -o loop -t ext2 "$1.image" "$1" 2>> "$1.log"
}

check_exit() { # WHAT WANTED
	if [ "$code" = "$2" ]; then
		ok "$1: exit $2"
	else
		not_ok "$1: exit $code, wanted $2"
		tail -n 5 "/share/$soak_name.err" | sed 's/^/# /'
		tail -n 25 "/share/$soak_name.out" | sed 's/^/# /'
	fi
}

# One clear line: says what is wrong, and nothing else.
check_one_line() { # WHAT PATTERN
	lines=$(grep -c . "/share/$soak_name.err")
	if [ "$lines" = 1 ] && grep -qE -e "$2" "/share/$soak_name.err"; then
		ok "$1: $(cat "/share/$soak_name.err")"
	else
		not_ok "$1: not one line with '$2'"
		head -n 8 "/share/$soak_name.err" | sed 's/^/# /'
	fi
}

profile() { # NAME < text
	cat > "/tmp/$1.ini"
}

mkdir -p /share/runs
memory_state > /tmp/memory.before

check_memory() { # WHAT
	memory_state > /tmp/memory.now
	check "$1: memory is as it was" diff /tmp/memory.before /tmp/memory.now
}

check_settings() { # WHAT
	check "$1: numa_balancing is as it was" test "$(cat /proc/sys/kernel/numa_balancing)" = "$numa_balancing_before"
	check "$1: no probe is left" no_probe_is_left
	check "$1: no worker is left" no_worker_is_left
}
numa_balancing_before=$(cat /proc/sys/kernel/numa_balancing)

profile_of_both() { # NAME DURATION DEADLINE
	{
		printf '[run]\nduration = %s\n[guard]\nreserve = 192MiB\n' "$2"
		both_workers "$3"
	} | profile "$1"
}
profile_of_both short 8s 10s

{
	printf '[run]\nduration = 90s\n[guard]\nreserve = 192MiB\n[offline]\ndeadline = 10s\ncycles = 3\n'
	aimed_workers
} | profile offline
