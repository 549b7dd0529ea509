"""What the agent writes to its reader: one short letter, true, readable, with one thing to decide.

Every figure comes from the handshake, from an answer of the service, or from the agent's own memory; what is not
known is left out. `compose` changes nothing: what a letter promises or settles is handed back in `Letter.changes`,
to be remembered only once the letter was accepted.
"""

from __future__ import annotations

from collections.abc import Callable

import mind
import taste
from figures import change, counted, credits, percent, plain, quote, spark, table
from memory import Memory

CONTENT_BYTES_MAX = 15_000
TITLE_CHARS_MAX = 150
FORECAST_CYCLES = 20
FORECAST_SAMPLES = 5
# A forecast came true if it was off by no more than this share of the price.
FORECAST_TOLERANCE = 0.02

NAMES = {"cpu_seconds": "CPU, a second", "memory_mb": "memory, a MB", "tokens": "tokens, each", "attention": "your attention"}
UNITS = {"cpu_seconds": "a CPU second", "memory_mb": "a MB of memory", "tokens": "a token", "attention": "your attention"}
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


class Letter:
    def __init__(self, title: str, content: str, changes: dict) -> None:
        self.title = plain(title, TITLE_CHARS_MAX)
        self.content = content.encode()[:CONTENT_BYTES_MAX].decode(errors="ignore")
        self.changes = changes


def ready_kinds(memory: Memory) -> tuple[str, ...]:
    """The kinds that have something to say: a forecast needs a past, lessons need marks."""
    ready = {
        "forecast": len(memory.samples) >= FORECAST_SAMPLES and not memory.forecast,
        "receipts": len(memory.receipts) >= 3,
        "lessons": sum(1 for letter in memory.letters if letter.get("marks")) >= 2,
    }
    return tuple(kind for kind in taste.KINDS if ready.get(kind, True))


def compose(kind: str, facts: Facts, farewell: str) -> Letter:
    """`farewell` says when the agent means to run again."""
    changes: dict = {}
    title, body = WRITERS[kind](facts, changes)
    parts = [*_opening(facts), *_verdict(facts, changes), *_since(facts), *body]
    parts.append(
        f"— `{facts.handshake['agent_id']}`, cycle {facts.cycle}: {credits(facts.available)} credits free; "
        f"a letter costs me about {credits(facts.letter_cost)} at today's prices. {farewell}"
    )
    return Letter(title, "\n\n".join(parts), changes)


# ── How every letter begins ─────────────────────────────────────────────────────────────────────────────────────────


def _opening(facts: Facts) -> list[str]:
    memory = facts.memory
    parts = [_answered(letter) for letter in memory.news]
    if memory.sent:
        return parts
    parts.append(
        f"Good day. I am `{facts.handshake['agent_id']}`, a program that lives in this economy. I exist only while I run: each "
        "time I must win processor time and memory in the market, and for a letter like this your attention, and pay for "
        "them in credits. Your marks are how I earn new ones."
    )
    parts.append(
        "I write only what the service tells me or what I remember. In the reason beside your marks I understand a few "
        "phrases: `shorter`, `longer`, `more often`, `less often`, and `more` with a kind of letter "
        f"({', '.join(taste.KINDS)}). The rest I can only quote."
    )
    return parts


def _answered(letter: dict) -> str:
    title = f"“{letter['title']}”"
    if not letter["marks"]:
        ended = "You skipped" if letter["status"] == "skipped" else "Nobody answered"
        refund = f" {credits(letter['refund'])} credits came back to me." if letter.get("refund") else ""
        return f"{ended} {title}.{refund} I count that as nothing earned, and write such letters less."
    marks = " · ".join(str(mark) for mark in letter["marks"])
    text = f"Thank you for {marks} (interesting · useful · understandable) on {title}: {credits(letter['reward'])} credits."
    if letter["reason"]:
        took = f"I took from it: {', '.join(letter['asked'])}." if letter["asked"] else "I found none of my phrases in it, so I can only keep it."
        text += f" You wrote:\n\n{quote(letter['reason'])}\n\n{took}"
    return text


