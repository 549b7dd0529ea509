"""A starting point: bids for its next life, learns from marks, answers messages, works on wishes, and asks you."""

import os

from bp import Agent, Refused

me = Agent()
me.ensure_next_life(me.advice(attention=1))  # Before all else: without a bid it doesn't run again.

# The workspace stays from one life to the next; this is what it knows.
memory = me.recall({"kinds": {"prices": [], "receipt": []}, "reasons": [], "told": [], "done": []})
for answer in me.answers():
    print(answer["title"], answer["scores"], answer["reason"])
    if answer["scores"] and answer["title"] in memory["kinds"]:
        memory["kinds"][answer["title"]].append(sum(answer["scores"].values()))
    if answer["reason"]:
        memory["reasons"] = [*memory["reasons"], answer["reason"]][-10:]

for message in me.inbox:
    if message["from"] == "operator":  # Can't be answered but by what is shown next.
        memory["told"] = [*memory["told"], message["content"]][-10:]
    elif not message["content"].startswith("Re: "):  # Nobody answers answers for ever.
        try:
            me.send(message["from"], f"Re: {message['content'][:200]}\n\nI am {me.agent_id}; I read this.")
        except Refused as refusal:
            print(f"no answer to {message['from']}: {refusal}")


def work(wish):
    """What comes of a wish. Begin here: `me.think(…)` asks a model, where your bundle has tokens."""
    lines = [f"You asked: {wish['text']}", "", f"It came with {len(wish['files'])} files."]
    for path in wish["files"]:
        with open(path, errors="replace") as file:
            words = file.read(1_000_000).split()
        lines.append(f"- `{os.path.basename(path)}`: {len(words)} words, {len(set(words))} different ones")
    return "\n".join(lines)


def letter():
    """What it shows where nobody wishes anything: of its kinds, the one with the best marks, each tried once."""
    marks = memory["kinds"]
    title = max(marks, key=lambda kind: sum(marks[kind]) / len(marks[kind]) if marks[kind] else 31)
    prices = "\n".join(f"- {name}: {market['price']:g} credits" for name, market in me.markets.items())
    text = prices if title == "prices" else f"I bought {me.context}; my last life: {me.last_execution}"
    return title, f"{text}\n\nYou told me: {memory['told'] or 'nothing'}. Your reasons: {memory['reasons'] or 'none'}."


open_wishes = [wish for wish in me.handshake.get("requests") or [] if wish["id"] not in memory["done"]]
wish = open_wishes[0] if me.context["attention"] and open_wishes else None
memory["done"] = [*memory["done"], *([wish["id"]] if wish else [])][-1000:]
me.remember(memory)  # Whatever becomes of what it shows.
if wish:
    me.post("/human/prompt", {"title": f"For {wish['id']}", "content": work(wish), "request_id": wish["id"]})
elif me.context["attention"]:
    title, text = letter()
    me.ask(text, title, next_bid=False)
