"""One wake of the agent: what it does, in the order in which `main.py` has it done."""

from __future__ import annotations

import time

import kinds
import letters
import mind
import taste
from facts import NAMES, SAMPLED, Facts
from figures import counted, credits
from memory import Memory
from muse import Muse
from service import Answer, Service

BID_TRIES = 6
OUTAGE_TRIES = 3
RETRY_SECONDS = 0.5


class Wake:
    """`handshake["credits"]` follows what the bids of this wake hold and release."""

    def __init__(self, handshake: dict, memory: Memory, service: Service) -> None:
        self.handshake = handshake
        self.memory = memory
        self.service = service
        self.cycle: int = handshake["cycle"]
        self.market: dict = {}
        self.credits_at_start = self.available + mind.number(handshake["credits"].get("pending"))
        self.nap = 0
        mine = [bid for bid in handshake.get("bids") or [] if self._is_mine(bid)]
        self.life_bids = [bid for bid in mine if not bid["bundle"].get("attention")]
        self.letter_bids = [bid for bid in mine if bid["bundle"].get("attention")]

    @property
    def available(self) -> float:
        return mind.number(self.handshake["credits"].get("available"))

    @property
    def holds_attention(self) -> bool:
        return bool(self.handshake["execution_context"].get("attention"))

    # ── The steps ───────────────────────────────────────────────────────────────────────────────────────────────────

    def learn(self) -> None:
        """Takes in the receipt of the last wake and the answers that came since."""
        memory, handshake = self.memory, self.handshake
        memory.quiet += 1  # Until something happens.
        mind.learn_receipt(memory, handshake.get("last_execution") or {})
        mind.learn_lateness(memory, self.cycle)
        for response in handshake.get("responses") or []:
            self._learn_answer(response)
        for message in handshake.get("inbox") or []:
            print(f"a message from {message.get('from')}, which I can't answer yet")

    def secure_next_life(self) -> None:
        """Sees to it that a bid for the next wake stands. No step before this one speaks to the service."""
        if self.life_bids:
            print(f"my next life is bid for already: {self.life_bids[0]['id']}")
            return
        if self.letter_bids and mind.runway(self.memory, self.handshake) < 1:
            self._withdraw(self.letter_bids)  # Life comes first.
        expecting = bool(self.letter_bids) or taste.wants_letter(self.memory, self.handshake)
        self._place_life(mind.next_life(self.memory, self.handshake, expecting))

    def bid_as_before(self) -> None:
        """The plain fallback where thinking failed: the bundle of this wake again, a little over its reserve."""
        context = self.handshake["execution_context"]
        wanted = mind.bundle(context["cpu_seconds"], context["memory_mb"])
        cost = mind.reserve_cost(wanted, self.handshake["markets"])
        self._place_life({"bundle": wanted, "amount": mind.millionths(min(cost * 1.25, self.available))})

    def look_around(self) -> None:
        """Reads the market and the fate of its letters, and keeps a sample of the prices."""
        memory, markets = self.memory, self.handshake["markets"]
        self.market = self._read("/market/state")
        memory.mechanism = str(self.market.get("mechanism") or memory.mechanism)
        memory.horizon = int(mind.number(self.market.get("bid_horizon_cycles"))) or memory.horizon
        prices = [mind.price(markets, resource) for resource in SAMPLED]
        in_use = mind.number((markets.get("cpu_seconds") or {}).get("utilisation"))
        memory.samples.append([self.cycle, *prices, in_use, self.credits_at_start])
        # An answer is handed over once; if that wake was killed, this is how it is not lost.
        fates = {
            str(prompt.get("id")): prompt
            for prompt in self._read(f"/human/prompts?limit={letters.LISTED}").get("prompts") or []
        }
        taste.adopt_open_letters(memory, self.handshake, list(fates.values()))
        for letter in taste.open_letters(memory):
            prompt = fates.get(letter["prompt_id"], {})
            if prompt.get("status") in ("scored", "skipped", "expired"):
                self._learn_answer(prompt)
            elif prompt.get("status") in ("open", "queued"):
                letter["status"] = prompt["status"]

    def speak(self) -> None:
        """Writes the letter that this wake's attention was bought for, or bids for attention where that is worth it."""
        if self.holds_attention:
            self._withdraw(self.letter_bids)
            self._write_letter()
            return
        held = sum(mind.number(bid.get("amount")) for bid in self.letter_bids)
        purse = {"available": self.available + held}
        wanted = taste.wants_letter(self.memory, {**self.handshake, "credits": purse})
        wanted = wanted and not self.market.get("human_away")  # Such a bid would wait, and never expire.
        if wanted and not self.letter_bids:
            kind, expected = taste.choose(self.memory, self.handshake)
            bid_id = self._place(taste.letter_bid(self.memory, self.handshake))
            print(f"a letter about {kind} may earn {credits(expected)}: {bid_id or 'no bid for attention'}")
        elif not wanted:
            self._withdraw(self.letter_bids)

    def settle(self) -> None:
        """Where it is poor and its letter lies before the reader, it waits for the answer instead of paying to wait.

        The letter's `next_bid` is placed when the letter ends, answered or not, but only if no own bid is pending.
        """
        waiting = any(letter["status"] == "open" and letter["next_bid"] for letter in self.memory.letters)
        if waiting and self._is_poor():
            self._withdraw(self.life_bids)
            self.memory.expected_cycle = 0
            print("I sleep until my letter is answered or runs out")

    # ── What the steps are made of ──────────────────────────────────────────────────────────────────────────────────

    def _place_life(self, bid: dict) -> None:
        bid_id = self._place(bid)
        if bid_id:
            self.life_bids = [{**bid, "id": bid_id}]
            self.memory.expected_cycle = bid.get("earliest_cycle", self.cycle + 1)
            self.nap = self.memory.expected_cycle - self.cycle

    def _place(self, bid: dict) -> str:
        """Places the bid, changed as the refusals suggest; its id, or nothing where no change would help."""
        attempted: dict | None = bid
        outages = 0
        for _ in range(BID_TRIES):
            answer = self.service.post("/market/bid", attempted)
            if answer.ok:
                bid.update(attempted)
                self._now_available(answer, self.available - attempted["amount"])
                named = f"{attempted['bundle']['cpu_seconds']:g} s, {attempted['bundle']['memory_mb']} MB"
                earliest = attempted.get("earliest_cycle", self.cycle + 1)
                print(f"bid {credits(attempted['amount'])} for {named}, from cycle {earliest}")
                return str(answer.body.get("bid_id") or "bid")
            print(f"bid refused, {answer}")
            if answer.status in (0, 429) or answer.status >= 500:
                outages += 1
                if outages == OUTAGE_TRIES:
                    break
                time.sleep(RETRY_SECONDS)
                continue
            attempted = mind.amended(attempted, answer, self.memory, self.handshake)
            if attempted is None:
                break
        return ""

    def _withdraw(self, bids: list[dict]) -> None:
        for bid in list(bids):
            answer = self.service.delete(f"/market/bid/{bid['id']}")
            if answer.ok:
                self._now_available(answer, self.available + mind.number(bid.get("amount")))
                bids.remove(bid)
                print(f"withdrew {bid['id']}")

    def _write_letter(self) -> None:
        memory, handshake = self.memory, self.handshake
        ready = kinds.ready_kinds(memory, self.cycle)
        kind, _ = taste.choose(memory, handshake, ready)
        muse = Muse(self.service, handshake)
        if muse.is_there and not memory.wanted_kind:  # What the reader asked for needs no advice.
            kind = muse.choose(memory, ready, kind)
        facts = Facts(handshake, memory, self.market, self._read)
        letter = letters.compose(kind, facts, self._farewell())
        if muse.is_there:
            letter.content = muse.phrase(memory, letter.content)
        next_bid = mind.waking_bid(memory, handshake)
        prompt = {"title": letter.title, "content": letter.content, "next_bid": next_bid}
        answer = self.service.post("/human/prompt", prompt)
        if answer.code == "too_large" and answer.field in ("title", "content") and answer.limit:
            # The operator may allow less than usual; both limits hold if a text has so many bytes.
            prompt[answer.field] = prompt[answer.field].encode()[: int(answer.limit)].decode(errors="ignore")
            answer = self.service.post("/human/prompt", prompt)
        elif answer.field.startswith("next_bid"):
            del prompt["next_bid"]
            answer = self.service.post("/human/prompt", prompt)
        if not answer.ok:
            print(f"letter refused, {answer}")
            return
        prompt_id, status = str(answer.body.get("prompt_id")), str(answer.body.get("status"))
        print(f"wrote “{letter.title}” ({kind}): {prompt_id} is {status}")
        for name, value in letter.changes.items():
            setattr(memory, name, value)
        if kind == "forecast":
            memory.forecast["prompt_id"] = prompt_id
        sent = {"prompt_id": prompt_id, "kind": kind, "title": letter.title, "cycle": self.cycle, "status": status}
        memory.letters.append({**sent, "marks": [], "reward": 0, "reason": "", "next_bid": "next_bid" in prompt})
        prices = {resource: mind.price(facts.markets, resource) for resource in NAMES}
        memory.noted = {"cycle": self.cycle, "prices": prices, "credits": facts.available + facts.held}
        memory.news, memory.wanted_kind = [], ""
        memory.sent += 1
        memory.quiet = 0

    def _learn_answer(self, prompt: dict) -> None:
        if taste.learn_answer(self.memory, self.handshake, prompt):
            self.memory.quiet = 0
            learnt = self.memory.news[-1]
            print(f"{learnt['prompt_id']} was {learnt['status']} and earned {credits(learnt['reward'])}")

    def _farewell(self) -> str:
        if self._is_poor():
            return "I am poor, so while this letter is open I sleep until it is answered."
        return f"I wake again in {counted(self.nap, 'cycle')}." if self.nap else "My next wake is bid for."

    def _is_poor(self) -> bool:
        return mind.is_poor(mind.runway(self.memory, self.handshake))

    def _read(self, path: str) -> dict:
        answer = self.service.get(path)
        if not answer.ok:
            print(f"could not read {path}, {answer}")
            return {}
        return answer.body

    def _now_available(self, answer: Answer, reckoned: float) -> None:
        purse, told = self.handshake["credits"], answer.body.get("available")
        before = self.available
        purse["available"] = mind.millionths(mind.number(told) if told is not None else max(0.0, reckoned))
        purse["pending"] = mind.millionths(max(0.0, mind.number(purse.get("pending")) + before - purse["available"]))

    def _is_mine(self, bid: dict) -> bool:
        """A pending bid for itself that it pays itself; one that somebody else sponsors may be withdrawn any time."""
        me = self.handshake["agent_id"]
        return bid.get("status") == "pending" and bid.get("payer", me) == me and bid.get("agent_id", me) == me
