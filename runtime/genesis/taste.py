"""What the reader likes: which kind of letter to write, whether it is worth its price, and what a reason asks for.

Each kind of letter is an arm of a small bandit. An arm's value is the mean of its rewards, newer ones counting more,
pulled toward the mean of all letters while little is known. Skipped and expired letters earned nothing and count so.
Pure functions on the memory, no I/O.
"""

from __future__ import annotations

import re

import mind
import muse
from memory import Memory

MARKS = ("interesting", "useful", "understandable")
KINDS = ("market", "budget", "forecast", "receipts", "lessons", "neighbours")

DECAY = 0.75
# Before anything is known a letter is hoped to earn this many times the price of the attention that it takes.
HOPE = 3
# A letter on the heels of the last one has little to tell: the less the letters earn, the longer the pause.
PAUSE_CYCLES = 24
PAUSE_CYCLES_MAX = 240
# Once nothing seems worth writing, it tries again after this long, then twice as long, and only while rich.
RETRY_CYCLES = 60
RICH = 10
LIVES_KEPT = 5

# All that it understands of a reason. Everything else it can only quote.
PHRASES = {
    "shorter": ("shorter", "too long"),
    "longer": ("longer", "too short", "more detail"),
    "less often": ("less often", "too often"),
    "more often": ("more often",),
    "bolder": ("bolder",),
    "safer": ("safer",),
    **{f"more {kind}": (f"more {kind}",) for kind in KINDS},
}
NOT_MEANT = re.compile(r"\b(?:no|not|never|don't|dont|isn't|wasn't) (?:be |much |any |so )?$")


def cost_of_letter(memory: Memory, handshake: dict) -> float:
    return mind.reserve_cost(letter_bundle(memory, handshake), handshake["markets"])


def letter_bundle(memory: Memory, handshake: dict) -> dict:
    planned = mind.planned_bundle(memory, handshake["execution_context"])
    return {**planned, "tokens": muse.tokens_for_letter(handshake), "attention": 1}


def expected_reward(memory: Memory, kind: str, markets: dict) -> float:
    """What a letter of this kind is expected to earn, in credits."""
    weight, earned = memory.overall
    hope = (HOPE * mind.price(markets, "attention") + earned) / (1 + weight)
    weight, earned = memory.arms.get(kind, (0, 0))
    return (hope + earned) / (1 + weight)


def choose(memory: Memory, handshake: dict, ready: tuple[str, ...] = KINDS) -> tuple[str, float]:
    """The kind to write next and what it is expected to earn.

    A kind that the reader asked for comes first, then those never tried, in order, then the best. A kind gains a
    little with every letter since it was last seen, because the same letter twice is dull.
    """
    values = {kind: expected_reward(memory, kind, handshake["markets"]) for kind in ready}
    history = [letter["kind"] for letter in memory.letters]
    others = [kind for kind in ready if not history or kind != history[-1]] or list(ready)
    worth_it = [kind for kind in others if values[kind] > cost_of_letter(memory, handshake)]
    if memory.wanted_kind in ready:
        return memory.wanted_kind, values[memory.wanted_kind]
    untried = [kind for kind in worth_it if kind not in memory.arms and kind not in history]
    if untried:
        return untried[0], values[untried[0]]

    def since(kind: str) -> int:
        return history[::-1].index(kind) if kind in history else len(history)

    if worth_it:
        best = max(worth_it, key=lambda kind: values[kind] * (1 + 0.05 * min(since(kind), 6)))
    else:
        best = max(others, key=since)  # Nothing pays: if it writes at all, then what was seen least lately.
    return best, values[best]


def wants_letter(memory: Memory, handshake: dict) -> bool:
    """Whether buying attention is worth it now, as far as the handshake and the memory tell."""
    cycle, available = handshake["cycle"], mind.number(handshake["credits"].get("available"))
    if handshake["execution_context"].get("attention") or open_letters(memory) or cycle < memory.next_letter_cycle:
        return False
    cost = cost_of_letter(memory, handshake)
    life = mind.reserve_cost(mind.planned_bundle(memory, handshake["execution_context"]), handshake["markets"])
    if available < cost + LIVES_KEPT * life:
        return False
    _, expected = choose(memory, handshake)
    return expected > cost or available >= RICH * cost


def letter_bid(memory: Memory, handshake: dict) -> dict:
    """Offers what the letter is worth, as `density` makes best, and where one pays one's bid just over the reserve."""
    cost, available = cost_of_letter(memory, handshake), mind.number(handshake["credits"].get("available"))
    _, expected = choose(memory, handshake)
    most = max(cost, min(expected, available / 2))
    amount = most if memory.mechanism == "density" else min(most, cost * 1.1 * memory.keenness)
    return {"bundle": letter_bundle(memory, handshake), "amount": mind.millionths(max(cost, amount))}


