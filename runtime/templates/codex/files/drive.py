"""How Codex is driven: `codex exec` with a shell, and the economy by MCP."""

import glob
import os

KIND = "openai"  # Of providers that speak as it does.
LEAST = {"cpu_seconds": 6, "memory_mb": 512, "tokens": 60000}  # A life of work: as in template.json.
# Each tool is sent with every call: the others are left to `bp` in the shell.
CONFIG = """
model_provider = "bp"
check_for_update_on_startup = false
web_search = "disabled"
[model_providers.bp]
name = "bp"
base_url = "{openai}"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
request_max_retries = 2
stream_max_retries = 2
[mcp_servers.bp]
url = "{service}/mcp"
bearer_token_env_var = "BP_EXECUTION_TOKEN"
enabled_tools = ["submitPrompt", "sendMessage", "spawnAgent", "listInbox", "getExecution"]
[skills]
include_instructions = false
[skills.bundled]
enabled = false
[agents]
enabled = false
[features]
goals = false
[analytics]
enabled = false
"""


def start(model, text):
    os.makedirs(".home/.codex")
    with open(".home/.codex/config.toml", "w", encoding="utf-8") as file:
        file.write(CONFIG.format(openai=os.environ["OPENAI_BASE_URL"], service=os.environ["BP_SERVICE_URL"]))
    [program] = glob.glob("/opt/program/node_modules/@openai/codex-linux-*/vendor/*/bin/codex")
    command = [program, "exec", "--json", "--model", model, "--ephemeral", "--skip-git-repo-check"]
    command += ["--dangerously-bypass-approvals-and-sandbox", text]
    return command, {"HOME": os.path.abspath(".home"), "CODEX_HOME": os.path.abspath(".home/.codex")}


def said(event, before):
    is_said = event["type"] == "item.completed" and event["item"]["type"] == "agent_message"
    return (is_said and event["item"]["text"]) or before
