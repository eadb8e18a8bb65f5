# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh # sourced by first-boot.sh
# The host sleeps: in a boot of its own (suspend-boot.sh), since a guest that does not wake up is lost.
echo "# suspend: in the last boot"
