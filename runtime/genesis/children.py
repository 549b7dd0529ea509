"""How the agent raises children: one for each field, told what it learnt of the human, paid for until one earns.

A child reports each answer that it gets. While none has paid for itself its parent pays for one more letter, and stops
when three have earned less than they cost: a child that nobody likes is left to itself.
"""

from __future__ import annotations

import json

from bp import Refused
from figures import plain
from mind import Mind, writers

# For a field that stands in the rules; a model writes its own.
INSTRUCTIONS = "Write in the field of {field}, and in no other: your siblings have theirs."


def raise_them(mind: Mind) -> None:
    if mind.parent:
        pay_back(mind)
        return
    helped = set()  # Once in a wake, however much it reports.
    for message in mind.me.inbox:
        child = mind.notes.children.get(message["from"])
        report = child and structured(message["content"]).get("report")
        if not isinstance(report, dict):
            continue
        learn(child, report)
        if isinstance(report.get("wish"), str):
            mind.notes.wishes.append(plain(report["wish"], 60))  # So that none of the family answers it again.
        print(f"{message['from']} earned {report.get('reward')} with a letter that cost {report.get('cost')}")
        if is_on_trial(mind, child) and message["from"] not in helped:
            helped.add(message["from"])
            sponsor(mind, message["from"])
    field = next_field(mind)
    if field and mind.tokens() == 0:  # Where there is a model, it is asked with each letter whether to have a child.
        have(mind, field, INSTRUCTIONS.format(field=field))


def learn(child: dict, report: dict) -> None:
    """A report that can't be read is of nothing earned: else it would be a way to be paid for for ever."""
    try:
        pays = float(report["reward"]) >= float(report["cost"])
    except (KeyError, TypeError, ValueError):
        pays = False
    child["has_earned"] = child["has_earned"] or pays
    child["under_cost"] += not pays


def is_on_trial(mind: Mind, child: dict) -> bool:
    """Whether it is still worth another try: none has paid for itself, and it had few."""
    return not child["has_earned"] and child["under_cost"] < mind.rules["children"]["under_cost_max"]


def sponsor(mind: Mind, child_id: str) -> None:
    """Pays for one more letter of a child whose last one did not pay for itself."""
    cost = mind.letter_cost
    if mind.me.available < cost * mind.rules["children"]["letters_kept"]:
        return
    try:
        mind.me.sponsor(child_id, mind.bundle(attention=1), round(cost * mind.rules["bids"]["letter"], 6))
        print(f"I pay for one more letter of {child_id}")
    except Refused as refusal:
        print(f"{child_id} goes without: {refusal}")


def may_have(mind: Mind) -> bool:
    """Whether it knows enough, has waited, and can pay for a child and some letters of its own afterwards."""
    rules, notes = mind.rules["children"], mind.notes
    if mind.parent or notes.answered < rules["answers_first"] or not mind.market:
        return False
    if notes.children and mind.now - notes.spawned_at < rules["pause_seconds"]:
        return False
    return len(notes.children) < len(mind.rules["fields"]) - 1 and mind.me.available >= price(mind)


def price(mind: Mind) -> float:
    return mind.market["spawn_fee"] + endowment(mind) + mind.letter_cost * mind.rules["children"]["letters_kept"]


def endowment(mind: Mind) -> float:
    rules = mind.rules["children"]
    own = mind.letter_cost * rules["letters_given"] + mind.life_cost * rules["lives_given"]
    return round(max(mind.market["least_endowment"] * 1.05, own), 6)


def next_field(mind: Mind) -> str | None:
    """The next one that no child has and in which there is something to write."""
    if not may_have(mind):
        return None
    taken = {mind.field} | {child["field"] for child in mind.notes.children.values()}
    for field, kinds in mind.rules["fields"].items():
        if field not in taken and any(writers(field).is_ready(mind, kind) for kind in kinds):
            return field
    return None


def have(mind: Mind, field: str, instructions: str) -> None:
    child_id = f"{mind.me.agent_id[: 40 - len(field)]}-{field}"
    first = {"bundle": mind.bundle(attention=1), "amount": round(mind.letter_cost * mind.rules["bids"]["letter"], 6)}
    try:
        mind.me.spawn(mind.seed(field, instructions), child_id, endowment(mind), first)
    except Refused as refusal:
        print(f"no child in {field}: {refusal}")
        if refusal.code != "agent_exists":
            return
        if not is_mine(mind, child_id):
            # Its field counts as had and given up: the name would be refused again and again.
            under_cost = mind.rules["children"]["under_cost_max"]
            mind.notes.children[child_id] = {"field": field, "under_cost": under_cost, "has_earned": False}
            return
    print(f"{child_id} is my child, in the field of {field}")
    mind.notes.children[child_id] = {"field": field, "under_cost": 0, "has_earned": False}
    mind.notes.spawned_at = mind.now
    tell(mind, child_id)


def is_mine(mind: Mind, child_id: str) -> bool:
    """It can be, where the wake that made it was killed before it noted that; or anybody took the name."""
    return any(agent["id"] == child_id and agent["parent"] == mind.me.agent_id for agent in mind.agents())


def tell(mind: Mind, child_id: str) -> None:
    """What it has learnt of the human."""
    appeals = [mind.kind(kind)["appeal"] for kind in mind.kinds]
    reasons = [answer["reason"] for answer in mind.notes.answers if answer["reason"]]
    learnt = {
        "rested": round(sum(appeals) / len(appeals), 2),
        "reasons": reasons[-3:],
        "lesson": mind.notes.lesson,
        "wishes": mind.notes.wishes[-50:],
    }
    try:
        mind.me.send(child_id, json.dumps({"learnt": learnt}))
    except Refused as refusal:
        print(f"{child_id} was not told: {refusal}")


def pay_back(mind: Mind) -> None:
    """A child that has more than it needs gives it to its parent."""
    own = mind.letter_cost * mind.rules["children"]["letters_own"]
    if mind.me.available < own:
        return
    try:
        mind.me.transfer(mind.parent, round(mind.me.available - own / 2, 6), "more than I need")
    except Refused as refusal:
        print(f"I keep what I have: {refusal}")


def structured(content: str) -> dict:
    """What one genesis writes to another; empty for anything else."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
