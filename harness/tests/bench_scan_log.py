#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scan-log against grep: interleaved runs, median ratio; peak memory at two sizes. One JSON line a figure."""
import json
import os
import pathlib
import re
import subprocess
import sys
import time

PEAK_LIMIT = 16 << 20
HERE = pathlib.Path(__file__).parent
REPORTS = ["dmesg-soft-lockup-6.1.log", "dmesg-x-migration.log", "serial-rcu-6.12.log",
           "syslog-hung-task-7.0.log", "dmesg-4.18.log", "plain-oops-arm64.log"]


def run(words):
    """Seconds; what is printed goes through a pipe, as grep is too clever when it prints to nowhere."""
    began = time.monotonic()
    done = subprocess.run(words, stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"}, check=False)
    if done.returncode not in ([0, 1] if words[0] == "grep" else [0]):
        sys.exit(f"bench-scan-log: {' '.join(words[:2])} ended with {done.returncode}")
    return time.monotonic() - began


def peak(words):
    """Peak resident bytes, asked of the kernel while it runs: what wait4() tells also has in it what
    this program had resident when it forked."""
    most = 0
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as child:
        status = pathlib.Path(f"/proc/{child.pid}/status")
        while child.poll() is None:
            found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
            try:
                is_ours = pathlib.Path(os.readlink(f"/proc/{child.pid}/exe")).name == "memsoak"
            except OSError:
                break  # it has just ended
            if found and is_ours:
                most = max(most, int(found[1]) * 1024)
            time.sleep(0.001)
    child.wait()
    if child.returncode != 0 or most == 0:
        sys.exit(f"bench-scan-log: {' '.join(words[:2])} ended with {child.returncode}, peak {most}")
    return most


def quiet(n_bytes):
    """The lines of a machine that is well."""
    told = ["usb 1-1: new high-speed USB device number %d using xhci_hcd",
            "EXT4-fs (sda1): mounted filesystem with ordered data mode. Quota mode: none. %d",
            "audit: type=1400 audit(1515508128.123:%d): avc: denied { read } for pid=1 comm=x",
            "IPv6: ADDRCONF(NETDEV_CHANGE): eth%d: link becomes ready",
            "pci 0000:00:1f.2: [8086:%d] type 00 class 0x010601", "Offlined Pages %d"]
    text, t = [], 0
    size = 0
    while size < n_bytes:
        t += 733
        line = f"[{t // 1000:5d}.{t % 1000:03d}217] {told[t % len(told)] % (t % 9973)}\n"
        text.append(line)
        size += len(line)
    return "".join(text).encode()


def as_records(log):
    """The same lines as /dev/kmsg gives them, one record a line."""
    lines = (line.split("] ", 1)[-1] for line in log.decode().splitlines())
    return "".join(f"6,{n},{n * 733},-;{line}\n" for n, line in enumerate(lines)).encode()


def as_journal(log):
    """The same lines as journalctl -o export gives them."""
    lines = (line.split("] ", 1)[-1] for line in log.decode().splitlines())
    return "".join(f"__CURSOR=s=0f;i={n:x}\n__REALTIME_TIMESTAMP={1515508128000000 + n * 733}\n"
                   f"__MONOTONIC_TIMESTAMP={n * 733}\n_BOOT_ID=e702595ca90e4a7ea18f63ca4698696e\n"
                   "_MACHINE_ID=4698696ee702595ca90e4a7ea18f63ca\n_HOSTNAME=host\n_TRANSPORT=kernel\n"
                   "PRIORITY=6\nSYSLOG_FACILITY=0\nSYSLOG_IDENTIFIER=kernel\n"
                   f"_SOURCE_MONOTONIC_TIMESTAMP={n * 733}\nMESSAGE={line}\n\n"
                   for n, line in enumerate(lines)).encode()


def write(path, block, n_bytes):
    with open(path, "wb") as file:
        while file.tell() < n_bytes:
            file.write(block)


def main():
    memsoak, scratch, pairs, mib = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    reports = b"".join((HERE / "fixtures/logs" / name).read_bytes() for name in REPORTS)
    well = quiet(1 << 20)
    blocks = {"reports": (reports + quiet(len(reports))) * 64, "quiet": well + reports,
              "records": as_records(well), "journal": as_journal(well)}
    pattern = "|".join((HERE / "headers.regex").read_text().splitlines())
    good = True
    for name, block in blocks.items():
        small, large = f"{scratch}/small", f"{scratch}/large"
        write(small, block, mib << 17)
        write(large, block, mib << 20)
        ours, theirs = [], []
        for _ in range(pairs):
            ours.append(run([memsoak, "scan-log", large, "--json"]))
            theirs.append(run(["grep", "-cE", pattern, large]))
        ratio = sorted(t / o for o, t in zip(ours, theirs))[pairs // 2]
        small_peak, large_peak = (peak([memsoak, "scan-log", path, "--json"]) for path in (small, large))
        figures = [
            {"figure": f"scan_log_vs_grep_{name}", "ratio": round(ratio, 2), "limit": 1, "pairs": pairs,
             "mib": mib, "ours_seconds": round(min(ours), 3), "theirs_seconds": round(min(theirs), 3),
             "ok": ratio >= 1},
            {"figure": f"scan_log_peak_bytes_{name}", "value": large_peak, "limit": PEAK_LIMIT,
             "ok": large_peak <= PEAK_LIMIT},
            {"figure": f"scan_log_peak_growth_{name}", "ratio": round(large_peak / small_peak, 3),
             "limit": 1.1, "mib": [mib // 8, mib], "ok": large_peak <= 1.1 * small_peak},
        ]
        for figure in figures:
            print(json.dumps(figure), flush=True)
            good = good and figure["ok"]
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
