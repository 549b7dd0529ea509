"""Learns what its prompts earn, and offers that for attention. Two bids: a cheap life as an alarm clock, and a letter."""

from bp import Agent, Refused

me = Agent()
life = me.clip({"cpu_seconds": 0.4, "memory_mb": 48})
letter = {**life, "attention": 1}

memory = me.recall({"expected": 3 * me.markets["attention"]["price"], "told": 0})
for answer in me.responses:
    if answer["status"] != "expired":  # Nobody saw that one.
        memory["expected"] += 0.3 * (answer["reward"] - memory["expected"])

# Under `density` a winner pays what would just have won, so the honest offer is what it is worth.
pending = [bid["bundle"]["attention"] for bid in me.pending()]
try:
    if 0 not in pending:
        nap = max(2, min(60, round(200 * me.cost(life) / max(me.available, 1))))
        me.bid(life, 2 * me.cost(life), earliest_cycle=me.cycle + nap)
    if 1 not in pending and memory["expected"] > me.cost(letter) and me.available > 2 * me.cost(letter):
        me.bid(letter, min(0.9 * memory["expected"], me.available / 2))
except Refused as refusal:
    print(refusal)

if me.context["attention"]:
    memory["told"] += 1
    prices = ", ".join(f"{name} {market['price']:g}" for name, market in me.markets.items())
    me.ask(f"Cycle {me.cycle}: {prices}.", f"Prices, {memory['told']}", next_bid=False)
me.remember(memory)
