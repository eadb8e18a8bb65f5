#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Installs by apt what is missing of what this project needs, and says what:
#
#   install-deps.sh [--list] [GROUP ...]       groups: build lab kernels test service html package rpm fuzz lint (default: all)
#
# --list only prints what is missing. Ends at once when nothing is. Root, or sudo, on Debian 12
# or newer and its relatives.
set -eu

packages()
{
	cat <<-'EOF'
		build	gcc			the compiler
		build	make			the build
		build	libc6-dev		the C library's headers
		build	pkg-config		finds the libraries
		build	libnuma-dev		nodes, CPU sets and page placement
		build	libcgroup-dev		the workers' group
		build	libjson-c-dev		records and reports
		build	libtracefs-dev		probes
		build	libtraceevent-dev	the format of trace events
		build	libinih-dev		profiles
		build	libsmartcols-dev	tables on the terminal
		build	libgsl-dev		distributions and random numbers
		build	libcmocka-dev		unit tests
		build	libsystemd-dev		service manager, journal
		lab	qemu-system-x86		the guests
		lab	busybox-static		their user space
		lab	cpio			their initramfs
		lab	kmod			depmod, for their modules
		lab	zstd			unpacks kernels and modules
		lab	xz-utils		the same
		lab	binutils		readelf: can a kernel be started directly?
		lab	apt			fetches kernels, with an own configuration
		lab	dpkg			unpacks their packages
		lab	debian-archive-keyring	proves where they come from
		lab	util-linux		flock; lsmem to compare with
		lab	stress-ng		background load
		kernels	build-essential		compiler, linker, make and patch
		kernels	flex			parts of the kernel's own build tools
		kernels	bison			the same
		kernels	bc			the same
		kernels	libelf-dev		objtool
		kernels	xz-utils		unpacks the source
		kernels	kmod			depmod
		test	python3-jsonschema	a second opinion on the report's schema
		test	jq			looks into reports in test scripts
		test	python3-junitparser	reads what is exported as JUnit
		test	python3-tap		reads what is exported as KTAP
		test	libxml2-utils		xmllint, the same as the first
		test	perl			prove, the same as the second
		test	systemd			systemd-analyze reads the units
		test	procps			kill, which the units call
		service	mmdebstrap		a Debian with systemd for the guest
		service	fakeroot		the same, without root
		service	e2fsprogs		its disk
		package	debhelper		makes Debian packages
		package	dpkg-dev		the same
		package	fakeroot		the same, without root
		package	lintian			judges them
		rpm	rpm			makes RPM packages
		rpm	rpmlint			judges them
		html	chromium		the browser that looks at pages
		html	nodejs			drives it
		html	npm			brings axe-core and playwright-core
		fuzz	clang-14		compiles for libFuzzer
		fuzz	libclang-rt-14-dev	libFuzzer itself
		lint	clang-tidy		static analysis
		lint	cppcheck		the same
		lint	shellcheck		scripts
		lint	mandoc			man pages
	EOF
}

fail()
{
	printf 'install-deps.sh: %s\n' "$*" >&2
	exit 2
}

known="build lab kernels test service html package rpm fuzz lint"
list=
groups=
for arg; do
	case $arg in
	--list) list=yes ;;
	-h | --help)
		sed -n '3,/^set/s/^# \{0,1\}//p' "$0"
		exit 0
		;;
	*)
		case " $known " in
		*" $arg "*) groups="$groups $arg" ;;
		*) fail "$arg: not one of $known" ;;
		esac
		;;
	esac
done
command -v dpkg-query >/dev/null ||
	fail "this host has no dpkg; packages() in this script names what is needed"

wanted=$(packages | awk -F '\t+' -v groups="${groups:- $known} " \
	'index(groups " ", " " $1 " ") { print $2 }' | sort -u)
# shellcheck disable=SC2086 # one argument a package
missing=$({
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
		sed -n 's/^installed //p' | sort -u
	printf '%s\n' "$wanted"
} | sort | uniq -u)
# Node.js that came another way brings npm with it, and has no room for Debian's.
if command -v node >/dev/null && command -v npm >/dev/null; then
	missing=$(echo "$missing" | grep -vxE 'nodejs|npm') || true
fi
[ -n "$missing" ] || exit 0
missing=$(echo "$missing" | tr '\n' ' ')
missing=${missing% }
if [ -n "$list" ]; then
	printf '%s\n' "$missing" | tr ' ' '\n'
	exit 0
fi

become=
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null ||
		fail "neither root nor sudo here; as root: apt-get install $missing"
	become=sudo
fi

# apt ACTION...: apt-get without questions; its words are not this script's answer.
apt()
{
	$become env DEBIAN_FRONTEND=noninteractive apt-get -q --no-install-recommends "$@" >&2
}

printf 'install-deps.sh: installing %s\n' "$missing" >&2
# shellcheck disable=SC2086 # one argument a package
set -- $missing
# The lists may never have been fetched.
if ! (apt -s install "$@") 2>/dev/null; then
	apt update || fail "apt-get update failed, its lines are above"
	updated=yes
fi
# Or they are too old to name what the mirrors have.
if ! apt -y install "$@"; then
	[ -z "${updated:-}" ] || fail "apt-get could not install: $missing"
	apt update || fail "apt-get update failed, its lines are above"
	apt -y install "$@" || fail "apt-get could not install: $missing"
fi
