#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Debian's stock kernel, unpacked into the cache and never installed:
#
#   fetch-stock.sh [--update|--cached] [SUITE]     (or SUITE=... in the environment)
#
# SUITE is bookworm unless named; bullseye has 5.10, trixie 6.12. Prints the kernel's folder:
# bzImage, vmlinux (where it can be booted directly: vmlinux-of.sh), config, release and
# modules/lib/modules/RELEASE/. Without --update a kernel that
# is in the cache is the answer, at once and without the network, so that a series of runs has
# one kernel. --cached fetches nothing and fails when there is none.
set -eu
lab_dir=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=harness/lab/lib.sh
. "$lab_dir/lib.sh"
# shellcheck source=harness/lab/apt-private.sh
. "$lab_dir/apt-private.sh"

mode=
suite=${SUITE:-bookworm}
for arg; do
	case $arg in
	--update | --cached) mode=$arg ;;
	-h | --help)
		sed -n '3,/^set/s/^# \{0,1\}//p' "$0"
		exit 0
		;;
	-*) die 2 "$arg: unknown option; --help shows the two" ;;
	*) suite=$arg ;;
	esac
done
case $suite in
'' | *[!a-z0-9-]*) die 2 "'$suite' is not the name of a Debian suite, such as bookworm" ;;
esac

kernels=$lab_cache/kernels
pointer=$kernels/stock-$suite

answer()
{
	printf '%s\n' "$kernels/$(readlink "$pointer")"
	exit 0
}

# The answer when the mirrors give none: what is here, or one line and the end.
fall_back()
{
	[ -e "$pointer/bzImage" ] || die 2 "$1, and the cache has no kernel of $suite"
	say "$1; using the cached $(readlink "$pointer")"
	answer
}

if [ "$mode" != --update ] && [ -e "$pointer/bzImage" ]; then
	answer
fi
[ "$mode" != --cached ] || exit 1

need depmod flock
lock "stock-$suite"
if [ "$mode" != --update ] && [ -e "$pointer/bzImage" ]; then
	answer
fi
scratch
apt_open "$suite"
say "asking Debian's mirrors for the kernel of $suite"
apt_update || fall_back "no package lists for $suite ($(apt_why update))"

image=$(apt_field linux-image-amd64 Depends | tr ',' '\n' |
	sed -n 's/^ *\(linux-image-[^ ]*\).*/\1/p' | head -n 1)
[ -n "$image" ] || fall_back "$suite has no linux-image-amd64"
version=$(apt_field "$image" Version)
[ -n "$version" ] || fall_back "$suite names $image but does not have it"
release=${image#linux-image-}
name=stock-${release}_$version

if [ ! -e "$kernels/$name/bzImage" ]; then
	say "fetching $image $version"
	# Newer packaging keeps the modules or the image itself in packages of their own.
	for package in "$image" $(apt_field "$image" Depends | tr ',' '\n' |
		sed -n 's/^ *\(linux-\(modules\|binary\)-[^ ]*\).*/\1/p'); do
		apt_unpack "$package" "$(apt_field "$package" Version)" "$lab_tmp/deb" ||
			fall_back "cannot fetch $package $version ($(apt_why download))"
	done
	mkdir -p "$lab_tmp/kernel/modules/lib/modules" "$kernels"
	for tree in "$lab_tmp/deb/lib/modules" "$lab_tmp/deb/usr/lib/modules"; do
		if [ -d "$tree/$release" ]; then
			mv "$tree/$release" "$lab_tmp/kernel/modules/lib/modules/"
			break
		fi
	done
	for file in "$lab_tmp/deb/boot/vmlinuz-$release" \
		"$lab_tmp/kernel/modules/lib/modules/$release/vmlinuz"; do
		if [ -e "$file" ]; then
			mv "$file" "$lab_tmp/kernel/bzImage"
			break
		fi
	done
	if [ -e "$lab_tmp/deb/boot/config-$release" ]; then
		mv "$lab_tmp/deb/boot/config-$release" "$lab_tmp/kernel/config"
	fi
	[ -e "$lab_tmp/kernel/bzImage" ] || die 3 "$image $version has no vmlinuz-$release"
	depmod -b "$lab_tmp/kernel/modules" "$release" 9>&- ||
		die 3 "depmod failed on the modules of $image"
	printf '%s\n' "$release" >"$lab_tmp/kernel/release"
	"$lab_dir/vmlinux-of.sh" "$lab_tmp/kernel/bzImage" "$lab_tmp/kernel/vmlinux" \
		>/dev/null 9>&- || say "$name has no PVH entry; its boots take a few seconds longer"
	mv -T "$lab_tmp/kernel" "$kernels/$name"
fi
point "stock-$suite" "$name"
apt_close
say "$name is ready"
answer
