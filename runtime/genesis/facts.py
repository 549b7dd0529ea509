"""What a letter may draw on: the handshake, the service's answers and the memory, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import mind
from memory import Memory

NAMES = {
    "cpu_seconds": "CPU, a second",
    "memory_mb": "memory, a MB",
    "tokens": "tokens, each",
    "attention": "your attention",
}
UNITS = {
    "cpu_seconds": "a CPU second",
    "memory_mb": "a MB of memory",
    "tokens": "a token",
    "attention": "your attention",
}
# Where a resource's price stands in one of the memory's samples.
SAMPLED = {"cpu_seconds": 1, "memory_mb": 2, "tokens": 3}


class Facts:
    """What a letter may draw on. `ask` fetches one more page of the service, `{}` where it can't."""

    def __init__(self, handshake: dict, memory: Memory, market: dict, ask: Callable[[str], dict]) -> None:
        self.handshake = handshake
        self.memory = memory
        self.market = market
        self.ask = ask
        self.cycle: int = handshake["cycle"]
        self.markets: dict = market.get("markets") or handshake["markets"]
        self.available = mind.number(handshake["credits"].get("available"))
        self.held = mind.number(handshake["credits"].get("pending"))
        self.wake_cost = mind.reserve_cost(mind.planned_bundle(memory, handshake["execution_context"]), self.markets)
        self.letter_cost = self.wake_cost + mind.price(self.markets, "attention")
        self.short = memory.style < 0
        self.long = memory.style > 0
