"""One letter: what is shown, the wish that it answers, and what is to be noted once it was accepted."""

from __future__ import annotations

from figures import plain

CONTENT_BYTES_MAX = 14_000
TITLE_CHARS_MAX = 150


class Letter:
    def __init__(self, title: str, parts: list[str], request_id: str | None = None, changes: dict | None = None) -> None:
        self.title = plain(title, TITLE_CHARS_MAX)
        self.content = "\n\n".join(parts).encode(errors="replace")[:CONTENT_BYTES_MAX].decode(errors="ignore")
        self.request_id = request_id
        self.changes = changes or {}
