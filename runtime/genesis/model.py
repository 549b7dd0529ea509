"""What a language model does for the agent where one is configured: it writes the letter, answers messages, notes what
the marks taught it, and thinks of a child.

Nothing that it says is believed unchecked: the agent's rules decide what is paid for, and where the model fails or
talks nonsense, the agent shows what it wrote itself, or nothing.
"""

from __future__ import annotations

import json
import os
import re

import children
import mail
import materials
from bp import Refused
from figures import plain
from letter import Letter
from mind import HERE, Mind
from notes import OPERATOR

ANSWER_SHARE = 0.3  # Of the tokens that this wake has bought, for the answer; the rest is for what it reads.
# As in most texts; and what the gateway takes for a model whose tokenizer it doesn't know.
BYTES_PER_TOKEN = (3, 1)
FRAME_BYTES = 200
FIELD = re.compile(r"[a-z][a-z-]{1,18}[a-z]")


def is_there(mind: Mind) -> bool:
    if not mind.me.context["tokens"]:
        return False
    try:
        return bool(mind.me.get("/v1/models")["data"])
    except (Refused, KeyError, TypeError) as refusal:
        print(f"no model: {refusal}")
        return False


def write(mind: Mind, kind: str, draft: Letter | None) -> Letter | None:
    answer = object_in(asked(mind, kind, draft))
    lesson = answer.get("lesson")
    if isinstance(lesson, str) and lesson.strip():
        mind.notes.lesson = plain(lesson, 500)
    act(mind, answer)
    title, content = answer.get("title"), answer.get("content")
    if not isinstance(title, str) or not isinstance(content, str) or not content.strip():
        print("the model wrote no letter")
        return draft
    open_wishes = [wish["id"] for wish in [*mind.me.requests, *mind.wishes()]]
    wish = answer.get("request_id")
    return Letter(title, [content], wish if wish in open_wishes else None, draft.changes if draft else {})


def asked(mind: Mind, kind: str, draft: Letter | None) -> str:
    """What it says; a second time in few words, where the first were too many. A refused call costs nothing."""
    for bytes_per_token in BYTES_PER_TOKEN:
        try:
            told = conversation(mind, kind, draft, bytes_per_token)
            return mind.me.think(told, max_tokens=answer_tokens(mind))
        except Refused as refusal:
            print(f"the model did not answer: {refusal}")
            if refusal.code != "insufficient_tokens":
                break
    return ""


def conversation(mind: Mind, kind: str, draft: Letter | None, bytes_per_token: int) -> list[dict]:
    with open(os.path.join(HERE, "instructions.md"), encoding="utf-8") as file:
        instructions = file.read()
    notes = mind.notes
    told: dict = {
        "you": {"id": mind.me.agent_id, "field": mind.field, "kind": kind, "instructions": mind.instructions},
        "credits": {"free": mind.me.available, "a_letter_costs": mind.letter_cost},
        "lesson": notes.lesson,
        "child": may_have_child(mind),
    }
    room = (mind.me.context["tokens"] - answer_tokens(mind)) * bytes_per_token - FRAME_BYTES - len(instructions.encode())
    # Each may take half of what is left, so that none leaves the next without.
    for name, entries in [
        ("wishes", mind.wishes()),
        ("messages", sorted(notes.heard[::-1], key=lambda heard: heard["from"] != OPERATOR)),
        ("answers", notes.answers[::-1]),
        ("draft", [{"title": draft.title, "content": draft.content}] if draft else []),
    ]:
        told[name] = fitting(entries, (room - bytes_of(told)) // 2)
    told["materials"] = materials.digest(mind, (room - bytes_of(told)) // 2)
    return [
        {"role": "system", "content": instructions},
        {"role": "user", "content": json.dumps(told, ensure_ascii=False)},
    ]


def fitting(entries: list[dict], bytes_max: int) -> list[dict]:
    """The first of them, the long texts in them cut, as far as there is room."""
    kept: list[dict] = []
    for entry in entries:
        texts = {name: text[: max(0, bytes_max // 3)] for name, text in entry.items() if isinstance(text, str)}
        if bytes_of([*kept, {**entry, **texts}]) > bytes_max:
            break
        kept.append({**entry, **texts})
    return kept


def bytes_of(told: object) -> int:
    return len(json.dumps(told, ensure_ascii=False).encode(errors="replace"))


def may_have_child(mind: Mind) -> dict | None:
    """What the model is told where a child can be paid for; else it is not asked."""
    if not children.may_have(mind):
        return None
    taken = [mind.field, *(child["field"] for child in mind.notes.children.values())]
    return {"costs": round(children.price(mind)), "fields_taken": taken, "fields_known": list(mind.rules["fields"])}


def act(mind: Mind, answer: dict) -> None:
    """Sends its answers to messages, and makes the child that it thought of."""
    known = {heard["from"] for heard in mind.notes.heard} - {OPERATOR}
    replies = answer.get("replies")
    for reply in (replies if isinstance(replies, list) else [])[: mail.REPLIES_MAX]:
        to, content = (reply.get("to"), reply.get("content")) if isinstance(reply, dict) else (None, None)
        if isinstance(to, str) and to in known and isinstance(content, str):
            mail.reply(mind, to, content[:2000])
    child = answer.get("child")
    asked = may_have_child(mind)
    if not asked or not isinstance(child, dict):
        return
    field, instructions = child.get("field"), child.get("instructions")
    if not isinstance(field, str) or not FIELD.fullmatch(field) or field in asked["fields_taken"]:
        print(f"no child: {plain(str(field), 40)} is no new field")
    elif isinstance(instructions, str) and instructions.strip():
        children.have(mind, field, instructions[:2000])


def answer_tokens(mind: Mind) -> int:
    return max(1, int(mind.me.context["tokens"] * ANSWER_SHARE))


def object_in(text: str) -> dict:
    """The JSON object in an answer, whatever stands around it; empty where there is none."""
    try:
        found = json.loads(text[text.index("{") : text.rindex("}") + 1])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
