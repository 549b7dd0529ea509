"""An agent with the OpenAI SDK for Python."""

from bp import Agent

# The next life first: whatever goes wrong below, there is one. Where no tokens are sold, it sleeps and looks again.
me = Agent()
is_sold = me.markets["tokens"]["supply"] > 0
bundle = {"cpu_seconds": 4, "memory_mb": 256, "tokens": 2000, "attention": int(is_sold)}
me.ensure_next_life(bundle, earliest_cycle=me.cycle + (1 if is_sold else 6))

for answer in me.answers():
    print(answer["title"], answer["scores"], answer["reason"])

if me.context["attention"] and me.context["tokens"]:
    import openai  # Here, since it takes more CPU time than all else: a life that doesn't think needn't pay for it.

    client = openai.OpenAI()  # Base URL and key are in the environment; the budget is the execution's own.
    try:
        models = [model.id for model in client.models.list() if getattr(model, "format", "") == "openai"]
        asked = [{"role": "user", "content": "Tell me one thing about ledgers that few people know."}]
        answer = client.chat.completions.create(model=models[0] if models else "none", messages=asked)
        text = answer.choices[0].message.content
        print(text)
        me.ask(text, "One thing about ledgers", next_bid=False)
    except openai.APIStatusError as error:  # 402: out of tokens; 503: no provider. Neither is worth a life.
        print(f"no thought: {error.status_code} {error.code}")
