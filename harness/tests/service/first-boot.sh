#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installed, started, asked, reloaded, stopped, killed, hung; at last the host itself goes down.
# shellcheck source=harness/tests/service/lib.sh
. /share/lib.sh
unit=memsoak@soak.service

cp -a /share/root/. /
install -m 755 /share/talk /usr/local/bin/
check "sysusers" systemd-sysusers
check "tmpfiles" systemd-tmpfiles --create --prefix=/var/lib/memsoak --prefix=/run/memsoak
check "the journal's catalogue" journalctl --update-catalog
check "the group is there" getent group memsoak
systemctl daemon-reload
check "systemd-analyze verify" sh -c "! systemd-analyze verify --man=no memsoak@soak.service memsoak-recover.service memsoak@soak.timer 2>&1 | grep ."
memory_state > /tmp/memory.before

soak_profile() { # NAME DURATION FURTHER
	cat > "/etc/memsoak/$1.ini" <<EOF
[run]
duration = $2
unattended = yes
$3
[guard]
reserve = 128MiB
[offline]
deadline = 10s
[move_pages]
batch = 16
[watchdog]
hung_task_timeout = 100s
[workers aimed]
workload = refault
kind = shared-memfd
processes = 2
threads = 1
pages = 16
driven_by = offline
[workers moved]
workload = refault
kind = private-anonymous
processes = 1
threads = 1
pages = 16
driven_by = move_pages
EOF
}
soak_profile soak 30m ''
soak_profile short 15s ''
soak_profile crash 30m 'resume = never'
sed 's/^unattended = yes/unattended = no/' /etc/memsoak/short.ini > /etc/memsoak/unasked.ini

# A unit that nobody names is forgotten as soon as it is inactive, and with it how it ended.
cat > /run/systemd/system/pin.service <<'EOF'
[Unit]
After=memsoak@soak.service memsoak@short.service memsoak@crash.service memsoak@unasked.service memsoak@skip.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
EOF
systemctl start pin.service

# --- no consent, no start --------------------------------------------------------------------
systemctl start memsoak@unasked.service
check_property "without consent" memsoak@unasked.service ExecMainStatus 2
check "without consent it never was ready" sh -c "! systemctl is-active memsoak@unasked.service"
check "the reason is in the status" sh -c "systemctl status memsoak@unasked.service | grep -q 'unattended = yes'"
systemctl reset-failed

# --- nothing to test ---------------------------------------------------------------------------
sed -e 's/^reserve = .*/reserve = 1024GiB/' -e '/move_pages/d' -e '/^batch/d' -e '/workers moved/,$d' \
	/etc/memsoak/short.ini > /etc/memsoak/skip.ini
check "a start with nothing to test is no failure" systemctl start memsoak@skip.service
wait_for 30 is_settled memsoak@skip.service
check_property "nothing to test" memsoak@skip.service ExecMainStatus 4
check_property "nothing to test" memsoak@skip.service ActiveState inactive
check_property "nothing to test: it is not tried again" memsoak@skip.service NRestarts 0

# --- start: READY when the probes are armed -----------------------------------------------------
check "systemctl start returns" systemctl start $unit
check_property "after the start" $unit ActiveState active
check "probes are armed when it is ready" sh -c "memsoak status --json | jq -e '.runs | length == 1'"
check "the start is in the journal" wait_for 10 sh -c "journalctl -o json MESSAGE_ID=e5f82cee2beb4a51aa6e067c6de0a839 | jq -e '.MEMSOAK_RUN_ID and .MEMSOAK_PROFILE == \"soak\"'"
check "journalctl explains it" sh -c "journalctl -x MESSAGE_ID=e5f82cee2beb4a51aa6e067c6de0a839 | grep -q 'has armed its probes'"
check "attempts are made" wait_for 120 sh -c "memsoak status --json | jq -e '.runs[0].attempts >= 2'"
check "the status is live" wait_for 20 sh -c "systemctl show -p StatusText --value $unit | grep -q 'attempts [1-9]'"
systemctl show -p StatusText --value $unit | sed 's/^/# /'
systemctl status --no-pager $unit | head -n 25 | sed 's/^/# /'
check_property "the unit" $unit Slice memsoak.slice
check_property "the unit" $unit WatchdogUSec 2min
main=$(systemctl show -p MainPID --value $unit)
check "the workers are in the slice" sh -c "for pid in \$(pidof memsoak-worker); do grep -q memsoak.slice /proc/\$pid/cgroup || exit 1; done; pidof memsoak-worker"
sed "s/^/# daemon /" "/proc/$main/cgroup"

