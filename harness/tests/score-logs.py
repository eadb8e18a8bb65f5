#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""How well scan-log names what is in real console logs. Usage: score-logs.py MEMSOAK FOLDER

Each file of the folder is a console log below a header: "TITLE: ..." (what the log shows; none or
empty: nothing), other KEY: lines, an empty line. What stands after a line "REPORT:" is no log.
Prints what went wrong and the figures; ends 1 when a limit is missed.
"""
import json
import os
import re
import subprocess
import sys

# How a title begins: the kinds that are right for it.
KINDS = [
    (r"BUG: soft lockup", {"soft_lockup"}),
    (r"INFO: rcu detected stall", {"rcu_stall"}),
    (r"INFO: task (hung|can't die)", {"hung_task"}),
    (r"kernel BUG|BUG: bad usercopy", {"kernel_bug"}),
    (r"general protection fault|BUG: unable to handle|divide error|Unhandled fault|PANIC: double fault"
     r"|BUG: stack guard page", {"oops"}),
    (r"KASAN:", {"kasan"}),
    (r"KMSAN:", {"kmsan"}),
    (r"KCSAN:", {"kcsan"}),
    (r"UBSAN:", {"ubsan"}),
    (r"KFENCE:", {"other"}),
    (r"BUG: [Bb]ad page|BUG: Bad rss", {"bad_page"}),
    (r"BUG: (sleeping function|scheduling while atomic)", {"atomic_sleep"}),
    (r"BUG: corrupted list", {"list_corruption"}),
    (r"BUG: workqueue lockup", {"workqueue_lockup"}),
    (r"BUG: spinlock (lockup|recursion)", {"spinlock_lockup"}),
    (r"possible deadlock|inconsistent lock state|BUG: bad unlock balance|INFO: trying to register"
     r"|(WARNING|INFO): suspicious RCU|WARNING: (held lock|lock held|bad unlock|nested lock|Nested lock)",
     {"lockdep"}),
    (r"WARNING", {"warning"}),
    (r"memory leak", {"memory_leak"}),
    (r"kernel panic", {"panic"}),
    (r"BUG: ", {"other"}),
]
LOCKUPS = ("soft_lockup", "rcu_stall", "hung_task")


def read_log(path):
    """The expected title ("" for nothing) and the log's bytes."""
    with open(path, "rb") as file:
        text = file.read()
    header, found, log = text.partition(b"\n\n")
    if not found or not re.match(rb"[A-Z]+: ?", header):
        header, log = b"", text
    title = re.search(rb"^TITLE: ?(.*)$", header, re.M)
    log = re.split(rb"^REPORT:\n", log, maxsplit=1, flags=re.M)[0]
    return title.group(1).decode("utf-8", "replace").strip() if title else "", log


def main():
    memsoak, folder = sys.argv[1:3]
    found, wanted, confused, false, empty, other_hits, other = {}, {}, 0, 0, 0, 0, 0
    for name in sorted(os.listdir(folder)):
        if not name.isdigit():
            continue
        title, log = read_log(os.path.join(folder, name))
        done = subprocess.run([memsoak, "scan-log", "-", "--json"], input=log, capture_output=True,
                              check=True)
        kinds = [lockup["kind"] for lockup in json.loads(done.stdout)["lockups"]]
        if not title:
            empty += 1
            if kinds:
                false += 1
                print(f"{name}: nothing is expected, found: {kinds}")
            continue
        expected = next((k for pattern, k in KINDS if re.match(pattern, title)), None)
        if expected is None:
            print(f"{name}: not counted: '{title}', found: {kinds}")
            continue
        kind = sorted(expected)[0]
        is_hit = bool(expected & set(kinds))
        if not is_hit or kinds[0] not in expected:
            print(f"{name}: '{title}': found {'in second place: ' if is_hit else ''}{kinds}")
        if kind in LOCKUPS:
            wanted[kind] = wanted.get(kind, 0) + 1
            found[kind] = found.get(kind, 0) + is_hit
            swapped = {"soft_lockup": "rcu_stall", "rcu_stall": "soft_lockup"}.get(kind)
            confused += bool(kinds) and kinds[0] == swapped
        else:
            other += 1
            other_hits += is_hit
    figures = {kind: f"{found.get(kind, 0)}/{n}" for kind, n in wanted.items()}
    share = sum(found.values()) / max(1, sum(wanted.values()))
    good = share >= 0.98 and confused == 0 and false <= 0.02 * empty and sum(wanted.values()) > 0
    print(json.dumps({"lockups": figures, "share": round(share, 4), "confused": confused,
                      "others": f"{other_hits}/{other}", "false": f"{false}/{empty}", "ok": good}))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
