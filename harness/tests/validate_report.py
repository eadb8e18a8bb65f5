#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The independent validator: documents against the schema that they name, by python3-jsonschema."""
import json
import re
import sys

from jsonschema import Draft202012Validator

validators = {}


def validator_of(document):
    """memsoak-report, major 1: reports/schema/report-1.schema.json."""
    named = document.get("schema", {})
    word = re.sub(r"^memsoak-", "", str(named.get("name")))
    path = f"reports/schema/{word}-{named.get('major')}.schema.json"
    if path not in validators:
        with open(path, encoding="utf-8") as f:
            schema = json.load(f)
        Draft202012Validator.check_schema(schema)
        validators[path] = Draft202012Validator(schema)
    return validators[path]


bad = 0
for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        content = json.load(file)
    for error in validator_of(content).iter_errors(content):
        print(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
        bad = 1
sys.exit(bad)
