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
mkdir -p "$share/profiles" "$build/runs"
cp workloads/profiles/*.ini "$share/profiles/"
case $profile in
*.ini) cp "$profile" "$share/profiles/" ;;
esac

# The summary is printed here, from the record, and not in the guest; its progress lines are rewritten in
# place only where there is a terminal.
terminal=dumb
[ -t 1 ] && terminal=linux
cat > "$share/soak" <<EOF
#!/bin/sh
export TERM=$terminal MEMSOAK_PROFILES=/share/profiles
exec memsoak run --profile $(basename "$profile" .ini) --yes --out /share/run > /dev/null
EOF
chmod +x "$share/soak"

status=0
"$build/memsoak-lab" run --kernel "${KERNEL:-stock}" --script "$share/soak" --share "$share" --timeout "${TIMEOUT:-9m}" ||
	status=$?
if [ ! -d "$share/run" ]; then
	echo "make run: the guest left no run: its console is $share/console.log" >&2
	exit 3
fi
mv "$share/run" "$run"
cp "$share/console.log" "$share/guest-end.json" "$run/" 2> /dev/null || true
ln -s "../../runs/$id" "$share/run" # memsoak-lab has told that folder
"$build/memsoak" report "$run"
exit "$status"
