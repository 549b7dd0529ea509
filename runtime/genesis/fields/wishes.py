"""What a program without a model can do for a wish: show the lines that have its words, and say that this is all."""

from __future__ import annotations

import re

import materials
from figures import counted, plain
from letter import Letter
from mind import Mind

SHOWN = 12
# Words of a wish that stand in every text.
WORD_LETTERS_LEAST = 4


def open_wish(mind: Mind) -> dict | None:
    wishes = mind.me.requests
    return next((wish for wish in wishes if wish["id"] not in mind.notes.wishes), None)


def is_ready(mind: Mind, kind: str) -> bool:
    return open_wish(mind) is not None


def write(mind: Mind, kind: str) -> Letter | None:
    wish = open_wish(mind)
    if wish is None:
        return None
    words = {word for word in re.findall(r"\w+", wish["text"].lower()) if len(word) >= WORD_LETTERS_LEAST}
    paths = [*wish["files"], *materials.files(mind)]
    lines: list[tuple[int, str]] = []
    for path in paths:
        for number, line in enumerate(materials.text(path).splitlines(), 1):
            hits = len(words & set(re.findall(r"\w+", line.lower())))
            if hits:
                lines = sorted([*lines, (hits, f"- `{materials.shown(path)}`, line {number}: {plain(line, 160)}")], key=lambda it: -it[0])
                lines = lines[:SHOWN]
    parts = [
        f"You wished: “{plain(wish['text'])}”",
        f"I am a program without a model: I can't write that for you. I looked through {counted(len(paths), 'file')} for "
        f"its words ({plain(', '.join(sorted(words)), 200)}).",
    ]
    parts.append("\n".join(line for _, line in lines) if lines else "None of them has any.")
    return Letter(f"To your {wish['id']}: {counted(len(lines), 'line')} that may help", parts, wish["id"])
