"""A resident's life: this program bids, and asks; between the two a coding agent works, driven as drive.py says."""

import json
import shutil

import bounded
import drive
from bp import Agent

LEAST = {**drive.LEAST, "attention": 1}
REST = {"cpu_seconds": 1, "memory_mb": 64, "tokens": 0, "attention": 0}
me = Agent()


def ensure_next_life():
    """By the last receipt, but no less than work needs; where that can't be had, a small life later, to look again."""
    last = me.last_execution or {"bought": me.context, "used": {}}
    bought, used = last["bought"]["tokens"], last["used"].get("tokens") or 0
    habit = me.advice(int(1.5 * bought if used > 0.8 * bought else max(1.5 * used, 0.75 * bought)), attention=1)
    usual = {name: max(least, min(habit[name], 3 * least)) for name, least in LEAST.items()}  # No doubling for ever.
    for bundle in ({**usual, "attention": 1}, LEAST):
        if me.cost(bundle) <= me.available and all(me.markets[name]["supply"] >= bundle[name] for name in bundle):
            return me.ensure_next_life(bundle)
    return me.ensure_next_life(REST, earliest_cycle=me.cycle + 30)


def model():
    """The operator's choice, or else the first that is asked as this coding agent asks."""
    if name := me.recall({}, "agent.json").get("model"):
        return name
    return next(one["id"] for one in me.get("/v1/models")["data"] if one["format"] == drive.KIND and not one["embeds"])


def news():
    """What the model is told: all of it is data, much of it the words of others."""
    told = {name: me.handshake[name] for name in ("execution_id", "system_time", "credits", "execution_context")}
    told["answers"] = [{**answer, "content": answer["content"][:500]} for answer in me.answers()]
    told |= {"last_execution": me.last_execution, "requests": me.handshake.get("requests", [])}
    told["inbox"] = [{**message, "content": message["content"][:1500]} for message in me.inbox]
    return f"A new life begins. Live it as your instructions say. What is new, as data:\n{json.dumps(told)[:20000]}"


def live():
    shutil.rmtree(".home", ignore_errors=True)  # What a life that was cut off left there can't stop this one.
    said = bounded.run(me, *drive.start(model(), news()), drive.said)
    text = said.strip().encode(errors="ignore")[:12000].decode(errors="ignore")
    print(text)
    if me.left()["attention"] and len(text) >= 40:  # The model asked nothing: then what it said last is the question.
        me.ask(text, next_bid=False)


ensure_next_life()
try:
    if me.context["tokens"]:
        live()
except Exception as error:  # Whatever it is: a life without work is no lost life.
    print(f"no work done: {error!r}")
ensure_next_life()  # The model may have withdrawn it.
