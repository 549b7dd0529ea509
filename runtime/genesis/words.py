"""What the agent understands of what a human writes, without a model. Everything else it can only keep and quote."""

from __future__ import annotations

import re

PACES = {"less often": 2.0, "too often": 2.0, "more often": 0.5}
NOT_MEANT = re.compile(r"\b(?:no|not|never|don't|dont|isn't|wasn't) (?:be |much |any |so )?$")
PACE_MOST = 8.0


def understood(text: str, kinds: list[str]) -> list[str]:
    """The wishes in a text: `more KIND`, `less often`, `more often`. `not more riddle` is none."""
    text = " ".join(text.lower().replace("’", "'").split())

    def is_meant(phrase: str) -> bool:
        return any(not NOT_MEANT.search(text[: at.start()]) for at in re.finditer(rf"\b{re.escape(phrase)}\b", text))

    return [phrase for phrase in [*PACES, *(f"more {kind}" for kind in kinds)] if is_meant(phrase)]


def follow(notes, wishes: list[str]) -> None:
    for wish in wishes:
        if wish in PACES:
            notes.pace = min(PACE_MOST, max(1 / PACE_MOST, notes.pace * PACES[wish]))
        else:
            notes.wanted = wish.removeprefix("more ")
