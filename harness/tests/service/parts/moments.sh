# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# SIGKILL at twenty random moments of a run's whole life, from the start of its process to its last line.
# SEED=N make test-service PARTS=moments: those of that seed again.
moment=memsoak@moment.service
soak_profile moment 8s 'resume = never'
centiseconds() {
	cut -d ' ' -f 1 /proc/uptime | tr -d .
}

at=$(centiseconds)
systemctl start $moment
run=$(newest_run)
check_verdict $moment "moments: left alone"
life=$(($(centiseconds) - at))
seed=$(cat /share/seed)
echo "# moments: seed $seed, $life cs from start to end"
awk -v seed="$seed" -v life="$life" 'BEGIN { srand(seed); for (i = 0; i < 120; i++) printf "%.2f\n", rand() * life / 100 }' > /tmp/moments

killed=0
begun=0
offline=0
slowest=0
# shellcheck disable=SC2013 # one word a line
for at in $(cat /tmp/moments); do
	[ $killed -lt 20 ] || break
	before=$(newest_run)
	systemctl start --no-block $moment
	sleep "$at"
	main=$(systemctl show -p MainPID --value $moment)
	if [ "$main" = 0 ] || ! kill -9 "$main" 2> /dev/null; then # not yet, or over already
		systemctl stop $moment
		systemctl reset-failed
		continue
	fi
	killed=$((killed + 1))
	label="SIGKILL $killed after $at s"
	since=$(centiseconds)
	check "$label: ExecStopPost= comes to its end" wait_for 900 sh -c "[ \$(systemctl show -p SubState --value $moment) = auto-restart ]"
	took=$(($(centiseconds) - since))
	[ $took -le $slowest ] || slowest=$took
	check_property "$label: within the time to stop" $moment Result signal
	systemctl stop $moment
	systemctl reset-failed
	check_restored "$label"
	check "$label: nothing is left open" sh -c "! ls /var/lib/memsoak/open/* /run/memsoak/*.json"
	run=$(newest_run)
	if [ "$run" = "$before" ] || [ ! -e "$run/run.json" ]; then # it had not begun
		continue
	fi
	begun=$((begun + 1))
	check_json "$label: it folds" "$run/report.json" \
		"(.verdict.result == \"crashed\") == $(grep -q '"ev":"end"' "$run/events.jsonl" && echo false || echo true) and (.harness.journal | [.corrupt, .gaps]) == [0, 0]"
	check "$label: the report is valid" memsoak validate "$run/report.json"
	! grep '"ev":"restore"' "$run/events.jsonl" | jq -se 'any(.blocks > 0)' > /dev/null || offline=$((offline + 1))
done
echo "# moments: $killed killed, $begun of them with a record, $offline of them with memory offline; at most $slowest cs until all was back"
check "moments: there were twenty" test $killed = 20
check "moments: most of them had begun" test $begun -ge 10
check "moments: some had memory offline" test $offline -ge 1