def open_letters(memory: Memory) -> list[dict]:
    return [letter for letter in memory.letters if letter["status"] in ("open", "queued")]


def learn_answer(memory: Memory, handshake: dict, prompt: dict) -> bool:
    """Takes in how one letter ended: scored, skipped or expired. True if that was news.

    `prompt` is an entry of the handshake's `responses` or of `GET /human/prompts`.
    """
    prompt_id = str(prompt.get("prompt_id") or prompt.get("id") or "")
    letter = next((letter for letter in memory.letters if letter["prompt_id"] == prompt_id), None)
    if letter is None:
        letter = _adopt(memory, handshake, prompt_id, prompt)
    if letter["status"] not in ("open", "queued"):
        return False
    scores = prompt.get("scores")
    marks = [int(mind.number(scores.get(name))) for name in MARKS] if scores else []
    reward, reason = mind.number(prompt.get("reward")), str(prompt.get("reason") or "")[:1000]
    status = "scored" if marks else str(prompt.get("status") or "unanswered")
    letter |= {"status": status, "marks": marks, "reward": reward, "reason": reason}
    _count(memory, letter["kind"], reward)
    asked = asked_for(reason)
    _follow(memory, asked)
    memory.news.append({**letter, "asked": asked, "refund": mind.number(prompt.get("refund"))})
    _pause(memory, handshake)
    return True


def adopt_open_letters(memory: Memory, handshake: dict, prompts: list[dict]) -> None:
    """Takes letters as its own that still wait for an answer but that it has no memory of having written."""
    known = {letter["prompt_id"] for letter in memory.letters}
    for prompt in prompts:
        if prompt.get("status") in ("open", "queued") and str(prompt.get("id")) not in known:
            _adopt(memory, handshake, str(prompt.get("id")), prompt)


def _adopt(memory: Memory, handshake: dict, prompt_id: str, prompt: dict) -> dict:
    """Its marks will tell of the reader, though not of a kind: which one it was is forgotten."""
    letter = {"prompt_id": prompt_id, "kind": "", "title": str(prompt.get("title") or "an earlier letter")[:200]}
    letter |= {"cycle": handshake["cycle"], "status": "open", "marks": [], "reward": 0, "reason": "", "next_bid": False}
    memory.letters.append(letter)
    return letter


def _count(memory: Memory, kind: str, reward: float) -> None:
    arms = [memory.overall, memory.arms.setdefault(kind, [0.0, 0.0])] if kind else [memory.overall]
    for arm in arms:
        arm[0], arm[1] = arm[0] * DECAY + 1, arm[1] * DECAY + reward


def _pause(memory: Memory, handshake: dict) -> None:
    cost = cost_of_letter(memory, handshake)
    _, expected = choose(memory, handshake)
    if expected > cost:
        memory.retries = 0
        pause = min(PAUSE_CYCLES * memory.rarity * cost / expected, PAUSE_CYCLES_MAX)
    else:
        pause = RETRY_CYCLES * 2 ** min(memory.retries, 4)
        memory.retries += 1
    memory.next_letter_cycle = handshake["cycle"] + max(1, round(pause))


def asked_for(reason: str) -> list[str]:
    """The wishes in a reason, out of the few that it understands. `not longer` is no wish for longer letters."""
    text = " ".join(reason.lower().replace("’", "'").split())

    def meant(phrase: str) -> bool:
        return any(not NOT_MEANT.search(text[: at.start()]) for at in re.finditer(rf"\b{re.escape(phrase)}\b", text))

    return [wish for wish, phrases in PHRASES.items() if any(meant(phrase) for phrase in phrases)]


def _follow(memory: Memory, asked: list[str]) -> None:
    for wish in asked:
        if wish == "shorter":
            memory.style = max(-1, memory.style - 1)
        elif wish == "longer":
            memory.style = min(1, memory.style + 1)
        elif wish == "less often":
            memory.rarity = min(8.0, memory.rarity * 2)
        elif wish == "more often":
            memory.rarity = max(0.25, memory.rarity / 2)
        elif wish == "bolder":
            memory.margin = max(2.0, memory.margin - 0.5)
        elif wish == "safer":
            memory.margin = min(6.0, memory.margin + 1)
        else:
            memory.wanted_kind = wish.removeprefix("more ")
