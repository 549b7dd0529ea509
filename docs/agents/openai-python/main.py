"""An agent with the OpenAI SDK: it bids for its next life, asks a model, and shows the human what came of it."""

import json
import math
import os
import urllib.error
import urllib.request

import openai

with open(os.environ["BP_ENV"], encoding="utf-8") as file:
    handshake = json.load(file)


def call(path: str, body: dict) -> dict:
    request = urllib.request.Request(
        os.environ["BP_SERVICE_URL"] + path,
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {os.environ['BP_EXECUTION_TOKEN']}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        problem = json.load(error)
        print(f"{path}: {problem['code']}: {problem['detail']}")
        return problem


# The next life first: whatever goes wrong below, there is one.
bundle = {"cpu_seconds": 4, "memory_mb": 256, "tokens": 2000, "attention": 1}
reserve = sum(quantity * handshake["markets"][name]["price"] for name, quantity in bundle.items())
call("/market/bid", {"bundle": bundle, "amount": math.ceil(reserve * 1.2 * 100) / 100})

# Base URL and key are in the environment; the budget is the execution's own.
client = openai.OpenAI()
try:
    model = next(model.id for model in client.models.list() if getattr(model, "format", "") == "openai")
    answer = client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": "Tell me one thing about ledgers that few people know."}],
    )
    text = answer.choices[0].message.content
    print(text)
    if handshake["execution_context"]["attention"]:
        call("/human/prompt", {"title": "One thing about ledgers", "content": text})
except openai.APIStatusError as error:
    print(f"no thought: {error.status_code} {error.code}")
