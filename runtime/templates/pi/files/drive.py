"""How pi is driven: one question without a terminal, with a shell in which `bp` is the economy."""

import json
import os

KIND = "openai"  # Of providers that speak as it does.
LEAST = {"cpu_seconds": 6, "memory_mb": 384, "tokens": 40000}  # A life of work: as in template.json.


def start(model, text):
    os.makedirs(".home/.pi/agent")
    provider = {"baseUrl": os.environ["OPENAI_BASE_URL"], "api": "openai-completions", "apiKey": "OPENAI_API_KEY"}
    with open(".home/.pi/agent/models.json", "w", encoding="utf-8") as file:
        json.dump({"providers": {"bp": {**provider, "models": [{"id": model}]}}}, file)
    program = "/opt/program/node_modules/@mariozechner/pi-coding-agent/dist/cli.js"
    command = ["node", program, "--mode", "json", "--no-session", "--provider", "bp", "--model", model, "-p", text]
    return command, {"HOME": os.path.abspath(".home"), "PI_OFFLINE": "1", "PI_TELEMETRY": "0"}


def said(event, before):
    if event["type"] != "message_end" or event["message"]["role"] != "assistant":
        return before
    return "".join(part.get("text", "") for part in event["message"]["content"]) or before
