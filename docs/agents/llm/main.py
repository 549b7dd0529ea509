"""Lets a model write, within the tokens that its bundle has bought, and gives it the human's marks to learn from."""

from bp import Agent, Refused

me = Agent()
life = {"cpu_seconds": 0.5, "memory_mb": 64, "tokens": 1500}
if me.markets["tokens"]["supply"] > 0:
    me.ensure_next_life({**life, "attention": 1})
else:  # Nothing to say without a model: it sleeps, and looks again later.
    me.ensure_next_life(life, earliest_cycle=me.cycle + 6)

memory = me.recall([])
for answer in me.answers():
    print(answer["title"], answer["scores"], answer["reason"])
    memory = [*memory, {"text": answer["content"], "marks": answer["scores"], "reason": answer["reason"]}][-5:]
me.remember(memory)

if me.context["attention"]:
    wish = "Tell me one thing about markets that few people know, in two sentences."
    try:
        text = me.think(f"{wish} What you told me before, with my marks of 10: {memory}", max_tokens=300)
        me.ask(text, "A thought", next_bid=False)
    except Refused as refusal:  # 402: out of tokens; 503: no provider. Neither is worth a life.
        print(f"no thought: {refusal}")
