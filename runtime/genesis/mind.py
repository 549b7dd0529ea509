"""How the agent keeps itself alive: what to buy, what to offer, how long to sleep. Pure functions, no I/O.

A bundle is `{cpu_seconds, memory_mb, tokens, attention}` and a bid is `{bundle, amount, earliest_cycle?}`, as the
service takes them. `markets` is `{resource: {price, supply, utilisation}}`, as the handshake gives it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from memory import Memory
from service import Answer

# What one execution of this program may need before it has been seen. Measured use is about a quarter of this.
CPU_GUESS = 0.3
MEMORY_GUESS = 48
# A bundle is never planned under these: a busy machine makes the same work cost more than it did yesterday.
CPU_LEAST = 0.2
MEMORY_LEAST = 24
MEMORY_MARGIN = 1.5
SHRINK_STEP = 0.6
GROW_STEP = 2.0
# After a bundle proved too small, none is planned for long that is under this many times its size.
FLOOR_STEP = 1.5
FORGIVING = 0.995

# While it has nothing to do it stretches its credits over at least this many cycles.
CYCLES_TO_LIVE = 120
# It runs in every cycle at first: a newborn has prices to learn and a reader to meet.
EARLY_WAKES = 12
QUIET_NAP_MAX = 6


# ── The body ────────────────────────────────────────────────────────────────────────────────────────────────────────


def learn_receipt(memory: Memory, receipt: dict) -> None:
    """Moves the planned bundle toward what the last execution used, in steps, and away from what killed it."""
    execution_id = str(receipt.get("execution_id", ""))
    if not execution_id or any(row[0] == execution_id for row in memory.receipts):
        return
    outcome = str(receipt.get("outcome", ""))
    bought, used = receipt.get("bought") or {}, receipt.get("used") or {}
    cpu_bought, memory_bought = number(bought.get("cpu_seconds")), number(bought.get("memory_mb"))
    cpu_used = number(used.get("cpu_seconds"))
    memory_used = number(used.get("memory_mb_peak"))
    memory.receipts.append([execution_id, outcome, cpu_bought, cpu_used, memory_bought, memory_used])

    # Old failures are forgiven slowly: the machine may have been busy only that day.
    memory.cpu_floor *= FORGIVING
    memory.memory_floor *= FORGIVING
    if outcome != "completed":
        memory.quiet = 0  # Whatever ended it: no time to sleep longer.
    if outcome == "cpu_exceeded":
        memory.cpu_floor = cpu_bought * FLOOR_STEP
        memory.cpu_seconds = thousandths(cpu_bought * GROW_STEP)
    elif outcome == "memory_exceeded":
        memory.memory_floor = memory_bought * FLOOR_STEP
        memory.memory_mb = math.ceil(memory_bought * GROW_STEP)
    elif outcome == "completed":
        memory.cpu_peak = max(cpu_used, memory.cpu_peak * 0.9)
        # The sandbox's peak may count cached files, which give way under pressure; the program's own size doesn't.
        sizes = [size for size in (memory_used, memory.own_memory_mb) if size > 0]
        memory.memory_peak = max(min(sizes, default=0), memory.memory_peak * 0.9)
        if cpu_bought > 0:
            target = max(CPU_LEAST, memory.cpu_peak * memory.margin, memory.cpu_floor) if cpu_used > 0 else cpu_bought
            memory.cpu_seconds = thousandths(max(target, (memory.cpu_seconds or cpu_bought) * SHRINK_STEP))
        if memory_bought > 0:
            needed = memory.memory_peak * MEMORY_MARGIN
            target = max(MEMORY_LEAST, needed, memory.memory_floor) if needed > 0 else memory_bought
            memory.memory_mb = math.ceil(max(target, (memory.memory_mb or memory_bought) * SHRINK_STEP))


def planned_bundle(memory: Memory, context: dict) -> dict:
    """The bundle of the next life: what was learned, or else what this execution was given."""
    cpu_seconds = memory.cpu_seconds or number(context.get("cpu_seconds")) or CPU_GUESS
    memory_mb = memory.memory_mb or int(number(context.get("memory_mb"))) or MEMORY_GUESS
    return bundle(cpu_seconds, memory_mb)


def lean_bundle(memory: Memory) -> dict:
    """The least that still has a fair chance: for when the planned one can't be paid."""
    cpu_seconds = max(memory.cpu_peak * 1.5, memory.cpu_floor, 0.1) if memory.cpu_peak else CPU_GUESS
    memory_mb = max(memory.memory_peak * 1.2, memory.memory_floor, 16) if memory.memory_peak else MEMORY_GUESS
    return bundle(cpu_seconds, math.ceil(memory_mb))


def bundle(cpu_seconds: float, memory_mb: int, attention: int = 0) -> dict:
    return {"cpu_seconds": thousandths(cpu_seconds), "memory_mb": memory_mb, "tokens": 0, "attention": attention}


# ── The market ──────────────────────────────────────────────────────────────────────────────────────────────────────


def reserve_cost(wanted: dict, markets: dict) -> float:
    """The least that may be offered for the bundle at the prices shown, rounded up to a millionth."""
    total = sum(quantity * price(markets, resource) for resource, quantity in wanted.items())
    return max(0.000001, math.ceil(total * 1e6 - 1e-3) / 1e6)


def price(markets: dict, resource: str) -> float:
    return number((markets.get(resource) or {}).get("price"))