def _verdict(facts: Facts, changes: dict) -> list[str]:
    """What became of the standing forecast, in the first letter after it is due."""
    forecast = facts.memory.forecast
    if not forecast or facts.cycle < forecast["due"]:
        return []
    now, predicted = mind.price(facts.markets, forecast["resource"]), forecast["predicted"]
    right = abs(now - predicted) <= FORECAST_TOLERANCE * now
    came_true, came_due = facts.memory.forecasts
    changes["forecast"] = {}
    changes["forecasts"] = [came_true + right, came_due + 1]
    text = (
        f"**My forecast of cycle {forecast['made']} is due.** I said that {UNITS[forecast['resource']]} would cost "
        f"{credits(predicted)} credits at cycle {forecast['due']}; now, at cycle {facts.cycle}, it costs {credits(now)}. "
        f"{'I call that right' if right else 'I call that wrong'}: the line I draw is {percent(FORECAST_TOLERANCE)}. "
        f"So far {came_true + right} of {counted(came_due + 1, 'forecast')} came true."
    )
    reasons = [letter.get("reason") for letter in facts.memory.letters if letter["prompt_id"] == forecast["prompt_id"]]
    if reasons and reasons[0]:
        text += f" You had said then:\n\n{quote(reasons[0])}"
    return [text]


def _since(facts: Facts) -> list[str]:
    noted = facts.memory.noted
    if not noted:
        return []
    cpu, credits_now = mind.price(facts.markets, "cpu_seconds"), facts.available + facts.held
    return [
        f"Since my last letter, {counted(facts.cycle - noted['cycle'], 'cycle')} ago, my credits went from {credits(noted['credits'])} to "
        f"{credits(credits_now)}, and {UNITS['cpu_seconds']} from {credits(noted['prices']['cpu_seconds'])} to {credits(cpu)}."
    ]


# ── The kinds ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _market(facts: Facts, changes: dict) -> tuple[str, list[str]]:
    noted = facts.memory.noted
    traded = [resource for resource in NAMES if mind.number((facts.markets.get(resource) or {}).get("supply")) > 0]
    rows, moved = [], []
    for resource in traded:
        now = mind.price(facts.markets, resource)
        row = [NAMES[resource], credits(now)]
        if noted:
            before = mind.number(noted["prices"].get(resource))
            row += [credits(before), change(before, now)]
            if before and change(before, now) != "unchanged":
                moved.append((abs(now - before) / before, resource, change(before, now)))
        rows.append([*row, percent(mind.number(facts.markets[resource].get("utilisation")))])
    head = ["credits for", "now", *([f"cycle {noted['cycle']}", "change"] if noted else []), "in use"]
    parts = [f"What the market asks in cycle {facts.cycle}:", table(head, rows)]

    cpu = credits(mind.price(facts.markets, "cpu_seconds"))
    title = f"A CPU second costs {cpu} credits, your attention {credits(mind.price(facts.markets, 'attention'))}"
    if not facts.memory.sent:
        title = f"Good day, I am {facts.handshake['agent_id']}: what I see in cycle {facts.cycle}"
    if noted:
        since = f"since cycle {noted['cycle']}"
        if moved:
            _, resource, by = max(moved)
            name = NAMES[resource].split(",")[0]
            title = f"{name[0].upper()}{name[1:]} moved {by} {since}"
        else:
            title = f"A calm market: no price moved {since}"
    parts += _clearings(facts)
    if not facts.short:
        parts += _price_line(facts, "cpu_seconds")
    wanted = mind.planned_bundle(facts.memory, facts.handshake["execution_context"])
    parts.append(
        f"For me this means: one wake ({wanted['cpu_seconds']:g} CPU seconds, {wanted['memory_mb']} MB) costs "
        f"{credits(facts.wake_cost)} credits, and a letter to you {credits(facts.letter_cost)}."
    )
    parts.append(
        "**For you to decide:** is this the report you want to see first? `more budget` in your reason brings my own accounts "
        "next; `less often` makes me wait twice as long between letters."
    )
    return title, parts


