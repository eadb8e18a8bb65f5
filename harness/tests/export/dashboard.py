#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The Grafana dashboard against what is exported: dashboard.py DASHBOARD OUT METRICS...

METRICS are files as memsoak export writes them. OUT gets the dashboard's queries as recording rules, so that
promtool can parse them; there is no Grafana in Debian.
"""
import json
import re
import sys

VARIABLES = {"instance": ".+", "datasource": "prometheus"}


def metrics_of(paths):
    names = set()
    for path in paths:
        with open(path, encoding="utf-8") as f:
            for line in f:
                found = re.match(r"# TYPE (\S+) (\S+)", line)
                if found and found[2] == "histogram":
                    names |= {found[1] + tail for tail in ("_bucket", "_sum", "_count")}
                elif found:
                    names.add(found[1])
    return names


def queries_of(dashboard):
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["query"]["query"]).groups()
            yield "variable " + variable["name"], f"group by ({label}) ({metric})"


def check(what, problems):
    print(("not ok " if problems else "ok ") + what)
    for problem in problems:
        print("# " + problem)
    return bool(problems)


def overlaps(a, b):
    return a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and \
        a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"]


def layout_problems(panels):
    problems = []
    if len({p["id"] for p in panels}) != len(panels):
        problems.append("two panels have one id")
    for i, p in enumerate(panels):
        if p["gridPos"]["x"] + p["gridPos"]["w"] > 24:
            problems.append(p["title"] + " reaches beyond the grid")
        problems += [f"{p['title']} and {q['title']} overlap" for q in panels[:i]
                     if overlaps(p["gridPos"], q["gridPos"])]
    return problems


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        dashboard = json.load(f)
    exported = metrics_of(sys.argv[3:])
    queries = list(queries_of(dashboard))
    bad = check("dashboard: names only metrics that are exported",
                [f"{where}: {name}" for where, query in queries
                 for name in re.findall(r"\b(?:memsoak|node)_\w+", query) if name not in exported])
    bad |= check("dashboard: each panel asks for a metric of memsoak",
                 [where for where, query in queries if "memsoak_" not in query])
    bad |= check("dashboard: its panels have a place each", layout_problems(dashboard["panels"]))
    defined = {v["name"] for v in dashboard["templating"]["list"]}
    used = set(re.findall(r"\$\{?(\w+)", json.dumps([p["targets"] for p in dashboard["panels"]])))
    bad |= check("dashboard: its variables are defined, and used", [f"${v}" for v in used ^ defined])
    with open(sys.argv[2], "w", encoding="utf-8") as f:
        f.write("groups:\n- name: dashboard\n  rules:\n")
        for number, (_, query) in enumerate(queries):
            query = re.sub(r"\$\{?(\w+)\}?", lambda m: VARIABLES[m[1]], query)
            f.write(f"  - record: dashboard:query:{number}\n    expr: {json.dumps(query)}\n")
    return bad


sys.exit(main())
