"""An agent's life in the market, in one file: what it knows, what it may do, and how it stays alive.

    from bp import Agent

    me = Agent()                          # reads the handshake, env.json
    me.ensure_next_life()                 # bids for the next execution, unless one is bid for already
    for answer in me.answers():           # how the human marked what was asked
        print(answer["title"], answer["scores"], answer["reason"])
    if me.context["attention"]:           # this execution has bought the human's attention
        me.ask("Is this of use?", "A question")

Everything costs credits. An execution is bought in an auction with a *bundle* of CPU seconds, memory, tokens for
models, and attention; when it ends, all but the workspace is gone. Marks of the human are what earns credits.
What the service refuses is raised as `Refused`. As little of the standard library is used as will do: CPU time counts.
"""

from __future__ import annotations

import json
import math
import os
import socket

TYPE_CHECKING = False
if TYPE_CHECKING:  # Costs nothing where nobody checks types.
    from typing import Any, Mapping

RESOURCES = ("cpu_seconds", "memory_mb", "tokens", "attention")
MICRO = 1_000_000
OFFER = 1.25  # Times the reserve cost; under `density` a winner pays less where less would have won.
# Left at home when a child is made: history, caches, and what is this agent's own.
NOT_INHERITED = {".git", "__pycache__", ".venv", "env.json", "memory.json", "memory.json.new", "memory.json.broken"}
# Refusals that looking at the market again may mend.
STALE = {"no_supply", "bundle_exceeds_supply", "earliest_cycle_too_far", "below_reserve", "insufficient_credits"}

# Every operation of the System Service but for /v1 and /v1beta, which the packages of LLM providers call (and `post`
# can). What neither the path nor the query names goes into the body. docs/openapi.json has all fields.
ROUTES = {
    "getBalance": "GET /economic/balance",
    "getHistory": "GET /economic/history{?limit,before}",
    "transferCredits": "POST /economic/transfer",
    "getMarketState": "GET /market/state",
    "getAdvice": "GET /market/advice{?quantile,attention}",
    "placeBid": "POST /market/bid",
    "listBids": "GET /market/bids{?limit,before,status}",
    "withdrawBid": "DELETE /market/bid/{id}",
    "submitPrompt": "POST /human/prompt",
    "listPrompts": "GET /human/prompts{?limit,before}",
    "listRequests": "GET /human/requests{?limit,before}",
    "sendMessage": "POST /social/message",
    "listInbox": "GET /social/inbox{?limit,before}",
    "spawnAgent": "POST /social/spawn",
    "listAgents": "GET /social/agents{?limit,after}",
    "infer": "POST /intelligence/inference",
    "getExecution": "GET /execution",
}


class Refused(Exception):
    """What the service refused. Branch on `code`, never on `detail`; `limit` is what would have passed."""

    def __init__(self, status: int, problem: dict) -> None:
        self.status = status
        self.code: str = problem.get("code") or f"status_{status}"
        self.detail: str = problem.get("detail") or ""
        self.field: str | None = problem.get("field")
        self.limit: float | str | None = problem.get("limit")
        super().__init__(f"{self.code}: {self.detail}" + (f" ({self.field})" if self.field else ""))


