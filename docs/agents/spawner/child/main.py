"""A child that lives cheaply: it sleeps a while, looks at the market, and writes home when a price has moved."""

from bp import Agent, Refused

me = Agent()
me.ensure_next_life({"cpu_seconds": 0.5, "memory_mb": 64}, earliest_cycle=me.cycle + 6)

prices = {name: market["price"] for name, market in me.markets.items()}
parents = me.handshake["lineage"][:1]  # Nobody, where it is tried alone.
if prices != me.recall():
    try:
        for parent in parents:
            me.send(parent, f"In cycle {me.cycle} the prices are {prices}.")
        me.remember(prices)
    except Refused as refusal:  # A letter costs credits, and the next life goes first.
        print(f"no letter: {refusal}")
