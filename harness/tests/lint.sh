#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Static checks over every file that git knows. Argument: clang-tidy's checks.
set -eu
cd "$(dirname "$0")/../.."
checks=$1
bad=0

sources=$(git ls-files '*.c')
scripts=$(git ls-files '*.sh' .ci/run)
pages=$(git ls-files 'harness/man/*.[158]')

echo "lint: clang-tidy on $(echo "$sources" | wc -w) files"
# shellcheck disable=SC2086 # lists of words on purpose
if ! echo $sources | xargs -n 1 -P 2 sh -c '
	checks=$1; shift
	clang-tidy --quiet --warnings-as-errors="*" --checks="$checks" "$@" -- -std=gnu17 -D_GNU_SOURCE \
		-Iharness -I. "-DMEMSOAK_VERSION=\"0\"" "-DMEMSOAK_PREFIX=\"/usr\"" \
		$(pkg-config --cflags-only-I libtracefs) 2>/dev/null' sh "$checks"; then
	bad=1
fi

echo "lint: cppcheck"
# shellcheck disable=SC2086
cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability,performance \
	--inline-suppr --suppress=missingIncludeSystem --suppress=unmatchedSuppression \
	-Iharness -I. -D_GNU_SOURCE -DMEMSOAK_VERSION='""' -DMEMSOAK_PREFIX='""' $sources || bad=1

echo "lint: shellcheck"
# shellcheck disable=SC2086
shellcheck -x $scripts || bad=1

echo "lint: mandoc"
for page in $pages; do
	mandoc -Tlint -W warning "$page" || bad=1
done

echo "lint: files over 400 lines, trailing spaces, missing licence lines"
for file in $(git ls-files '*.c' '*.h' '*.sh'); do
	lines=$(wc -l < "$file")
	[ "$lines" -le 400 ] || { echo "$file: $lines lines, at most 400: split it"; bad=1; }
	head -3 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' ||
		{ echo "$file: no SPDX line"; bad=1; }
done
if git grep -nI '[[:space:]]$' -- '*.c' '*.h' '*.sh' '*.mk' Makefile; then
	echo "trailing spaces"
	bad=1
fi
[ "$bad" = 0 ] && echo "lint: clean"
exit "$bad"