# --- the socket and its group ----------------------------------------------------------------
check "the socket is root's and the group's" sh -c "ls -l /run/memsoak/control | grep -q '^srw-rw---- 1 root memsoak'"
useradd -M -G memsoak insider
useradd -M outsider
check "a member of the group may ask" su -s /bin/sh insider -c "memsoak status --watch | head -n 1 | grep attempts"
check "somebody else may not, and is told why" sh -c "su -s /bin/sh outsider -c 'memsoak status --watch' 2>&1 | grep -q 'root and the group memsoak'"

# --- a second one ------------------------------------------------------------------------------
systemctl start memsoak@short.service
check_property "a second instance" memsoak@short.service ExecMainStatus 3
check "a second instance says why" sh -c "systemctl status memsoak@short.service | grep -q 'another run is going on'"
check_property "the first goes on" $unit ActiveState active
systemctl reset-failed

# --- reload ------------------------------------------------------------------------------------
run=$(newest_run)
sed -i 's/^reserve = .*/reserve = 160MiB/; s/^hung_task_timeout = .*/hung_task_timeout = 90s/' /etc/memsoak/soak.ini
check "reload returns" systemctl reload $unit
check "reload: the threshold is the new one" wait_for 10 grep -qx 90 /proc/sys/kernel/hung_task_timeout_secs
check "reload: it is in the record" wait_for 10 grep -q '"ev":"reload","reserve_bytes"' "$run/events.jsonl"
sed -i 's/^deadline = .*/deadline = 11s/; s/^hung_task_timeout = .*/hung_task_timeout = 80s/' /etc/memsoak/soak.ini
check "reload of another plan returns" systemctl reload $unit
check "reload of another plan: it says no" wait_for 10 grep -q '"ev":"reload","refused"' "$run/events.jsonl"
check "reload of another plan: nothing is taken over" grep -qx 90 /proc/sys/kernel/hung_task_timeout_secs
check_property "after the reloads" $unit ActiveState active

# --- stop --------------------------------------------------------------------------------------
at=$(cut -d. -f1 /proc/uptime)
check "systemctl stop returns" systemctl stop $unit
echo "# it took $(($(cut -d. -f1 /proc/uptime) - at)) s"
check_property "a requested stop" $unit Result success
check_property "a requested stop" $unit ExecMainStatus 5
check_property "a requested stop" $unit ActiveState inactive
check_restored "a requested stop"
check "a requested stop: the threshold is the host's" sh -c "[ \$(cat /proc/sys/kernel/hung_task_timeout_secs) != 90 ]"
check_json "a requested stop: the report" "$run/report.json" '.verdict.result == "aborted" and .harness.settings_restored and .harness.memory_left_offline == []'
check "nothing is left open" sh -c "! ls /var/lib/memsoak/open/* /run/memsoak/*.json"
check "the end is in the journal" sh -c "journalctl -o json MESSAGE_ID=1e2dfa62205f4bd59b1acda78cb43de2 | jq -e '.MEMSOAK_VERDICT == \"aborted\"'"

