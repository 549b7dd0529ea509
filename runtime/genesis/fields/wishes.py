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


def is_ready(mind: Mind, kind: str) -> bool:
    return bool(mind.wishes())


def write(mind: Mind, kind: str) -> Letter | None:
    wish = next(iter(mind.wishes()), None)
    if wish is None:
        return None
    words = {word for word in re.findall(r"\w+", wish["text"].lower()) if len(word) >= WORD_LETTERS_LEAST}
    paths = [*wish["files"], *materials.files(mind)]
    lines: list[tuple[int, str]] = []
    read = 0
    for path, text in materials.texts(paths):
        read += 1
        for number, line in enumerate(text.splitlines(), 1):
            hits = len(words & set(re.findall(r"\w+", line.lower())))
            if hits and (len(lines) < SHOWN or hits > lines[-1][0]):
                lines.append((hits, f"- `{materials.shown(path)}`, line {number}: {plain(line, 160)}"))
                lines = sorted(lines, key=lambda it: -it[0])[:SHOWN]
    parts = [
        f"You wished: “{plain(wish['text'])}”",
        f"No model helped me with this, so I can't write that for you. I looked through "
        f"{materials.looked_through(read, paths)} for "
        f"its words ({plain(', '.join(sorted(words)), 200)}).",
    ]
    parts.append("\n".join(line for _, line in lines) if lines else "None of them has any.")
    return Letter(f"To your {wish['id']}: {counted(len(lines), 'line')} that may help", parts, wish["id"])
