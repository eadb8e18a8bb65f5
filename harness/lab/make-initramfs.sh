#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The initramfs of a guest, in two parts that are laid one behind the other:
#
#   make-initramfs.sh base [MODULES]    prints the cached cpio of a kernel: busybox, /init and the
#                                       modules of guest/modules.list. MODULES is a folder with
#                                       lib/modules/RELEASE, or that folder itself; without it
#                                       the kernel must have all that it needs built in
#   make-initramfs.sh image OUT [MODULES] <LIST
#                                       writes to OUT that base and behind it a cpio of the files
#                                       in LIST, one HOST TAB GUEST a line; an ELF file brings
#                                       its libraries along
#
# Neither is compressed: QEMU copies the image at the speed of the host, the guest would unpack it
# at the emulator's. A boot with 120 MB took 2.8 s, with zstd 4.0 s, with gzip 4.3 s.
set -eu
lab_dir=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=harness/lab/lib.sh
. "$lab_dir/lib.sh"

# depend FOLDER: the modules of guest/modules.list that FOLDER has and what they need, as paths
# below FOLDER; modules.dep names all of a module's needs in its own line.
depend()
{
	awk -v list="$lab_dir/guest/modules.list" '
	BEGIN {
		while ((getline line < list) > 0) {
			split(line, word, "\t")
			if (word[1] == "boot" || word[1] == "have")
				wanted[word[2]] = 1
		}
	}
	{
		name = $1
		sub(/:$/, "", name)
		sub(/.*\//, "", name)
		sub(/\.ko.*/, "", name)
		gsub(/-/, "_", name)
		if (!(name in wanted))
			next
		sub(/:$/, "", $1)
		for (i = 1; i <= NF; i++)
			if (!seen[$i]++)
				print $i
	}' "$1/modules.dep"
}

# modules_of MODULES: the folder that has modules.dep.
modules_of()
{
	found=
	for folder in "$1" "$1"/lib/modules/*; do
		if [ -e "$folder/modules.dep" ]; then
			[ -z "$found" ] || die 2 "$1 has modules of more than one kernel:" \
				"name one, such as $folder"
			found=$folder
		fi
	done
	[ -n "$found" ] || die 2 "$1 has no lib/modules/RELEASE/modules.dep;" \
		"make modules_install INSTALL_MOD_PATH=..., or depmod -b ..."
	echo "$found"
}

copy_modules()
{
	release=${modules##*/}
	to=$root/lib/modules/$release
	mkdir -p "$to"
	for file in modules.builtin modules.builtin.modinfo modules.order; do
		if [ -e "$modules/$file" ]; then
			cp "$modules/$file" "$to/"
		fi
	done
	while read -r file; do
		mkdir -p "$to/${file%/*}"
		case $file in
		*.xz) xz -dc "$modules/$file" >"$to/${file%.xz}" ;;
		*.zst) zstd -dcq "$modules/$file" >"$to/${file%.zst}" ;;
		*.gz) gzip -dc "$modules/$file" >"$to/${file%.gz}" ;;
		*) cp "$modules/$file" "$to/$file" ;;
		esac
	done <"$lab_tmp/modules"
	depmod -b "$root" "$release" || die 3 "depmod failed on $modules"
	if [ -e "$config" ]; then
		cp "$config" "$root/boot/config-$release"
	fi
}

pack()
{
	(cd "$1" && find . ! -name . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet) >"$2"
}

