#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs out of Debian packages, unpacked into the cache and never installed:
#
#   fetch-tools.sh PACKAGE
#
# Prints the folder that the package is unpacked in, at once and without the network when it is in
# the cache. For what tests call but nobody wants on the host: installing prometheus or its
# node_exporter would enable and start servers that listen on every interface.
set -eu
lab_dir=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=harness/lab/lib.sh
. "$lab_dir/lib.sh"
# shellcheck source=harness/lab/apt-private.sh
. "$lab_dir/apt-private.sh"

case ${1:-} in
-h | --help)
	sed -n '3,/^set/s/^# \{0,1\}//p' "$0"
	exit 0
	;;
'' | *[!a-z0-9.+-]*) die 2 "'${1:-}' is not the name of a Debian package; --help shows how" ;;
esac
package=$1
suite=bookworm
target=$lab_cache/tools/$package

if [ ! -d "$target" ]; then
	need flock
	lock "tool-$package"
fi
if [ ! -d "$target" ]; then
	scratch
	folder "$lab_cache/tools"
	apt_open "$suite"
	say "fetching $package of $suite"
	apt_update || die 2 "no package lists for $suite ($(apt_why update))"
	version=$(apt_field "$package" Version)
	[ -n "$version" ] || die 2 "$suite has no package $package"
	apt_unpack "$package" "$version" "$lab_tmp/tool" ||
		die 2 "cannot fetch $package $version ($(apt_why download))"
	mv -T "$lab_tmp/tool" "$target"
	apt_close
fi
printf '%s\n' "$target"
