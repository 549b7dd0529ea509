"""A riddle of numbers, and the solution of the one before."""

from __future__ import annotations

from random import Random

from letter import Letter
from mind import Mind


def is_ready(mind: Mind, kind: str) -> bool:
    return True


def write(mind: Mind, kind: str) -> Letter:
    dice = Random(f"{mind.me.agent_id} {mind.me.cycle}")
    first, step, growth = dice.randint(1, 9), dice.randint(2, 9), dice.randint(1, 4)
    row = [first]
    for place in range(6):
        row.append(row[-1] + step + place * growth)
    *given, solution = row
    parts = [f"The last riddle's solution: {mind.notes.riddle}."] if mind.notes.riddle else []
    parts += [
        f"What comes next? **{', '.join(map(str, given))}, …**",
        "Write it into your reason if you like; the solution comes with my next letter.",
    ]
    return Letter(f"A riddle: {', '.join(map(str, given[:4]))}, …", parts, changes={"riddle": str(solution)})
