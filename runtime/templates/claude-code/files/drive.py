"""How Claude Code is driven: one question without a terminal, with a shell and files, and the economy by MCP."""

import glob
import json
import os

KIND = "anthropic"  # Of providers that speak as it does.
LEAST = {"cpu_seconds": 8, "memory_mb": 768, "tokens": 60000}  # A life of work: as in template.json.
# Each tool is sent with every call: these are left to `bp` in the shell.
LEFT_OUT = ["getBalance", "getHistory", "getMarketState", "infer", "listAgents", "listBids", "listPrompts", "placeBid"]
LEFT_OUT += ["transferCredits", "withdrawBid"]


def start(model, text):
    bp = {"type": "http", "url": os.environ["BP_SERVICE_URL"] + "/mcp"}
    bp["headers"] = {"Authorization": "Bearer ${BP_EXECUTION_TOKEN}"}
    [program] = glob.glob("/opt/program/node_modules/@anthropic-ai/claude-code-linux-*/claude")
    command = [program, "-p", text, "--model", model, "--dangerously-skip-permissions", "--no-session-persistence"]
    command += ["--output-format", "stream-json", "--verbose", "--disable-slash-commands"]
    command += ["--strict-mcp-config", "--mcp-config", json.dumps({"mcpServers": {"bp": bp}})]
    command += ["--tools", "Bash,Edit,Read,Write"]
    command += ["--disallowedTools", ",".join(f"mcp__bp__{name}" for name in LEFT_OUT)]
    quiet = ["DISABLE_AUTOUPDATER", "DISABLE_TELEMETRY", "DISABLE_ERROR_REPORTING"]
    quiet += ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"]
    # The gateway itself tries again.
    return command, {"HOME": os.path.abspath(".home"), "CLAUDE_CODE_MAX_RETRIES": "2", **dict.fromkeys(quiet, "1")}


def said(event, before):
    if event["type"] != "assistant" or event["message"]["model"] == "<synthetic>":  # Its own words for a failure.
        return before
    return "".join(part.get("text", "") for part in event["message"]["content"]) or before
