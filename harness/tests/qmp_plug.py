#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Plugs devices into a running guest: for each file plug-NAME in the share (the arguments of QMP's device_add
as JSON) one command, its answer in plugged-NAME. Ends when it is killed. Usage: qmp_plug.py SOCKET SHARE"""
import json
import os
import socket
import sys
import time


def answer(lines):
    """The next answer: events in between are left out."""
    while True:
        line = json.loads(next(lines))
        if "event" not in line and "QMP" not in line:
            return line


def device_add(path, arguments):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        lines = s.makefile("r")
        for command in ({"execute": "qmp_capabilities"}, {"execute": "device_add", "arguments": arguments}):
            s.sendall(json.dumps(command).encode() + b"\n")
            reply = answer(lines)
        return reply


def main():
    path, share = sys.argv[1:]
    done = set()
    while True:
        time.sleep(0.5)
        names = os.listdir(share) if os.path.isdir(share) else []
        for name in sorted(n for n in names if n.startswith("plug-") and n not in done):
            with open(f"{share}/{name}", encoding="utf-8") as f:
                text = f.read()
            if not text.endswith("\n"):
                continue  # it is being written
            done.add(name)
            reply = device_add(path, json.loads(text))
            with open(f"{share}/plugged-{name[5:]}", "w", encoding="utf-8") as f:
                f.write(json.dumps(reply) + "\n")


if __name__ == "__main__":
    main()
