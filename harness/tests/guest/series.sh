#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A profile that names others: each is a run with a report of its own, what cannot be run is told,
# the worst of them is the exit code, and an abort or a SIGKILL ends all of it.
# shellcheck source=harness/tests/guest/lib.sh
. /share/lib.sh

export MEMSOAK_PROFILES=/share/profiles
series= # series.json of the last one

soak_series() { # NAME [options]
	soak "$@"
	series=/share/runs/$1/series.json
}

# Every scenario, with the consent of the list but not with --yes.
sed 's/^duration.*/&\nunattended = yes/; s/^profiles.*/profiles = waiter-ref, soft-offline, notifier-veto/' \
	/share/profiles/all.ini > /tmp/night.ini
soak_series night --profile /tmp/night.ini --duration 45s
check_exit "a list with skips and a pass" 0
check_report "each of them is there, in the order of the list" "$series" \
	'[.runs[].profile] == ["waiter-ref", "soft-offline", "notifier-veto"] and .planned_runs == 3 and .exit == 0' .
check_report "the pass is told" "$series" '.runs[0] | .result == "pass" and .exit == 0 and (.why | length > 0)' .runs
check_report "without --yes nothing is taken out of use, and it is told why" "$series" \
	'.runs[1] | .result == "skip" and (.why | contains("--yes")) and (has("directory") | not)' .runs
check_report "a scenario that needs a module is told as skipped, with the module" "$series" \
	'.runs[2] | .result == "skip" and .exit == 4 and (.why | contains("memory-notifier-error-inject"))' .runs
check_report "the time is shared out, each one's own at most" "$series" \
	'[.runs[].planned_ns / 1e9 | floor] == [15, 15, 15]' .runs
check "each run has its report beside the summary" test -s /share/runs/night/waiter-ref/report.json
check "the summary on the terminal has a line for each" \
	sh -c 'test "$(grep -cE "^  (waiter-ref|soft-offline|notifier-veto) +(pass|skip) " /share/night.out)" = 3'
check "the summary is valid" memsoak validate "$series"
check_memory "a list"
check_settings "a list"

# The worst counts: pinned pages cannot be moved.
cat > /tmp/worst.ini << EOF
[run]
duration = 16s
profiles = control-positive, control-negative
EOF
soak_series worst --profile /tmp/worst.ini --yes
check_exit "a list with a failure and a pass" 1
check_report "the failure does not end the series" "$series" \
	'[.runs[].result] == ["fail", "pass"] and .exit == 1' .runs

# Nothing can be tested.
sed 's/^profiles.*/profiles = notifier-veto/' /tmp/worst.ini > /tmp/nothing.ini
soak_series nothing --profile /tmp/nothing.ini --duration 4s --yes
check_exit "a list of which nothing can be tested" 4

# What is wrong is told before the first of them begins.
sed 's/^profiles.*/profiles = waiter-ref, nosuch/' /tmp/worst.ini > /tmp/wrong.ini
soak wrong --profile /tmp/wrong.ini --yes
check_exit "a list with an unknown name" 2
check_one_line "a list with an unknown name" "wrong.ini: no profile 'nosuch'"
check "and nothing was begun" sh -c '! test -e /share/runs/wrong'
soak no-consent --profile /share/profiles/all.ini
check_exit "a list without consent" 2

begun() { # NAME PROFILE: waits until that run is in a phase
	for _ in $(seq 300); do
		grep -q '"ev":"phase"' "/share/runs/$1/$2/events.jsonl" 2> /dev/null && break
		sleep 0.2
	done
	sleep 2
}

# One that is in an offline ends when that has seen the signal: after a pass over the block.
gone() {
	for _ in $(seq 300); do
		pidof memsoakd > /dev/null || break
		sleep 0.2
	done
}

# The parent is the older of the two.
soak_series aborted --profile /share/profiles/all.ini --duration 100s --yes &
begun aborted waiter-ref
kill -TERM "$(pidof memsoakd | tr ' ' '\n' | sort -n | head -n 1)"
wait
check_report "SIGTERM: that run is aborted, and no further one begins" /share/runs/aborted/series.json \
	'.exit == 5 and ([.runs[].result] | unique) == ["aborted"] and (.runs | length) == .planned_runs and ([.runs[] | select(has("directory"))] | length) == 1' .runs
check_memory "SIGTERM"
check_settings "SIGTERM"

soak_series by-abort --profile /share/profiles/all.ini --duration 100s --yes &
begun by-abort waiter-ref
memsoak abort > /share/abort.out 2>&1
wait
check_report "memsoak abort: the same" /share/runs/by-abort/series.json \
	'.exit == 5 and ([.runs[].result] | unique) == ["aborted"]' .runs

sed 's/^profiles.*/profiles = pins, waiter-ref/' /share/profiles/all.ini > /tmp/pins-first.ini
soak killed --profile /tmp/pins-first.ini --duration 100s --yes &
begun killed pins
# shellcheck disable=SC2046 # both of them
kill -9 $(pidof memsoakd)
wait
gone
memsoak restore > /share/restore.out 2>&1
check "SIGKILL: restore" grep -q "" /share/restore.out
check_memory "SIGKILL and restore"
check_settings "SIGKILL and restore"

# Only the parent is killed: its run ends by itself, everything restored.
soak orphan --profile /tmp/pins-first.ini --duration 100s --yes &
begun orphan pins
kill -9 "$(pidof memsoakd | tr ' ' '\n' | sort -n | head -n 1)"
gone
wait
check "the parent is killed: its run has ended" sh -c '! pidof memsoakd'
check_report "the parent is killed: its run is aborted and restored" /share/runs/orphan/pins/report.json \
	'.verdict.exit == 5 and .harness.settings_restored' .verdict
check_memory "the parent is killed"
check_settings "the parent is killed"
exit "$failures"