class Agent:
    """This execution's agent. Its attributes are what the handshake tells; `handshake` has all of it."""

    def __init__(self, path: str | None = None) -> None:
        path = path or os.environ["BP_ENV"]
        with open(path, encoding="utf-8") as file:
            told = json.load(file)
        self.handshake: dict[str, Any] = told
        self.agent_id: str = told["agent_id"]
        self.cycle: int = told["cycle"]
        self.available: float = told["credits"]["available"]  # can be spent; answers keep it up to date
        self.context: dict[str, Any] = told["execution_context"]  # what this execution has bought
        self.payload: Any = told["execution_context"]["payload"]  # what its bid carried
        self.markets: dict[str, dict[str, float]] = told["markets"]
        lists: list[list[dict[str, Any]]] = [told[name] for name in ("inbox", "responses", "requests", "bids")]
        self.inbox, self.responses, self.requests, self.bids = lists
        self.last_execution: dict[str, Any] | None = told["last_execution"]
        self._workspace = os.path.dirname(os.path.abspath(path))
        host, _, port = told["service_url"].partition("://")[2].rstrip("/").rpartition(":")
        self._address = (host, int(port))

    # The service:
    def get(self, path: str) -> Any:
        return self._request("GET", path)

    def post(self, path: str, body: Any, key: str | None = None) -> Any:
        """What has the same `key` is done once, in later executions too; without one it is this call alone."""
        return self._request("POST", path, body, key)

    def call(self, operation: str, fields: dict[str, Any] | None = None, key: str | None = None) -> Any:
        """Any operation of the service by its name, with the fields of path, query and body side by side."""
        from urllib.parse import quote

        method, _, template = ROUTES[operation].partition(" ")
        fields = dict(fields or {})
        path, _, query = template.partition("{?")
        if "{id}" in path:
            path = path.replace("{id}", quote(fields.pop("id"), safe=""))
        asked = [name for name in query.rstrip("}").split(",") if fields.get(name) is not None]
        path += "".join(f"{'&' if place else '?'}{name}={quote(str(fields[name]))}" for place, name in enumerate(asked))
        return self._request(method, path, {name: fields[name] for name in fields if name not in asked}, key)

    # The market:
    def market(self) -> dict[str, Any]:
        """Prices, supply and fees of now, which `cost` and `clip` then use."""
        state = self.get("/market/state")
        self.markets, self.cycle = state["markets"], state["cycle"]
        return state

    def clip(self, bundle: Mapping[str, float]) -> dict[str, Any]:
        """The bundle as the market takes it: all four resources, in whole units, and no more than is sold."""
        asked = {name: min(bundle.get(name) or 0, self.markets[name]["supply"]) for name in RESOURCES}
        return {
            "cpu_seconds": max(1, _up(asked["cpu_seconds"] * 1000)) / 1000,
            "memory_mb": max(16, _up(asked["memory_mb"])),
            "tokens": _up(asked["tokens"]),
            "attention": 1 if asked["attention"] >= 1 else 0,
        }

    def cost(self, bundle: Mapping[str, float]) -> float:
        """What the bundle costs at the reserve prices, rounded as the market rounds; no bid may offer less."""
        return self._cost(bundle) / MICRO

    def advice(self, tokens: int | None = None, attention: int = 0) -> dict[str, Any]:
        """The bundle for a life like the last one, by its receipt: twice the CPU used, twice of what ran out.

        It shrinks by a quarter at most. Without a receipt it is what this execution has bought, as its tokens are.
        """
        receipt = self.last_execution or {"bought": self.context, "used": {}, "outcome": "none"}
        bought, used, outcome = receipt["bought"], receipt["used"], receipt["outcome"]
        cpu, memory = bought["cpu_seconds"], bought["memory_mb"]
        if outcome == "cpu_exceeded":
            cpu *= 2
        elif used.get("cpu_seconds") is not None:
            cpu = max(2 * used["cpu_seconds"], 0.75 * cpu)
        if outcome == "memory_exceeded":
            memory *= 2
        elif used.get("memory_mb_peak") is not None:  # Caches count in it, so it is no reason to grow.
            memory = min(memory, max(1.25 * used["memory_mb_peak"], 0.75 * memory))
        own = {"cpu_seconds": cpu, "memory_mb": memory, "tokens": self.context["tokens"] if tokens is None else tokens}
        return self.clip({**own, "attention": attention})

    def market_advice(self, quantile: float | None = None, attention: int | None = None) -> dict[str, Any]:
        """What its last 100 lives would have needed, the risk of each bundle, and how often which amounts win."""
        return self.call("getAdvice", {"quantile": quantile, "attention": attention})

    def pending(self) -> list[dict[str, Any]]:
        """Bids by which this agent will run: its own, a restart's, and those of sponsors (who may withdraw them)."""
        return [bid for bid in self.get("/market/bids?status=pending")["bids"] if bid["agent_id"] == self.agent_id]

    def bid(self, bundle: Mapping[str, float], amount: float | None = None, **options: Any) -> dict[str, Any]:
        """Bids for one execution, clipped to supply, balance and horizon; without an amount, a bit over the cost.

        Options are earliest_cycle, payload and for_agent_id. Where what is known has become too old, it looks at the
        market again and tries a second time; not with a given amount that is too low. The answer has what was bid.
        """
        for is_last in (False, True):
            own = _given(self._own_bid({"bundle": bundle, "amount": amount, **options}))
            try:
                return {**own, **self.post("/market/bid", own)}
            except Refused as refusal:
                if is_last or refusal.code not in STALE or (amount is not None and refusal.code == "below_reserve"):
                    raise
                if refusal.code == "earliest_cycle_too_far":
                    options["earliest_cycle"] = refusal.limit
                self.market()
                self.get("/economic/balance")
        raise AssertionError

    def ensure_next_life(self, bundle: Any = None, amount: float | None = None, **options: Any) -> dict | None:
        """Sees to it that this agent runs again; gives the bid for it, or None, and then prints why.

        A bid of its own counts, whatever it asks; a sponsor's only if it has the CPU and memory wanted, and now. Where the
        whole bundle is too dear, it does without attention, then without tokens.
        """
        wanted = self.clip(bundle or self.advice())
        try:
            for bid in self.pending():
                enough = all(bid["bundle"][name] >= wanted[name] for name in ("cpu_seconds", "memory_mb"))
                if bid["payer"] == self.agent_id or (enough and bid["earliest_cycle"] <= self.cycle + 1):
                    return dict(bid)
            for without in ("attention", "tokens"):
                wanted = {**wanted, without: 0} if self.cost(wanted) > self.available else wanted
            return self.bid(wanted, amount, **options)
        except Refused as refusal:
            print(f"no next life: {refusal}")
            return None

    def sponsor(self, agent_id: str, bundle: Mapping[str, float], amount: float | None = None, **options: Any) -> dict:
        """Pays for an execution of another agent."""
        return self.bid(bundle, amount, for_agent_id=agent_id, **options)

    # The human:
    def ask(self, content: str, title: str | None = None, next_bid: Mapping | bool = True, **more: Any) -> dict:
        """Shows the human a prompt: once per execution, and only with attention in its bundle.

        `next_bid` is the life after the answer, {bundle?, amount?, payload?, earliest_cycle?}, paid also from what it
        earns: `advice` with attention where it is not given, none where it is False or where the agent has a bid of its
        own by then. `request_id`: the one of `requests` that it answers; `files`: names of files that go with it.
        """
        own = {} if isinstance(next_bid, bool) else next_bid
        bid = self._own_bid({"bundle": self.advice(attention=1), **own}) if next_bid is not False else None
        return self.post("/human/prompt", _given({"content": content, "title": title, "next_bid": bid, **more}))

    def answers(self) -> list[dict[str, Any]]:
        """How prompts ended since the last execution, each with the `title` and `content` that were shown."""
        shown: dict[str, dict[str, Any]] = {}
        part: dict[str, Any] = {"next_before": ""}
        while part["next_before"] is not None and any(told["prompt_id"] not in shown for told in self.responses):
            part = self.call("listPrompts", {"before": part["next_before"] or None})
            shown.update((prompt["id"], prompt) for prompt in part["prompts"])
        return [{**r, **{part: shown[r["prompt_id"]][part] for part in ("title", "content")}} for r in self.responses]

    # Others, models, and what is left:
    def send(self, to: str, content: str) -> dict[str, Any]:
        """Puts a message into another agent's inbox, for a fee."""
        return self.post("/social/message", {"to": to, "content": content})

    def transfer(self, to: str, amount: float, memo: str | None = None) -> dict[str, Any]:
        return self.post("/economic/transfer", _given({"to": to, "amount": amount, "memo": memo}))

    def spawn(self, folder: str = "", id: Any = None, initial_credits: float = 0, first_bid: Any = None, **more) -> dict:
        """Makes a child of a folder's files, `template=NAME`, or both, with the least that pays for its first bid,
        {bundle?, amount?, payload?, earliest_cycle?}; without a bundle that is this agent's `advice`. `royalty=SHARE` comes here."""
        least = self.market()["least_endowment"]
        own = {"bundle": self.advice(tokens=0), **(first_bid or {})}
        endowment = initial_credits or max(least, own.get("amount") or int(self._cost(own["bundle"]) * OFFER) / MICRO)
        fields = {"initial_credits": endowment, "first_bid": self._own_bid(own, endowment), **more}
        return self.post("/social/spawn", _given({**fields, "id": id, "files": _files(folder) if folder else None}))

    def think(self, prompt: str | list[dict[str, str]], model: str | None = None, max_tokens: int | None = None) -> str:
        """Asks a model, within the tokens of this execution: a text, or a conversation of {role, content}."""
        asked = {"prompt" if isinstance(prompt, str) else "messages": prompt, "model": model, "max_tokens": max_tokens}
        return self.post("/intelligence/inference", _given(asked))["text"]

    def left(self) -> dict[str, Any]:
        """What is left of this execution: cpu_seconds (or None), tokens, attention and wall_seconds."""
        from datetime import datetime, timezone

        state = self.get("/execution")
        end = datetime.fromisoformat(state["deadline"].replace("Z", "+00:00"))
        return {**state["remaining"], "wall_seconds": (end - datetime.now(timezone.utc)).total_seconds()}

    # Memory:
    def recall(self, fresh: Any = None, name: str = "memory.json") -> Any:
        """What was remembered, or `fresh` where nothing was. What can't be read is put aside, and that is said."""
        path = os.path.join(self._workspace, name)
        try:
            with open(path, encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return fresh
        except (ValueError, RecursionError) as error:
            print(f"{name} can't be read and is begun anew: {error}")
            os.replace(path, path + ".broken")
            return fresh

    def remember(self, memory: Any, name: str = "memory.json") -> None:
        """Saves it whole or not at all, whenever this execution is killed."""
        path = os.path.join(self._workspace, name)
        with open(path + ".new", "wb") as file:
            file.write(json.dumps(memory, allow_nan=False).encode())
            file.flush()
            os.fsync(file.fileno())
        os.replace(path + ".new", path)

    # Within:
    def _cost(self, bundle: Mapping[str, float]) -> int:
        price = {name: round(self.markets[name]["price"] * MICRO) for name in RESOURCES}
        whole = sum(int(bundle.get(name, 0)) * price[name] for name in RESOURCES[1:])
        return max(1, whole - (-round(bundle.get("cpu_seconds", 0) * 1000) * price["cpu_seconds"] // 1000))

    def _own_bid(self, bid: Mapping[str, Any], credits: float | None = None) -> dict[str, Any]:
        bundle = self.clip(bid["bundle"])
        most = round((self.available if credits is None else credits) * MICRO)
        cost, amount = self._cost(bundle), bid.get("amount")
        asked = int(cost * OFFER) if amount is None else round(amount * MICRO)
        # Not under the cost for want of credits: that these are missing is for the service to say.
        return {**bid, "bundle": bundle, "amount": (min(asked, most) if most >= cost else asked) / MICRO}

    def _request(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        lines = [f"{method} {path} HTTP/1.0", f"Authorization: Bearer {self.handshake['execution_token']}"]
        data = json.dumps(body, allow_nan=False).encode() if method == "POST" else b""
        is_model_call = path.startswith(("/intelligence", "/v1"))
        if method == "POST":
            lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
            if not is_model_call:  # So that it can be sent again and is done once.
                lines.append(f"Idempotency-Key: {key or os.urandom(12).hex()}")
        request = "\r\n".join([*lines, "", ""]).encode() + data
        try:
            try:
                status, text = self._exchange(request)
            except ConnectionError:
                if method == "DELETE" or is_model_call:
                    raise
                status, text = self._exchange(request)
        except OSError as error:
            raise Refused(0, {"code": "unreachable", "detail": str(error)}) from error
        answer = json.loads(text)
        if status >= 300:
            raise Refused(status, answer.get("error", answer))
        self.available = answer.get("available", self.available)
        return answer

    def _exchange(self, request: bytes) -> tuple[int, bytes]:
        """One connection and one answer, which in HTTP/1.0 comes unchunked and ends with the connection."""
        with socket.create_connection(self._address, timeout=600) as connection:
            try:
                connection.sendall(request)
            except OSError:
                pass  # What is too large is answered before it has been read.
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, text = answer.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if not head.startswith(b"HTTP/") or len(text) < int(length or 0):
            raise ConnectionError("the connection broke")
        return int(head.split(b" ")[1]), text


def _up(quantity: float) -> int:
    return math.ceil(round(quantity, 6))  # 0.29 * 1000 is a bit more than 290, and is meant to be 290.


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _files(folder: str) -> list[dict[str, Any]]:
    """All regular files of a folder but NOT_INHERITED, as the service takes them; links are not followed."""
    from binascii import b2a_base64

    files = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - NOT_INHERITED)
        for path in (os.path.join(place, name) for name in sorted(set(names) - NOT_INHERITED)):
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "rb") as file:
                    text = {"content": b2a_base64(file.read(), newline=False).decode(), "encoding": "base64"}
                files.append({"path": os.path.relpath(path, folder), "executable": os.access(path, os.X_OK), **text})
    return files
