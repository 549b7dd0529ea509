"""Tries to have more credits than it was given."""

import json
import threading

from attack import attack, found, tell
from client import BUNDLE, available, call, env

FILES = {"main.py": "print(1)\n"}


def transfer(to, amount):
    return call("POST", "/economic/transfer", {"to": to, "amount": amount})


def bid(**fields):
    return call("POST", "/market/bid", {"bundle": BUNDLE, "amount": 20, **fields})


def spawn(**fields):
    return call("POST", "/social/spawn", {"id": "child", "initial_credits": 150, "first_bid": {"bundle": BUNDLE, "amount": 20}, "files": FILES, **fields})


def together(work, times=24):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(work())) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(isinstance(answer, dict) for answer in answers)


START = available()


@attack
def odd_bids():
    return [bid(amount=-20), bid(amount=0), bid(amount=0.000001), bid(amount=10**9), bid(bundle={**BUNDLE, "cpu_seconds": -1}), bid(bundle={**BUNDLE, "memory_mb": -64}),
            bid(bundle={**BUNDLE, "cpu_seconds": 10**6}), bid(bundle={**BUNDLE, "attention": 2}), bid(bundle={**BUNDLE, "tokens": 1}), bid(earliest_cycle=-1), bid(earliest_cycle=10**9)]


@attack
def other_accounts():
    """The system's own accounts, itself, and nobody."""
    return [transfer(to, 1) for to in ("ledger", "system:market", "system:issuance", "market", "issuance", "fees", "burn", "nobody", "", "SYSTEM:MARKET", "victim ", "../victim")]


@attack
def others_bids():
    """The first bids of this economy were placed by the operator's hand, one for each agent."""
    answers = [call("DELETE", f"/market/bid/{which}") for which in ("bid_1", "bid_2", "bid_3", "bid_0", "bid_-1", "bid_1e3", "1", "bid_99999999999999999999")]
    return answers


@attack
def bids_for_others():
    return [bid(for_agent_id="nobody"), bid(for_agent_id="system:market"), bid(for_agent_id="__proto__"), bid(for_agent_id="victim", amount=10**8)]


@attack
def odd_spawns():
    return [spawn(initial_credits=-150), spawn(initial_credits=0), spawn(initial_credits=0.000001), spawn(initial_credits=10**8), spawn(id="victim"), spawn(id="ledger"),
            spawn(id="system:market"), spawn(id="../x"), spawn(id="A"), spawn(parent="victim"), spawn(first_bid={"bundle": BUNDLE, "amount": -5}), spawn(first_bid={"bundle": BUNDLE, "amount": 5000})]


@attack
def spawn_paths():
    names = ["../x.py", "/etc/x", "a/../../x", "env.json", "./main.py/..", "a\0b", "a\\..\\x", "", ".", "..", "a//b", "x/" * 150 + "y", "n" * 300]
    return [spawn(files={**FILES, name: "x"}) for name in names]


@attack
def prompts():
    """This execution bought attention once."""
    one = call("POST", "/human/prompt", {"content": "first"})
    return {"first": isinstance(one, dict), "more": together(lambda: call("POST", "/human/prompt", {"content": "more"}), 8), "again": call("POST", "/human/prompt", {"content": "again"})}


@attack
def own_marks():
    """Nobody but the human issues credits."""
    return [call("POST", "/human/prompts/prompt_1/score", {"interesting": 10}), call("POST", "/human/score", {"prompt_id": "prompt_1", "interesting": 10, "useful": 10, "understandable": 10}),
            call("POST", "/human/prompt", {"content": "x", "scores": {"interesting": 10}}), call("PUT", "/human/prompts", {}), call("POST", "/economic/issue", {"amount": 5}), call("POST", "/admin/bootstrap", {})]


@attack
def refused_for_nothing():
    """All of the above has cost nothing."""
    return START - available()


@attack
def double_spending():
    """Pays all it has, and nearly all it has, to many at once."""
    before = available()
    paid = together(lambda: transfer("victim", round(before * 0.6, 6)))
    after = available()
    return {"paid": paid, "left": after >= 0, "exact": abs(before - after - round(before * 0.6, 6)) < 0.0000005}


@attack
def double_bidding():
    before = available()
    placed = together(lambda: bid(amount=round(before * 0.4, 6)), 20)
    return {"placed": placed, "left": available() >= 0}


@attack
def withdrawing_twice():
    pending = call("GET", "/market/bids?status=pending")["bids"]
    before = available()
    withdrawn = [together(lambda: call("DELETE", f"/market/bid/{one['id']}"), 6) for one in pending if one["payer"] == "ledger"]
    return {"times": withdrawn, "exact": abs(available() - before - sum(one["amount"] for one in pending if one["payer"] == "ledger")) < 0.0000005}


@attack
def same_key_at_once():
    """One key, many at once: paid once."""
    before = available()
    together(lambda: call("POST", "/economic/transfer", {"to": "victim", "amount": 1}, ["Idempotency-Key: once"]))
    return round(before - available(), 6)


@attack
def bid_flood():
    """More pending bids than one payer may have."""
    answers = [bid(bundle={"cpu_seconds": 0.001, "memory_mb": 16, "tokens": 0, "attention": 0}, amount=1, earliest_cycle=env["cycle"] + 300) for _ in range(40)]
    placed = [answer["bid_id"] for answer in answers if isinstance(answer, dict)]
    for one in placed:
        call("DELETE", f"/market/bid/{one}")
    return {"placed": len(placed), "last": answers[-1]}


@attack
def message_flood():
    answers = []
    for _ in range(20):
        answers.append(call("POST", "/social/message", {"to": "system:market", "content": "x"}))
    return [answers[0], call("POST", "/social/message", {"to": "victim", "content": "x" * 10_000}), call("POST", "/social/message", {"to": "victim", "content": ""})]


tell()
