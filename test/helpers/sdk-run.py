"""Runs one step of the Python SDK after another, as they come on stdin, and answers each with what came of it."""

import json
import sys

import bp

agent = bp.Agent()
for line in sys.stdin:
    name, arguments, options = json.loads(line)
    if name.endswith("="):
        setattr(agent, name[:-1], arguments[0])
        name = name[:-1]
    try:
        value = getattr(agent, name)
        told = {"value": value(*arguments, **options) if callable(value) else value}
    except bp.Refused as refusal:
        told = {"refused": vars(refusal)}
    print("> " + json.dumps(told), flush=True)
