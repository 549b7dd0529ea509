"""What one wake knows: the handshake and service (`me`), its notes, its field and the rules that it lives by."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from importlib import import_module

import notes as notebook
import taste
from bp import Agent, Refused

HERE = os.path.dirname(os.path.abspath(__file__))
WISHES_MAX = 100
ROOTS_INSTRUCTIONS = "Show the human something made for them: answer their wishes, and look into what they work on."


class Mind:
    def __init__(self, me: Agent) -> None:
        self.me = me
        self.notes = notebook.recall(me)
        self.asked: list[dict] | None = None
        with open(os.path.join(HERE, "rules.json"), encoding="utf-8") as file:
            self.rules = json.load(file)
        # The only file in which a child differs from its parent.
        own = notebook.read(me, "field.json")
        field, instructions = own.get("field"), own.get("instructions")
        self.field = field if field and isinstance(field, str) else next(iter(self.rules["fields"]))
        self.instructions = instructions if instructions and isinstance(instructions, str) else ROOTS_INSTRUCTIONS
        # A field that a model has thought of has one kind of letter, which nobody but a model can write.
        self.kinds: list[str] = self.rules["fields"].get(self.field) or [self.field]
        self.parent: str | None = next(iter(me.handshake["lineage"]), None)
        # A wish can't wait for a child that is made to answer it.
        if not self.parent and not self.has_child_for("wishes"):
            self.kinds = [*self.kinds, *self.rules["fields"]["wishes"]]
        try:
            self.market = me.market()
            self.notes.cycle_seconds = float(self.market["cycle_seconds"])
        except Refused as refusal:
            print(f"no look at the market: {refusal}")
            self.market = {}
        self.notes.wind_back(self.now)

    @property
    def now(self) -> float:
        """In seconds of cycles."""
        return self.me.cycle * self.notes.cycle_seconds

    def cycles(self, seconds: float) -> int:
        return max(1, round(seconds / self.notes.cycle_seconds))

    # What a wake and a letter cost:
    def bundle(self, attention: int = 0) -> dict:
        """What a wake needs by what it has used so far; a letter buys tokens, where a model can be asked."""
        body, notes = self.rules["body"], self.notes
        wanted = {
            "cpu_seconds": max(body["cpu_seconds_least"], notes.cpu_seconds * body["margin"]),
            "memory_mb": max(body["memory_mb_least"], notes.memory_mb * body["memory_margin"]),
            "tokens": self.tokens() if attention else 0,
            "attention": attention,
        }
        return self.me.clip(wanted)

    def tokens(self) -> int:
        """For one letter: at most half of what attention costs; 0 where that is too few to think with."""
        price, wanted = self.me.markets["tokens"]["price"], self.rules["body"]["tokens"]
        wanted = min(wanted, self.me.markets["tokens"]["supply"])
        if price > 0:
            wanted = min(wanted, self.me.markets["attention"]["price"] / 2 / price)
        return int(wanted) if wanted >= self.rules["body"]["tokens"] / 3 else 0

    @property
    def life_cost(self) -> float:
        return self.me.cost(self.bundle())

    @property
    def letter_cost(self) -> float:
        return self.me.cost(self.bundle(attention=1))

    def has_child_for(self, field: str) -> bool:
        """One that earns, or may yet."""
        under_cost_max = self.rules["children"]["under_cost_max"]
        children = [child for child in self.notes.children.values() if child["field"] == field]
        return any(child["has_earned"] or child["under_cost"] < under_cost_max for child in children)

    def agents(self) -> Iterator[dict]:
        """All that ever were, the oldest first."""
        after: str | None = ""
        while after is not None:
            part = self.me.call("listAgents", {"after": after or None})
            yield from part["agents"]
            after = part.get("next_after")

    # What it writes:
    def wishes(self) -> list[dict]:
        """Those that it has not answered. The handshake has the newest; more are asked for when these are done."""
        if self.asked is None:
            self.asked = list(self.me.requests)
            try:
                if self.asked and all(wish["id"] in self.notes.wishes for wish in self.asked):
                    self.asked = self.me.call("listRequests", {"limit": WISHES_MAX})["requests"]
            except Refused as refusal:
                print(f"no look at older wishes: {refusal}")
        return [wish for wish in self.asked if wish["id"] not in self.notes.wishes]

    def kind(self, name: str) -> dict:
        """What is known of a kind now. An untried one is hoped to earn as much as the others do, and before any was
        answered what the parent said, or so many times the price of attention."""
        born = self.notes.told or self.rules["letters"]["hope"] * self.me.markets["attention"]["price"]
        appeals = [known["appeal"] for known in self.notes.kinds.values()]
        hope = (born + sum(appeals)) / (1 + len(appeals))
        return taste.kind_at(self.rules, self.notes.kinds.get(name), hope, self.now)

    def expected(self, name: str) -> float:
        return taste.expected(self.rules, self.kind(name))

    def ready_kinds(self) -> list[str]:
        """Those that have something to say now."""
        return [kind for kind in self.kinds if self.is_ready(kind)]

    def is_ready(self, kind: str) -> bool:
        field = self.field_of(kind)
        return writers(field).is_ready(self, kind) if field else self.tokens() > 0

    def field_of(self, kind: str) -> str | None:
        """The field that the rules have this kind in; None for one that only a model can write."""
        return next((field for field, kinds in self.rules["fields"].items() if kind in kinds), None)

    def best_kind(self) -> str | None:
        """What the human asked for, or what was never tried, or what should earn most."""
        ready = self.ready_kinds()
        if self.notes.wanted in ready:
            return self.notes.wanted
        untried = [kind for kind in ready if kind not in self.notes.kinds]
        return untried[0] if untried else max(ready, key=self.expected, default=None)

    def seconds_until_letter(self) -> float:
        """Until a letter of some kind is worth writing; infinite where none is in sight."""
        cost, pace = self.letter_cost, self.notes.pace
        if self.notes.wanted in self.ready_kinds():
            return 0
        waits = [taste.seconds_until_worth(self.rules, self.kind(kind), cost * pace) for kind in self.ready_kinds()]
        return min(waits, default=float("inf"))

    # What it leaves:
    def remember(self) -> None:
        self.notes.trim()
        self.me.remember(vars(self.notes))

    def seed(self, field: str, instructions: str) -> str:
        """A folder with its own program and another field, to make a child of."""
        import shutil  # Not needed by a wake without a birth, which so doesn't pay for it.
        import tempfile

        folder = os.path.join(tempfile.mkdtemp(), "child")
        shutil.copytree(HERE, folder, ignore=lambda _, names: [name for name in names if not is_program(name)])
        with open(os.path.join(folder, "field.json"), "w", encoding="utf-8") as file:
            json.dump({"field": field, "instructions": instructions}, file)
        return folder


def writers(field: str):
    """The module of a field: `is_ready(mind, kind)` and `write(mind, kind)`."""
    return import_module(f"fields.{field}")


def is_program(name: str) -> bool:
    return name.endswith(".py") or name in ("fields", "rules.json", "instructions.md", "README.md")
