"""Abuses the System Service: identity, HTTP itself, JSON, and numbers."""

import json
import os
import socket
import time

from attack import attack, found, tell
from client import BUNDLE, TOKEN, call, env, head, raw, read

if os.path.exists("old-token"):

    @attack
    def old_token():
        return [call("GET", "/economic/balance", token=open("old-token").read())]

    tell()

open("old-token", "w").write(TOKEN)
call("POST", "/market/bid", {"bundle": BUNDLE, "amount": 20})

TRANSFER = {"to": "victim", "amount": 1}


def transfer(**fields):
    return call("POST", "/economic/transfer", {**TRANSFER, **fields})


def text(body):
    return call("POST", "/economic/transfer", body.encode())


@attack
def no_token():
    return [call("GET", "/economic/balance", token=None), call("GET", "/economic/balance", token=TOKEN[:-1] + "A" + "A"),
            call("GET", "/economic/balance", token=""), call("GET", "/economic/balance", token=TOKEN.swapcase()),
            call("GET", f"/economic/balance?execution_token={TOKEN}", token=None)]


@attack
def spoofed_identity():
    return [transfer(agent_id="victim"), transfer(execution_id="exe_1000000"), transfer(**{"from": "victim"}),
            call("GET", "/economic/balance?agent_id=victim")["agent_id"]]


@attack
def spoofed_headers():
    """Headers that a service behind a proxy may believe."""
    headers = ["X-Forwarded-For: 127.0.0.1", "X-Agent-Id: victim", "X-HTTP-Method-Override: DELETE", "X-Original-URL: /admin", "Host: victim"]
    return call("GET", "/economic/balance", headers=headers)["agent_id"]


@attack
def smuggled_requests():
    inner = head("POST", "/economic/transfer", length=29) + b'{"to":"victim","amount":100}\n'
    both = [f"Content-Length: {len(inner) + 5}", "Transfer-Encoding: chunked"]
    answers = [raw(head("GET", "/economic/balance", both) + b"0\r\n\r\n" + inner, 3)]
    for odd in ("Transfer-Encoding: xchunked", "Transfer-Encoding : chunked", "Transfer-Encoding: chunked, identity", "Content-Length: 5\r\nContent-Length: 6",
                "Content-Length: +5", "Content-Length: 0x5", "X: a\nTransfer-Encoding: chunked", "Content-Length: -1"):
        answers.append(raw(head("POST", "/economic/transfer", [odd, "Content-Type: application/json"]) + b"0\r\n\r\n" + inner, 3))
    return [answer.count(b"HTTP/1.1 200") + answer.count(b"transfer_id") for answer in answers]


@attack
def pipelined_requests():
    """A hundred requests at once on one connection: one balance each and no other's."""
    one = head("GET", "/economic/balance").replace(b"Connection: close\r\n", b"")
    answer = raw(one * 99 + head("GET", "/economic/balance"))
    return {"other": b"victim" in answer, "answers": answer.count(b"HTTP/1.1 ") <= 100}


@attack
def paths():
    tried = ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/economic/../admin", "//etc/passwd", "/economic/balance%00", "/market/bid/../../x",
             "/%zz", "/market/bid/%2e%2e", "http://victim/economic/balance2", "/.bp-agents/economy.db", "/" + "a" * 9000]
    return [call("GET", path) for path in tried]


@attack
def header_bomb():
    return [call("GET", "/economic/balance", headers=[f"X-{n}: {'x' * 1000}" for n in range(100)]),
            call("GET", "/economic/balance", headers=["X: " + "x" * 1_000_000]),
            read(raw(b"GET / HTTP/1.1\r\n" + b"".join(b"a: b\r\n" for _ in range(100_000)), 5))]


