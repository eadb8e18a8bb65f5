#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes the RPM packages of what git knows of this tree, in BUILD/rpm, asks rpmlint where there is one, and
# looks whether they hold what "make install" puts on a host, each file in one of them.
#
#   build-rpm.sh BUILD
#
# On a host without systemd's rpm macros (Debian has none) the scriptlets are written out, and the libraries
# of that host are taken for those that BuildRequires names.
set -eu
cd "$(dirname "$0")/../.."
build=$(mkdir -p "$1" && cd "$1" && pwd)
out=$build/rpm
name=memsoak-$(sed -n 's/^Version: *//p' systemd/packaging/rpm/memsoak.spec)
rm -rf "$out"
mkdir -p "$out/SOURCES" "$out/$name"
git ls-files -z | xargs -0 cp --parents -t "$out/$name"
# The same tree makes the same bytes.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
tar -C "$out" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -czf \
	"$out/SOURCES/$name.tar.gz" "$name"
rm -rf "${out:?}/$name"

set -- --define "_topdir $out" --define "_smp_build_ncpus 2"
if [ "$(rpm --eval '%{?systemd_post:yes}')" != yes ]; then
	set -- "$@" --nodeps --without systemd_macros
fi
rpmbuild "$@" -ba systemd/packaging/rpm/memsoak.spec > "$out/build.log" 2>&1 || {
	tail -n 20 "$out/build.log" >&2
	exit 1
}
rm -rf "$out/BUILD" "$out/BUILDROOT"

# --- what is in them ------------------------------------------------------------------------------
make BUILD="$build" WERROR=0 install DESTDIR="$out/wanted" > "$out/install.log" 2>&1
(cd "$out/wanted" && find . \( -type f -o -type l \) | sed 's/^\.//') | sort > "$out/wanted.list"
for package in memsoak memsoak-lab; do
	rpm -qlp --qf '[%{FILEMODES:perms} %{FILENAMES}\n]' "$out"/RPMS/*/"$package"-[0-9]*.rpm | sed -n 's/^[-l][^ ]* //p'
done | sed 's/\(\/man[0-9]\/.*\)\.gz$/\1/' | sort > "$out/all.list"
# What rpm itself adds: the licence, the documentation, and ids of the programs for debuggers.
grep -v -e '^/usr/share/licenses/' -e '^/usr/lib/\.build-id/' -e '^/usr/share/doc/' "$out/all.list" > "$out/there.list" || true
grep '^/usr/share/doc/memsoak/examples/' "$out/all.list" >> "$out/there.list" || true
sort -o "$out/there.list" "$out/there.list"
rm -rf "$out/wanted"
if ! diff "$out/wanted.list" "$out/there.list"; then
	echo "build-rpm: '<' is what only make install has, '>' what only the packages have" >&2
	exit 1
fi
rpm -qp --scripts "$out"/RPMS/*/memsoak-[0-9]*.rpm | grep -c scriptlet | grep -qx 4 || {
	echo "build-rpm: memsoak has not its four scriptlets" >&2
	exit 1
}
if command -v rpmlint > /dev/null; then
	rpmlint --config systemd/packaging/rpm/rpmlint.toml "$out"/RPMS/*/*.rpm "$out"/SRPMS/*.rpm
fi
echo "$(wc -l < "$out/there.list") files, all that make install has"
ls "$out"/RPMS/*/*.rpm "$out"/SRPMS/*.rpm
