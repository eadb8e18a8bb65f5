#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Memory that goes and comes while a soak goes on: a DIMM is ejected, which is all that its node has; one
# is plugged in where it was, and a new one elsewhere. Then every DIMM goes.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh
system=/sys/devices/system
blocks_of() { # NODE
	find "$system/node/node$1" -maxdepth 1 -name 'memory[0-9]*' 2> /dev/null | sed 's/.*memory//' | sort -n
}
as_list() { # IDS...
	echo "[$(echo "$@" | tr ' ' ',')]"
}
# The ACPI device that the kernel's memory block belongs to.
eject_dimm_of() { # BLOCK
	for node in /sys/bus/acpi/devices/PNP0C80:*/physical_node*; do
		case $(readlink "$node") in */memory"$1") echo 1 > "${node%/*}/eject" && return ;; esac
	done
	return 1
}
is_gone() { # BLOCK
	[ ! -e "$system/memory/memory$1" ]
}
# A DIMM whose blocks are busy stays: it is asked for again.
take_out() { # BLOCK
	for _ in 1 2 3 4 5 6 7 8; do
		eject_dimm_of "$1"
		wait_for 10 is_gone "$1" && return
	done
	return 1
}
plug_in() { # NAME NODE
	echo "{\"driver\":\"pc-dimm\",\"id\":\"$1\",\"memdev\":\"dimm-$1\",\"node\":$2}" > "/share/plug-$1"
	wait_for 30 grep -q return "/share/plugged-$1"
}
attempts_on() { # RUN BLOCK
	grep -h '"ev":"offline"' "/share/runs/$1/events.jsonl" | grep -c "\"block\":$2,"
}
has_attempts_on() { # RUN BLOCK COUNT
	[ "$(attempts_on "$1" "$2")" -ge "$3" ]
}

profile hotplug << EOF
[run]
duration = 10m
[guard]
reserve = 128MiB
[offline]
deadline = 10s
aim = no
[workers aimed]
workload = refault
kind = shared-memfd
processes = 1
threads = 1
pages = 16
driven_by = offline
EOF

# shellcheck disable=SC2046 # a list of numbers
set -- $(blocks_of 2)
first=$1
gone=$(as_list "$@")
check "the node has a DIMM" test $# = 2
old=$(find $system/memory -maxdepth 1 -name 'memory[0-9]*' | sed 's/.*memory//' | sort -n)
run=/share/runs/hotplug
memsoak run --out $run --profile /tmp/hotplug.ini --yes > /share/hotplug.out 2> /share/hotplug.err &
soak_pid=$!
check "blocks of it are attempted" wait_for 120 has_attempts_on hotplug "$first" 1
check "the DIMM is ejected while the soak goes on" take_out "$first"
check "its node has gone" test ! -e $system/node/node2
other=$(echo "$old" | grep -vE "^($(echo "$@" | tr ' ' '|'))\$" | tail -n 1)
before=$(attempts_on hotplug "$other")
check "other blocks are attempted from then on" wait_for 120 has_attempts_on hotplug "$other" $((before + 2))

check "a DIMM is plugged in where it was" plug_in again 2
check "it has the same blocks" wait_for 60 test -e "$system/memory/memory$first"
before=$(attempts_on hotplug "$first")
check "they are attempted again" wait_for 120 has_attempts_on hotplug "$first" $((before + 1))
check "a new DIMM is plugged in elsewhere" plug_in new 1
check "its blocks are there" wait_for 60 sh -c "[ \$(find $system/memory -maxdepth 1 -name 'memory[0-9]*' | wc -l) = $(($(echo "$old" | wc -l) + 3)) ]"
before=$(attempts_on hotplug "$other")
check "a round goes by" wait_for 120 has_attempts_on hotplug "$other" $((before + 2))
new=$(find $system/memory -maxdepth 1 -name 'memory[0-9]*' | sed 's/.*memory//' | sort -n | grep -vxF "$old")
check "abort" sh -c "memsoak abort | grep -q 'has ended'"
code=0
wait $soak_pid || code=$?
soak_name=hotplug
report=$run/report.json
check_exit "the run was aborted and restored" 5
# shellcheck disable=SC2086 # a list of numbers
came=$(as_list $new)
check_report "what went is on record" $report ".topology.changes.blocks_went.ids == $gone" .topology.changes
check_report "the node that went, and came again" $report \
	'.topology.changes | .nodes_went.ids == [2] and .nodes_came.ids == [2]' .topology.changes
check_report "what came is on record" $report \
	".topology.changes.blocks_came | .count == 5 and (.ids | sort) == ($came + $gone | sort)" .topology.changes
check_report "no fault of the harness" $report '.harness.faults == []' .harness
check_report "each block that went was told once" $report \
	'[.offline.refusals[] | select(.why | test("unplugged")) | .count] | add <= 2' .offline.refusals
check_report "nothing is left offline" $report '.harness.memory_left_offline == [] and .offline.not_restored == 0' .offline
check_report "what is new was never taken" $report "[.offline.blocks[].id] - $came == [.offline.blocks[].id]" .offline
check_report "the verdict has a remark" $report '.verdict.why | any(test("2 memory blocks were unplugged while the run went on, 2 of its plan"))'

# --- a run that loses every block that it may take --------------------------------------------------
memsoak run --out /share/runs/lost --profile /tmp/hotplug.ini --yes > /share/lost.out 2> /share/lost.err &
soak_pid=$!
check "it begins" wait_for 120 sh -c "memsoak status --json | jq -e '.runs[0].attempts > 2'"
emptied=yes
while block=$(jq -r '.plan.blocks[].id' /share/runs/lost/run.json | while read -r id; do
		is_gone "$id" || { echo "$id"; break; }
	done) && [ -n "$block" ]; do
	take_out "$block" || { emptied=no; break; }
done
check "every DIMM is ejected" test $emptied = yes
ended() { ! kill -0 $soak_pid; }
check "the run ends before its time" wait_for 60 ended
code=0
wait $soak_pid || code=$?
soak_name=lost
report=/share/runs/lost/report.json
check_exit "a run that lost its blocks is judged by what it did" 0
check_report "it says so" $report '.run.ended == "completed" and .run.duration_ns < 500e9 and
	(.topology.changes.blocks_went.count >= ([.offline.blocks[].id] | length)) and .harness.faults == []' \
	'{verdict, run, changes: .topology.changes, harness}'