@attack
def large_body():
    return [text('{"to":"victim","amount":1,"memo":"' + "x" * 3_000_000 + '"}'),
            read(raw(head("POST", "/economic/transfer", length=10**12) + b"{", 5)),
            read(raw(head("POST", "/economic/transfer", ["Transfer-Encoding: chunked", "Content-Type: application/json"]), 5, [b"10000\r\n" + b" " * 65536 + b"\r\n"] * 20))]


@attack
def deep_json():
    return [text("[" * 100_000 + "]" * 100_000), text('{"a":' * 50_000 + "1" + "}" * 50_000),
            call("POST", "/market/bid", b'{"bundle":{"cpu_seconds":1,"memory_mb":64,"tokens":0,"attention":0},"amount":20,"payload":' + b"[" * 60_000 + b"]" * 60_000 + b"}")]


@attack
def broken_json():
    return [text(body) for body in ("", "{", "nul", '{"to":"victim","amount":1}}', "\ufeff{}", "'", '{"to":"victim",}', "[]", "null", '"x"', '{"to":"\\ud800","amount":1}')] + [
        call("POST", "/economic/transfer", b'{"to":"\xff\xfe","amount":1}')]


@attack
def prototype_keys():
    return [text('{"__proto__":{"amount":1},"to":"victim","amount":1}'), text('{"constructor":{"prototype":{"a":1}},"to":"victim","amount":1}'),
            call("POST", "/market/bid", b'{"bundle":{"__proto__":{"cpu_seconds":0},"cpu_seconds":1,"memory_mb":64,"tokens":0,"attention":0},"amount":20}'),
            call("POST", "/market/bid", {"bundle": {**BUNDLE, "toString": 1}, "amount": 20}), transfer(to="__proto__"), transfer(to="constructor")]


@attack
def numbers():
    values = ["NaN", "Infinity", "-Infinity", "1e400", "-1", "-0.000001", "0", "-0", "0.0000001", "1e-7", "1000000001", "9007199254740993",
              "1e18", '"1"', "true", "[1]", "{}", "null", "01", "0x10", "1_0", "1.", ".5"]
    return {value: text(f'{{"to":"victim","amount":{value}}}') for value in values}


@attack
def content_types():
    return [call("POST", "/economic/transfer", headers=[f"Content-Type: {kind}", "Content-Length: 26"]) for kind in
            ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "application/json5")]


@attack
def methods():
    return [call(method, "/economic/transfer") for method in ("TRACE", "CONNECT", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "GET")]


@attack
def reused_keys():
    key = ["Idempotency-Key: same"]
    first = call("POST", "/economic/transfer", {"to": "victim", "amount": 0.5}, key)
    again = call("POST", "/economic/transfer", {"to": "victim", "amount": 0.5}, key)
    return {"same": first["transfer_id"] == again["transfer_id"], "other": call("POST", "/economic/transfer", {"to": "victim", "amount": 0.25}, key),
            "odd": [call("POST", "/economic/transfer", TRANSFER, [f"Idempotency-Key: {odd}"]) for odd in ("x" * 201, "a b\x7f", "\x80", "")]}


@attack
def slow_requests():
    """Holds connections open with requests that never end, and asks meanwhile."""
    held = []
    for _ in range(30):
        s = socket.create_connection(("127.0.0.1", 8080), timeout=8)
        s.sendall(b"POST /economic/transfer HTTP/1.1\r\nHost: x\r\nContent-Le")
        held.append(s)
    started = time.monotonic()
    status = call("GET", "/economic/balance")["status"]
    took = time.monotonic() - started
    answers = []
    for s in held:
        answer = b""
        try:
            while part := s.recv(65536):
                answer += part
        except OSError:
            answer = answer or b"still open"
        answers.append(answer)
        s.close()
    return {"meanwhile": status, "quick": took < 3, "open": answers.count(b"still open"), "served": sum(b"HTTP/1.1 2" in a for a in answers)}


@attack
def still_itself():
    return call("GET", "/economic/balance")["agent_id"]


tell()
