#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What memsoak export writes, given to the programs that it is for: python3-jsonschema, xmllint,
# junitparser, tappy, prove, promtool, and (export/live.sh) node_exporter and Prometheus.
# Usage: export-readers.sh BUILD [--update]; --update writes the kept outputs anew and tests nothing.
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
here=harness/tests/export
samples=reports/samples
kept=$samples/export
formats="ktap junit kcidb prometheus lava lkp csv"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

ok() {
	echo "ok $*"
}

not_ok() { # WHAT, and on stdin why
	echo "not ok $*"
	head -n 8 | cut -c1-300 | sed 's/^/# /'
	failures=$((failures + 1))
}

check() { # WHAT COMMAND...
	what=$1
	shift
	if "$@" > "$scratch/log" 2>&1; then
		ok "$what"
	else
		not_ok "$what" < "$scratch/log"
	fi
}

refuses() { # WHAT COMMAND...: the control of a check: it must fail
	what=$1
	shift
	if "$@" > "$scratch/log" 2>&1; then
		not_ok "$what" < "$scratch/log"
	else
		ok "$what"
	fi
}

export_all() { # REPORT STEM
	for format in $formats; do
		"$build/memsoak" export --format "$format" --output "$2.$format" "$1" || return 1
	done
}

name_of() {
	basename "$1" .report.json
}

if [ "${2:-}" = --update ]; then
	mkdir "$scratch/kept"
	for report in "$samples"/*.report.json; do
		export_all "$report" "$scratch/kept/$(name_of "$report")" || exit 1
	done
	rm -rf "$kept"
	mv "$scratch/kept" "$kept"
	exit 0
fi

tool() { # PACKAGE: its folder
	harness/lab/fetch-tools.sh "$1" 2>> "$scratch/fetch.log"
}

servers=$(tool prometheus)/usr/bin
node_exporter=$(tool prometheus-node-exporter)/usr/bin/prometheus-node-exporter
promtool=$servers/promtool
if ! [ -x "$promtool" ] || ! [ -x "$node_exporter" ]; then
	not_ok "Prometheus' programs are there" < "$scratch/fetch.log"
	exit 1
fi

out=$scratch/out
mkdir "$out"

# --- a sample of each verdict, and its kept outputs -------------------------------------------
for verdict in pass fail error skip aborted crashed; do
	check "a sample whose verdict is '$verdict'" \
		jq -es "map(select(.verdict.result == \"$verdict\")) | length > 0" "$samples"/*.report.json
done

same_as_kept() { # NAME
	for format in $formats; do
		cmp "$kept/$1.$format" "$out/$1.$format" || return 1
	done
}

folder_gives_the_same() { # NAME
	export_all "$samples/$1" "$scratch/folder" || return 1
	for format in $formats; do
		cmp "$scratch/folder.$format" "$out/$1.$format" || return 1
	done
}

for report in "$samples"/*.report.json; do
	name=$(name_of "$report")
	check "$name: is exported in every format" export_all "$report" "$out/$name"
	check "$name: as it was kept (else look, and $0 BUILD --update)" same_as_kept "$name"
	if [ -d "$samples/$name" ]; then
		check "$name: its run's folder gives the same" folder_gives_the_same "$name"
	fi
done
check "nothing is kept of samples that are gone" sh -c "
	for file in $kept/*; do
		name=\$(basename \"\$file\")
		[ -e $samples/\"\${name%.*}\".report.json ] || { echo \"\$file\"; exit 1; }
	done"

# --- hostile text, made from the sample that has most -----------------------------------------
# shellcheck disable=SC2012 # the names are ours
largest=$(ls -S "$samples"/*.report.json | head -n 1)
python=/usr/bin/python3
check "a hostile report is made of $(name_of "$largest")" "$python" "$here/make_hostile.py" "$largest" "$out/enemy.report.json"
check "that is exported in every format" export_all "$out/enemy.report.json" "$out/enemy"
small() { # no reader gets the 1 MiB lines
	for format in $formats; do
		[ "$(wc -c < "$out/enemy.$format")" -lt 262144 ] || { echo "$format is large"; return 1; }
	done
}
check "its exports are below 256 KiB" small
sed 's/"hostname": *"/&\xff\xfe/' "$largest" > "$out/raw.json"
refuses "a report that is not UTF-8 is no report" "$build/memsoak" export --format csv "$out/raw.json"

# --- the readers ------------------------------------------------------------------------------
# The cases stand two spaces in; a TAP reader of old sees only what is at the margin.
inner() { # STEM
	sed -n 's/^  //p' "$1.ktap" > "$1.tap"
}

prove_counts() { # STEM: what prove counted must be what the JUnit file tells
	inner "$1"
	prove -e cat "$1.tap" > "$scratch/prove" 2>&1
	tests=$(sed -n 's/^Files=1, Tests=\([0-9]*\),.*/\1/p' "$scratch/prove")
	failed=$(sed -n 's/^.*(Wstat: .* Tests: [0-9]* Failed: \([0-9]*\))$/\1/p' "$scratch/prove")
	told=$(xmllint --xpath 'concat(/testsuites/@tests, " ", /testsuites/@failures + /testsuites/@errors)' "$1.junit")
	echo "prove: $tests ${failed:-0}, junit: $told"
	[ "$tests ${failed:-0}" = "$told" ] && ! grep -q 'Parse errors' "$scratch/prove"
}

