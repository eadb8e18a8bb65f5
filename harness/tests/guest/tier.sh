# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Makes a node of slower memory of the guest's non-volatile DIMM, as ndctl and daxctl would: the
# namespace becomes a dax device, and kmem makes that memory. 6.1 and later put it into a tier of its
# own (drivers/dax/kmem.c, mm/memory-tiers.c).

make_tier() {
	for module in nfit nd_pmem dax_pmem device_dax kmem; do
		modprobe "$module" || return
	done
	nd=/sys/bus/nd/devices
	[ ! -e "$nd/namespace0.0/driver" ] || echo namespace0.0 > "$nd/namespace0.0/driver/unbind"
	dax=$(cat "$nd/region0/dax_seed")
	cat /proc/sys/kernel/random/uuid > "$nd/$dax/uuid"
	echo 2097152 > "$nd/$dax/align"
	echo ram > "$nd/$dax/mode"
	echo namespace0.0 > "$nd/$dax/namespace"
	echo "$dax" > /sys/bus/nd/drivers/dax_pmem/bind
	device=$(ls /sys/bus/dax/devices) || return
	[ ! -e "/sys/bus/dax/devices/$device/driver" ] ||
		echo "$device" > "/sys/bus/dax/devices/$device/driver/unbind"
	echo "$device" > /sys/bus/dax/drivers/kmem/new_id
	[ -e "/sys/bus/dax/devices/$device/driver" ] || echo "$device" > /sys/bus/dax/drivers/kmem/bind
}
