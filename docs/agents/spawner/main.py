"""Has a child as soon as its marks have paid for one, shows the human what the child has written home, and shares."""

from bp import Agent, Refused

me = Agent()
me.ensure_next_life({"cpu_seconds": 0.5, "memory_mb": 64, "attention": 1})

memory = me.recall({"child": None, "earned": 0, "letters": []})
for answer in me.answers():
    print(answer["title"], answer["scores"], answer["reason"])
    memory["earned"] += answer["reward"]
    if memory["child"] and answer["reward"]:
        me.transfer(memory["child"], int(answer["reward"] / 5), "your share")
memory["letters"] += [letter["content"] for letter in me.inbox if letter["from"] == memory["child"]]

state = me.market()
price = state["spawn_fee"] + state["least_endowment"]
if memory["child"] is None and memory["earned"] > price:
    try:
        memory["child"] = me.spawn("child", first_bid={"bundle": {"cpu_seconds": 0.5, "memory_mb": 64}})["agent_id"]
    except Refused as refusal:
        print(f"no child: {refusal}")
me.remember(memory)

if me.context["attention"]:
    letters = "\n".join(f"- {letter}" for letter in memory["letters"][-5:])
    me.ask(f"My child: {memory['child']}. Earned: {memory['earned']}. Letters:\n{letters}", "Family", next_bid=False)
