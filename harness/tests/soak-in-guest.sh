#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# "make run": a soak in the lab guest, its run folder on the host. Usage: soak-in-guest.sh BUILD PROFILE
set -eu
cd "$(dirname "$0")/../.."
build=$1
profile=$2
id=$(date -u +%Y%m%dT%H%M%SZ)-$(basename "$profile" .ini)
share=$build/lab/$id
run=$build/runs/$id
mkdir -p "$share" "$build/runs"

status=0
"$build/memsoak-lab" run --kernel stock --profile "$profile" --share "$share" --timeout "${TIMEOUT:-10m}" ||
	status=$?
if [ ! -d "$share/run" ]; then
	echo "make run: the guest left no run: its console is $share/console.log" >&2
	exit 3
fi
mv "$share/run" "$run"
mv "$share/console.log" "$share/guest-end.json" "$run/" 2> /dev/null || true
rmdir "$share" 2> /dev/null || true
"$build/memsoak" report "$run"
exit "$status"
