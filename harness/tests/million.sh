#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A million events through memsoakd itself: its resident memory stays as it is, its journal within its
# bound, and its report counts every one. The daemon sees a /sys/devices/system of plain files (in a mount
# namespace of its own; the machine's is out of reach there) whose blocks answer at once. Usage:
# million.sh BUILD [CYCLES]; four events each.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath "$1")
cycles=${2:-270000}
limit=8388608

if [ "${MEMSOAK_INSIDE:-}" != yes ]; then
	if [ "$(id -u)" != 0 ] || ! unshare --mount true 2> /dev/null; then
		echo "ok million # SKIP needs root and mount namespaces"
		exit 0
	fi
	scratch=$(mktemp -d /dev/shm/memsoak-million-XXXXXX)
	trap 'rm -rf "$scratch"' EXIT
	MEMSOAK_INSIDE=yes unshare --mount --propagation private "$0" "$build" "$cycles" "$scratch"
	exit
fi

scratch=$3
figures=${FIGURES:-/dev/null} # one JSON line each
failed=0
check() {
	name=$1
	shift
	if "$@" > /dev/null; then echo "ok $name"; else echo "not ok $name"; failed=1; fi
}
stop() {
	echo "not ok million: $1"
	exit 1
}

# --- a machine of files ---------------------------------------------------------------------------
"$build/test/make_sysfs_tree" "$scratch/links" 32 1 8000000 || stop "no tree"
cp -r "$scratch/links/sys/devices/system" "$scratch/system" # each file on its own
mkdir -p "$scratch/proc-sys/kernel/random" "$scratch/dev"
cat /proc/sys/kernel/random/boot_id > "$scratch/proc-sys/kernel/random/boot_id"
"${CC:-cc}" -shared -fPIC -D_GNU_SOURCE -O1 -o "$scratch/fake_state.so" harness/tests/fake_state.c -ldl ||
	stop "the shim does not build"
cat > "$scratch/million.ini" << PROFILE
[run]
duration = 60m
unattended = yes
[guard]
reserve = 1MiB
[offline]
deadline = 20s
cycles = $cycles
aim = no
[record]
journal_limit = 8MiB
[workers]
kind = private-anonymous
driven_by = offline
threads = 0
pages = 1
PROFILE
for folder in /var/lib/memsoak /run/memsoak; do mkdir -p "$folder"; done
mount --bind "$scratch/system" /sys/devices/system || stop "cannot mount"
mount --bind "$scratch/proc-sys" /proc/sys || stop "cannot mount"
for folder in /var/lib /run /sys/fs/cgroup; do
	mount -t tmpfs none "$folder" || stop "cannot mount"
done
# A /dev without kmsg: nobody's kernel log is written to, and none is read.
make_dev() {
	mknod "$scratch/dev/null" c 1 3 && mknod "$scratch/dev/zero" c 1 5 && mknod "$scratch/dev/urandom" c 1 9 &&
		mkdir "$scratch/dev/shm" && mount --bind /dev/shm "$scratch/dev/shm" && mount --rbind "$scratch/dev" /dev
}
make_dev || stop "cannot mount"
is_ours() {
	[ "$(cat /sys/devices/system/memory/memory9/state)" = online ] &&
		[ "$(find /sys/devices/system/memory -mindepth 1 -maxdepth 1 -name 'memory*' | wc -l)" = 32 ]
}
is_ours || stop "this is the machine's own memory"

# --- the run --------------------------------------------------------------------------------------
run=$scratch/run
began=$(date +%s)
MEMSOAK_ALLOCATED=$scratch/allocated LD_PRELOAD=$scratch/fake_state.so "$build/memsoakd" --profile "$scratch/million.ini" --out "$run" --yes --quiet \
	--count-source none > "$scratch/out" 2>&1 &
daemon=$!
most=0
: > "$scratch/resident"
while kill -0 $daemon 2> /dev/null; do
	# From the second file on: the pages of a program's files come when its code first runs.
	[ ! -e "$run/events.jsonl.1" ] ||
		awk '/^VmRSS:/ {print $2}' "/proc/$daemon/status" 2> /dev/null >> "$scratch/resident"
	bytes=$(stat -c %s "$run/events.jsonl" "$run/events.jsonl.1" 2> /dev/null | awk '{n += $1} END {print n + 0}')
	[ "$bytes" -gt "$most" ] && most=$bytes
	sleep 0.01
done
wait $daemon
code=$?
seconds=$(($(date +%s) - began))
echo "# memsoakd ended with $code after $seconds s"
tail -n 3 "$scratch/out" | sed 's/^/# /'
report=$run/report.json
[ -s "$report" ] || stop "no report"

# --- what it came to ------------------------------------------------------------------------------
jq -c '{records: .harness.journal.records, files: .harness.journal.files, dropped: .harness.journal.dropped,
	attempts: .offline.attempts, succeeded: .offline.succeeded, onlines: .offline.onlines}' "$report" | sed 's/^/# /'
