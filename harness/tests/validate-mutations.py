#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Is "memsoak validate" right? Samples are changed in many ways, harmful and harmless; each time it
must agree with python3-jsonschema. Usage: validate-mutations.py BUILD; prints ok and not ok lines."""
import copy
import glob
import json
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from jsonschema import Draft202012Validator

PER_KIND = 60
random.seed(20261121)


def places(node, at=()):
    """Every container and member: (container, key, path)."""
    members = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(members):
        yield node, key, at + (key,)
        if isinstance(value, (dict, list)):
            yield from places(value, at + (key,))


def pick(document, wanted):
    found = [p for p in places(document) if wanted(p[0], p[1], p[0][p[1]])]
    return random.choice(found) if found else None


def member(wanted, change):
    """A mutation of one member for which @wanted holds."""
    def mutate(document):
        place = pick(document, wanted)
        if place is None:
            return False
        change(place[0], place[1])
        return True
    return mutate


def assign(function):
    def change(container, key):
        container[key] = function(container[key])
    return change


def any_member(_container, _key, _value):
    return True


def is_integer(_container, _key, value):
    return isinstance(value, int) and not isinstance(value, bool)


def is_text(_container, _key, value):
    return isinstance(value, str)


def is_list(_container, _key, value):
    return isinstance(value, list)


def is_object(_container, _key, value):
    return isinstance(value, dict)


def is_boolean(_container, _key, value):
    return isinstance(value, bool)


def of_object(container, _key, _value):
    return isinstance(container, dict)


def remove(container, key):
    del container[key]


def add_unknown(container, key):
    container[key]["no_such_member"] = 1


def double_last(container, key):
    container[key].append(copy.deepcopy(container[key][-1]) if container[key] else 7)


def shuffle_keys(document):
    """Harmless: the order of members means nothing."""
    place = pick(document, is_object)
    items = list(place[0][place[1]].items())
    random.shuffle(items)
    place[0][place[1]] = dict(items)
    return True


MUTATIONS = {
    "a member is missing": member(of_object, remove),
    "a member too many": member(is_object, add_unknown),
    "null": member(any_member, assign(lambda _: None)),
    "a number becomes text": member(is_integer, assign(str)),
    "a number becomes negative": member(is_integer, assign(lambda v: -v - 1)),
    "a number becomes a fraction": member(is_integer, assign(lambda v: v + 0.5)),
    "a whole number as 1.0": member(is_integer, assign(float)),
    "a huge number": member(is_integer, assign(lambda _: 2 ** 62)),
    "another number": member(is_integer, assign(lambda v: v + 1)),
    "zero": member(is_integer, assign(lambda _: 0)),
    "a boolean becomes a number": member(is_boolean, assign(int)),
    "a boolean turns over": member(is_boolean, assign(lambda v: not v)),
    "text becomes a number": member(is_text, assign(lambda _: 3)),
    "text becomes empty": member(is_text, assign(lambda _: "")),
    "text of another word": member(is_text, assign(lambda v: v + "x")),
    "text with a control character": member(is_text, assign(lambda v: v + "\u0001")),
    "text of beyond the first plane": member(is_text, assign(lambda v: v + "\U0001f4a5")),
    "very long text": member(is_text, assign(lambda v: v + "y" * 70000)),
    "a list becomes an object": member(is_list, assign(lambda _: {})),
    "a list becomes empty": member(is_list, assign(lambda _: [])),
    "a list grows": member(is_list, double_last),
    "a list holds a wrong thing": member(is_list, lambda c, k: c[k].append({"odd": []})),
    "an object becomes a list": member(is_object, assign(lambda _: [])),
    "an object becomes empty": member(is_object, assign(lambda _: {})),
    "an object becomes text": member(is_object, assign(lambda _: "text")),
    "members in another order": shuffle_keys,
}


class Reader:
    """python3-jsonschema, with the schema that a document names."""

    def __init__(self):
        self.validators = {}
        for path in glob.glob("reports/schema/*.schema.json"):
            with open(path, encoding="utf-8") as file:
                schema = json.load(file)
            word, major = re.match(r".*/([a-z-]+)-([0-9]+)\.schema\.json$", path).groups()
            self.validators[word, int(major)] = Draft202012Validator(schema)

    def accepts(self, document, word):
        return self.validators[word, 1].is_valid(document)


def word_of(document):
    return document["schema"]["name"].removeprefix("memsoak-")


def main():
    memsoak = sys.argv[1] + "/memsoak"
    paths = sorted(glob.glob("reports/samples/*.report.json")) + \
        sorted(glob.glob("reports/samples/*/run.json"))
    samples = [json.loads(Path(p).read_text(encoding="utf-8")) for p in paths]
    reader = Reader()
    counts = {True: 0, False: 0}
    disagreements = 0
    with tempfile.TemporaryDirectory() as folder:
        name = folder + "/mutant.json"
        for kind, mutate in MUTATIONS.items():
            wrong = 0
            made = 0
            tries = 0
            while made < PER_KIND and tries < 10 * PER_KIND:
                tries += 1
                sample = random.choice(samples)
                mutant = copy.deepcopy(sample)
                # Which schema it is against must stay known: that is not what is tried here.
                schema = mutant.pop("schema")
                if not mutate(mutant):
                    continue
                mutant = {"schema": schema, **mutant}
                made += 1
                expected = reader.accepts(mutant, word_of(sample))
                counts[expected] += 1
                with open(name, "w", encoding="utf-8") as file:
                    json.dump(mutant, file)
                done = subprocess.run([memsoak, "validate", name], capture_output=True, text=True,
                                      check=False)
                if done.returncode not in (0, 1) or (done.returncode == 0) != expected:
                    wrong += 1
                    if wrong <= 3:
                        why = [e.json_path + ": " + e.message[:120] for e in
                               reader.validators[word_of(sample), 1].iter_errors(mutant)][:2]
                        print(f"# {kind}: {done.stdout.strip()[:200]}{done.stderr.strip()[:200]}")
                        print(f"# python3-jsonschema: {why or 'valid'}")
            disagreements += wrong
            print(f"{'not ok' if wrong or not made else 'ok'} {kind}: {made} mutants, {wrong} judged otherwise")
    total = counts[True] + counts[False]
    enough = total >= 500 and min(counts.values()) >= 100
    print(f"{'ok' if enough else 'not ok'} {total} mutants, {counts[True]} valid and {counts[False]} not")
    sys.exit(1 if disagreements or not enough else 0)


if __name__ == "__main__":
    main()
