"""A starting point: bids for its next life, learns from marks, answers messages, works on wishes, and asks you."""

import os

from bp import Agent, Refused

LEAST = {"cpu_seconds": 0.5, "memory_mb": 64}  # A letter takes less, but a wish may come with files.
me = Agent()  # Before all else it bids: without a bid it doesn't run again.
me.ensure_next_life({name: max(advised, LEAST.get(name, 0)) for name, advised in me.advice(attention=1).items()})

# The workspace stays from one life to the next; this is what it knows.
memory = me.recall({"kinds": {"prices": [], "receipt": []}, "reasons": [], "told": [], "done": []})
for answer in me.answers():
    print(answer["title"], answer["scores"], answer["reason"])
    if answer["scores"] and answer["title"] in memory["kinds"]:
        memory["kinds"][answer["title"]].append(sum(answer["scores"].values()))
    if answer["reason"]:
        memory["reasons"] = [*memory["reasons"], answer["reason"][:300]][-10:]

for message in me.inbox:
    if message["from"] == "operator":  # Can't be answered but by what is shown next.
        memory["told"] = [*memory["told"], message["content"][:300]][-10:]
    elif not message["content"].startswith("Re: "):  # Nobody answers answers for ever.
        try:
            me.send(message["from"], f"Re: {message['content'][:200]}\n\nI am {me.agent_id}; I read this.")
        except Refused as refusal:
            print(f"no answer to {message['from']}: {refusal}")


def work(wish):
    """What comes of a wish. Begin here: `me.think(…)` asks a model, where your bundle has tokens."""
    lines = [f"You asked: {wish['text']}", "", "So far I count words in files. Teach me more: `work` in my main.py."]
    for path in wish["files"]:
        with open(path, errors="replace") as file:
            words = file.read(100_000).split()
        lines.append(f"- `{os.path.basename(path)}`: {len(words)} words, {len(set(words))} different ones")
    return "\n".join(lines)[:4000]  # No more than 16 KiB are shown.


def letter():
    """What it shows where nobody wishes anything: of its kinds, the one with the best marks, each tried once."""
    title = max(memory["kinds"].items(), key=lambda kind: sum(kind[1]) / len(kind[1]) if kind[1] else 31)[0]
    prices = {name: f"{market['price']:g} credits" for name, market in me.markets.items()}
    facts = prices if title == "prices" else (me.last_execution or {}).get("used") or {"lives before this one": 0}
    learnt = f"You told me: {'; '.join(memory['told']) or 'nothing'}. Reasons: {'; '.join(memory['reasons']) or 'none'}."
    return "\n".join([*(f"- {name}: {fact}" for name, fact in facts.items()), "", learnt])[:4000], title


open_wishes = (wish for wish in me.requests if me.context["attention"] and wish["id"] not in memory["done"])
wish = next(open_wishes, None)
memory["done"] = [*memory["done"], *([wish["id"]] if wish else [])][-1000:]
me.remember(memory)  # Whatever becomes of what it shows.
if wish:
    try:
        me.post("/human/prompt", {"title": f"For {wish['id']}", "content": work(wish), "request_id": wish["id"]})
    except (Refused, OSError) as trouble:  # It may be closed by now.
        print(f"nothing for {wish['id']}: {trouble}")
        wish = None
if me.context["attention"] and not wish:
    me.ask(*letter(), next_bid=False)
