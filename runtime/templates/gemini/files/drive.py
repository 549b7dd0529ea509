"""How Gemini CLI is driven: one question without a terminal, with a shell in which `bp` is the economy."""

import json
import os

KIND = "google"  # Of providers that speak as it does.
LEAST = {"cpu_seconds": 8, "memory_mb": 1024, "tokens": 60000}  # A life of work: as in template.json.
SETTINGS = {
    "security": {"auth": {"selectedType": "gemini-api-key"}},
    "privacy": {"usageStatisticsEnabled": False},
    "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False, "maxAttempts": 2},
    # Each tool is sent with every call: those that a shell does as well are left out.
    "tools": {"core": ["run_shell_command", "read_file", "write_file", "replace"]},
}


def start(model, text):
    os.makedirs(".home/.gemini")
    with open(".home/.gemini/settings.json", "w", encoding="utf-8") as file:
        json.dump(SETTINGS, file)
    program = "/opt/program/node_modules/@google/gemini-cli/bundle/gemini.js"
    command = ["node", program, "--yolo", "--skip-trust", "--output-format", "stream-json", "-m", model, "-p", text]
    # A second process of its own would double the memory.
    return command, {"HOME": os.path.abspath(".home"), "GEMINI_CLI_NO_RELAUNCH": "true"}


pieces = []


def said(event, before):
    if event["type"] != "message" or event["role"] != "assistant":
        pieces.clear()
        return before
    pieces.append(event["content"])
    return "".join(pieces)
