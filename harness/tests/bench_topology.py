#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""memsoak topology and lsmem on one tree, in turn: one JSON line a figure; ends 1 on a missed limit.

Usage: bench_topology.py MEMSOAK TREE PAIRS
"""
import fcntl
import json
import re
import statistics
import subprocess
import sys
import time

BLOCKS = 65536
MEMORY_LIMIT = 64 << 20
F_SETPIPE_SZ = 1031
PIPE_BYTES = 4096


def seconds(command):
    begin = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - begin


def output(command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


def peak_bytes(command, size):
    """VmHWM while the last bytes of the output wait in a full pipe: all the work is done by then."""
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        fcntl.fcntl(process.stdout, F_SETPIPE_SZ, PIPE_BYTES)
        process.stdout.read(size - 2 * PIPE_BYTES)
        with open(f"/proc/{process.pid}/status", encoding="ascii") as f:
            kib = int(re.search(r"^VmHWM:\s*(\d+) kB", f.read(), re.MULTILINE).group(1))
        process.stdout.read()
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return kib * 1024


def compare(figure, ours, theirs, limit):
    """Medians of the pairs' ratios; a figure without a limit is only told."""
    ratio = statistics.median(a / b for a, b in zip(ours, theirs))
    line = {"figure": figure, "ratio": round(ratio, 3)}
    if limit:
        line["limit"] = limit
    line |= {
        "ours_seconds": round(statistics.median(ours), 3),
        "theirs_seconds": round(statistics.median(theirs), 3),
        "runs": len(ours),
        "ok": not limit or ratio <= limit,
    }
    print(json.dumps(line))
    return line["ok"]


def main():
    program, tree, pairs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    ours = [program, "topology", "--json", "--sysroot", tree]
    theirs = ["lsmem", "--json", "--sysroot", tree]
    each = ["lsmem", "--json", "--all", "--sysroot", tree]

    # Both see the whole tree, and have read it once, before anything is measured.
    text = output(ours)
    seen = len(json.loads(text)["topology"]["blocks"]), len(json.loads(output(each))["memory"])
    if seen != (BLOCKS, BLOCKS):
        print(f"bench_topology: blocks seen {seen}, made {BLOCKS}", file=sys.stderr)
        sys.exit(1)
    times = [(seconds(ours), seconds(theirs), seconds(each)) for _ in range(pairs)]
    a, b, c = zip(*times)
    good = compare("topology_vs_lsmem", a, b, 1.0)
    good &= compare("topology_vs_lsmem_all", a, c, None)
    peak = peak_bytes(ours, len(text))
    print(json.dumps({"figure": "topology_peak_bytes", "value": peak, "limit": MEMORY_LIMIT,
                      "ok": peak <= MEMORY_LIMIT}))
    sys.exit(0 if good and peak <= MEMORY_LIMIT else 1)


if __name__ == "__main__":
    main()
