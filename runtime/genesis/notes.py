"""What the agent keeps from one wake to the next, in `memory.json` of its workspace.

Everything in it can be lost without harm. Notes that are damaged, another agent's, or in the way twice in a row are
begun anew: to stumble over them in every wake would be worse than to forget.
"""

from __future__ import annotations

import math

from bp import Agent

VERSION = 2
OPERATOR = "operator"
HEARD_MAX = 8
ANSWERS_MAX = 12
WISHES_MAX = 200  # More than can be open at once, else one would be answered again.


# What an entry of a table or list has to hold, since more than one step reads it.
ENTRIES = {
    "kinds": {"appeal": float, "seen": float, "at": float},
    "open": {"kind": str, "title": str, "cost": float},
    "children": {"field": str, "under_cost": int, "has_earned": bool},
    "replied": float,
    "wishes": str,
    "answers": {"kind": str, "title": str, "marks": list, "reason": str, "reward": float},
    "heard": {"from": str, "content": str},
}


class Notes:
    """Plain fields with the values that they have at birth, whose types are those that they must have in the file."""

    def __init__(self, agent_id: str = "") -> None:
        self.version = VERSION
        self.agent_id = agent_id
        self.stumbles = 0  # Wakes in a row in which a step raised.
        self.cycle_seconds = 10.0
        self.cpu_seconds = 0.0  # The most that a wake used, forgotten slowly.
        self.memory_mb = 0.0
        self.kinds: dict = {}  # kind → {appeal, seen, at}: see taste.py
        self.open: dict = {}  # prompt → {kind, title, cost}: letters that nobody has answered yet
        self.answers: list = []  # {kind, title, marks, reason, reward}, the newest last
        self.answered = 0
        self.has_earned = False  # An answer has paid for its letter.
        self.news: list = []  # Answers that no letter has spoken of yet.
        self.offer = 1.25  # Times the cost that it offers for attention.
        self.told = 0.0  # What a rested letter earns, as its parent said; 0 where it said nothing.
        self.heard: list = []  # {from, content}: what others wrote to it, the newest last
        self.replied: dict = {}  # sender → when it was last answered, in seconds
        self.lesson = ""  # What a model made of the marks.
        self.wanted = ""  # The kind that the human asked for.
        self.pace = 1.0  # The human may ask for letters more or less often.
        self.children: dict = {}  # child → {field, under_cost, has_earned}
        self.spawned_at = 0.0
        self.wishes: list = []  # Requests that it has answered, the newest last.
        self.noted: dict = {}  # Prices and credits at its last letter, to tell what changed.
        self.forecast: dict = {}  # {made, due, before, predicted}, while it stands.
        self.forecasts: list = [0, 0]  # How many came true, and how many came due.
        self.riddle = ""  # The solution of the last one.

    def trim(self) -> None:
        # What the operator said waits for the next letter, however much others write.
        said = [heard for heard in self.heard if heard["from"] == OPERATOR][-HEARD_MAX:]
        self.heard = said + [heard for heard in self.heard if heard["from"] != OPERATOR][-HEARD_MAX:]
        self.news = self.news[-2:]
        self.answers, self.wishes = self.answers[-ANSWERS_MAX:], self.wishes[-WISHES_MAX:]
        for table in (self.kinds, self.open, self.replied):
            for name in list(table)[:-50]:
                del table[name]


    def wind_back(self, now: float) -> None:
        """Where cycles were made shorter, `now` is before what was noted, and a rest from then would last for ever."""
        self.spawned_at = min(self.spawned_at, now)
        self.replied = {sender: min(at, now) for sender, at in self.replied.items()}
        for known in self.kinds.values():
            known["at"] = min(known["at"], now)


def read(me: Agent, name: str) -> dict:
    """A file of its own; empty where it is missing, damaged or no file."""
    try:
        kept = me.recall({}, name)
    except OSError as error:
        print(f"{name} can't be read: {error}")
        return {}
    return kept if isinstance(kept, dict) else {}


def recall(me: Agent) -> Notes:
    kept = read(me, "memory.json")
    notes = Notes(me.agent_id)
    if kept.get("version") != VERSION or kept.get("agent_id") != me.agent_id:
        return notes
    for name, born in vars(notes).items():
        value = kept.get(name, born)
        value = float(value) if isinstance(born, float) and type(value) is int else value
        if type(value) is not type(born) or not all(is_like(ENTRIES.get(name), entry) for entry in entries_of(value)):
            print(f"my notes are damaged ({name}) and begun anew")
            return Notes(me.agent_id)
        setattr(notes, name, value)
    if notes.stumbles >= 2:
        print("stumbled twice: I begin my notes anew")
        return Notes(me.agent_id)
    return notes


def entries_of(value: object) -> list:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def is_like(shape: type | dict | None, value: object) -> bool:
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(is_like(shape[name], value.get(name)) for name in shape)
    if shape is float:
        return type(value) in (int, float) and math.isfinite(value)
    return shape is None or type(value) is shape
