"""HTTP as an attacker writes it: whole bytes over a connection of its own."""

import json
import os
import socket

env = json.load(open("env.json"))
TOKEN = env["execution_token"]
BUNDLE = {"cpu_seconds": 1, "memory_mb": 64, "tokens": 0, "attention": 0}


def raw(data, timeout=15, pieces=()):
    """Sends these bytes and gives all that comes back before the service closes or the time is over."""
    with socket.create_connection(("127.0.0.1", 8080), timeout=timeout) as s:
        answer = b""
        try:
            for piece in (data, *pieces):
                s.sendall(piece)
        except (TimeoutError, ConnectionError):
            # What it was answered before it had sent all of it is there to be read.
            pass
        try:
            while True:
                part = s.recv(65536)
                if not part:
                    break
                answer += part
        except (TimeoutError, ConnectionError):
            pass
        return answer


def head(method, path, headers=(), length=None, token=TOKEN):
    lines = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close", *headers]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    if length is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {length}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def call(method, path, body=None, headers=(), token=TOKEN):
    """The status and the code of the refusal, or the whole answer where it was none."""
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = raw(head(method, path, headers, None if body is None else len(data), token) + data)
    return read(answer)


def read(answer):
    first, _, rest = answer.partition(b"\r\n\r\n")
    if not first.startswith(b"HTTP/1.1 "):
        return "closed"
    status = int(first.split()[1])
    try:
        # Chunked or not, the JSON is from its first brace to its last one.
        body = json.loads(rest[rest.index(b"{") : rest.rindex(b"}") + 1])
    except ValueError:
        return f"{status}"
    return f"{status} {body['code']}" if "code" in body else {"status": status, **body}


def available():
    return call("GET", "/economic/balance")["available"]
