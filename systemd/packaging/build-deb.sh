#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Makes the Debian packages of what git knows of this tree, in BUILD/deb, and asks lintian.
#
#   build-deb.sh BUILD
set -eu
cd "$(dirname "$0")/../.."
build=$(mkdir -p "$1" && cd "$1" && pwd)
out=$build/deb
rm -rf "$out"
mkdir -p "$out/memsoak"
git ls-files -z | xargs -0 cp --parents -t "$out/memsoak"
cp -r systemd/packaging/debian "$out/memsoak/debian"
# The same tree makes the same bytes.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
(cd "$out/memsoak" && dpkg-buildpackage --build=binary --unsigned-changes --no-sign -j2) > "$out/build.log" 2>&1 || {
	tail -n 20 "$out/build.log" >&2
	exit 1
}
rm -rf "$out/memsoak"
lintian --fail-on error,warning "$out"/*.changes
ls "$out"/*.deb
