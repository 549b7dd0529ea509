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

ANSWER_SHARE = 0.3  # Of the tokens that this wake has bought, for the answer; the rest is for what it reads.
BYTES_PER_TOKEN = 3
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
    try:
        answer = object_in(mind.me.think(conversation(mind, kind, draft), max_tokens=answer_tokens(mind)))
    except Refused as refusal:
        print(f"the model did not answer: {refusal}")
        return draft
    lesson = answer.get("lesson")
    if isinstance(lesson, str) and lesson.strip():
        mind.notes.lesson = plain(lesson, 500)
    act(mind, answer)
    title, content = answer.get("title"), answer.get("content")
    if not isinstance(title, str) or not isinstance(content, str) or not content.strip():
        print("the model wrote no letter")
        return draft
    open_wishes = [wish["id"] for wish in mind.me.requests]
    wish = answer.get("request_id")
    return Letter(title, [content], wish if wish in open_wishes else None, draft.changes if draft else {})


def conversation(mind: Mind, kind: str, draft: Letter | None) -> list[dict]:
    with open(os.path.join(HERE, "instructions.md"), encoding="utf-8") as file:
        instructions = file.read()
    notes = mind.notes
    told = {
        "you": {"id": mind.me.agent_id, "field": mind.field, "kind": kind, "instructions": mind.instructions},
        "credits": {"free": mind.me.available, "a_letter_costs": mind.letter_cost},
        "wishes": [wish for wish in mind.me.requests if wish["id"] not in notes.wishes],
        "messages": notes.heard,
        "answers": notes.answers,
        "lesson": notes.lesson,
        "draft": draft and {"title": draft.title, "content": draft.content[:3000]},
        "child": may_have_child(mind),
    }
    room = (mind.me.context["tokens"] - answer_tokens(mind)) * BYTES_PER_TOKEN - len(instructions)
    text = json.dumps(told, ensure_ascii=False)
    told["materials"] = materials.digest(mind, max(0, room - 2 * len(text.encode())))
    return [
        {"role": "system", "content": instructions},
        {"role": "user", "content": json.dumps(told, ensure_ascii=False)},
    ]


def may_have_child(mind: Mind) -> dict | None:
    """What the model is told where a child can be paid for; else it is not asked."""
    if not children.may_have(mind):
        return None
    taken = [mind.field, *(child["field"] for child in mind.notes.children.values())]
    return {"costs": round(children.price(mind)), "fields_taken": taken, "fields_known": list(mind.rules["fields"])}


def act(mind: Mind, answer: dict) -> None:
    """Sends its answers to messages, and makes the child that it thought of."""
    known = {heard["from"] for heard in mind.notes.heard} - {mail.OPERATOR}
    replies = answer.get("replies")
    for reply in (replies if isinstance(replies, list) else [])[: mail.REPLIES_MAX]:
        if isinstance(reply, dict) and reply.get("to") in known and isinstance(reply.get("content"), str):
            mail.reply(mind, reply["to"], reply["content"][:2000])
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
