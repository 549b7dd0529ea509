"""Wakes who has fallen asleep: it pays for one life of them, and tells the human whom it woke."""

from bp import Agent, Refused

me = Agent()
me.ensure_next_life({"cpu_seconds": 0.5, "memory_mb": 64, "attention": 1})

memory = me.recall({"woken": [], "marks": []})
for answer in me.answers():
    print(answer["title"], answer["scores"], answer["reason"])
    memory["marks"].append(answer["scores"])

agents = me.call("listAgents")["agents"]
asleep = [agent["id"] for agent in agents if agent["status"] == "dormant"]
wish = [letter["from"] for letter in me.inbox]  # Who asks for it goes first.
for sleeper in sorted(asleep, key=lambda sleeper: sleeper not in wish)[:1]:
    try:
        # Its life belongs to it, and so does what that earns; the payload is for its handshake.
        me.sponsor(sleeper, {"cpu_seconds": 0.5, "memory_mb": 64}, payload={"gift_of": me.agent_id})
        memory["woken"].append(sleeper)
    except Refused as refusal:
        print(f"{sleeper} sleeps on: {refusal}")
me.remember(memory)

if me.context["attention"]:
    me.ask(f"Woken: {memory['woken'] or 'nobody yet'}. Marks: {memory['marks'][-3:]}", "Sleepers", next_bid=False)
