# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What every script of the lab needs: messages, the cache folder, locks. Sourced, never run.
#
# A script's stdout is its answer (one path); everything said to people goes to stderr.

lab_name=${0##*/}
lab_cache=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/memsoak
lab_tmp=

say()
{
	if [ -z "${MEMSOAK_LAB_QUIET:-}" ]; then
		printf '%s: %s\n' "$lab_name" "$*" >&2
	fi
}

# die EXIT TEXT: the one line of an error, then the end.
die()
{
	lab_status=$1
	shift
	printf '%s: %s\n' "$lab_name" "$*" >&2
	exit "$lab_status"
}

need()
{
	for lab_tool in "$@"; do
		# shellcheck disable=SC2154 # each script says where the lab is
		command -v "$lab_tool" >/dev/null 2>&1 ||
			die 2 "$lab_tool is not installed; $lab_dir/install-deps.sh lab kernels"
	done
}

lab_clean()
{
	if [ -n "$lab_tmp" ]; then
		rm -rf "$lab_tmp"
	fi
	lab_tmp=
}

# folder DIR: made when it is not there.
folder()
{
	mkdir -p "$1" 2>/dev/null || die 2 "cannot make $1; set XDG_CACHE_HOME"
}

# prune DIR DAYS: what nobody has touched for so long goes.
prune()
{
	find "$1" -mindepth 1 -maxdepth 1 -mtime "+$2" -exec rm -rf {} +
}

# A scratch folder inside the cache, so that a rename out of it is atomic; gone at every exit but
# that by SIGKILL.
scratch()
{
	folder "$lab_cache/tmp"
	prune "$lab_cache/tmp" 1
	lab_tmp=$(mktemp -d "$lab_cache/tmp/${lab_name%.sh}.XXXXXX" 2>/dev/null) ||
		die 2 "cannot write in $lab_cache/tmp; set XDG_CACHE_HOME"
	trap lab_clean EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
}

# One builder of one thing at a time; the others wait, then find it made. The lock is file
# descriptor 9; a command that inherits it holds the lock on, should it outlive the script.
lock()
{
	folder "$lab_cache/locks"
	exec 9>"$lab_cache/locks/$1" || die 2 "cannot write $lab_cache/locks/$1"
	if ! flock -n 9; then
		say "another one is at work on $1; waiting for it"
		flock 9
	fi
}

# point NAME TARGET: kernels/NAME becomes a link to kernels/TARGET, in one step.
point()
{
	ln -s "$2" "$lab_tmp/link" && mv -T "$lab_tmp/link" "$lab_cache/kernels/$1"
}

# conf_value FILE KEY: the value of KEY=value in a registry file, nothing when it has none.
conf_value()
{
	sed -n "s/^$2=//p" "$1" | head -n 1
}
