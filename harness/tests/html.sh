#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The pages that "memsoak report --html" and "memsoak compare --html" make: well-formed, whole in
# themselves, the same each time, and with nothing alive in them of what a kernel or a profile
# wrote. "make test-html" looks at them in a browser. Usage: html.sh BUILD
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

check() { # WHAT COMMAND...
	what=$1
	shift
	if "$@" > "$scratch/check" 2>&1; then
		echo "ok $what"
	else
		echo "not ok $what"
		head -n 8 "$scratch/check" | sed 's/^/# /'
	fi
}

check_not() { # WHAT COMMAND...: the control must fail
	what=$1
	shift
	if "$@" > "$scratch/check" 2>&1; then
		echo "not ok $what"
	else
		echo "ok $what"
	fi
}

# An XPath expression that must be true, for elements of whatever namespace.
holds() { # PAGE EXPRESSION
	[ "$(xmllint --xpath "boolean($2)" "$1")" = true ]
}

# Nothing that runs, is fetched, or leads away.
is_closed() { # PAGE
	holds "$1" "not(//*[local-name()='script' or local-name()='iframe' or local-name()='img' or local-name()='object'])" &&
		holds "$1" "not(//@*[starts-with(name(), 'on')])" &&
		holds "$1" "not(//@src) and not(//@href[not(starts-with(., '#') or . = 'data:,')])" &&
		! grep -qE '@import|url\(' "$1"
}

text_has() { # PAGE TEXT
	xmllint --xpath "string(//*[local-name()='body'])" "$1" | grep -qF -- "$2"
}

for sample in reports/samples/*/run.json; do
	name=$(basename "$(dirname "$sample")")
	run=$scratch/$name
	page=$scratch/$name.html
	cp -r "reports/samples/$name" "$run"
	check "page of $name is made" "$build/memsoak" report "$run" --html "$page"
	check "page of $name is well-formed" xmllint --noout --nonet "$page"
	check "page of $name is whole in itself" is_closed "$page"
	check "page of $name tells its verdict" text_has "$page" \
		"memsoak: $(jq -r .verdict.result "reports/samples/$name.report.json")"
	"$build/memsoak" report "$run" --html - > "$scratch/again.html"
	check "page of $name is the same again, on standard output" cmp "$page" "$scratch/again.html"
done

check "a report alone says that it has no timeline" sh -c \
	"'$build/memsoak' report reports/samples/pass.report.json --html - | grep -q 'made from a report alone'"
check_not "... which a run's folder does not say" grep -q 'made from a report alone' "$scratch/pass.html"
check "three cycles are three bars" test "$(xmllint --xpath \
	"count(//*[@aria-labelledby='cycles-t cycles-d']/*[@class='done'])" "$scratch/pass.html")" = 3
check "a lockup is on the timeline" holds "$scratch/fail-lockup.html" \
	"//*[@aria-labelledby='cycles-t cycles-d']/*[@class='trouble']"
check_not "... and none on that of a run without" holds "$scratch/pass.html" \
	"//*[@aria-labelledby='cycles-t cycles-d']/*[@class='trouble']"
check "a lockup's own words are there" text_has "$scratch/fail-lockup.html" "soft lockup - CPU#1 stuck for 23s!"
check "an endless offline is marked on its block" holds "$scratch/fail-endless.html" \
	"//*[@class='cut']/*[local-name()='title']"
check "a stuck offline's way into the kernel is there" text_has "$scratch/stuck.html" "migrate_pages < offline_pages"
check_not "... and none where nothing was stuck" text_has "$scratch/pass.html" "What did not get on"
check "what was not measured is named" text_has "$scratch/pass-unmeasured.html" \
	"$(jq -r '.unmeasured[0].path' reports/samples/pass-unmeasured.report.json)"
check "hostile text is text" text_has "$scratch/hostile.html" '<script>'

# The controls: each of the checks above can fail.
sed 's/<h2 /<script>x<\/script><h2 /' "$scratch/pass.html" > "$scratch/spoilt.html"
check_not "control: a script is seen" is_closed "$scratch/spoilt.html"
sed 's/<h2 /<a href="http:\/\/127.0.0.1\/"><\/a><h2 /' "$scratch/pass.html" > "$scratch/spoilt.html"
check_not "control: a way out is seen" is_closed "$scratch/spoilt.html"
sed 's/<\/h2>//' "$scratch/pass.html" > "$scratch/spoilt.html"
check_not "control: a page that is not well-formed is seen" xmllint --noout --nonet "$scratch/spoilt.html"

# Comparisons.
"$build/test/make_events" "$scratch/run" 2000
"$build/memsoak" report --json "$scratch/run" > "$scratch/plain.json"
for i in 1 2 3 4 5 6; do
	jq --arg id "boot-$i" --arg start "2026-01-02T03:0$i:00.000+00:00" --argjson eagain $((i % 2 * 1500 + 20 + i)) "
		.run.id = \$id | .run.plan_digest = \"$(printf a | sha256sum | cut -c1-64)\" | .run.start = \$start
		| .host.hostname = \"<script>\" | .migration.by_driver.move_pages.attempts = 5000
		| .migration.by_driver.move_pages.eagain = \$eagain
		| .migration.eagain.by_driver.move_pages = \$eagain" "$scratch/plain.json" > "$scratch/boot-$i.json"
done
compare() { # [options]
	"$build/memsoak" compare --base "$scratch"/boot-[135].json --test "$scratch"/boot-[246].json "$@"
}
compare --html "$scratch/compare.html" > "$scratch/compare.txt"
check "a comparison's page is made" test -s "$scratch/compare.html"
check "... is well-formed" xmllint --noout --nonet "$scratch/compare.html"
check "... is whole in itself" is_closed "$scratch/compare.html"
check "... tells the outcome" text_has "$scratch/compare.html" \
	"memsoak compare: $(sed -n '1s/verdict: //p' "$scratch/compare.txt")"
check "... names every boot" test "$(xmllint --xpath "count(//*[@id='sides']//*[local-name()='tbody']/*)" \
	"$scratch/compare.html")" = 6
compare --html - > "$scratch/again.html"
check "... and is the same again" cmp "$scratch/compare.html" "$scratch/again.html"

# What cannot be written.
refused() { # WHAT EXIT PATTERN ARG...
	what=$1 want=$2 pattern=$3
	shift 3
	code=0
	"$build/memsoak" "$@" > /dev/null 2> "$scratch/err" || code=$?
	check "$what: exit $want" test "$code" = "$want"
	check "$what: one line" test "$(wc -l < "$scratch/err")" = 1
	check "$what: says why" grep -qE -- "$pattern" "$scratch/err"
}
refused "a page into a folder that is not there" 3 'nowhere' report reports/samples/pass.report.json --html "$scratch/nowhere/x.html"
refused "a page and JSON on standard output" 2 'standard output' report reports/samples/pass.report.json --json --html -
check "nothing is left of a page that could not be written" test ! -e "$scratch/nowhere"
