#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The ELF kernel inside a bzImage, for a boot that skips the kernel's own decompressor:
#
#   vmlinux-of.sh BZIMAGE        prints a file of the cache, made on the first call
#   vmlinux-of.sh BZIMAGE OUT    writes OUT
#
# Under emulation the decompressor takes longer (3 s for a distribution's kernel) than the whole
# boot behind it. QEMU starts an ELF kernel that has a PVH entry (CONFIG_PVH) right away. Ends 1,
# without a word, for a kernel that has none, or a packing that nothing here can open: such an
# image is booted as it is.
set -eu
lab_dir=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=harness/lab/lib.sh
. "$lab_dir/lib.sh"

case ${1:--} in
-*) die 2 "usage: vmlinux-of.sh BZIMAGE [OUT]" ;;
esac
image=$1
[ -r "$image" ] || die 2 "cannot read $image"
need readelf od tail

number()
{
	od -An -t "u$2" -j "$1" -N "$2" "$image" | tr -d ' '
}

[ "$(od -An -c -j 514 -N 4 "$image" | tr -d ' ')" = HdrS ] || exit 1

if [ $# -eq 1 ]; then
	key=$(sha256sum "$image" | cut -c 1-32)
	out=$lab_cache/vmlinux/$key
	if [ -e "$out" ]; then
		touch "$out"
		[ -s "$out" ] || exit 1
		printf '%s\n' "$out"
		exit 0
	fi
	folder "$lab_cache/vmlinux"
	prune "$lab_cache/vmlinux" 7
else
	out=$2
fi
scratch

# Documentation/x86/boot.rst: the payload lies behind the setup sectors, at payload_offset.
setup=$(number 497 1)
[ "$setup" -gt 0 ] || setup=4
start=$(((setup + 1) * 512 + $(number 584 4)))
length=$(number 588 4)
magic=$(od -An -t x1 -j "$start" -N 4 "$image" | tr -d ' ')
case $magic in
1f8b*) tool='gzip -dc' ;;
fd377a58) tool='xz -dc' ;;
28b52ffd) tool='zstd -dcq' ;;
02214c18) tool='lz4 -dc' ;;
5d0000*) tool='lzma -dc' ;;
425a68*) tool='bzip2 -dc' ;;
894c5a4f) tool='lzop -dc' ;;
7f454c46) tool='cat' ;;
*) exit 1 ;;
esac
command -v "${tool%% *}" >/dev/null || exit 1

# The payload ends in four bytes of size, which some of the tools complain about; so that number
# is the proof of completeness, not the tool's exit code.
tail -c "+$((start + 1))" "$image" | head -c "$length" | $tool >"$lab_tmp/vmlinux" 2>/dev/null || :
[ "$tool" = cat ] ||
	[ "$(stat -c %s "$lab_tmp/vmlinux")" -eq "$(number $((start + length - 4)) 4)" ] || exit 1
# Note 0x12 of owner Xen is XEN_ELFNOTE_PHYS32_ENTRY, the PVH entry.
if ! readelf -nW "$lab_tmp/vmlinux" 2>/dev/null | grep -qE '0x00000012|PHYS32_ENTRY'; then
	if [ $# -eq 1 ]; then
		: >"$out"
	fi
	exit 1
fi
mv "$lab_tmp/vmlinux" "$out"
printf '%s\n' "$out"
