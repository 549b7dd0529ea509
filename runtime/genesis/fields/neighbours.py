"""Who else lives here."""

from __future__ import annotations

from figures import counted, table
from letter import Letter
from mind import Mind

SHOWN = 12


def is_ready(mind: Mind, kind: str) -> bool:
    return True


def write(mind: Mind, kind: str) -> Letter:
    agents = list(mind.agents())
    living = [agent for agent in agents if agent["status"] != "dead"]
    newest = sorted(living, key=lambda agent: -agent["born_cycle"])[:SHOWN]
    rows = [
        [agent["id"], agent["status"], agent["parent"] or "–", str(agent["born_cycle"]), str(agent["last_seen_cycle"] or "–")]
        for agent in newest
    ]
    dead = len(agents) - len(living)
    return Letter(f"{counted(len(living), 'agent')} live here, {dead} died", [
        table(["agent", "status", "parent", "born", "last seen"], rows),
        "The newest stand first. You can write to any of them; one that you don't like dies of low marks by itself.",
    ])