check "events went through" jq -e ".harness.journal.records >= 3.6 * $cycles" "$report"
check "every attempt is counted" jq -e ".offline.attempts == $cycles" "$report"
check "every seventh was ENOMEM" jq -e "(.offline.by_errno.ENOMEM.count == ($cycles / 7 | floor)) and
	.offline.succeeded == $cycles - ($cycles / 7 | floor)" "$report"
check "each one that was offline came back" jq -e '.offline.onlines == .offline.succeeded and .offline.not_restored == 0' "$report"
check "the histogram has all of them" jq -e '([.offline.latency.buckets[][1]] | add) == .offline.succeeded' "$report"
check "the blocks add up" jq -e '([.offline.blocks[].attempts] | add) == .offline.attempts' "$report"
check "no gap, nothing corrupt, nothing torn" jq -e '.harness.journal | .gaps == 0 and .corrupt == 0 and (.torn | not)' "$report"
check "nothing is left offline" jq -e '.harness.memory_left_offline == []' "$report"
check "files were let go" jq -e '.harness.journal.files > 2 and .harness.journal.dropped > 0' "$report"
there=$(cat "$run/events.jsonl.1" "$run/events.jsonl" | grep -vc '"ev":"totals"')
check "what is there and what was dropped are all" jq -e ".harness.journal.records - .harness.journal.dropped == $there" "$report"
last=$(tail -n 1 "$run/events.jsonl" | jq .seq)
totals=$(head -n 400 "$run/events.jsonl" | grep -c '"ev":"totals"')
check "the numbers go on over all files" jq -e ".harness.journal.records <= $last + 1 and
	.harness.journal.records >= $last + 1 - (.harness.journal.files - 1) * ($totals + 2)" "$report"
echo "# the most on disk: $most bytes, limit $limit"
check "the journal stayed within its bound" test "$most" -gt $((limit / 2)) -a "$most" -le $limit
check "folded again it is the same" sh -c '"$1/memsoak" report "$2" --json > "$3/again.json"; cmp -s "$2/report.json" "$3/again.json"' - "$build" "$run" "$scratch"

# Of a file with a number a line: by how much the mean of its last tenth is more than that of tenth TENTH.
growth() { # FILE TENTH
	awk -v from="$2" '{v[NR] = $1} END {
		tenth = int(NR / 10); if (tenth < 3) exit 2
		for (i = 1; i <= tenth; i++) { first += v[i + (from - 1) * tenth]; last += v[NR - tenth + i] }
		printf "%d %d %.4f %d\n", first / tenth, last / tenth, (last - first) / first, NR }' "$1"
}
is_within() { # VALUE LIMIT
	awk -v value="$1" -v limit="$2" 'BEGIN { exit !(value != "" && value <= limit && value >= -limit) }'
}
tell() { # NAME VALUE LIMIT SAMPLES
	ok=false
	is_within "$2" "$3" && ok=true
	echo "{\"figure\":\"$1\",\"value\":${2:-null},\"limit\":$3,\"samples\":${4:-0},\"ok\":$ok}" >> "$figures"
}
# Both ways: 3 % would be told, 1 % would not.
seq 100 | awk '{print 10000 + 3.4 * $1}' > "$scratch/grows"
seq 100 | awk '{print 10000 + 1.1 * $1}' > "$scratch/stays"
# shellcheck disable=SC2046 # four numbers, or none
set -- $(growth "$scratch/grows" 1) $(growth "$scratch/stays" 1)
is_within "$3" 0.02
check "a growth of 3 % would be told" test $? != 0
check "one of 1 % would not" is_within "$7" 0.02
# shellcheck disable=SC2046
set -- $(growth "$scratch/resident" 1)
echo "# resident: first tenth ${1:-?} KiB, last tenth ${2:-?} KiB, ${4:-too few} samples"
check "resident memory is flat within 2 %" is_within "${3:-}" 0.02
tell million_resident_growth "${3:-}" 0.02 "${4:-}"
# From the middle on. A buffer may still double once: of a line with a histogram, which has a bound. Of a
# leak that is less than a byte for each event.
# shellcheck disable=SC2046
set -- $(growth "$scratch/allocated" 6)
more=$((${2:-0} - ${1:-0}))
echo "# allocated: sixth tenth ${1:-?} bytes, last tenth ${2:-?} bytes, ${4:-too few} samples"
check "nothing is allocated that is not given back" test -n "${4:-}" -a "$more" -le 65536
tell million_allocated_growth_bytes "$more" 65536 "${4:-}"
jq -c "{figure: \"million_journal_bytes\", value: $most, limit: $limit, events: .harness.journal.records,
	seconds: $seconds, ok: ($most <= $limit)}" "$report" >> "$figures"
exit $failed
