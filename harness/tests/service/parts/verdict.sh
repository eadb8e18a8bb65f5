# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2086,SC2034 # sourced by first-boot.sh, which sets unit
# Runs that come to their end: is-failed is the verdict, whichever it is.
systemctl start memsoak@short.service
run=$(newest_run)
check_verdict memsoak@short.service "a short run"
check "a short run: a good kernel passes" test "$verdict" = 0

# Pages that no kernel can move, and no scenario that says so: the same verdict as of a broken one.
cat > /etc/memsoak/held.ini <<'EOF'
[run]
duration = 10s
unattended = yes
[guard]
reserve = 128MiB
[move_pages]
batch = 16
[workers pipes]
workload = hold-pipe
kind = private-anonymous
processes = 1
threads = 1
pages = 256
driven_by = move_pages
EOF
systemctl start memsoak@held.service
run=$(newest_run)
check_verdict memsoak@held.service "a run that fails"
check "a run that fails: it is the kernel's failure" test "$verdict" = 1
check_property "a run that fails" memsoak@held.service Result exit-code
