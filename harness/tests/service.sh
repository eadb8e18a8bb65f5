#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# memsoak as a service, in a guest that boots Debian with systemd and installs the package: three boots of
# one disk, with a panic after the first, and a suspend to RAM in the last. Prints "ok" and "not ok" lines.
# Usage: service.sh BUILD
# PARTS="stress full-disk": only these (service/parts); without "panic" there is no second boot, without
# "suspend" no third. SEED=N: the moments of the part "moments" again. DEB=FILE: that package instead of
# one of this tree.
set -u
cd "$(dirname "$0")/../.." || exit
build=$1
kernel=${KERNEL:-stock}
parts=${PARTS:-refusals life smoke verdict security limits oom full-disk hostile stress sigkill watchdog moments clock nightly remove panic suspend}
# Not "service": that is the room's unit tests.
share=$build/test/service-boots
rm -rf "$share"
mkdir -p "$share/parts.d"

for part in $parts; do
	if [ ! -e "harness/tests/service/parts/$part.sh" ]; then
		echo "not ok there is no part '$part': $(cd harness/tests/service/parts && echo *.sh)"
		exit 1
	fi
done
image=$(harness/lab/make-rootfs.sh --with stress-ng "$build/memsoak" "$build/memsoakd" "$build/memsoak-worker") || {
	echo "not ok the Debian system could not be made"
	exit 1
}
if [ -z "${DEB:-}" ]; then
	if ! systemd/packaging/build-deb.sh "$build" > "$share/deb.log" 2>&1; then
		echo "not ok the packages could not be made"
		sed 's/^/# /' "$share/deb.log"
		exit 1
	fi
	DEB=$(find "$build/deb" -name 'memsoak_*.deb')
fi
cp "$DEB" "$share/memsoak.deb" || exit
cp harness/tests/checks.sh harness/tests/service/*.sh "$share/"
cp harness/tests/service/parts/*.sh "$share/parts.d/"
echo "$parts" > "$share/parts"
echo "${SEED:-$(date +%s)}" > "$share/seed"
cp "$build/test/guest/talk" "$share/"
cp --sparse=always "$image" "$share/disk"
# What the firmware keeps over a crash (ACPI ERST): a file, as the disk is.
truncate -s 64K "$share/erst"

boot() { # NAME SCRIPT [further arguments]
	name=$1
	script=$2
	shift 2
	"$build/memsoak-lab" run --kernel "$kernel" --quiet --share "$share" --script "$script" \
		--console "$share/console-$name.log" --timeout "${GUEST_LIMIT:-40m}" \
		--file harness/tests/service/root-init:/root-init --append "rdinit=/root-init memsoak.command=/share/guest-command systemd.show_status=0" \
		--qemu-arg=-drive --qemu-arg="file=$share/disk,format=raw,if=virtio,cache=writethrough" \
		--qemu-arg=-object --qemu-arg="memory-backend-file,id=erst,mem-path=$share/erst,size=64K,share=on" \
		--qemu-arg=-device --qemu-arg=acpi-erst,memdev=erst "$@"
}
ended_badly() { # NAME
	echo "not ok the $1 boot ended badly"
	tr -d '\r' < "$share/console-$1.log" | tail -n 20 | sed 's/^/# /'
}

if ! boot first harness/tests/service/first-boot.sh; then
	if grep -q '"ended": *"panic"' "$share/guest-end.json" 2> /dev/null && [ -e "$share/panic-wanted" ]; then
		echo "ok the guest ended by the panic that was asked for"
	else
		ended_badly first
	fi
fi
case " $parts " in
*" panic "*)
	boot second harness/tests/service/second-boot.sh || ended_badly second
	;;
esac
# A kernel that QEMU has put into memory itself would be put there anew when the machine wakes up.
case " $parts " in
*" suspend "*)
	boot suspend harness/tests/service/suspend-boot.sh --boot-image || ended_badly suspend
	;;
esac

found=0
for report in $(find "$share/runs" -name report.json 2> /dev/null | sort); do
	found=1
	name=$(basename "$(dirname "$report")")
	for validator in "/usr/bin/python3 harness/tests/validate_report.py" "$build/memsoak validate"; do
		if $validator "$report" > "$share/validate.log" 2>&1; then
			echo "ok report of $name: ${validator##*/}"
		else
			echo "not ok report of $name: ${validator##*/}"
			sed 's/^/# /' "$share/validate.log"
		fi
	done
done
[ $found = 1 ] || echo "not ok the guest left no report"
rm -f "$share/disk"
