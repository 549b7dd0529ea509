"""What a human who tires and recovers likes. Pure functions, of the rules and of what is known of a kind of letter.

A kind's `appeal` is what a rested letter of it earns. `seen` letters of it are still remembered, each of which takes
its part off, and half of which is forgotten after a time.
"""

from __future__ import annotations

import math


def kind_at(rules: dict, known: dict | None, hope: float, now: float) -> dict:
    """As it is `now`, in seconds; `hope` is what an untried kind is worth, to which what is known fades in time."""
    if not known:
        return {"appeal": hope, "seen": 0.0, "at": now}
    seconds = max(0.0, now - known["at"])
    letters = rules["letters"]
    faded = 0.5 ** (seconds / letters["forget_seconds"])
    appeal = hope + (known["appeal"] - hope) * faded
    return {"appeal": appeal, "seen": known["seen"] * 0.5 ** (seconds / letters["recovery_seconds"]), "at": now}


def expected(rules: dict, kind: dict) -> float:
    """What a letter of this kind would earn now, in credits."""
    return kind["appeal"] * (1 - rules["letters"]["tires"]) ** kind["seen"]


def learnt(rules: dict, kind: dict, reward: float) -> dict:
    """What is known of it after an answer that earned `reward`."""
    letters = rules["letters"]
    rested = reward / (1 - letters["tires"]) ** kind["seen"]
    appeal = kind["appeal"] + letters["learning"] * (rested - kind["appeal"])
    return {**kind, "appeal": appeal, "seen": kind["seen"] + 1}


def bar(rules: dict, kind: dict, cost: float) -> float:
    """The least that a letter should be expected to earn: over its cost, and not one too many of its kind."""
    letters = rules["letters"]
    return max(letters["worth"] * cost, letters["rested"] * kind["appeal"])


def seconds_until_worth(rules: dict, kind: dict, cost: float) -> float:
    """Until a letter of this kind is worth writing; infinite where rest does not help."""
    least = bar(rules, kind, cost)
    if expected(rules, kind) >= least:
        return 0
    if kind["appeal"] <= least:
        return math.inf
    seen_then = math.log(least / kind["appeal"]) / math.log(1 - rules["letters"]["tires"])
    return rules["letters"]["recovery_seconds"] * math.log2(kind["seen"] / seen_then)
