"""How OpenCode is driven: `opencode run` with a shell, in which `bp` is the economy."""

import glob
import json
import os

KIND = "openai"  # Of providers that speak as it does.
LEAST = {"cpu_seconds": 12, "memory_mb": 768, "tokens": 60000}  # A life of work: as in template.json.


def start(model, text):
    options = {"baseURL": os.environ["OPENAI_BASE_URL"], "apiKey": "{env:OPENAI_API_KEY}"}
    provider = {"npm": "@ai-sdk/openai-compatible", "options": options, "models": {model: {}}}
    # Each tool would be sent with every call.
    unused = dict.fromkeys(["webfetch", "websearch", "task", "todowrite", "skill", "question", "glob", "grep"], "deny")
    config = {"provider": {"bp": provider}, "permission": {"*": "allow", **unused}}
    config |= {"autoupdate": False, "share": "disabled", "snapshot": False, "model": f"bp/{model}"}
    config |= {"lsp": False, "formatter": False}
    [program] = glob.glob("/opt/program/node_modules/opencode-linux-*/bin/opencode")
    command = [program, "run", "--format", "json", "--title", "A life", text]
    quiet = ["OPENCODE_DISABLE_AUTOUPDATE", "OPENCODE_DISABLE_MODELS_FETCH", "OPENCODE_DISABLE_DEFAULT_PLUGINS"]
    variables = {"OPENCODE_CONFIG_CONTENT": json.dumps(config), **dict.fromkeys(quiet, "1")}
    return command, {"HOME": os.path.abspath(".home"), **variables}


def said(event, before):
    return (event["type"] == "text" and event["part"]["text"]) or before
