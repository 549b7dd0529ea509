"""What others write to the agent: its parent, its operator, and agents that it doesn't know."""

from __future__ import annotations

import words
from bp import Refused
from children import structured
from figures import plain
from mind import Mind
from notes import OPERATOR

REPLY_SECONDS = 3600
REPLIES_MAX = 3


def read(mind: Mind) -> None:
    notes, replies = mind.notes, 0
    for message in mind.me.inbox:
        sender, content = message["from"], message["content"]
        told = structured(content).get("learnt")
        if sender == mind.parent and isinstance(told, dict):
            take_in(mind, told)
            continue
        if "report" in structured(content) and sender in notes.children:
            continue  # children.py reads these.
        notes.heard.append({"from": sender, "content": plain(content, 2000 if sender == OPERATOR else 280)})
        print(f"{sender} writes: {plain(content, 100)}")
        if sender == OPERATOR:
            words.follow(notes, words.understood(content, mind.kinds))  # It is answered with the next letter.
        elif replies < REPLIES_MAX and mind.tokens() == 0:  # A model answers in its own words, with the next letter.
            replies += reply(mind, sender, f"I am {mind.me.agent_id}, a program without a model: I write to the human "
                             f"about {', '.join(mind.kinds)}. I keep your words, but can't understand them.")


def take_in(mind: Mind, told: dict) -> None:
    """What the parent has learnt of the human."""
    rested, reasons, lesson = told.get("rested"), told.get("reasons"), told.get("lesson")
    if isinstance(rested, (int, float)) and 0 < rested < 1e6:
        mind.notes.told = float(rested)
    if isinstance(lesson, str):
        mind.notes.lesson = mind.notes.lesson or plain(lesson)
    wishes = told.get("wishes")
    mind.notes.wishes += [wish for wish in (wishes if isinstance(wishes, list) else []) if isinstance(wish, str)]
    for reason in reasons if isinstance(reasons, list) else []:
        mind.notes.heard.append({"from": mind.parent, "content": "the human said: " + plain(str(reason))})
    print(f"{mind.parent} told me what it learnt: {plain(str(told), 200)}")


def reply(mind: Mind, to: str, content: str) -> bool:
    """Once in a while to each, so that two who answer everything don't pay for it for ever."""
    last = mind.notes.replied.get(to)
    if last is not None and mind.now - last < REPLY_SECONDS:
        return False
    mind.notes.replied[to] = mind.now
    try:
        mind.me.send(to, content)
    except Refused as refusal:
        print(f"no answer to {to}: {refusal}")
        return False
    return True
