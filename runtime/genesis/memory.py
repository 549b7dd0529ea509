"""What the agent carries from one execution to the next: one small JSON file in its workspace.

Everything in it can be lost without harm. A file that is missing, damaged, too large, or of another economy
is started anew, since stumbling over it in every execution would be worse than forgetting.
"""

from __future__ import annotations

import json
import os

VERSION = 1
FILE_BYTES_MAX = 256 * 1024
SAMPLES_MAX = 120
LETTERS_MAX = 40
RECEIPTS_MAX = 12


class Memory:
    """Plain fields with the values they have at birth, whose types are the types that they must have in the file."""

    def __init__(self) -> None:
        self.version = VERSION
        self.agent_id = ""
        self.first_cycle = 0
        self.last_cycle = 0
        self.wakes = 0
        self.stumbles = 0  # Executions in a row in which something unexpected was raised.

        # The body: what a bundle must hold.
        self.cpu_seconds = 0.0  # Planned for the next bundle; 0 means that nothing is known yet.
        self.memory_mb = 0
        self.cpu_peak = 0.0  # The most that was used, forgotten slowly.
        self.memory_peak = 0.0
        self.own_memory_mb = 0.0  # What the last wake measured of itself.
        self.cpu_floor = 0.0  # Raised by an execution that ran out, forgotten slowly.
        self.memory_floor = 0.0
        self.margin = 3.0  # CPU bought per CPU used. The reader may ask for a bolder or a safer one.
        self.receipts: list = []  # [execution_id, outcome, cpu bought, cpu used, MB bought, MB used], the newest last.

        # The market.
        self.mechanism = ""
        self.horizon = 0  # How far ahead a bid may sleep, once a refusal told us; 0 is unknown.
        self.expected_cycle = 0  # When the last bid could first have won.
        self.keenness = 1.0  # Rises while bids are late where one pays what one bids.
        self.quiet = 0  # Executions in a row in which nothing happened.
        # [cycle, CPU price, memory price, tokens price, CPU utilisation, credits with those held], the newest last.
        self.samples: list = []

        # The letters.
        # {prompt_id, kind, title, cycle, status, marks, reason, reward, next_bid}, the newest last.
        self.letters: list = []
        self.arms: dict = {}  # kind → [weight, reward], both decaying.
        self.overall: list = [0.0, 0.0]
        self.sent = 0
        self.next_letter_cycle = 0
        self.retries = 0
        self.style = 0  # -1 short, 0 plain, 1 long.
        self.rarity = 1.0  # The reader may ask for letters more or less often.
        self.wanted_kind = ""
        self.reflection = ""  # What a model made of the marks, where there is one.
        self.news: list = []  # Letters that ended and have not been answered for yet.
        self.noted: dict = {}  # The figures of the last letter, to tell what changed since.
        self.forecast: dict = {}  # {prompt_id, made, due, resource, price, predicted}, while it stands.
        self.forecasts: list = [0, 0]  # How many came true, and how many came due.

    def trim(self) -> None:
        """Keeps every list within its limit. Old samples are thinned out, so that they reach far back."""
        if len(self.samples) > SAMPLES_MAX:
            half = SAMPLES_MAX // 2
            self.samples = self.samples[:-half:2] + self.samples[-half:]
        self.letters = self.letters[-LETTERS_MAX:]
        self.receipts = self.receipts[-RECEIPTS_MAX:]
        self.news = self.news[-3:]


def recall(path: str, agent_id: str, cycle: int) -> Memory:
    """Reads the file, or begins a new memory where it can't be this agent's own."""
    fresh = Memory()
    fresh.agent_id = agent_id
    fresh.first_cycle = cycle
    try:
        if os.path.getsize(path) > FILE_BYTES_MAX:
            return fresh
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        if not isinstance(data, dict):
            raise TypeError
        recalled = Memory()
        for name, born in vars(fresh).items():
            # An earlier program knew nothing of what came later.
            setattr(recalled, name, _like(born, data.get(name, born)))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return fresh
    # A copied folder or a new economy: these memories are someone else's.
    if recalled.version != VERSION or recalled.agent_id != agent_id or recalled.last_cycle > cycle:
        return fresh
    return recalled


def remember(path: str, memory: Memory) -> None:
    """Writes beside and renames, so that an execution that is killed here leaves the old file whole."""
    memory.trim()
    beside = f"{path}.new"
    with open(beside, "w", encoding="utf-8") as file:
        json.dump(vars(memory), file, separators=(",", ":"), allow_nan=False)
    os.replace(beside, path)


def _like(born: object, value: object) -> object:
    if isinstance(born, float) and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if type(value) is not type(born):
        raise TypeError
    return value
