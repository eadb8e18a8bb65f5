#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The workers' cgroup on each kind of host: version 2, version 1, none; and memory that runs out.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

cgroup_of() { # PID
	cat "/proc/$1/cgroup"
}

# The workers of a run are where @1 says, the placer and the daemon are not.
watch_run() { # WHAT PATTERN COMMAND...
	what=$1 pattern=$2
	shift 2
	"$@" > /share/watched.out 2> /share/watched.err &
	watched=$!
	inside=0 outside=0
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		sleep 1
		inside=0 outside=0
		for pid in $(pidof memsoak-worker); do
			if tr '\0' ' ' < "/proc/$pid/cmdline" | grep -q 'workload refault'; then
				if cgroup_of "$pid" | grep -q "$pattern"; then
					inside=$((inside + 1))
				else
					outside=$((outside + 1))
				fi
			fi
		done
		[ "$inside" = 3 ] && break
	done
	check "$what: the three workers are in '$pattern'" test "$inside/$outside" = 3/0
	check "$what: the daemon is not" sh -c "! grep -q memsoak-workers /proc/\$(pidof memsoakd)/cgroup"
}

finish_run() { # WHAT
	wait "$watched"
	check_memory "$1"
	check_settings "$1"
}

# --- version 2, no service manager: below the root --------------------------------------------------
check "this guest has version 2" grep -q '^0::/' /proc/self/cgroup
rm -rf /share/runs/v2
watch_run "v2" '^0::/memsoak-workers$' memsoak run --out /share/runs/v2 --profile /tmp/short.ini --duration 16s --yes
group=/sys/fs/cgroup/memsoak-workers
for file in memory.max pids.max cpuset.cpus cpuset.mems; do
	echo "# $file $(cat $group/$file)"
done
check "v2: memory is bounded" grep -qE '^[0-9]+$' $group/memory.max
check "v2: tasks are bounded" grep -qE '^[0-9]+$' $group/pids.max
check "v2: CPUs are set" grep -qx 0-1 $group/cpuset.cpus
check "v2: nodes are set" grep -qx 0-1 $group/cpuset.mems
check "v2: memory is charged there" sh -c "[ \$(cat $group/memory.current) -gt 100000 ]"
memory_max=$(cat $group/memory.max)
finish_run "v2"
check "v2: the group is gone" test ! -d $group
check_report "v2: the report says so" /share/runs/v2/report.json \
	".host.workers_cgroup | startswith(\"v2: $group, \") and contains(\"memory.max $memory_max\")" .host

# --- memory runs out --------------------------------------------------------------------------------
watch_run "oom" '^0::/memsoak-workers$' memsoak run --out /share/runs/oom --profile /tmp/short.ini --duration 16s --yes
echo 1 > $group/memory.max
echo 0 > $group/memory.swap.max 2> /dev/null
finish_run "oom"
check_report "oom: workers were killed" /share/runs/oom/report.json '[.harness.faults[].what | select(contains("their cgroup"))] | length > 0' .harness.faults
check_report "oom: the kernel is not blamed" /share/runs/oom/report.json '.verdict.result != "fail"' .verdict
check "oom: it is in the log" grep -q 'memory of their cgroup has run out' /share/watched.err

# --- a group that is in the way: not ours, and yet no reason to end ----------------------------------
mkdir $group
mkdir $group/somebody
sleep 60 &
sleeper=$!
echo $sleeper > $group/somebody/cgroup.procs
soak taken --profile /tmp/short.ini --yes
check_report "a group in the way: the run went on" "$report" '.offline.attempts > 0 or .move_pages.calls > 0' .verdict
echo "# $(jq -r .host.workers_cgroup "$report")"
check "a group in the way: who is in it lives" kill -0 $sleeper
kill $sleeper
wait $sleeper 2> /dev/null
rmdir $group/somebody $group 2> /dev/null

# --- no cgroups -----------------------------------------------------------------------------------------
umount /sys/fs/cgroup
soak none --profile /tmp/short.ini --yes
check_report "none: the report says why" "$report" '.host.workers_cgroup | startswith("none: ") and length > 10' .host
check_report "none: the run went on" "$report" '.offline.attempts > 0 or .move_pages.calls > 0' .verdict
check "none: it is said" grep -q 'no cgroup of their own' "/share/none.err"

# --- version 1: a hierarchy for each controller, as hybrid hosts have them -------------------------------
mount -t tmpfs cgroup /sys/fs/cgroup
for controller in memory pids cpuset; do
	mkdir /sys/fs/cgroup/$controller
	mount -t cgroup -o $controller $controller /sys/fs/cgroup/$controller || not_ok "this kernel has no $controller in version 1"
done
watch_run "v1" ':memory:/memsoak-workers$' memsoak run --out /share/runs/v1 --profile /tmp/short.ini --duration 16s --yes
check "v1: memory is bounded" sh -c "[ \$(cat /sys/fs/cgroup/memory/memsoak-workers/memory.limit_in_bytes) = $memory_max ]"
check "v1: nodes are set" grep -qx 0-1 /sys/fs/cgroup/cpuset/memsoak-workers/cpuset.mems
check "v1: tasks are there too" sh -c "[ \$(wc -l < /sys/fs/cgroup/pids/memsoak-workers/cgroup.procs) = 3 ]"
finish_run "v1"
check_report "v1: the report says so" /share/runs/v1/report.json '.host.workers_cgroup | startswith("v1: ") and contains("memory.limit_in_bytes")' .host
check "v1: the groups are gone" sh -c "! ls -d /sys/fs/cgroup/*/memsoak-workers"
