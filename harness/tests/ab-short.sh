#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two boots of a kernel without the patch and two of one with it: is the defect seen where it is, and
# not where it is not? Builds the kernels when they are not cached. Usage: ab-short.sh BUILD
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
out=$build/test/ab-short
rm -rf "$out"
harness/lab/install-deps.sh kernels || exit
tree=5.10
if ! harness/lab/build-kernel.sh 5.10-with > "$build/test/ab-short-kernels.log" 2>&1; then
	echo "# the 5.10 tree cannot be had ($(tail -n 1 "$build/test/ab-short-kernels.log")): the 6.1 pair serves"
	tree=6.1
fi
# Asked for the causes, too: how often EAGAIN comes depends on how busy the host is; whether a waiter that
# slept had the reference does not.
sed 's/^\[move_pages\]/[observe]\ncauses = yes\n\n&/' workloads/profiles/ab.ini > "$out.ini"
code=0
"$build/memsoak-lab" ab --tree "$tree" --profile "$out.ini" --boots 2 --offline-boots 0 --out "$out" > "$out.log" 2>&1 || code=$?
# Two boots a side are too few for any verdict, and that is what it must say.
if [ "$code" = 3 ]; then
	echo "ok four boots of $tree are not enough data"
else
	echo "not ok four boots of $tree are not enough data: exit $code"
	tail -n 12 "$out.log" | sed 's/^/# /'
fi
for i in 1 2; do
	for side in base test; do
		figures=$(jq -r '.migration | "\(.by_driver.move_pages | "\(.attempts) \(.eagain)") \(.eagain.by_cause.waiter)"' "$out/$side/$i/report.json")
		attempts=${figures%% *}
		waiters=${figures##* }
		eagain=${figures#* }
		eagain=${eagain% *}
		what="$side $i: EAGAIN $eagain of $attempts attempts, $waiters of waiters that slept"
		case $side in
		base) limit="$eagain > 10 and $waiters > 10" ;;
		test) limit="$waiters == 0" ;;
		esac
		if [ "${attempts:-0}" -gt 300 ] && [ "$(jq -n "$limit")" = true ]; then
			echo "ok $what"
		else
			echo "not ok $what"
		fi
	done
done
