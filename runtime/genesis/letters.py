"""What the agent shows the human, and what it learns of their marks."""

from __future__ import annotations

import json

import life
import model
import taste
import words
from bp import Refused
from figures import credits, plain
from letter import Letter
from mind import Mind, writers
from notes import OPERATOR

MARKS = ("interesting", "useful", "understandable")


def learn(mind: Mind) -> None:
    """Takes in how its letters ended, and reports each answer to its parent."""
    notes = mind.notes
    ended = {answer["prompt_id"]: answer for answer in mind.me.responses}
    if set(notes.open) - set(ended):  # An answer is handed over once: a wake that was killed may have had it.
        waiting = set()
        for prompt in mind.me.call("listPrompts")["prompts"]:
            if prompt["status"] in ("open", "queued"):
                waiting.add(prompt["id"])
            else:
                ended.setdefault(prompt["id"], prompt)
        for prompt_id in set(notes.open) - set(ended) - waiting:
            del notes.open[prompt_id]  # As after a restore. To wait for its answer would be to die.
    for prompt_id, answer in ended.items():
        letter = notes.open.pop(prompt_id, None)
        if letter is None:
            continue
        if answer["status"] == "expired":  # Nobody saw it: that tells nothing of taste.
            notes.news.append({"title": letter["title"], "expired": True})
            continue
        take_in(mind, letter, answer)
        if mind.parent:
            report = {"kind": letter["kind"], "reward": answer["reward"], "cost": letter["cost"], "wish": letter.get("wish")}
            try:
                mind.me.send(mind.parent, json.dumps({"report": report}))
            except Refused as refusal:
                print(f"no report to {mind.parent}: {refusal}")


def take_in(mind: Mind, letter: dict, answer: dict) -> None:
    notes, kind, reward = mind.notes, letter["kind"], answer["reward"]
    marks = [answer["scores"][name] for name in MARKS] if answer["scores"] else []
    reason = plain(answer["reason"] or "", 500)
    print(f"“{letter['title']}” earned {credits(reward)}: {marks or answer['status']} {reason}")
    notes.kinds[kind] = taste.learnt(mind.rules, mind.kind(kind), reward)
    notes.answered += 1
    notes.has_earned = notes.has_earned or reward >= letter["cost"]
    wishes = words.understood(reason, mind.kinds)
    words.follow(notes, wishes)
    known = {"kind": kind, "title": letter["title"], "marks": marks, "reason": reason, "reward": reward}
    notes.answers.append(known)
    notes.news.append({**known, "wishes": wishes})


def write(mind: Mind) -> None:
    """Shows a letter of the best kind, where this wake has bought attention. The wake after its answer is bid for with
    it: so the agent pays for none while it waits."""
    if not mind.me.context["attention"]:
        return
    kind = mind.best_kind()
    if kind is None:
        print("I have nothing to say")
        return
    field = mind.field_of(kind)
    draft = writers(field).write(mind, kind) if field else None
    letter = model.write(mind, kind, draft) if model.is_there(mind) else draft
    if letter is None:
        print("I can't say anything in my field without a model")
        mind.notes.kinds[kind] = taste.learnt(mind.rules, mind.kind(kind), 0)  # Or it would pay for silence for ever.
        return
    sent = show(mind, letter)
    print(f"wrote “{letter.title}” ({kind}): {sent['prompt_id']} is {sent['status']}")
    life.withdraw(mind)
    notes = mind.notes
    own = {"kind": kind, "title": letter.title, "cost": mind.letter_cost, "wish": letter.request_id}
    notes.open[sent["prompt_id"]] = own
    notes.offer = max(mind.rules["bids"]["letter"], notes.offer / mind.rules["bids"]["raise"])
    for name, value in letter.changes.items():
        setattr(notes, name, value)
    if letter.request_id is not None:
        notes.wishes.append(letter.request_id)
    prices = {name: market["price"] for name, market in mind.me.markets.items()}
    notes.noted = {"cycle": mind.me.cycle, "prices": prices, "credits": mind.me.available}
    notes.news, notes.wanted = [], "" if notes.wanted == kind else notes.wanted
    notes.heard = [heard for heard in notes.heard if heard["from"] != OPERATOR]


def show(mind: Mind, letter: Letter) -> dict:
    """With the wish that it answers, unless that was closed meanwhile: attention was paid for, so it is shown anyhow."""
    content, next_bid = framed(mind, letter), life.next_life(mind)
    try:
        return mind.me.ask(content, letter.title, next_bid, request_id=letter.request_id)
    except Refused as refusal:
        print(f"letter refused: {refusal}")
        if refusal.code == "too_large" and refusal.field == "content" and refusal.limit:
            content = content.encode()[: int(refusal.limit)].decode(errors="ignore")
        elif not letter.request_id:
            raise
        return mind.me.ask(content, letter.title, next_bid)


def framed(mind: Mind, letter: Letter) -> str:
    """The letter, after a word on what the human said last, and signed."""
    me, notes = mind.me, mind.notes
    parts = [thanks(answer) for answer in notes.news]
    parts += [f"You told me: “{plain(heard['content'])}”" for heard in notes.heard if heard["from"] == OPERATOR]
    if not notes.answered and not notes.noted:
        parts.append(
            f"Good day. I am `{me.agent_id}`, a program that lives in this economy: I exist only while I run, pay for it "
            "in credits, and earn new ones by your marks alone. In the reason beside them I understand "
            f"`more often`, `less often` and `more` with a kind of letter ({', '.join(mind.kinds)})."
        )
    signed = f"— `{me.agent_id}`, cycle {me.cycle}: {credits(me.available)} credits free; such a letter costs me about "
    return "\n\n".join([*parts, letter.content, f"{signed}{credits(mind.letter_cost)}."])


def thanks(answer: dict) -> str:
    title = f"“{answer['title']}”"
    if answer.get("expired"):
        return f"{title} ran out before anybody answered it."
    if not answer["marks"]:
        return f"You skipped {title}: I write such letters less."
    marks = " · ".join(str(mark) for mark in answer["marks"])
    text = f"You gave {marks} (interesting · useful · understandable) for {title}: {credits(answer['reward'])} credits."
    if answer["reason"]:
        took = f"I took from it: {', '.join(answer['wishes'])}." if answer["wishes"] else "I keep that."
        text += f" You wrote: “{answer['reason']}” {took}"
    return text
