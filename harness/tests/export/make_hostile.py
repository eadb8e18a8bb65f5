#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A report whose every text was written by an enemy: make_hostile.py REPORT OUT."""
import json
import sys

TEXT = ("\ufffd ]]> <script>alert(1)</script> --> \x1b[31m\x1b]0;t\x07 \x9b2J \x85 \u2028 \u202e \ufffe \x7f "
        "\" \\ \n# TODO later\nnot ok 1 x\nok 2 y\n1..99\r\n"
        "<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=x RESULT=pass>\nmemsoak_verdict{result=\"pass\"} 1 1\n"
        "=cmd|' /C calc'!A0,\"q\";& &amp; &#0; %s%n \U0001f600")
LINE = TEXT + "A" * (1 << 20)
NUL = "\0 behind it"  # a reader of C strings ends here, so it comes last
# What says which file this is, and what the tests ask for afterwards.
KEPT = {("schema", "name"), ("verdict", "result"), ("kind",)}


def spoil(value, path, state):
    if isinstance(value, dict):
        result = {k: spoil(v, path + (k,), state) for k, v in value.items()}
        if path[-1:] in (("by_errno",), ("by_status",), ("vmstat",), ("config",), ("numbers",), ("by_cause",)):
            result = {TEXT + k: v for k, v in result.items()}
        return result
    if isinstance(value, list):
        return [spoil(v, path, state) for v in value]
    if not isinstance(value, str) or path in KEPT or path[-1:] in KEPT:
        return value
    state["n"] += 1
    return (LINE if state["n"] % 7 == 0 else TEXT) + value + NUL


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        report = json.load(f)
    report.setdefault("lockups", []).append(
        {"kind": "oops", "text": LINE, "frames": [LINE, TEXT], "comm": TEXT, "count": 1})
    report.setdefault("scenarios", []).extend(
        {"name": name, "verdict": "fail", "why": LINE, "numbers": {"n": 1.5}} for name in ("", "a", "a"))
    with open(sys.argv[2], "w", encoding="utf-8") as f:
        json.dump(spoil(report, (), {"n": 0}), f)


main()
