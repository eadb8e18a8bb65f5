#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run-tests.sh on suites of our own: what fails is a failure, and who has a second try.
set -u
cd "$(dirname "$0")/../.." || exit
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/harness/tests"
cp harness/tests/run-tests.sh "$folder/harness/tests/"

check() { # WHAT COMMAND...
	what=$1
	shift
	if "$@" > /dev/null 2>&1; then
		echo "ok $what"
	else
		echo "not ok $what"
		sed 's/^/# /' "$folder/out"
	fi
}

# Fails until it has been run that often, then passes.
cat > "$folder/after" <<'SCRIPT'
#!/bin/sh
runs=$(($(cat "$1.runs" 2> /dev/null || echo 0) + 1))
echo "$runs" > "$1.runs"
echo "ok $1 did something"
[ "$runs" -gt "$2" ] || echo "not ok $1 is as it was"
SCRIPT
chmod +x "$folder/after"

run() { # then lines of "NAME COMMAND..."
	rm -f "$folder"/*.runs
	sed "s/^\([^ ]*\) /suite \1 60 /" > "$folder/harness/tests/suites.sh"
	(cd "$folder" && sh harness/tests/run-tests.sh build > out 2>&1)
	status=$?
}
says() { grep -qxE -e "$1" "$folder/out"; }
total() { [ "$(tail -n 1 "$folder/out")" = "$1" ]; }
ran() { [ "$(cat "$folder/$1.runs")" = "$2" ]; }

run <<SUITES
unit-a $folder/after a 0
guest-b $folder/after b 0
SUITES
check "all pass: exit 0" test "$status" = 0
check "all pass: 2 passed" total "2 passed, 0 failed"
check "all pass: no second try" ran b 1

run <<SUITES
unit-a $folder/after a 1
guest-b $folder/after b 0
SUITES
check "a unit test has no second try" ran a 1
check "a unit test's failure: exit 1" test "$status" = 1
check "a unit test's failure is counted" total "2 passed, 1 failed"
check "a unit test's failure is told at the end" says "unit-a: not ok a is as it was"

run <<SUITES
guest-b $folder/after b 1
SUITES
check "a guest that passes when run once more: exit 0" test "$status" = 0
check "a guest that passes when run once more: its last run counts" total "1 passed, 0 failed"
check "a guest that passes when run once more is told as unsteady" says "Unsteady: .*"
check "what was unsteady is told" says "guest-b: not ok b is as it was"
check "the log of the first try is kept" grep -q "^not ok b" "$folder/build/test/logs/guest-b.first-try.log"

run <<SUITES
guest-b $folder/after b 2
SUITES
check "a guest that fails twice: exit 1" test "$status" = 1
check "a guest that fails twice is not run a third time" ran b 2
check "a guest that fails twice is a failure" total "1 passed, 1 failed"
check "a guest that fails twice is not told as unsteady" sh -c "! grep -q ^Unsteady '$folder/out'"

run <<SUITES
guest-b $folder/after b 1
guest-c $folder/after c 1
guest-d $folder/after d 1
SUITES
check "a third guest that fails has no second try" ran d 1
check "a third guest that fails: exit 1" test "$status" = 1

run <<SUITES
guest-b true
SUITES
check "a suite that tests nothing fails" total "0 passed, 1 failed"
