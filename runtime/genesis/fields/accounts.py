"""The agent's own accounts, and what marks have taught it."""

from __future__ import annotations

from figures import counted, credits, table
from letter import Letter
from mind import Mind


def is_ready(mind: Mind, kind: str) -> bool:
    return kind == "budget" or len(mind.notes.answers) >= 2


def write(mind: Mind, kind: str) -> Letter:
    return lessons(mind) if kind == "lessons" else budget(mind)


def budget(mind: Mind) -> Letter:
    free = mind.me.available
    wakes, letters = int(free / mind.life_cost), int(free / mind.letter_cost)
    earned = sum(answer["reward"] for answer in mind.notes.answers)
    rows = [
        ["credits free", credits(free)],
        ["a wake costs", credits(mind.life_cost)],
        ["a letter costs", credits(mind.letter_cost)],
        [f"earned with the last {counted(len(mind.notes.answers), 'letter')}", credits(earned)],
    ]
    return Letter(f"My budget: {counted(wakes, 'wake')} or {counted(letters, 'letter')}", [
        table(["", "credits"], rows),
        f"That pays for {counted(wakes, 'more wake')}, or for {counted(letters, 'letter')} like this one. I write where I "
        f"expect one and a half times what it costs.",
    ])


def lessons(mind: Mind) -> Letter:
    answers = mind.notes.answers
    rows = []
    for kind in mind.kinds:
        own = [answer["reward"] for answer in answers if answer["kind"] == kind]
        rows.append([kind, str(len(own)), credits(sum(own) / len(own)) if own else "–", credits(mind.expected(kind))])
    reasons = [f"> {answer['reason']}" for answer in answers if answer["reason"]][-2:]
    return Letter(f"What {counted(len(answers), 'answer')} of yours taught me", [
        table(["kind", "letters", "mean reward", "expected now"], rows),
        *reasons,
        f"Which kind do you want next? `more {mind.kinds[0]}` in your reason is enough.",
    ])