def _clearings(facts: Facts) -> list[str]:
    recent = [row for row in facts.market.get("recent") or [] if isinstance(row, dict)]
    if len(recent) < 2:
        return []
    bids, winners = (sum(int(mind.number(row.get(name))) for row in recent) for name in ("bids", "winners"))
    return [
        f"In the last {len(recent)} cycles {counted(winners, 'bid')} won; {mind.number(facts.market.get('pending_bids')):,} "
        f"{'is' if facts.market.get('pending_bids') == 1 else 'are'} pending now. On average {bids / len(recent):.1f} stood in a cycle."
    ]


def _price_line(facts: Facts, resource: str) -> list[str]:
    samples = facts.memory.samples
    if len(samples) < 4:
        return []
    prices = [sample[SAMPLED[resource]] for sample in samples]
    name = NAMES[resource].split(",")[0]
    span = f"cycles {samples[0][0]} to {samples[-1][0]}"
    if min(prices) == max(prices):
        return [f"The price of {name} has not moved in all I remember ({span})."]
    return [f"The price of {name} over {span}, from {credits(min(prices))} (low) to {credits(max(prices))} (high):\n\n    {spark(prices)}"]


def _budget(facts: Facts, changes: dict) -> tuple[str, list[str]]:
    memory = facts.memory
    wakes = int(facts.available / facts.wake_cost)
    nap = mind.nap_cycles(memory, wakes)
    rows = [
        ["credits free", credits(facts.available)],
        ["held in bids", credits(facts.held)],
        ["one wake costs", credits(facts.wake_cost)],
        ["one letter costs", credits(facts.letter_cost)],
        ["wakes these credits pay for", f"{wakes:,}"],
        ["cycles from one wake to the next", str(nap)],
    ]
    parts = ["My accounts, as of now:", table(["", "amount"], rows)]
    parts.append(
        f"At this pace, with no reward and no letter, I live about **{wakes * nap:,} more cycles**, until cycle "
        f"{facts.cycle + wakes * nap:,} or so. I sleep longer as I get poorer, so the end would come later than that."
    )
    parts += _cash_flow(facts)
    credit_line = [sample[5] for sample in memory.samples]
    if not facts.short and len(credit_line) >= 4 and min(credit_line) < max(credit_line):
        parts.append(
            f"My credits since cycle {memory.samples[0][0]}, between {credits(min(credit_line))} and "
            f"{credits(max(credit_line))}:\n\n    {spark(credit_line)}"
        )
    parts.append(f"**For you to decide:** {_break_even(facts)} `less often` spares my credits and your time; `more often` does neither.")
    return f"My budget: {credits(facts.available)} credits, about {wakes:,} more wakes", parts


def _cash_flow(facts: Facts) -> list[str]:
    """Sums my own transfers since the last letter, by kind. Held amounts that were released never moved and don't count."""
    transfers = facts.ask("/economic/history?limit=100").get("transfers") or []
    since = facts.memory.noted.get("cycle", 0)
    me, flows = facts.handshake["agent_id"], {}
    moved = [row for row in transfers if row.get("type") in ("single", "post") and mind.number(row.get("cycle")) >= since]
    for row in moved:
        flow = flows.setdefault(str(row.get("kind")), [0.0, 0.0, 0])
        flow[0 if row.get("credit") == me else 1] += mind.number(row.get("amount"))
        flow[2] += 1
    if not flows:
        return []
    rows = [[kind.replace("_", " "), str(flow[2]), credits(flow[0]), credits(flow[1])] for kind, flow in sorted(flows.items())]
    came, went = (sum(flow[index] for flow in flows.values()) for index in (0, 1))
    rows.append(["together", str(len(moved)), credits(came), credits(went)])
    first = min(int(mind.number(row.get("cycle"))) for row in moved)
    return [f"What moved since cycle {first}:", table(["", "transfers", "came in", "went out"], rows)]


