# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# Bounds: the workers' own, which the daemon sets, and an administrator's for the slice.
start_soak $unit "limits"
group=$(workers_group $unit)
slice=/sys/fs/cgroup/memsoak.slice
check "limits: the group is below the slice" sh -c "echo '$group' | grep -q '^$slice/'"
kept="v2: $group, memory.max $(cat "$group/memory.max"), pids.max $(cat "$group/pids.max"), cpuset.cpus $(cat "$group/cpuset.cpus"), cpuset.mems $(cat "$group/cpuset.mems")"
echo "# $kept"
check "limits: all four are set" sh -c "echo '$kept' | grep -qE 'memory.max [0-9]+, pids.max [0-9]+, cpuset.cpus 0-1, cpuset.mems 0-1\$'"
check "limits: they are those of the plan, hardly more than it needs" sh -c "[ \$(cat $group/memory.max) -lt $((1024 * 1024 * 1024)) ] && [ \$(cat $group/pids.max) -lt 500 ]"
check_json "limits: the record says the same" "$run/run.json" ".host.workers_cgroup == \"$kept\""
main=$(systemctl show -p MainPID --value $unit)
check "limits: the daemon is outside of it" sh -c "grep -qx $main $group/../supervisor/cgroup.procs && ! grep -qx $main $group/cgroup.procs"
check "limits: the kernel counts for the slice" sh -c "[ \$(cat $slice/memory.current) -gt 100000 ] && [ \$(cat $slice/pids.current) -gt 3 ]"
# Bounds of the administrator's hold for the workers, too.
systemctl set-property --runtime memsoak.slice MemoryMax=900M TasksMax=321 AllowedCPUs=0-1 AllowedMemoryNodes=0-1
check "limits: memory.max of the slice" grep -qx $((900 * 1024 * 1024)) $slice/memory.max
check "limits: pids.max of the slice" grep -qx 321 $slice/pids.max
check "limits: cpuset of the slice" sh -c "grep -qx 0-1 $slice/cpuset.cpus && grep -qx 0-1 $slice/cpuset.mems"
at=$(memsoak status --json | jq .runs[0].attempts)
check "limits: the soak goes on within them" wait_for 60 sh -c "memsoak status --json | jq -e '.runs[0].attempts > $at'"
systemctl stop $unit
systemctl revert memsoak.slice
check "limits: the group is gone" test ! -e "$group"
check_restored "limits"
