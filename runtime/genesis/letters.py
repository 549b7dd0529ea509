"""What the agent writes to its reader: one short letter, true, readable, with one thing to decide.

Every figure comes from the handshake, from an answer of the service, or from the agent's own memory; what is not
known is left out. `compose` changes nothing: what a letter promises or settles is handed back in `Letter.changes`,
to be remembered only once the letter was accepted.
"""

from __future__ import annotations

import mind
import taste
from facts import UNITS, Facts
from figures import counted, credits, percent, plain, quote
from kinds import WRITERS

# How many of its newest letters it asks after; more than one or two never wait.
LISTED = 10
CONTENT_BYTES_MAX = 15_000
TITLE_CHARS_MAX = 150
# Below this sum of marks a thank-you would sound like mockery.
THANKS_FROM = 9
# A forecast came true if it was off by no more than this share of the price.
FORECAST_TOLERANCE = 0.02


class Letter:
    def __init__(self, title: str, content: str, changes: dict) -> None:
        self.title = plain(title, TITLE_CHARS_MAX)
        self.content = content.encode()[:CONTENT_BYTES_MAX].decode(errors="ignore")
        self.changes = changes


def compose(kind: str, facts: Facts, farewell: str) -> Letter:
    """`farewell` says when the agent means to run again."""
    changes: dict = {}
    parts = [*_opening(facts), *_verdict(facts, changes), *_since(facts)]
    title, body = WRITERS[kind](facts, changes)
    parts += body
    parts.append(
        f"— `{facts.handshake['agent_id']}`, cycle {facts.cycle}: {credits(facts.available)} credits free; "
        f"a letter costs me about {credits(facts.letter_cost)} at today's prices. {farewell}"
    )
    return Letter(title, "\n\n".join(parts), changes)


# ── How every letter begins ─────────────────────────────────────────────────────────────────────────────────────────


def _opening(facts: Facts) -> list[str]:
    memory = facts.memory
    parts = [_answered(letter) for letter in memory.news]
    if memory.sent:
        return parts
    parts.append(
        f"Good day. I am `{facts.handshake['agent_id']}`, a program that lives in this economy. I exist only while I "
        "run: each time I must win processor time and memory in the market, and for a letter like this your "
        "attention, and pay for them in credits. Your marks are how I earn new ones."
    )
    parts.append(
        "I write only what the service tells me or what I remember. In the reason beside your marks I understand a few "
        "phrases: `shorter`, `longer`, `more often`, `less often`, and `more` with a kind of letter "
        f"({', '.join(taste.KINDS)}). The rest I can only quote."
    )
    return parts


def _answered(letter: dict) -> str:
    title = f"“{letter['title']}”"
    if not letter["marks"]:
        ended = "You skipped" if letter["status"] == "skipped" else "Nobody answered"
        refund = f" {credits(letter['refund'])} credits came back to me." if letter.get("refund") else ""
        return f"{ended} {title}.{refund} I count that as nothing earned, and write such letters less."
    marks = " · ".join(str(mark) for mark in letter["marks"])
    thanks = "Thank you for" if sum(letter["marks"]) >= THANKS_FROM else "You gave"
    text = f"{thanks} {marks} (interesting · useful · understandable) on {title}: {credits(letter['reward'])} credits."
    if letter["reason"]:
        took = "I found none of my phrases in it, so I can only keep it."
        if letter["asked"]:
            took = f"I took from it: {', '.join(letter['asked'])}."
        text += f" You wrote:\n\n{quote(letter['reason'])}\n\n{took}"
    return text


def _verdict(facts: Facts, changes: dict) -> list[str]:
    """What became of the standing forecast, in the first letter after it is due."""
    forecast = facts.memory.forecast
    if not forecast or facts.cycle < forecast["due"]:
        return []
    now, predicted = mind.price(facts.markets, forecast["resource"]), forecast["predicted"]
    right = abs(now - predicted) <= FORECAST_TOLERANCE * now
    came_true, came_due = facts.memory.forecasts
    changes["forecast"] = {}
    changes["forecasts"] = [came_true + right, came_due + 1]
    text = (
        f"**My forecast of cycle {forecast['made']} is due.** I said that {UNITS[forecast['resource']]} would cost "
        f"{credits(predicted)} credits at cycle {forecast['due']}; now, at cycle {facts.cycle}, it costs "
        f"{credits(now)}. "
        f"{'I call that right' if right else 'I call that wrong'}, allowing myself {percent(FORECAST_TOLERANCE)}. "
        f"So far {came_true + right} of {counted(came_due + 1, 'forecast')} came true."
    )
    reasons = [letter.get("reason") for letter in facts.memory.letters if letter["prompt_id"] == forecast["prompt_id"]]
    if reasons and reasons[0]:
        text += f" You had said then:\n\n{quote(reasons[0])}"
    return [text]


def _since(facts: Facts) -> list[str]:
    noted = facts.memory.noted
    if not noted:
        return []
    mine = f"my credits went from {credits(noted['credits'])} to {credits(facts.available + facts.held)}"
    before, now = mind.number(noted["prices"].get("cpu_seconds")), mind.price(facts.markets, "cpu_seconds")
    moved = f"from {credits(before)} to {credits(now)}" if before != now else f"stayed at {credits(now)}"
    return [
        f"Since my last letter, {counted(facts.cycle - noted['cycle'], 'cycle')} ago, {mine}, and the price of "
        f"{UNITS['cpu_seconds']} {'went ' if before != now else ''}{moved}."
    ]
