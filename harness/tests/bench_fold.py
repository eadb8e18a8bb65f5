#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Folding against jq: interleaved runs, median ratio; peak memory at two sizes. One JSON line a figure."""
import json
import os
import subprocess
import sys
import time

PEAK_LIMIT = 64 << 20


def run(words):
    """Seconds and peak resident bytes of a command whose output is thrown away."""
    began = time.monotonic()
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"bench-fold: {' '.join(words)} ended with {child.returncode}")
    return time.monotonic() - began, usage.ru_maxrss * 1024


def main():
    memsoak, scratch, pairs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    ours, theirs, peaks = [], [], []
    fold = [memsoak, "report", f"{scratch}/large", "--json"]
    jq = ["jq", "-c", ".", f"{scratch}/large/events.jsonl"]
    for _ in range(pairs):
        seconds, peak = run(fold)
        ours.append(seconds)
        peaks.append(peak)
        theirs.append(run(jq)[0])
    ratio = sorted(t / o for o, t in zip(ours, theirs))[pairs // 2]
    _, small_peak = run([memsoak, "report", f"{scratch}/small", "--json"])
    figures = [
        {"figure": "fold_vs_jq", "ratio": round(ratio, 2), "limit": 5, "pairs": pairs,
         "ours_seconds": round(min(ours), 3), "theirs_seconds": round(min(theirs), 3),
         "ok": ratio >= 5},
        {"figure": "fold_peak_bytes", "value": max(peaks), "limit": PEAK_LIMIT,
         "ok": max(peaks) <= PEAK_LIMIT},
        {"figure": "fold_peak_growth", "ratio": round(max(peaks) / small_peak, 3), "limit": 1.1,
         "events": [100000, 1000000], "ok": max(peaks) <= 1.1 * small_peak},
    ]
    for figure in figures:
        print(json.dumps(figure))
    sys.exit(0 if all(f["ok"] for f in figures) else 1)


if __name__ == "__main__":
    main()