base()
{
	busybox=$(command -v busybox) ||
		die 2 "busybox is not installed: $lab_dir/install-deps.sh lab"
	modules=
	config=/nonexistent
	: >"$lab_tmp/modules"
	if [ -n "${1:-}" ]; then
		modules=$(modules_of "$1")
		depend "$modules" >"$lab_tmp/modules"
		config=$1/../config
		# Beside a folder of somebody else's, it may be anything.
		grep -qs '^CONFIG_' "$config" || config=/nonexistent
	fi
	key=$({
		cat "$0" "$lab_dir/guest/init" "$lab_dir/guest/modules.list" "$busybox"
		printf '%s\n' "$modules"
		if [ -n "$modules" ]; then
			(cd "$modules" && xargs -r cat <"$lab_tmp/modules")
			cat "$config" 2>/dev/null || :
		fi
	} | sha256sum | cut -c 1-32)
	out=$lab_cache/initramfs/$key.cpio
	if [ ! -e "$out" ]; then
		root=$lab_tmp/root
		folder "$lab_cache/initramfs"
		prune "$lab_cache/initramfs" 30
		for folder in bin sbin usr/bin usr/sbin etc/memsoak boot root share proc sys dev \
			run tmp; do
			mkdir -p "$root/$folder"
		done
		cp "$busybox" "$root/bin/busybox"
		"$busybox" --list | while read -r applet; do
			[ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
		done
		ln -s ../bin/modprobe "$root/sbin/modprobe"
		ln -s ../../bin/env "$root/usr/bin/env"
		cp "$lab_dir/guest/init" "$root/init"
		chmod 755 "$root/init"
		awk -F '\t' '$1 == "boot" { print $2 }' "$lab_dir/guest/modules.list" \
			>"$root/etc/memsoak/boot-modules"
		echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
		echo 'root:x:0:' >"$root/etc/group"
		ln -s /proc/mounts "$root/etc/mtab"
		if [ -n "$modules" ]; then
			copy_modules
		fi
		pack "$root" "$lab_tmp/base.cpio"
		mv "$lab_tmp/base.cpio" "$out"
	fi
	touch "$out"
	printf '%s\n' "$out"
}

# libraries FILE: what the loader would map for it, and the loader; nothing for a static one.
libraries()
{
	LD_PRELOAD='' ldd "$1" 2>/dev/null >"$lab_tmp/ldd" || return 0
	if grep -q 'not found' "$lab_tmp/ldd"; then
		missing=$(sed -n 's/^[[:space:]]*\([^ ]*\) => not found/\1/p' "$lab_tmp/ldd" |
			tr '\n' ' ')
		die 2 "$1 needs what this host does not have: $missing"
	fi
	sed -n 's/^.* => \(\/[^ ]*\) (.*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' "$lab_tmp/ldd"
	# glibc opens this one by name when a thread is cancelled.
	libc=$(sed -n 's/^.*libc\.so\.6 => \(\/[^ ]*\) .*/\1/p' "$lab_tmp/ldd")
	if [ -n "$libc" ] && [ -e "${libc%/*}/libgcc_s.so.1" ]; then
		echo "${libc%/*}/libgcc_s.so.1"
	fi
}

files()
{
	root=$lab_tmp/files
	tab=$(printf '\t')
	mkdir -p "$root"
	while IFS=$tab read -r host guest; do
		mkdir -p "$root/${guest%/*}"
		cp -rL "$host" "$root/$guest" || die 2 "cannot copy $host into the guest"
		if [ -f "$host" ] && [ "$(head -c 4 "$host" | tail -c 3)" = ELF ]; then
			libraries "$host" >>"$lab_tmp/libraries"
		fi
	done
	if [ -e "$lab_tmp/libraries" ]; then
		sort -u "$lab_tmp/libraries" | while read -r library; do
			mkdir -p "$root${library%/*}"
			cp -L "$library" "$root$library"
		done
	fi
	pack "$root" "$lab_tmp/files.cpio"
}

need cpio depmod sha256sum
scratch
case ${1:-} in
base)
	base "${2:-}"
	;;
image)
	[ -n "${2:-}" ] || die 2 "image: no name of the file to write"
	base "${3:-}" >"$lab_tmp/base"
	files
	cat "$(cat "$lab_tmp/base")" "$lab_tmp/files.cpio" >"$2"
	;;
*)
	die 2 "usage: make-initramfs.sh base [MODULES] | image OUT [MODULES] <LIST"
	;;
esac
