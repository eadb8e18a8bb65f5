#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A Debian system with systemd, as a disk for a guest: prints the path of a raw ext4 image.
#
#   make-rootfs.sh [--update] [--with PACKAGE]... PROGRAM...
#
# It has the packages that PROGRAM's libraries come from, in this host's release of Debian, and a
# unit that runs /share/guest-command where the kernel's command line says memsoak.command. It is
# made by mmdebstrap and mke2fs, as root or not, without a loop device. The same inputs give the
# image that is there already; --update makes it anew, with today's packages. Copy it before you
# write to it.
set -eu
lab_dir=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=harness/lab/lib.sh
. "$lab_dir/lib.sh"

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
mirror=${MEMSOAK_DEBIAN_MIRROR:-http://deb.debian.org/debian}
image_mib=1536

# base: what a test host has anyway, and what the tests look with.
packages="systemd systemd-sysv udev dbus kmod procps util-linux bsdutils jq"
update=
while [ $# -gt 0 ]; do
	case $1 in
	--update) update=yes ;;
	--with)
		packages="$packages ${2:?--with needs a package}"
		shift
		;;
	-h | --help)
		sed -n '3,/^set/s/^# \{0,1\}//p' "$0"
		exit 0
		;;
	-*) die 2 "unknown option '$1': see make-rootfs.sh --help" ;;
	*) break ;;
	esac
	shift
done
[ $# -gt 0 ] || die 2 "name the programs that shall run there: see make-rootfs.sh --help"
need mmdebstrap mke2fs dpkg-query ldd sha256sum

suite=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
[ -n "$suite" ] || die 2 "/etc/os-release does not name this host's Debian release"
[ -r "$keyring" ] || die 2 "no $keyring; apt-get install debian-archive-keyring"

# library_packages PROGRAM...: by the real path, since /lib is a link to /usr/lib on most hosts.
library_packages()
{
	ldd "$@" | sed -n 's/.* => \(\/[^ ]*\) (.*/\1/p' | sort -u | while read -r library; do
		real=$(readlink -f "$library")
		dpkg-query -S "$real" "/lib${real#/usr/lib}" 2>/dev/null | head -n 1
	done | sed 's/:.*//' | sort -u
}
libraries=$(library_packages "$@")
[ -n "$libraries" ] || die 2 "the libraries of $* belong to no package here"
# shellcheck disable=SC2086 # one package a word
packages=$(printf '%s\n' $packages $libraries | sort -u | tr '\n' ',')

scratch
key=$({
	cat "$0"
	echo "$suite $mirror $packages $image_mib"
} | sha256sum | cut -c 1-16)
out=$lab_cache/rootfs/$suite-$key.ext4
lock "rootfs-$key"
if [ -e "$out" ] && [ -z "$update" ]; then
	touch "$out"
	echo "$out"
	exit 0
fi
folder "$lab_cache/rootfs"
prune "$lab_cache/rootfs" 30
say "making a Debian $suite system: two minutes or so"

cat >"$lab_tmp/memsoak-guest.service" <<'EOF'
[Unit]
Description=What the lab wants to be done
ConditionKernelCommandLine=memsoak.command
After=multi-user.target
[Service]
Type=exec
ExecStart=/usr/local/sbin/memsoak-guest
[Install]
WantedBy=multi-user.target
EOF
# As the lab's /init does it: the second serial line is the way out.
cat >"$lab_tmp/memsoak-guest" <<'EOF'
#!/bin/sh
out=/dev/ttyS1
mkdir -p /share
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=none share /share
stty -F $out raw -echo
printf '\036memsoak run\n' >$out
cd /root
/share/guest-command >$out 2>&1 </dev/null
echo $? >/share/guest-exit.tmp
mv /share/guest-exit.tmp /share/guest-exit
systemctl poweroff
EOF
chmod 755 "$lab_tmp/memsoak-guest"
(unset APT_CONFIG && apt-config dump --format '%F "%v";%n' Acquire::http Acquire::https) \
	>"$lab_tmp/apt.conf"

unwanted="apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer
	e2scrub_reap.service systemd-networkd.service getty.target console-getty.service"
unwanted=$(echo "$unwanted" | tr '\n' ' ')
# No time is lost on what a test guest never reads.
mmdebstrap --quiet --variant=minbase --include="${packages%,}" --aptopt="$lab_tmp/apt.conf" \
	--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
	--dpkgopt='path-exclude=/usr/share/doc/*' \
	--customize-hook="copy-in $lab_tmp/memsoak-guest.service /etc/systemd/system" \
	--customize-hook="copy-in $lab_tmp/memsoak-guest /usr/local/sbin" \
	--customize-hook='chroot "$1" systemctl enable memsoak-guest.service' \
	--customize-hook="chroot \"\$1\" systemctl mask $unwanted" \
	--customize-hook='mkdir -p "$1/var/log/journal" "$1/share"; rm -f "$1"/etc/dpkg/dpkg.cfg.d/*mmdebstrap*' \
	--customize-hook='echo memsoak-guest >"$1/etc/hostname"; echo "/dev/vda / ext4 defaults 0 1" >"$1/etc/fstab"' \
	"$suite" "$lab_tmp/rootfs.tar" \
	"deb [signed-by=$keyring] $mirror $suite main" >&2 9>&- ||
	die 3 "mmdebstrap could not make a Debian $suite system, its lines are above"

become=
if [ "$(id -u)" -ne 0 ]; then
	need fakeroot
	become=fakeroot
fi
mkdir "$lab_tmp/root"
# One command, since the owners that fakeroot pretends live no longer than it.
# shellcheck disable=SC2016 # the inner shell's
$become sh -c 'tar -C "$1" --numeric-owner -xf "$2" && rm "$2" &&
	mke2fs -q -t ext4 -d "$1" -L memsoak-guest -O ^metadata_csum,^64bit "$3" "$4M"' sh \
	"$lab_tmp/root" "$lab_tmp/rootfs.tar" "$lab_tmp/image" "$image_mib" >&2 9>&- ||
	die 3 "mke2fs could not fill the image, its lines are above"
mv "$lab_tmp/image" "$out"
echo "$out"
