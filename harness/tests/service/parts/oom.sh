# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# Workers are killed for want of memory in their group: a fault of the harness, no failure of the kernel.
soak_profile oom 40s ''
start_soak memsoak@oom.service "oom"
group=$(workers_group memsoak@oom.service)
echo 0 > "$group/memory.swap.max"
echo 1 > "$group/memory.max"
check "oom: workers were killed" wait_for 60 sh -c "awk '\$1 == \"oom_kill\" && \$2 > 0' $group/memory.events | grep ."
check "oom: it is in the journal" wait_for 20 sh -c "journalctl -u memsoak@oom -o cat | grep -q 'memory of their cgroup has run out'"
check_property "oom: the service goes on" memsoak@oom.service ActiveState active
check_verdict memsoak@oom.service "oom"
check_property "oom: the unit was not killed for it" memsoak@oom.service Result "$([ "$verdict" = 0 ] && echo success || echo exit-code)"
check_json "oom: told as a fault of the harness" "$run/report.json" '[.harness.faults[].what | select(contains("their cgroup"))] | length > 0'
check_json "oom: the kernel is not blamed" "$run/report.json" '.verdict.result != "fail" and .verdict.exit != 1'
check_json "oom: the kernel's own words are in the report" "$run/report.json" '[.lockups[] | select(.kind == "oom_kill")] | length > 0'