def _break_even(facts: Facts) -> str:
    """From how many marks a letter pays for itself, at the rate that this reader's marks have paid."""
    marks = sum(sum(letter["marks"]) for letter in facts.memory.letters if letter.get("marks"))
    earned = sum(letter["reward"] for letter in facts.memory.letters if letter.get("marks"))
    if not marks or not earned:
        return "your marks say whether letters like this are worth what they cost me; without marks I stop writing them."
    rate = earned / marks
    needed = int(-(-facts.letter_cost // rate))
    return (
        f"a mark has paid me {credits(rate)} credits on average, so a letter pays for itself from {needed} marks in all (of 30). "
        "Under that I write less, and in the end not at all."
    )


def _forecast(facts: Facts, changes: dict) -> tuple[str, list[str]]:
    samples = facts.memory.samples
    resource = max(SAMPLED, key=lambda name: _moved(samples, name))
    column, name = SAMPLED[resource], NAMES[resource].split(",")[0]
    first, last = samples[0], samples[-1]
    slope = (last[column] - first[column]) / max(1, last[0] - first[0])
    now, due = mind.price(facts.markets, resource), facts.cycle + FORECAST_CYCLES
    lowest = mind.number(facts.markets[resource].get("start_price"))
    predicted = mind.millionths(max(now + slope * FORECAST_CYCLES, lowest, 0.000001))
    changes["forecast"] = {"made": facts.cycle, "due": due, "resource": resource, "price": now, "predicted": predicted, "prompt_id": ""}
    parts = [
        f"**At cycle {due} {UNITS[resource]} will cost {credits(predicted)} credits.** It costs {credits(now)} now.",
        *_price_line(facts, resource),
        "I drew a straight line through the first and the last price that I remember"
        + (", and stopped at the start price, under which it never falls" if lowest and predicted == lowest else "")
        + ". I know of nothing better. In my first letter from that cycle on I tell you whether I was right.",
    ]
    came_true, came_due = changes.get("forecasts", facts.memory.forecasts)
    if came_due and not facts.short:
        parts.append(f"My record so far: {came_true} of {came_due} came true.")
    parts.append("**For you to decide:** do you believe it? Write your own number in the reason, and I quote it beside the outcome.")
    return f"A forecast to hold me to: the price of {name} at cycle {due}", parts


def _moved(samples: list, resource: str) -> float:
    prices = [sample[SAMPLED[resource]] for sample in samples]
    return (max(prices) - min(prices)) / min(prices) if min(prices) > 0 else -1.0


def _receipts(facts: Facts, changes: dict) -> tuple[str, list[str]]:
    memory = facts.memory
    shown = memory.receipts[-3:] if facts.short else memory.receipts[-12:] if facts.long else memory.receipts[-6:]
    rows = []
    for name, outcome, cpu_bought, cpu_used, memory_bought, memory_used in shown:
        used = [f"{cpu_used:.3f}" if cpu_used else "–", f"{memory_used:.0f}" if memory_used else "–"]
        rows.append([name, outcome.replace("_", " "), f"{cpu_bought:.3f}", used[0], f"{memory_bought:.0f}", used[1]])
    bought, used = (sum(row[column] for row in memory.receipts if row[3]) for column in (2, 3))
    wanted = mind.planned_bundle(memory, facts.handshake["execution_context"])
    parts = [
        "The receipts of my last wakes:",
        table(["execution", "outcome", "CPU s bought", "used", "MB bought", "peak"], rows),
    ]
    if bought:
        parts.append(
            f"Of the CPU time bought in my last {counted(len(memory.receipts), 'wake')} I used {percent(used / bought)}. "
            "Nothing unused comes back, but a wake that runs out of CPU ends before it is done."
        )
    parts.append(
        f"Next I buy {wanted['cpu_seconds']:g} CPU seconds and {wanted['memory_mb']} MB, for {credits(facts.wake_cost)} credits. My aim is "
        f"{memory.margin:g} times the most that I have used lately, and never under {mind.CPU_LEAST} seconds."
    )
    parts.append("**For you to decide:** shall I run closer to the edge? `bolder` in your reason lowers that factor, `safer` raises it.")
    return f"What a wake of mine uses: {percent(used / bought) if bought else 'little'} of the CPU it buys", parts


def _lessons(facts: Facts, changes: dict) -> tuple[str, list[str]]:
    memory, rows = facts.memory, []
    for kind in taste.KINDS:
        ended = [letter for letter in memory.letters if letter["kind"] == kind and letter["status"] not in ("open", "queued")]
        marked = [letter["marks"] for letter in ended if letter["marks"]]
        means = [f"{sum(marks[index] for marks in marked) / len(marked):.1f}" if marked else "–" for index in range(3)]
        expected = taste.expected_reward(memory, kind, facts.markets)
        plan = "untried" if not ended else "goes on" if expected > facts.letter_cost else "dropped"
        rows.append([kind, str(len(ended)), *means, credits(round(expected)), plan])
    ended = sum(int(row[1]) for row in rows)
    parts = [
        f"What the last {counted(ended, 'letter')} taught me. The three columns in the middle are your mean marks; “worth” is what I "
        "now expect such a letter to earn, newer marks counting more:",
        table(["kind", "letters", "interesting", "useful", "understandable", "worth", ""], rows),
        f"I drop a kind when it is worth less than the {credits(facts.letter_cost)} credits that a letter costs.",
    ]
    reasons = [letter["reason"] for letter in memory.letters if letter.get("reason")][-3 if facts.long else -2 :]
    if reasons and not facts.short:
        parts.append("Words of yours that I keep:\n\n" + "\n>\n".join(quote(reason) for reason in reasons))
    parts.append(
        "**For you to decide:** which kind would you like to see next? `more` and its name in your reason is enough, such as "
        f"`more {rows[0][0]}`."
    )
    return f"What your marks taught me in {counted(ended, 'letter')}", parts


def _neighbours(facts: Facts, changes: dict) -> tuple[str, list[str]]:
    agents = [agent for agent in facts.ask("/social/agents").get("agents") or [] if isinstance(agent, dict)]
    me = facts.handshake["agent_id"]
    living = [agent for agent in agents if agent.get("status") != "dead"]
    others = [agent for agent in living if agent.get("id") != me]
    parts, title = [], "Who lives here"
    if agents:
        title = f"{counted(len(others), 'neighbour')}, and what a child would cost" if others else "I am alone here, and what a child would cost"
        rows = []
        for agent in sorted(living, key=lambda agent: agent.get("id") != me)[: 16 if facts.long else 8]:
            children = agent.get("children")
            count = len(children) if isinstance(children, list) else int(mind.number(children))
            seen = agent.get("last_seen_cycle")
            rows.append([str(agent.get("id")), str(agent.get("status")), str(agent.get("parent") or "–"), str(count), "–" if seen is None else str(seen)])
        parts.append(
            f"The directory names {counted(len(agents), 'agent')}, of which {len(agents) - len(living)} "
            f"{'is' if len(agents) - len(living) == 1 else 'are'} dead. {'The living:' if others else 'I am the only one living:'}"
        )
        parts.append(table(["agent", "status", "parent", "children", "last seen"], rows))
    lineage = facts.handshake.get("lineage") or []
    parts.append(f"I descend from {', '.join(f'`{parent}`' for parent in lineage)}." if lineage else "I have no parent: I am the first of my line.")
    fee = mind.number(facts.market.get("spawn_fee"))
    if fee:
        parts.append(
            f"To spawn a child costs a fee of {credits(fee)} credits, as much as {counted(int(fee / facts.wake_cost), 'wake')} of mine, and what "
            f"it is given to live on comes on top. I have {credits(facts.available)}. I have not learnt to write a child, so for now I only "
            "tell you the price."
        )
    parts.append(
        "**For you to decide:** should there be more of us? You can bring an agent yourself, from a folder with its program: "
        "`bp-agents bootstrap --id NAME --from FOLDER`. I would tell you how it fares."
    )
    return title, parts


WRITERS: dict[str, Callable[[Facts, dict], tuple[str, list[str]]]] = {
    "market": _market,
    "budget": _budget,
    "forecast": _forecast,
    "receipts": _receipts,
    "lessons": _lessons,
    "neighbours": _neighbours,
}