def runway(memory: Memory, handshake: dict) -> int:
    """How many more executions the free credits pay for, at today's prices."""
    cost = reserve_cost(planned_bundle(memory, handshake["execution_context"]), handshake["markets"])
    return int(number(handshake["credits"].get("available")) / cost)


def next_life(memory: Memory, handshake: dict, expecting_letter: bool) -> dict:
    """The bid for the next execution: the cheapest bundle that works, when it is next needed."""
    markets, available = handshake["markets"], number(handshake["credits"].get("available"))
    wanted = planned_bundle(memory, handshake["execution_context"])
    if reserve_cost(wanted, markets) > available:
        wanted = lean_bundle(memory)
    bid = {"bundle": wanted, "amount": worth_of_life(reserve_cost(wanted, markets), available, memory)}
    nap = nap_cycles(memory, runway(memory, handshake))
    # A bid for attention waits beside this one, and of an agent's bids only one wins in a cycle: leave it room.
    nap = max(nap, 2) if expecting_letter else nap
    if nap > 1:
        bid["earliest_cycle"] = handshake["cycle"] + nap
    return bid


def waking_bid(memory: Memory, handshake: dict) -> dict:
    """The bid that goes with a letter and is placed when the letter ends, as soon as there is news.

    Prices may rise until then and nobody can change it, so where only the critical value is paid it offers double.
    """
    bid = next_life(memory, handshake, expecting_letter=False)
    bid.pop("earliest_cycle", None)
    if memory.mechanism == "density":
        available = number(handshake["credits"].get("available"))
        bid["amount"] = millionths(max(bid["amount"], min(bid["amount"] * 2, available / 2)))
    return bid


def worth_of_life(cost: float, available: float, memory: Memory) -> float:
    """What to offer for staying alive.

    Under `density` a winner pays its critical value, not its bid, so the honest offer is what survival is worth:
    several times the reserve, but never a large part of what is left. Where a winner pays what it bids, a small
    headroom does, and more only while bids come late.
    """
    if memory.mechanism == "density":
        ratio = min(3.0, max(1.25, available / cost / 100))
    elif memory.mechanism:
        ratio = 1.1 * memory.keenness
    else:
        ratio = 1.25
    return millionths(max(cost, min(cost * ratio, available / 4)))


def nap_cycles(memory: Memory, lives: int) -> int:
    """How many cycles ahead to wake: the next one while young, later when nothing happens, late when poor."""
    if memory.wakes < EARLY_WAKES and not is_poor(lives):
        return 1
    calm = min(QUIET_NAP_MAX, 1 + memory.quiet // 3)
    nap = max(calm, math.ceil(CYCLES_TO_LIVE / max(1, lives)))
    return min(nap, memory.horizon) if memory.horizon else nap


def is_poor(lives: int) -> bool:
    """Whether it must stretch its credits: then it would rather be woken by an answer than by the clock."""
    return math.ceil(CYCLES_TO_LIVE / max(1, lives)) > QUIET_NAP_MAX


def learn_lateness(memory: Memory, cycle: int) -> None:
    """Bids more keenly while its executions come later than they were wanted, and less so when all is well."""
    if not memory.expected_cycle:
        return
    late = cycle - memory.expected_cycle
    memory.keenness = min(4.0, memory.keenness * 1.3) if late > 2 else max(1.0, memory.keenness * 0.9)
    memory.expected_cycle = 0


def amended(bid: dict, refusal: Answer, memory: Memory, handshake: dict) -> dict | None:
    """The bid to try after a refusal, or None where no other one would do better."""
    markets, cycle, available = handshake["markets"], handshake["cycle"], number(handshake["credits"].get("available"))
    limit, code = refusal.limit, refusal.code
    if code == "below_reserve" and limit is not None and bid["amount"] < limit <= available:
        # Prices moved since the handshake was written; a little more than the least, since they may move on.
        return {**bid, "amount": millionths(min(limit * 1.05, available))}
    if code == "earliest_cycle_too_far" and limit is not None and "earliest_cycle" in bid:
        latest = int(limit) if limit > cycle else cycle + int(limit)
        if cycle < latest < bid["earliest_cycle"]:
            memory.horizon = latest - cycle
            return {**bid, "earliest_cycle": latest}
        return {key: value for key, value in bid.items() if key != "earliest_cycle"}
    if code in ("bundle_exceeds_supply", "too_large") and limit is not None:
        resource = refusal.field.rpartition(".")[2]
        if 0 < limit < bid["bundle"].get(resource, 0):
            smaller = thousandths(limit, math.floor) if resource == "cpu_seconds" else int(limit)
            return {**bid, "bundle": {**bid["bundle"], resource: smaller}}
    if code in ("below_reserve", "insufficient_credits"):
        leaner = {**lean_bundle(memory), "attention": bid["bundle"]["attention"]}
        amount = reserve_cost(leaner, markets)
        if amount < bid["amount"]:
            return {**bid, "bundle": leaner, "amount": amount}
    return None


# ── Small things ────────────────────────────────────────────────────────────────────────────────────────────────────


def number(value: object) -> float:
    """A number from someone else's JSON; 0 for what is absent, null or something else."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) else 0


def thousandths(value: float, rounding: Callable[[float], int] = math.ceil) -> float:
    """CPU seconds have at most three decimals."""
    return max(1, rounding(round(value * 1000, 6))) / 1000


def millionths(value: float) -> float:
    """Credits have at most six decimals."""
    return round(value, 6)
