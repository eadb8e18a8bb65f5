#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The pages of all samples and of a comparison in a real browser, wide and narrow, light, dark and on
# paper (html/browser.mjs). Pictures are left in BUILD/test/html/pictures. Usage: html-browser.sh BUILD
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
out=$build/test/html-pages
modules=${XDG_CACHE_HOME:-$HOME/.cache}/memsoak/html-tests
rm -rf "$out"
mkdir -p "$out/pages" "$out/pictures" "$modules"

if ! cmp -s harness/tests/html/package.json "$modules/package.json"; then
	cp harness/tests/html/package.json "$modules/package.json.new"
	rm -rf "$modules/node_modules" "$modules/package.json"
	(cd "$modules" && mkdir -p new && cp package.json.new new/package.json && cd new &&
		npm install --no-audit --no-fund --no-package-lock --ignore-scripts > ../npm.log 2>&1) || {
		echo "not ok axe-core and playwright-core are installed by npm"
		tail -n 5 "$modules/npm.log" | sed 's/^/# /'
		exit 1
	}
	mv "$modules/new/node_modules" "$modules/" && rm -rf "$modules/new"
	mv "$modules/package.json.new" "$modules/package.json"
fi
browser=$(command -v chromium) || {
	echo "not ok chromium is installed (harness/lab/install-deps.sh html)"
	exit 1
}

for sample in reports/samples/*/run.json; do
	name=$(basename "$(dirname "$sample")")
	cp -r "reports/samples/$name" "$out/$name"
	"$build/memsoak" report "$out/$name" --html "$out/pages/$name.html" > /dev/null
done
# A long soak: 2,000 cycles in 60 days' worth of bins, and two sides of a comparison.
"$build/test/make_events" "$out/long" 20000
"$build/memsoak" report "$out/long" --html "$out/pages/long.html" > /dev/null
"$build/memsoak" report --json "$out/long" > "$out/plain.json"
for i in 1 2 3 4 5 6; do
	jq --arg id "boot-$i" --arg start "2026-01-02T03:0$i:00.000+00:00" --argjson eagain $((i % 2 * 1500 + 20 + i)) "
		.run.id = \$id | .run.plan_digest = \"$(printf a | sha256sum | cut -c1-64)\" | .run.start = \$start
		| .migration.by_driver.move_pages.attempts = 5000
		| .migration.by_driver.move_pages.eagain = \$eagain
		| .migration.eagain.by_driver.move_pages = \$eagain" "$out/plain.json" > "$out/boot-$i.json"
done
"$build/memsoak" compare --base "$out"/boot-[135].json --test "$out"/boot-[246].json \
	--html "$out/pages/compare-few.html" > /dev/null

# Controls: pages that each have just what must be seen.
page=$out/pages/pass.html
sed 's/<main>/<main><p style="width:1500px">wide<\/p>/' "$page" > "$out/pages/spoilt-overflow.html"
sed 's/<main>/<main><img alt="" src="nowhere.png"\/>/' "$page" > "$out/pages/spoilt-request.html"
sed 's/<main>/<main><script>console.error("x")<\/script>/' "$page" > "$out/pages/spoilt-console.html"
sed 's/<main>/<main><p style="color:#bbb;background:#fff">faint<\/p><button><\/button>/' "$page" > "$out/pages/spoilt-axe.html"

node harness/tests/html/browser.mjs "$modules" "$out/pages" "$out/pictures" "$browser"
