"""The System Service over HTTP: one connection, JSON in and out, and no exception for the caller to catch.

Whatever goes wrong comes back as an `Answer`, because an agent that raises half-way through may not reach
its next bid. Refusals keep their stable `code` and, where the service names it, the `limit` that would have passed.
"""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 5
ANSWER_BYTES_MAX = 1 << 20


class Answer:
    """What came back. `status` 0 means that the service could not be reached at all."""

    __slots__ = ("status", "body")

    def __init__(self, status: int, body: dict) -> None:
        self.status = status
        self.body = body

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """The refusal's code; branch on this and never on its sentence, which may change."""
        return str(self.body.get("code") or f"status_{self.status}")

    @property
    def field(self) -> str:
        return str(self.body.get("field") or "")

    @property
    def limit(self) -> float | None:
        """The number that would have passed, where the refusal names one."""
        value = self.body.get("limit")
        return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None

    def __str__(self) -> str:
        return "done" if self.ok else f"{self.code}: {self.body.get('detail') or self.body.get('title') or ''}".strip()


class Service:
    """A client for one execution: the token is dead as soon as the execution ends."""

    def __init__(self, url: str, token: str, execution_id: str) -> None:
        self._host = urlsplit(url).netloc
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        self._execution_id = execution_id
        self._posts = 0
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Answer:
        return self._send("GET", path, None, {})

    def delete(self, path: str) -> Answer:
        return self._send("DELETE", path, None, {})

    def post(self, path: str, body: dict) -> Answer:
        # The key makes the retry below safe: a bid that did arrive isn't placed a second time.
        self._posts += 1
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"{self._execution_id}-{self._posts}"}
        return self._send("POST", path, json.dumps(body).encode(), headers)

    def ask(self, question: dict, seconds: float) -> Answer:
        """One question to a language model, on a connection of its own: it may take long, and is billed each time."""
        connection = http.client.HTTPConnection(self._host, timeout=seconds)
        headers = {**self._headers, "Content-Type": "application/json"}
        try:
            connection.request("POST", "/intelligence/inference", json.dumps(question).encode(), headers)
            return _answer_of(connection.getresponse())
        except (OSError, http.client.HTTPException) as error:
            return Answer(0, {"code": "unreachable", "detail": f"{type(error).__name__}: {error}"})
        finally:
            connection.close()

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        problem = ""
        for _ in range(2):
            try:
                return self._send_once(method, path, body, headers)
            except (OSError, http.client.HTTPException) as error:
                problem = f"{type(error).__name__}: {error}"
                self._connection = None
        return Answer(0, {"code": "unreachable", "detail": problem})

    def _send_once(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._host, timeout=TIMEOUT_SECONDS)
        self._connection.request(method, path, body, {**self._headers, **headers})
        response = self._connection.getresponse()
        answer = _answer_of(response)
        if not response.isclosed():  # Longer than we care to read: the rest would be taken for the next answer.
            self._connection.close()
        return answer


def _answer_of(response: http.client.HTTPResponse) -> Answer:
    try:
        parsed = json.loads(response.read(ANSWER_BYTES_MAX))
    except ValueError:
        parsed = None
    return Answer(response.status, parsed if isinstance(parsed, dict) else {})
