#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A long run's page against jq: interleaved runs, median ratio; size; peak memory. One JSON line a figure."""
import json
import os
import sys

from bench_fold import PEAK_LIMIT, run

SIZE_LIMIT = 2 << 20
CYCLES = 100000


def main():
    memsoak, scratch, pairs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    large, page = f"{scratch}/large", f"{scratch}/page.html"
    make = [memsoak, "report", large, "--live", "--html", page]
    read = ["jq", ".", f"{large}/events.jsonl"]
    ours, theirs, peaks = [], [], []
    for _ in range(pairs):
        seconds, peak = run(make)
        ours.append(seconds)
        peaks.append(peak)
        theirs.append(run(read)[0])
    ratio = sorted(3 * t / o for o, t in zip(ours, theirs))[pairs // 2]
    _, small_peak = run([memsoak, "report", f"{scratch}/small", "--live", "--html", page + ".small"])
    run([memsoak, "report", large, "--live", "-o", f"{scratch}/report.json"])
    with open(f"{scratch}/report.json", encoding="utf-8") as f:
        cycles = json.load(f)["offline"]["attempts"]
    size = os.stat(page).st_size
    figures = [
        {"figure": "html_vs_three_times_jq", "ratio": round(ratio, 2), "limit": 1, "pairs": pairs,
         "cycles": cycles, "ours_seconds": round(min(ours), 3),
         "theirs_seconds": round(3 * min(theirs), 3), "ok": ratio >= 1 and cycles >= CYCLES},
        {"figure": "html_size_bytes", "value": size, "limit": SIZE_LIMIT, "cycles": cycles,
         "ok": size < SIZE_LIMIT},
        {"figure": "html_peak_bytes", "value": max(peaks), "limit": PEAK_LIMIT,
         "ok": max(peaks) <= PEAK_LIMIT},
        {"figure": "html_peak_growth", "ratio": round(max(peaks) / small_peak, 3), "limit": 1.1,
         "ok": max(peaks) <= 1.1 * small_peak},
    ]
    for figure in figures:
        print(json.dumps(figure))
    sys.exit(0 if all(f["ok"] for f in figures) else 1)


if __name__ == "__main__":
    main()
