#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What "make install" puts on a host for systemd, asked of systemd itself. Usage: units.sh BUILD
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
most_exposure=35 # tenths, as "systemd-analyze security" rates a unit
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

check() { # WHAT COMMAND...: it ends well and says nothing
	what=$1
	shift
	code=0
	"$@" > "$root/said" 2>&1 || code=$?
	if [ "$code" = 0 ] && [ ! -s "$root/said" ]; then
		echo "ok $what"
	else
		echo "not ok $what: exit $code"
		sed 's/^/# /' "$root/said"
	fi
}

if ! make BUILD="$build" install DESTDIR="$root" > "$root/said" 2>&1; then
	echo "not ok make install"
	sed 's/^/# /' "$root/said"
	exit 1
fi
echo "ok make install"

# No guest: it judges a matrix of which nothing is there.
"$root/usr/share/memsoak/lab/matrix.sh" --judge "$root/usr/bin" "$root/matrix" 6.1-with > "$root/said" 2>&1
if grep -qE '^[0-9]+ cells, 0 as declared' "$root/said"; then
	echo "ok the lab's matrix finds what it needs where it is installed"
else
	echo "not ok the lab's matrix finds what it needs where it is installed"
	sed 's/^/# /' "$root/said"
fi

# The units that ours name have to be there, and so has what they start.
mkdir -p "$root/bin" "$root/usr/lib/systemd/system"
cp -rn /usr/lib/systemd/system/. "$root/usr/lib/systemd/system/"
cp /bin/kill "$root/bin/"

for unit in memsoak@soak.service memsoak-recover.service memsoak@soak.timer memsoak.slice; do
	check "systemd-analyze verify $unit" systemd-analyze verify --root="$root" --man=no "$unit"
done

# The check itself can fail.
sed 's/^Type=.*/Type=notfy/' systemd/memsoak@.service > "$root/usr/lib/systemd/system/broken@.service"
if systemd-analyze verify --root="$root" --man=no broken@soak.service 2>&1 | grep -q notfy; then
	echo "ok a broken unit is noticed"
else
	echo "not ok a broken unit is noticed"
fi

# For stress-ng three protections are dropped; the unit must still be a unit.
drop_in=$root/usr/lib/systemd/system/memsoak@.service.d
mkdir -p "$drop_in"
cp systemd/50-stress-ng.conf "$drop_in/"
check "systemd-analyze verify memsoak@soak.service with 50-stress-ng.conf" \
	systemd-analyze verify --root="$root" --man=no memsoak@soak.service
rm -r "$drop_in"

for unit in memsoak@soak.service memsoak-recover.service; do
	exposure=$(systemd-analyze security --offline=yes --root="$root" --no-pager "$unit" 2> /dev/null |
		sed -n 's/.*Overall exposure level for .*: \([0-9]*\)\.\([0-9]\).*/\1\2/p')
	if [ -n "$exposure" ] && [ "$exposure" -le "$most_exposure" ]; then
		echo "ok exposure of $unit is ${exposure%?}.${exposure#"${exposure%?}"}"
	else
		echo "not ok exposure of $unit is '$exposure' tenths, at most $most_exposure"
	fi
done

echo "root:x:0:0::/:/bin/sh" > "$root/etc/passwd"
echo "root:x:0:" > "$root/etc/group"
check "sysusers.d/memsoak.conf" sh -c "systemd-sysusers --root=$root memsoak.conf 2> $root/sysusers"
check "the group memsoak is made" grep -q '^memsoak:' "$root/etc/group"
check "tmpfiles.d/memsoak.conf" systemd-tmpfiles --root="$root" --create --prefix=/var/lib/memsoak memsoak.conf
check "/var/lib/memsoak/runs is made" test -d "$root/var/lib/memsoak/runs"
check "the catalogue is one" journalctl --root="$root" --update-catalog
