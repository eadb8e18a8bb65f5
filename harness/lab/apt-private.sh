# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Debian packages of any suite, by apt, without touching this host: own sources, own lists, own
# package cache, and no package database at all. Sourced after lib.sh.
#
# apt checks the signatures (debian-archive-keyring) and the hashes; a package that it cannot
# vouch for is an error here. Of the host's own apt settings only those of the transport
# (proxies, timeouts) are taken over. MEMSOAK_DEBIAN_MIRROR and MEMSOAK_DEBIAN_SECURITY name
# other mirrors, such as archive.debian.org for a suite that has left the others.

: "${lab_cache:?lib.sh comes first}"
apt_keyring=/usr/share/keyrings/debian-archive-keyring.gpg
apt_dir=

# apt_open SUITE: from here on, the other functions speak of that suite.
apt_open()
{
	need apt-get apt-cache dpkg-deb
	[ -r "$apt_keyring" ] || die 2 "no $apt_keyring; apt-get install debian-archive-keyring"
	apt_dir=$lab_cache/apt/$1
	for apt_folder in etc/none lists/partial cache/archives/partial; do
		folder "$apt_dir/$apt_folder"
	done
	apt_mirror=${MEMSOAK_DEBIAN_MIRROR:-http://deb.debian.org/debian}
	apt_security=${MEMSOAK_DEBIAN_SECURITY:-http://deb.debian.org/debian-security}
	cat >"$apt_dir/etc/sources.list" <<-EOF
		deb [signed-by=$apt_keyring] $apt_mirror $1 main
		deb [signed-by=$apt_keyring] $apt_security $1-security main
	EOF
	: >"$apt_dir/etc/status"
	{
		cat <<-EOF
			Dir::Etc "$apt_dir/etc";
			Dir::Etc::parts "none";
			Dir::Etc::sourceparts "none";
			Dir::Etc::preferencesparts "none";
			Dir::State "$apt_dir";
			Dir::State::lists "$apt_dir/lists";
			Dir::State::status "$apt_dir/etc/status";
			Dir::Cache "$apt_dir/cache";
			APT::Architecture "amd64";
			APT::Architectures { "amd64"; };
			APT::Update::Error-Mode "any";
			Acquire::Languages "none";
			Acquire::Retries "2";
			Acquire::http::Timeout "20";
			Acquire::https::Timeout "20";
		EOF
		if [ "$(id -u)" -eq 0 ]; then
			echo 'APT::Sandbox::User "root";'
		fi
		(unset APT_CONFIG && apt-config dump --format '%F "%v";%n' \
			Acquire::http Acquire::https)
	} >"$apt_dir/apt.conf"
}

apt_private()
{
	APT_CONFIG=$apt_dir/apt.conf "$@" 9>&-
}

# apt_update: fresh lists; false when the mirrors cannot be reached or do not verify.
apt_update()
{
	apt_private apt-get -q update >"$apt_dir/update.log" 2>&1
}

# apt_field PACKAGE FIELD: a field of the newest version on offer.
apt_field()
{
	apt_private apt-cache --no-all-versions show "$1" 2>/dev/null |
		sed -n "s/^$2: //p" | head -n 1
}

# apt_unpack PACKAGE VERSION DIR: downloaded, verified, unpacked into DIR, thrown away.
apt_unpack()
{
	apt_debs=$3.debs
	mkdir -p "$apt_debs" "$3" || return 1
	(cd "$apt_debs" && apt_private apt-get -q download "$1=$2") \
		>"$apt_dir/download.log" 2>&1 || return 1
	for apt_deb in "$apt_debs"/*.deb; do
		dpkg-deb -x "$apt_deb" "$3" || return 1
	done
	rm -rf "$apt_debs"
}

# apt_close: the packages and apt's own indexes are not kept, the lists are.
apt_close()
{
	rm -rf "$apt_dir/cache"
}

# apt_why LOG: the first complaint in a log, for an error's one line.
apt_why()
{
	grep -m 1 '^[EW]: ' "$apt_dir/$1.log" 2>/dev/null || echo "see $apt_dir/$1.log"
}