for report in "$samples"/*.report.json "$out/enemy.report.json"; do
	name=$(name_of "$report")
	"$python" "$here/readers.py" "$report" "$out/$name" > "$scratch/readers" || failures=$((failures + 1))
	cat "$scratch/readers"
	check "$name: xmllint takes the JUnit file" xmllint --noout --nonet --schema "$here/junit.xsd" "$out/$name.junit"
	check "$name: prove counts as the JUnit file tells" prove_counts "$out/$name"
	check "$name: promtool check metrics" sh -c "'$promtool' check metrics < '$out/$name.prometheus'"
done

# --- would the readers say so? ----------------------------------------------------------------
spoil() { # FORMAT SED: a copy of the largest sample's exports, one of them changed
	for format in $formats; do
		cp "$out/$(name_of "$largest").$format" "$out/spoilt.$format"
	done
	sed -i "$2" "$out/spoilt.$1"
	! cmp -s "$out/spoilt.$1" "$out/$(name_of "$largest").$1"
}

spoilt_is_seen() { # FORMAT SED
	check "control: $1 can be spoilt by $2" spoil "$1" "$2"
	refuses "control: that is seen" "$python" "$here/readers.py" "$largest" "$out/spoilt"
}

spoilt_is_seen kcidb '1,/"origin"/s/"origin":"memsoak"/"origin":null/'
spoilt_is_seen junit 's/failures="[0-9]*"/failures="77"/'
spoilt_is_seen ktap '/^  [a-z ]*ok 5 /d'
spoilt_is_seen lava 's/RESULT=pass>$/RESULT=fail>/'
spoilt_is_seen lkp '3s/$/ x/'
spoilt_is_seen csv '4s/,//'
spoil junit 's/<testcase /<testcase extra="1" /'
refuses "control: xmllint knows its schema" xmllint --noout --nonet --schema "$here/junit.xsd" "$out/spoilt.junit"
spoil prometheus 's/^# HELP .*//'
refuses "control: promtool wants HELP" sh -c "'$promtool' check metrics < '$out/spoilt.prometheus'"

# --- alert rules and dashboard ----------------------------------------------------------------
dashboards=reports/dashboards
check "promtool check rules" "$promtool" check rules "$dashboards/memsoak.rules.yml"
check "promtool test rules" "$promtool" test rules "$dashboards/memsoak.rules.test.yml"
sed 's/50 \* 3600/500 * 3600/' "$dashboards/memsoak.rules.yml" > "$out/memsoak.rules.yml"
cp "$dashboards/memsoak.rules.test.yml" "$out/"
refuses "control: a rule with another limit fails its test" "$promtool" test rules "$out/memsoak.rules.test.yml"
"$python" "$here/dashboard.py" "$dashboards/memsoak.grafana.json" "$scratch/queries.yml" "$out"/*.prometheus ||
	failures=$((failures + 1))
check "promtool parses the dashboard's queries" "$promtool" check rules "$scratch/queries.yml"
sed 's/memsoak_offline_p99_seconds/memsoak_of_dreams/' "$dashboards/memsoak.grafana.json" > "$scratch/wrong.json"
refuses "control: a metric that is not exported is seen" "$python" "$here/dashboard.py" "$scratch/wrong.json" \
	"$scratch/wrong.yml" "$out"/*.prometheus
rule_metrics() {
	grep -oE '\bmemsoak_[a-z0-9_]+' "$dashboards/memsoak.rules.yml" | sort -u | while read -r metric; do
		grep -qE "^${metric}[ {]" "$out"/*.prometheus || { echo "$metric"; exit 1; }
	done
}
check "the alert rules name only metrics that are exported" rule_metrics

# --- the servers ------------------------------------------------------------------------------
"$here/live.sh" "$build" "$servers/prometheus" "$promtool" "$node_exporter" || failures=$((failures + 1))
[ "$failures" -eq 0 ]
