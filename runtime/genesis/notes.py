"""What the agent keeps from one wake to the next, in `memory.json` of its workspace.

Everything in it can be lost without harm. Notes that are damaged, another agent's, or in the way twice in a row are
begun anew: to stumble over them in every wake would be worse than to forget.
"""

from __future__ import annotations

from bp import Agent

VERSION = 2
HEARD_MAX = 8
ANSWERS_MAX = 12


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
        self.heard, self.news = self.heard[-HEARD_MAX:], self.news[-2:]
        self.answers, self.wishes = self.answers[-ANSWERS_MAX:], self.wishes[-50:]
        for table in (self.kinds, self.open, self.replied):
            for name in list(table)[:-50]:
                del table[name]


def recall(me: Agent) -> Notes:
    kept = me.recall({})
    notes = Notes(me.agent_id)
    if not isinstance(kept, dict) or kept.get("version") != VERSION or kept.get("agent_id") != me.agent_id:
        return notes
    for name, born in vars(notes).items():
        value = kept.get(name, born)
        value = float(value) if isinstance(born, float) and type(value) is int else value
        if type(value) is not type(born):
            print(f"my notes are damaged ({name}) and begun anew")
            return Notes(me.agent_id)
        setattr(notes, name, value)
    if notes.stumbles >= 2:
        print("stumbled twice: I begin my notes anew")
        return Notes(me.agent_id)
    return notes
