#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's measurements (bench.jsonl) as figures: one JSON line each, with its limit."""
import json
import math
import statistics
import sys

# Student's t, 95 % one-sided, for n - 1 degrees of freedom.
T95 = {2: 2.920, 3: 2.353, 4: 2.132, 5: 2.015, 6: 1.943, 7: 1.895, 8: 1.860, 9: 1.833}


# Kind of the pairs, the figure's name, its limit. With pages in the blocks there is none: then it is
# the probe on each migration that is measured, several microseconds a page under emulation.
CYCLES = [("cycles", "cycles_vs_bare_loop", 0.9), ("cycles-in-use", "cycles_vs_bare_loop_in_use", None)]


def lower_bound(ratios):
    """Lower 95 % bound of the geometric mean of paired ratios."""
    logs = [math.log(r) for r in ratios]
    n = len(logs)
    mean = sum(logs) / n
    deviation = math.sqrt(sum((x - mean) ** 2 for x in logs) / (n - 1))
    return math.exp(mean - T95[n - 1] * deviation / math.sqrt(n)), math.exp(mean)


def rate(figure, what):
    return figure[what] / figure["seconds"]


def show(**figure):
    print(json.dumps(figure))
    return figure["ok"]


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        lines = [json.loads(line) for line in f]
    good = True
    for kind, figure, limit in CYCLES:
        pairs = [x for x in lines if x["kind"] == kind]
        ratios = sorted(rate(x["ours"], "cycles") / rate(x["bare"], "cycles") for x in pairs)
        median = statistics.median(ratios)
        good &= show(figure=figure, ratio=round(median, 3), limit=limit, pairs=len(ratios),
                     lowest=round(ratios[0], 3), highest=round(ratios[-1], 3),
                     cycles=[x["ours"]["cycles"] for x in pairs],
                     pages_a_cycle=round(sum(x["ours"]["migrated"] for x in pairs)
                                         / max(1, sum(x["ours"]["cycles"] for x in pairs))),
                     ok=limit is None or median >= limit)
    pairs = [x for x in lines if x["kind"] == "touches"]
    ratios = [rate(x["with"], "touches") / rate(x["without"], "touches") for x in pairs]
    low, mean = lower_bound(ratios)
    good &= show(figure="touches_with_observers", ratio=round(mean, 3), lower_95=round(low, 3),
                 limit=0.9, pairs=len(ratios), ok=len(ratios) == 10 and low >= 0.9)
    for x in lines:
        if x["kind"] == "memory":
            growth = x["last"] / x["first"]
            good &= show(figure="daemon_rss_max_bytes", value=x["max"], limit=32 << 20,
                         ok=x["max"] <= 32 << 20)
            good &= show(figure="daemon_anonymous_growth", ratio=round(growth, 4), limit=1.02,
                         ok=growth <= 1.02)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
