#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# node_exporter takes our file, Prometheus scrapes it and answers with our numbers, an alert fires and
# goes: all on the loopback interface, on ports that nobody has, from a folder of its own.
# Usage: live.sh BUILD PROMETHEUS PROMTOOL NODE_EXPORTER
set -u
cd "$(dirname "$0")/../../.." || exit
build=$1 prometheus=$2 promtool=$3 node_exporter=$4
scratch=$(mktemp -d)
pids=
failures=0
trap 'stop; rm -rf "$scratch"' EXIT
trap 'exit 143' TERM INT

stop() {
	for pid in $pids; do
		kill "$pid" 2> /dev/null
		wait "$pid" 2> /dev/null
	done
	pids=
}

free_port() {
	/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

query() { # PROMQL: the values, one a line
	"$promtool" query instant "http://127.0.0.1:$prometheus_port" "$1" 2>&1 |
		sed -n 's/^.* => \(.*\) @\[.*$/\1/p'
}

answers() { # WHAT WANTED PROMQL: within a minute, since scrapes and alerts take a second each
	for _ in $(seq 60); do
		got=$(query "$3")
		if [ "$got" = "$2" ]; then
			echo "ok live: $1"
			return
		fi
		sleep 1
	done
	echo "not ok live: $1"
	echo "# $3 gives '$got', wanted '$2'"
	tail -n 3 "$scratch"/*.log | sed 's/^/# /'
	failures=$((failures + 1))
}

sample_of() { # VERDICT
	for report in reports/samples/*.report.json; do
		if [ "$(jq -r .verdict.result "$report")" = "$1" ]; then
			echo "$report"
			return
		fi
	done
}

put() { # REPORT: as a cron job would
	"$build/memsoak" export --format prometheus --output "$scratch/textfile/memsoak.prom" "$1"
}

mkdir "$scratch/textfile" "$scratch/data"
bad=$(sample_of fail)
good=$(sample_of pass)
put "$bad" || exit 1

exporter_port=$(free_port)
"$node_exporter" --web.listen-address="127.0.0.1:$exporter_port" --collector.disable-defaults --collector.textfile \
	--collector.textfile.directory="$scratch/textfile" > "$scratch/exporter.log" 2>&1 &
pids="$pids $!"
prometheus_port=$(free_port)
cat > "$scratch/prometheus.yml" <<EOF
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [$PWD/reports/dashboards/memsoak.rules.yml]
scrape_configs:
- job_name: node
  static_configs: [{targets: ["127.0.0.1:$exporter_port"]}]
EOF
"$prometheus" --config.file="$scratch/prometheus.yml" --storage.tsdb.path="$scratch/data" \
	--web.listen-address="127.0.0.1:$prometheus_port" > "$scratch/prometheus.log" 2>&1 &
pids="$pids $!"

answers "node_exporter takes the file" 0 node_textfile_scrape_error
answers "Prometheus has the verdict" 1 'memsoak_verdict{result="fail"}'
answers "it tells the exit code" "$(jq .verdict.exit "$bad")" memsoak_exit_code
answers "it tells a count of the report" "$(jq .move_pages.calls "$bad")" memsoak_move_pages_calls_total
answers "the run's end is not the scrape's time" 1 \
	"count(abs(memsoak_last_event_timestamp_seconds - $(date -d "$(jq -r .run.end "$bad")" +%s)) < 1)"
answers "the alert for a failed verdict fires" 1 'ALERTS{alertname="MemsoakVerdictFailed",alertstate="firing"}'
put "$good" || exit 1
answers "the next run takes its place" 1 'memsoak_verdict{result="pass"}'
answers "and its numbers" "$(jq .move_pages.calls "$good")" memsoak_move_pages_calls_total
answers "the alert goes" '' 'ALERTS{alertname="MemsoakVerdictFailed",alertstate="firing"}'
sed -i 's/^memsoak_exit_code .*/& 1795220465000/' "$scratch/textfile/memsoak.prom"
answers "control: with a timestamp in it the file is refused" 1 node_textfile_scrape_error
put "$good" || exit 1
answers "and taken again without" 0 node_textfile_scrape_error
[ "$failures" -eq 0 ]
