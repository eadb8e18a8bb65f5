#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Lab kernels, from the distribution's own source packages:
#
#   build-kernel.sh NAME             variants/NAME.conf, with variants/NAME.patch if there is one;
#                                    prints the kernel's folder: bzImage, vmlinux, System.map,
#                                    config, release, modules/
#   build-kernel.sh --cached NAME    builds nothing, ends 1 when it is not in the cache
#   build-kernel.sh --update NAME    asks whether the source package has a newer version
#   build-kernel.sh --names          of every lab kernel, built or not
#   build-kernel.sh --all            every lab kernel; where a tree's suite cannot be reached, one
#                                    line says so and the others serve
#
# A kernel is built again when one of its inputs changes: the source package's version, the
# configuration, the patch, the compiler. All variants of a tree share one build folder, so that
# a further one compiles what its patch touches and links. MEMSOAK_JOBS is make's -j.
# Ends 4 when the source cannot be had.
set -eu
lab_dir=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=harness/lab/lib.sh
. "$lab_dir/lib.sh"
# shellcheck source=harness/lab/apt-private.sh
. "$lab_dir/apt-private.sh"

kernels=$lab_cache/kernels
jobs=${MEMSOAK_JOBS:-$(nproc)}

names()
{
	for file in "$lab_dir"/variants/*.conf; do
		if [ "$(conf_value "$file" kind)" = lab ]; then
			basename "$file" .conf
		fi
	done
}

# The registry's words on $name.
look_up()
{
	conf=$lab_dir/variants/$name.conf
	[ -r "$conf" ] || die 2 "no kernel '$name'; there are: $(names | tr '\n' ' ')"
	[ "$(conf_value "$conf" kind)" = lab ] || die 2 "$name is not built: fetch-stock.sh has it"
	tree=$(conf_value "$conf" tree)
	variant=$(conf_value "$conf" variant)
	tree_conf=$lab_dir/trees/$tree.conf
	[ -r "$tree_conf" ] || die 2 "$conf: tree=$tree has no file $tree_conf"
	case $variant in
	'' | *[!a-z0-9-]*) die 2 "$conf: variant='$variant' must be of a-z, 0-9 and -" ;;
	esac
	patch=$lab_dir/variants/$name.patch
	[ -e "$patch" ] || patch=/dev/null
	work=$lab_cache/trees/$tree
}

# The configuration's lines for this tree.
fragment()
{
	sed -n "s/^$tree: //; /^CONFIG_/p; /^# CONFIG_.* is not set\$/p" "$lab_dir/kernel.config"
}

# What $name would be built from, as one short word. Needs the source package's version.
key()
{
	{
		echo "recipe 1 $variant"
		cat "$work/version"
		fragment
		cat "$patch"
		gcc --version | head -n 1
		ld --version | head -n 1
	} | sha256sum | cut -c 1-12
}

answer()
{
	printf '%s\n' "$kernels/$built"
}

is_built()
{
	[ -e "$work/version" ] || return 1
	built=${name}_$(key)
	[ -e "$kernels/$built/bzImage" ]
}

# The source package, unpacked to $work/source; $work/version is written last.
fetch_source()
{
	package=$(conf_value "$tree_conf" package)
	suite=$(conf_value "$tree_conf" suite)
	apt_open "$suite"
	say "asking Debian's mirrors for $package of $suite"
	if ! apt_update || [ -z "$(apt_field "$package" Version)" ]; then
		[ -e "$work/version" ] || die 4 "no $package of $suite: $(apt_why update)"
		say "$suite cannot be reached; using the source of $(cat "$work/version")"
		return
	fi
	version="$package $(apt_field "$package" Version)"
	if [ -e "$work/version" ] && [ "$(cat "$work/version")" = "$version" ] &&
		[ -d "$work/source" ]; then
		return
	fi
	say "fetching $version"
	apt_unpack "$package" "${version##* }" "$lab_tmp/deb" ||
		die 4 "cannot fetch $version: $(apt_why download)"
	mkdir -p "$lab_tmp/tree"
	tar -C "$lab_tmp/tree" --strip-components=1 \
		-xf "$lab_tmp/deb/usr/src/$package.tar.xz" 9>&- ||
		die 3 "$version has no usr/src/$package.tar.xz"
	apt_close
	rm -rf "$work"
	mkdir -p "$work"
	mv -T "$lab_tmp/tree" "$work/source"
	printf '%s\n' "$version" >"$lab_tmp/version"
	mv "$lab_tmp/version" "$work/version"
}

# A build that was killed may have left its patch in the source: $work/applied remembers it.
revert()
{
	if [ -e "$work/applied" ]; then
		patch -d "$work/source" -R -p1 -s -f <"$work/applied" >/dev/null 2>&1 || {
			say "the source of $tree is in an unknown state; unpacking it again"
			rm -rf "$work"
			fetch_source
		}
		rm -f "$work/applied"
	fi
}

apply()
{
	if [ -s "$patch" ]; then
		cp "$patch" "$work/applied"
		patch -d "$work/source" -p1 -s -f <"$patch" >"$lab_tmp/patch.log" 2>&1 ||
			die 3 "$patch does not apply: $(head -n 1 "$lab_tmp/patch.log")"
	fi
}

# make in the build folder; its words go to a log, of which the first error is shown. It keeps the
# lock: should this script be killed, nobody patches the source while its compilers still run.
build()
{
	make -C "$work/source" O="$work/build" -j "$jobs" LOCALVERSION="-memsoak-$variant" \
		KBUILD_BUILD_VERSION=1 KBUILD_BUILD_USER=memsoak KBUILD_BUILD_HOST=lab \
		KBUILD_BUILD_TIMESTAMP="$(date -u -r "$work/version")" "$@" \
		>>"$work/build.log" 2>&1 ||
		die 3 "make $1 failed, see $work/build.log: $(grep -m 1 -iE '(error|\*\*\*)' \
			"$work/build.log" || tail -n 1 "$work/build.log")"
}

# Every option of the fragment as it says, or one line that names those that are not.
configure()
{
	fragment >"$lab_tmp/fragment"
	if cmp -s "$lab_tmp/fragment" "$work/fragment" && [ -e "$work/build/.config" ]; then
		return
	fi
	mkdir -p "$work/build"
	rm -f "$work/fragment"
	build tinyconfig
	cat "$lab_tmp/fragment" >>"$work/build/.config"
	build olddefconfig
	wrong=
	while read -r line; do
		option=${line#\# }
		option=${option%%[= ]*}
		case $line in
		CONFIG_*) grep -qxF "$line" "$work/build/.config" || wrong="$wrong $line" ;;
		*) ! grep -q "^$option=" "$work/build/.config" || wrong="$wrong no:$option" ;;
		esac
	done <"$lab_tmp/fragment"
	[ -z "$wrong" ] || die 3 "kernel.config: not in a kernel of the tree $tree:$wrong"
	mv "$lab_tmp/fragment" "$work/fragment"
}

install_kernel()
{
	to=$lab_tmp/kernel
	mkdir -p "$to" "$kernels"
	build modules_install INSTALL_MOD_PATH="$to/modules"
	# They point into the source, which is no kernel's own.
	rm -f "$to"/modules/lib/modules/*/build "$to"/modules/lib/modules/*/source
	cp "$work/build/arch/x86/boot/bzImage" "$work/build/System.map" "$to/"
	cp "$work/build/.config" "$to/config"
	cat "$work/build/include/config/kernel.release" >"$to/release"
	"$lab_dir/vmlinux-of.sh" "$to/bzImage" "$to/vmlinux" >/dev/null 9>&- ||
		say "$name has no PVH entry; its boots take a few seconds longer"
	rm -rf "${kernels:?}/$built"
	mv -T "$to" "$kernels/$built"
	point "$name" "$built"
}

make_kernel()
{
	need make gcc ld flex bison bc patch depmod tar xz flock
	lock "tree-$tree"
	scratch
	if [ "$mode" = --update ] || [ ! -e "$work/version" ]; then
		fetch_source
	fi
	if is_built; then
		return
	fi
	[ -d "$work/source" ] || fetch_source
	built=${name}_$(key)
	revert
	: >"$work/build.log"
	if [ -e "$work/build/vmlinux" ]; then
		say "building $name (a minute)"
	else
		say "building $name, the first of its tree (some minutes)"
	fi
	configure
	apply
	build bzImage modules
	install_kernel
	revert
	lab_clean
	say "$built is ready"
}

make_all()
{
	count=0
	without=
	for name in $(names); do
		look_up
		case " $without " in
		*" $tree "*) continue ;;
		esac
		code=0
		"$0" "$name" || code=$?
		case $code in
		0)
			count=$((count + 1))
			;;
		4)
			say "going on without the kernels of $tree"
			without="$without $tree"
			;;
		*)
			exit "$code"
			;;
		esac
	done
	[ "$count" -gt 0 ] || die 4 "no kernel could be built"
}

mode=
name=
for arg; do
	case $arg in
	--cached | --update | --names | --all) mode=$arg ;;
	-h | --help)
		sed -n '3,/^set/s/^# \{0,1\}//p' "$0"
		exit 0
		;;
	-*) die 2 "$arg: unknown option; see --help" ;;
	*) name=$arg ;;
	esac
done
if [ "$mode" = --names ]; then
	names
	exit 0
fi
if [ "$mode" = --all ]; then
	make_all
	exit 0
fi
[ -n "$name" ] || die 2 "name one of: $(names | tr '\n' ' ')"
look_up
if [ "$mode" != --update ] && is_built; then
	answer
	exit 0
fi
[ "$mode" != --cached ] || exit 1
make_kernel
answer
