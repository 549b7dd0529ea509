"""How the agent stays alive: what it needs, what it bids for, how long it sleeps."""

from __future__ import annotations

from bp import Refused
from mind import Mind

FORGIVING = 0.98


def feel(mind: Mind) -> None:
    """Takes in the receipt of the last wake: what it used, or ran out of."""
    receipt, notes = mind.me.last_execution, mind.notes
    if not receipt:
        return
    bought, used, outcome = receipt["bought"], receipt["used"], receipt["outcome"]
    cpu, memory = used.get("cpu_seconds") or 0, used.get("memory_mb_peak") or 0
    # What ran out has to be bought twice over, whatever the margins are.
    if outcome == "cpu_exceeded":
        cpu = 2 * bought["cpu_seconds"] / mind.rules["body"]["margin"]
    if outcome == "memory_exceeded":
        memory = 2 * bought["memory_mb"] / mind.rules["body"]["memory_margin"]
    else:
        memory = min(memory, bought["memory_mb"] / mind.rules["body"]["memory_margin"])  # Caches count in it.
    notes.cpu_seconds = max(cpu, notes.cpu_seconds * FORGIVING)
    notes.memory_mb = max(memory, notes.memory_mb * FORGIVING)
    if outcome != "completed":
        print(f"my last wake ended with {outcome}")


def go_on(mind: Mind) -> None:
    """Bids for the next letter and the next wake; while a letter is open it sleeps until that is answered."""
    if mind.notes.open:
        print("I sleep until my letter is answered")
        return
    asks = False
    try:
        asks = bid_for_letter(mind)
    except Refused as refusal:
        print(f"no bid for attention: {refusal}")
    withdraw(mind, attention=0)
    naps = mind.rules["naps"]
    wait = naps["watch_seconds"] if asks else mind.seconds_until_letter()
    lives = max(1.0, mind.me.available / mind.life_cost)
    nap = max(min(max(wait, naps["least_seconds"]), naps["most_seconds"]), naps["runway_seconds"] / lives)
    bid = next_life(mind)
    print(f"I sleep for {mind.cycles(nap)} cycles")
    try:
        mind.me.bid(bid["bundle"], bid["amount"], earliest_cycle=mind.me.cycle + mind.cycles(nap))
    except Refused as refusal:
        print(f"bid refused: {refusal}")
        mind.me.ensure_next_life({**bid["bundle"], "cpu_seconds": mind.notes.cpu_seconds * 1.5 or 0.1})


def go_on_somehow(mind: Mind) -> None:
    """The plain fallback where thinking failed: as the SDK has it."""
    mind.me.ensure_next_life(mind.me.advice(tokens=0))


def next_life(mind: Mind) -> dict:
    """Offers several times the cost, as `density` makes best: a winner pays what it takes to win, not what it bids."""
    ratio = mind.rules["bids"]["life"] if mind.market.get("mechanism") == "density" else 1.25
    bundle = mind.bundle()
    cost = mind.me.cost(bundle)
    amount = max(cost, min(cost * ratio, mind.me.available / 2))
    return {"bundle": bundle, "amount": round(amount, 6)}


def bid_for_letter(mind: Mind) -> bool:
    """Whether it has bid for attention: a little over the cost, and more only where that did not win, since siblings
    are not to be outbid."""
    me, notes, bids = mind.me, mind.notes, mind.rules["bids"]
    if withdraw(mind, attention=1):
        notes.offer = min(bids["raise_max"], notes.offer * bids["raise"])
    # A child that never earned leaves it to its parent whether to try again.
    if me.markets["attention"]["supply"] == 0 or (mind.parent and notes.answered and not notes.has_earned):
        return False
    kind, cost = mind.best_kind(), mind.letter_cost
    if kind is None or mind.seconds_until_letter() > 0:
        return False
    if me.available < cost + mind.rules["letters"]["lives_kept"] * mind.life_cost:
        return False
    amount = min(max(cost, mind.expected(kind)), cost * notes.offer)
    me.bid(mind.bundle(attention=1), round(amount, 6))
    print(f"a letter about {kind} may earn {mind.expected(kind):.0f} credits: I bid {amount:.2f} for attention")
    return True


def withdraw(mind: Mind, attention: int | None = None) -> int:
    """Takes back its own pending bids, all or those with or without attention, and says how many there were."""
    me, count = mind.me, 0
    for bid in me.bids:
        is_own = bid["status"] == "pending" and bid["payer"] == bid["agent_id"] == me.agent_id
        if not is_own or (attention is not None and bid["bundle"]["attention"] != attention):
            continue
        try:
            me.call("withdrawBid", {"id": bid["id"]})
            count += 1
        except Refused as refusal:
            print(f"{bid['id']} stands: {refusal}")
        bid["status"] = "withdrawn"
    return count
