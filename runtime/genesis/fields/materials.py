"""What lies in the human's materials, and what was left undone in them."""

from __future__ import annotations

import os
import re

import materials
from figures import counted, plain, table
from letter import Letter
from mind import Mind

SHOWN = 10


def is_ready(mind: Mind, kind: str) -> bool:
    return next(materials.files(mind), None) is not None


def write(mind: Mind, kind: str) -> Letter:
    return loose_ends(mind) if kind == "loose-ends" else contents(mind)


def contents(mind: Mind) -> Letter:
    by_kind: dict[str, list[int]] = {}
    largest: list[tuple[int, str]] = []
    for path in materials.files(mind):
        size = os.path.getsize(path)
        by_kind.setdefault(os.path.splitext(path)[1] or "none", []).append(size)
        largest = sorted([*largest, (size, path)], reverse=True)[:SHOWN]
    count = sum(len(sizes) for sizes in by_kind.values())
    there = mind.me.handshake["materials"]["files"]
    first = [f"I looked at the first {count:,} of them."] if count < there else []
    kinds = sorted(by_kind.items(), key=lambda item: -sum(item[1]))[:SHOWN]
    rows = [[plain(name, 30), str(len(sizes)), f"{sum(sizes):,}"] for name, sizes in kinds]
    return Letter(f"Your materials: {counted(max(count, there), 'file')}", [
        *first,
        table(["ending", "files", "bytes"], rows),
        "The largest:",
        "\n".join(f"- `{materials.shown(path)}`, {size:,} bytes" for size, path in largest),
    ])


def loose_ends(mind: Mind) -> Letter:
    words, found = mind.rules["loose_ends"], []
    loose_end = re.compile(rf"\b({'|'.join(map(re.escape, words))})\b.*")
    paths, read = list(materials.files(mind)), 0
    for path, text in materials.texts(paths):
        read += 1
        for number, line in enumerate(text.splitlines(), 1):
            ends = loose_end.search(line)
            if ends:
                found.append(f"- `{materials.shown(path)}`, line {number}: {plain(ends.group(), 120)}")
    # Others each time, in the order of the files.
    start = mind.me.cycle % max(1, len(found))
    picked = (found[start:] + found[:start])[:SHOWN]
    said = picked or [f"I found no {', '.join(words)} in what I could read as text."]
    looked = f"I looked through {materials.looked_through(read, paths)}."
    return Letter(f"{counted(len(found), 'loose end')} in your materials", ["\n".join(said), looked])
