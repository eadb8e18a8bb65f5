#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Readers of others on what memsoak export wrote: do they parse it, and do all formats say the same?

readers.py REPORT STEM: REPORT is the report.json; STEM.ktap, STEM.junit and so on are its exports.
Prints an "ok" or "not ok" line for each question.
"""
import csv
import json
import re
import sys

from jsonschema import Draft202012Validator
from junitparser import Error, Failure, JUnitXml, Skipped
from tap.parser import Parser

HERE = sys.path[0]
FAILURES = []

# What a case is called by each format, by how bad it is.
KCIDB = {"PASS": "good", "FAIL": "bad", "ERROR": "unclear", "MISS": "unclear", "SKIP": "skipped"}
LAVA = {"pass": "good", "fail": "bad", "unknown": "unclear", "skip": "skipped"}
CSV = {"pass": "good", "fail": "bad", "crashed": "bad", "error": "unclear", "aborted": "unclear",
       "skip": "skipped"}
LKP = {"pass": "good", "fail": "bad", "error": "unclear", "skip": "skipped"}
VERDICT = CSV


def check(what, problems):
    """One result line; problems: a list, empty when all is well."""
    print(("not ok " if problems else "ok ") + what)
    for problem in problems[:5]:
        print("# " + str(problem)[:300].replace("\n", " "))
    if problems:
        FAILURES.append(what)


def text(stem, name):
    with open(f"{stem}.{name}", encoding="utf-8", newline="") as f:
        return f.read()


def read_kcidb(stem, problems):
    with open(f"{HERE}/kcidb-5.3.schema.json", encoding="utf-8") as f:
        schema = json.load(f)
    Draft202012Validator.check_schema(schema)
    document = json.loads(text(stem, "kcidb"))
    for error in Draft202012Validator(schema).iter_errors(document):
        problems.append("/".join(map(str, error.absolute_path)) + ": " + error.message)
    tests = document["tests"]
    ids = [t["id"] for t in tests]
    if len(set(ids)) != len(ids):
        problems.append("two tests have one id")
    if {t["build_id"] for t in tests} != {b["id"] for b in document["builds"]}:
        problems.append("a test is of another build")
    if {b["checkout_id"] for b in document["builds"]} != {c["id"] for c in document["checkouts"]}:
        problems.append("a build is of another checkout")
    root = tests[0]["path"]
    cases, figures = {"verdict": KCIDB[tests[0]["status"]]}, 0
    for t in tests[1:]:
        if t["status"] == "DONE":
            figures += 1
            if "number" not in t:
                problems.append(t["id"] + " is DONE and has no number")
        else:
            cases[t["path"][len(root) + 1:]] = KCIDB[t["status"]]
    return cases, figures


def read_junit(stem, problems):
    xml = JUnitXml.fromstring(text(stem, "junit").encode())
    suites = list(xml)
    if len(suites) != 1:
        problems.append(f"{len(suites)} suites")
    suite = suites[0]
    words = {Failure: "bad", Error: "unclear", Skipped: "skipped"}
    cases = {}
    for case in suite:
        cases[case.name] = words[type(case.result[0])] if case.result else "good"
    told = {"bad": suite.failures, "unclear": suite.errors, "skipped": suite.skipped}
    for word, count in told.items():
        if list(cases.values()).count(word) != count:
            problems.append(f"the suite tells {count} {word}, its cases are others")
    if suite.tests != len(cases):
        problems.append(f"the suite tells {suite.tests} tests, it has {len(cases)}")
    names = [p.name for p in suite.properties()]
    return cases, len([n for n in names if n not in ("run", "profile", "kernel")])


def read_tap(block, problems):
    """A TAP block without its indent, by tappy."""
    plan, cases, unknown = None, {}, 0
    for line in Parser().parse_text(block):
        if line.category == "plan":
            plan = line.expected_tests
        elif line.category == "test":
            word = "skipped" if line.skip else "good" if line.ok else "bad"
            if line.todo:
                problems.append("a directive of others: " + str(line))
            if word == "bad" and "ERROR" in str(line):
                word = "unclear"
            cases[line.description.split(" # ")[0].split()[-1]] = word
        elif line.category == "unknown":
            unknown += 1
    ours = [x for x in block.rstrip("\n").split("\n") if x.startswith(("  ", "KTAP version 1"))]
    if unknown != len(ours):
        problems.append(f"{unknown - len(ours)} lines are no TAP")
    if plan != len(cases):
        problems.append(f"the plan is {plan}, there are {len(cases)}")
    return cases


def read_ktap(stem, problems):
    whole = text(stem, "ktap")
    inner = "".join(line[2:] + "\n" for line in whole.split("\n") if line.startswith("  "))
    if not whole.startswith("KTAP version 1\n1..1\n  KTAP version 1\n"):
        problems.append("no version lines")
    outer = read_tap(whole, problems)
    cases = read_tap(inner, problems)
    if list(outer.values()) != [cases["verdict"]]:
        problems.append(f"the whole is {outer}, the verdict {cases['verdict']}")
    figures = [line for line in inner.split("\n") if re.match(r"# [a-z0-9_]+(\.[^=]*)?=[-0-9.e+]+$", line)]
    return cases, len(figures)


def read_lava(stem, problems):
    cases, figures = {}, 0
    signal = re.compile(r"<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=([A-Za-z0-9_.-]+) RESULT=(pass|fail|skip|unknown)"
                        r"(?: UNITS=([a-z]+) MEASUREMENT=([-+0-9.e]+))?>")
    lines = text(stem, "lava").rstrip("\n").split("\n")
    if not re.fullmatch(r"<LAVA_SIGNAL_TESTSET START \S+>", lines[0]) or \
            lines[-1] != "<LAVA_SIGNAL_TESTSET STOP>":
        problems.append("no test set around it")
    for line in lines[1:-1]:
        found = signal.fullmatch(line)
        if not found:
            problems.append("no signal: " + line)
        elif found[4]:
            float(found[4])
            figures += 1
        else:
            cases[found[1]] = LAVA[found[2]]
    return cases, figures


def read_lkp(stem, problems):
    cases, figures = {}, 0
    for line in text(stem, "lkp").rstrip("\n").split("\n"):
        found = re.fullmatch(r"memsoak\.([A-Za-z0-9_.-]+): ([-+0-9.e]+)", line)
        if not found:
            problems.append("no key and number: " + line)
            continue
        case = re.fullmatch(r"(.*)\.(pass|fail|error|skip)", found[1])
        if case and found[2] == "1":
            cases[case[1]] = LKP[case[2]]
        else:
            figures += 1
    return cases, figures


def read_csv(stem, problems):
    cases, figures = {}, 0
    rows = list(csv.DictReader(text(stem, "csv").splitlines(), strict=True))
    for row in rows:
        if None in row or None in row.values():
            problems.append("a row of another width: " + str(row))
        elif row["kind"] == "case":
            cases[row["name"]] = CSV[row["value"]]
        else:
            float(row["value"])
            figures += 1
    return cases, figures


READERS = {"kcidb": read_kcidb, "junit": read_junit, "ktap": read_ktap, "lava": read_lava, "lkp": read_lkp,
           "csv": read_csv}


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        report = json.load(f)
    stem = sys.argv[2]
    name = stem.rsplit("/", 1)[-1]
    results = {}
    for kind, reader in READERS.items():
        problems = []
        try:
            results[kind] = reader(stem, problems)
        except Exception as e:  # a reader that gives up is an answer
            problems.append(repr(e))
        check(f"{name}: {kind} is read", problems)
    problems = [f"{a} and csv differ: {set(r[0].items()) ^ set(results['csv'][0].items())}"
                for a, r in results.items() if "csv" in results and r[0] != results["csv"][0]]
    check(f"{name}: every format tells the same of each case", problems)
    problems = [f"{a} has {r[1]} figures, csv {results['csv'][1]}"
                for a, r in results.items() if r[1] != results["csv"][1]]
    check(f"{name}: every format has the same figures", problems)
    want = VERDICT[report["verdict"]["result"]]
    problems = [f"{a} says {r[0].get('verdict')}" for a, r in results.items() if r[0].get("verdict") != want]
    if want == "good":
        problems += [f"{a} has a case that is {v}: {c}" for a, r in results.items()
                     for c, v in r[0].items() if v not in ("good", "skipped")]
    check(f"{name}: the verdict is '{report['verdict']['result']}' in every format", problems)
    return 1 if FAILURES or len(results) != len(READERS) else 0


sys.exit(main())