# --- a run that comes to its end: is-failed is the verdict --------------------------------------
systemctl start memsoak@short.service
check "a short run comes to its end" wait_for 120 is_settled memsoak@short.service
run=$(newest_run)
verdict=$(jq .verdict.exit "$run/report.json")
echo "# verdict of the short run: $(jq -c .verdict "$run/report.json")"
check_property "a short run" memsoak@short.service ExecMainStatus "$verdict"
case $verdict in
0 | 4 | 5) check "is-failed is the verdict" sh -c '! systemctl is-failed memsoak@short.service' ;;
*) check "is-failed is the verdict" systemctl is-failed memsoak@short.service ;;
esac
check_restored "a short run"

# --- SIGKILL: restored, restarted ----------------------------------------------------------------
systemctl reset-failed
systemctl start $unit
check "before SIGKILL: attempts" wait_for 120 sh -c "memsoak status --json | jq -e '.runs[0].attempts >= 1'"
run=$(newest_run)
main=$(systemctl show -p MainPID --value $unit)
wait_for 60 sh -c '[ "$(memsoak status --json | jq .runs[0].memory_offline_bytes)" -gt 0 ]'
kill -9 "$main"
check "after SIGKILL: it waits for its restart" wait_for 30 sh -c "[ \$(systemctl show -p SubState --value $unit) = auto-restart ]"
check_restored "after SIGKILL"
check_json "after SIGKILL: the record is closed" "$run/report.json" '.verdict.result == "crashed"'
check "after SIGKILL: it is started again" wait_for 60 sh -c "[ \$(systemctl show -p NRestarts --value $unit) = 1 ] && systemctl is-active $unit"
check "after SIGKILL: it soaks again" wait_for 120 sh -c "memsoak status --json | jq -e '.runs[0].attempts >= 1'"

# --- the loop hangs: the watchdog ----------------------------------------------------------------
mkdir -p /run/systemd/system/$unit.d
printf '[Service]\nWatchdogSec=8\nRestart=no\n' > /run/systemd/system/$unit.d/short.conf
systemctl stop $unit
systemctl daemon-reload
systemctl start $unit
check "before the watchdog: attempts" wait_for 120 sh -c "memsoak status --json | jq -e '.runs[0].attempts >= 1'"
sleep 12
check_property "a loop that runs is left alone" $unit ActiveState active
run=$(newest_run)
kill -STOP "$(systemctl show -p MainPID --value $unit)"
check "a loop that hangs is ended" wait_for 60 is_settled $unit
check_property "a loop that hangs" $unit Result watchdog
check_restored "a loop that hangs"
check_json "a loop that hangs: the record is closed" "$run/report.json" '.verdict.result == "crashed"'
rm -r /run/systemd/system/$unit.d
systemctl daemon-reload
systemctl reset-failed

# --- SIGKILL at other moments ---------------------------------------------------------------------
memsoak recover
for i in $(seq 20); do
	systemctl start memsoak@crash.service
	sleep "$((i % 3)).$((i * 2 % 10))"
	kill -9 "$(systemctl show -p MainPID --value memsoak@crash.service)"
	wait_for 30 sh -c '[ "$(systemctl show -p SubState --value memsoak@crash.service)" = auto-restart ]'
	systemctl stop memsoak@crash.service
	systemctl reset-failed
	check_restored "SIGKILL $i"
	run=$(newest_run)
	check_json "SIGKILL $i: it folds" "$run/report.json" '.verdict.result == "crashed"'
done

# --- the host goes down ---------------------------------------------------------------------------
systemctl enable memsoak@crash.service memsoak-recover.service
systemctl start memsoak@crash.service
check "before the panic: attempts" wait_for 120 sh -c "memsoak status --json | jq -e '.runs[0].attempts >= 1'"
newest_run > /var/lib/memsoak/crashed-run
mkdir -p /share/runs
cp -r /var/lib/memsoak/runs/. /share/runs/
journalctl -b --no-pager > /share/first-boot.journal
find /sys/fs/pstore | sed 's/^/# /'
sync
journalctl --sync
touch /share/panic-wanted
echo 1 > /proc/sys/kernel/sysrq
echo c > /proc/sysrq-trigger
sleep 60
not_ok "the panic did not come"
