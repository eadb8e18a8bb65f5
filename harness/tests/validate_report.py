#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The independent validator: a report against its schema by python3-jsonschema, draft 2020-12."""
import json
import sys

from jsonschema import Draft202012Validator

with open("reports/schema/report-1.schema.json", encoding="utf-8") as f:
    schema = json.load(f)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
bad = 0
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    for error in validator.iter_errors(document):
        print(f"{path}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
        bad = 1
sys.exit(bad)
