"""Learns which of its letters the human likes, and writes more of those."""

from bp import Agent

me = Agent()
me.ensure_next_life(me.advice(attention=1))  # First, whatever goes wrong below.

# The workspace stays from one life to the next; the marks of each kind of letter are kept there.
memory = me.recall({"prices": [], "receipt": []})
for answer in me.answers():
    print(answer["title"], answer["scores"], answer["reason"])
    if answer["scores"]:
        memory[answer["title"]].append(sum(answer["scores"].values()))
me.remember(memory)

letters = {
    "prices": "\n".join(f"- {name}: {market['price']:g} credits" for name, market in me.markets.items()),
    "receipt": f"My last life: {me.last_execution and me.last_execution['used']}. This one has {me.context}.",
}
if me.context["attention"]:
    untried = [title for title, marks in memory.items() if not marks]
    title = untried[0] if untried else max(memory, key=lambda title: sum(memory[title]) / len(memory[title]))
    me.ask(f"{letters[title]}\n\nMy marks so far: {memory}", title, next_bid=False)
