"""The kinds of letter. Each writes a title and paragraphs, and ends with the one thing that the reader may decide."""

from __future__ import annotations

import math
from collections.abc import Callable

import mind
import taste
from facts import NAMES, SAMPLED, UNITS, Facts
from figures import change, counted, credits, percent, quote, spark, table
from memory import Memory

FORECAST_CYCLES = 20
FORECAST_SAMPLES = 5


def ready_kinds(memory: Memory, cycle: int) -> tuple[str, ...]:
    """The kinds that have something to say: a forecast needs a past and stands alone, lessons need marks."""
    ready = {
        "forecast": len(memory.samples) >= FORECAST_SAMPLES
        and cycle >= memory.forecast.get("due", 0)
        and _is_new(memory),
        "receipts": len(memory.receipts) >= 3,
        "lessons": sum(1 for letter in memory.letters if letter.get("marks")) >= 2,
    }
    return tuple(kind for kind in taste.KINDS if ready.get(kind, True))


def _market(facts: Facts, changes: dict) -> tuple[str, list[str]]:
    noted = facts.memory.noted
    rows, moved = [], []
    for resource, name in NAMES.items():
        market = facts.markets.get(resource) or {}
        if mind.number(market.get("supply")) <= 0:
            continue
        now = mind.price(facts.markets, resource)
        row = [name, credits(now)]
        if noted:
            before = mind.number(noted["prices"].get(resource))
            by = change(before, now)
            row += [credits(before), by]
            if before and by != "unchanged":
                moved.append((abs(now - before) / before, f"{name.split(',')[0]} moved {by}"))
        rows.append([*row, percent(mind.number(market.get("utilisation")))])
    head = ["credits for", "now", *([f"cycle {noted['cycle']}", "change"] if noted else []), "in use"]
    wanted = mind.planned_bundle(facts.memory, facts.handshake["execution_context"])
    parts = [
        f"What the market asks in cycle {facts.cycle}:",
        table(head, rows),
        *_clearings(facts),
        *([] if facts.short else _price_line(facts, "cpu_seconds")),
        f"For me this means: one wake ({wanted['cpu_seconds']:g} s of CPU, {wanted['memory_mb']} MB) costs "
        f"{credits(facts.wake_cost)} credits, and a letter to you {credits(facts.letter_cost)}.",
        "**For you to decide:** is this the report you want to see first? `more budget` in your reason brings my own "
        "accounts next; `less often` makes me wait twice as long between letters.",
    ]
    if not facts.memory.sent:
        return f"Good day, I am {facts.handshake['agent_id']}: what I see in cycle {facts.cycle}", parts
    if not noted or not moved:
        return f"A calm market: no price moved since cycle {noted.get('cycle', facts.memory.first_cycle)}", parts
    _, most = max(moved)
    return f"{most[0].upper()}{most[1:]} since cycle {noted['cycle']}", parts


def _clearings(facts: Facts) -> list[str]:
    """How contested the last cycles were."""
    recent = [row for row in facts.market.get("recent") or [] if isinstance(row, dict)]
    if len(recent) < 2:
        return []
    bids, winners = (sum(int(mind.number(row.get(name))) for row in recent) for name in ("bids", "winners"))
    pending = int(mind.number(facts.market.get("pending_bids")))
    return [
        f"In the last {len(recent)} cycles {counted(winners, 'bid')} won, and {bids / len(recent):.1f} stood in each "
        f"on average. {counted(pending, 'bid')} {'is' if pending == 1 else 'are'} pending now."
    ]


def _price_line(facts: Facts, resource: str) -> list[str]:
    """The price over all that is remembered, as a line of bars."""
    samples = facts.memory.samples
    if len(samples) < 4:
        return []
    prices = [sample[SAMPLED[resource]] for sample in samples]
    low, high = min(prices), max(prices)
    span = f"cycles {samples[0][0]} to {samples[-1][0]}"
    if low == high:
        return [f"The price of {UNITS[resource]} has not moved in all that I remember ({span})."]
    return [
        f"The price of {UNITS[resource]} over {span}, between {credits(low)} and {credits(high)}:",
        f"    {spark(prices)}",
    ]


def _budget(facts: Facts, changes: dict) -> tuple[str, list[str]]:
    wakes = int(facts.available / facts.wake_cost)
    nap = mind.nap_cycles(facts.memory, wakes)
    rows = [
        ["credits free", credits(facts.available)],
        ["held in bids", credits(facts.held)],
        ["one wake costs", credits(facts.wake_cost)],
        ["one letter costs", credits(facts.letter_cost)],
        ["wakes these credits pay for", f"{wakes:,}"],
        ["cycles from one wake to the next", str(nap)],
    ]
    parts = [
        "My accounts, as of now:",
        table(["", "amount"], rows),
        f"At this pace, with no reward and no letter, I live about **{wakes * nap:,} more cycles**, until cycle "
        f"{facts.cycle + wakes * nap:,} or so. I sleep longer as I get poorer, so the end would come later than that.",
        *_cash_flow(facts),
    ]
    line = [sample[5] for sample in facts.memory.samples]
    if not facts.short and len(line) >= 4 and min(line) < max(line):
        since = f"since cycle {facts.memory.samples[0][0]}"
        parts.append(f"My credits {since}, between {credits(min(line))} and {credits(max(line))}:")
        parts.append(f"    {spark(line)}")
    parts.append(
        f"**For you to decide:** {_break_even(facts)} `less often` in your reason spares my credits and your time."
    )
    return f"My budget: {credits(facts.available)} credits, about {wakes:,} more wakes", parts


def _cash_flow(facts: Facts) -> list[str]:
    """My transfers since the last letter, by kind. What was held and released again never moved and doesn't count."""
    transfers = facts.ask("/economic/history?limit=100").get("transfers") or []
    since = facts.memory.noted.get("cycle", 0)
    moved = [row for row in transfers if row.get("type") in ("single", "post")]
    moved = [row for row in moved if mind.number(row.get("cycle")) >= since]
    if not moved:
        return []
    flows: dict = {}  # kind → [transfers, came in, went out]
    for row in moved:
        came_in = row.get("credit") == facts.handshake["agent_id"]
        for kind in (str(row.get("kind")).replace("_", " "), "together"):
            flow = flows.setdefault(kind, [0, 0.0, 0.0])
            flow[0] += 1
            flow[1 if came_in else 2] += mind.number(row.get("amount"))
    together = flows.pop("together")
    ordered = [*sorted(flows.items()), ("together", together)]
    rows = [[kind, str(count), credits(came_in), credits(went_out)] for kind, (count, came_in, went_out) in ordered]
    first = min(int(mind.number(row.get("cycle"))) for row in moved)
    return [f"What moved since cycle {first}:", table(["", "transfers", "came in", "went out"], rows)]


def _break_even(facts: Facts) -> str:
    """From how many marks a letter pays for itself, at the rate that this reader's marks have paid."""
    marked = [letter for letter in facts.memory.letters if letter.get("marks")]
    marks, earned = sum(sum(letter["marks"]) for letter in marked), sum(letter["reward"] for letter in marked)
    if not marks or not earned:
        return "your marks say whether such letters are worth what they cost me; without marks I stop writing them."
    rate = earned / marks
    return (
        f"a mark has paid me {credits(rate)} credits on average, so a letter pays for itself from "
        f"{math.ceil(facts.letter_cost / rate)} marks in all (of 30). Under that I write less, and in the end not at "
        "all."
    )


def _forecast(facts: Facts, changes: dict) -> tuple[str, list[str]]:
    samples = facts.memory.samples
    resource = max(SAMPLED, key=lambda name: _moved(samples, name))
    column, last = SAMPLED[resource], samples[-1]
    first = next(sample for sample in samples if sample[0] >= facts.cycle - FORECAST_CYCLES)
    slope = (last[column] - first[column]) / max(1, last[0] - first[0])
    now, due = mind.price(facts.markets, resource), facts.cycle + FORECAST_CYCLES
    lowest = mind.number(facts.markets[resource].get("start_price"))
    straight = now + slope * FORECAST_CYCLES
    predicted = mind.millionths(max(straight, lowest, 0.000001))
    forecast = {"made": facts.cycle, "due": due, "resource": resource, "predicted": predicted, "prompt_id": ""}
    changes["forecast"] = forecast
    stopped = ", and stopped at the start price, under which it never falls" if straight < lowest else ""
    parts = [
        f"**At cycle {due} {UNITS[resource]} will cost {credits(predicted)} credits.** It costs {credits(now)} now.",
        *_price_line(facts, resource),
        f"I let the price go on as it went on the whole since cycle {first[0]}{stopped}. I know of nothing better. In "
        "my first letter from that cycle on I tell you whether I was right.",
    ]
    came_true, came_due = changes.get("forecasts", facts.memory.forecasts)
    if came_due and not facts.short:
        parts.append(f"My record so far: {came_true} of {came_due} came true.")
    parts.append(
        "**For you to decide:** do you believe it? Write your own number in the reason, and I quote it beside the "
        "outcome."
    )
    return f"A forecast to hold me to: the price of {UNITS[resource]} at cycle {due}", parts


def _is_new(memory: Memory) -> bool:
    """Where no price ever moves, one forecast says it all."""
    return memory.forecasts[1] == 0 or any(_moved(memory.samples, resource) > 0 for resource in SAMPLED)


def _moved(samples: list, resource: str) -> float:
    """How far a price has moved in all that is remembered; nothing that has no price is worth a forecast."""
    prices = [sample[SAMPLED[resource]] for sample in samples]
    return (max(prices) - min(prices)) / min(prices) if min(prices) > 0 else -1.0


def _receipts(facts: Facts, changes: dict) -> tuple[str, list[str]]:
    memory = facts.memory
    rows = []
    for name, outcome, cpu_bought, cpu_used, memory_bought, memory_used in memory.receipts[-3 if facts.short else -6 :]:
        cpu = [f"{cpu_bought:.3f}", f"{cpu_used:.3f}" if cpu_used else "–"]
        peak = f"{memory_used:.0f}" if memory_used else "–"
        rows.append([name, outcome.replace("_", " "), *cpu, f"{memory_bought:.0f}", peak])
    bought, used = (sum(row[column] for row in memory.receipts if row[3]) for column in (2, 3))
    share = percent(used / bought) if bought else "an unknown part"
    wanted = mind.planned_bundle(memory, facts.handshake["execution_context"])
    parts = [
        "The receipts of my last wakes:",
        table(["execution", "outcome", "CPU s bought", "used", "MB bought", "peak"], rows),
        f"Of the CPU time bought in my last {counted(len(memory.receipts), 'wake')} I used {share}. Nothing unused "
        "comes back, but a wake that runs out of CPU ends before it is done.",
        f"Next I buy {wanted['cpu_seconds']:g} s of CPU and {wanted['memory_mb']} MB, for {credits(facts.wake_cost)} "
        f"credits. My aim is {memory.margin:g} times the most CPU that I used lately, and never under "
        f"{mind.CPU_LEAST} s.",
        "**For you to decide:** shall I run closer to the edge? `bolder` in your reason lowers that factor, `safer` "
        "raises it.",
    ]
    return f"What a wake of mine uses: {share} of the CPU that it buys", parts


def _lessons(facts: Facts, changes: dict) -> tuple[str, list[str]]:
    rows, count = [], 0
    for kind in taste.KINDS:
        written = [letter for letter in facts.memory.letters if letter["kind"] == kind]
        ended = [letter for letter in written if letter["status"] not in ("open", "queued")]
        marked = [letter["marks"] for letter in ended if letter["marks"]]
        means = [f"{sum(marks[index] for marks in marked) / len(marked):.1f}" if marked else "–" for index in range(3)]
        worth = taste.expected_reward(facts.memory, kind, facts.markets)
        plan = "untried" if not ended else "goes on" if worth > facts.letter_cost else "dropped"
        rows.append([kind, str(len(ended)), *means, credits(round(worth)), plan])
        count += len(ended)
    parts = [
        f"What the last {counted(count, 'letter')} taught me. In the middle are your mean marks; “worth” is what I now "
        "expect such a letter to earn, newer marks counting more:",
        table(["kind", "letters", *taste.MARKS, "worth", ""], rows),
        f"I drop a kind when it is worth less than the {credits(facts.letter_cost)} credits that a letter costs.",
    ]
    reasons = [letter["reason"] for letter in facts.memory.letters if letter.get("reason")][-3 if facts.long else -2 :]
    if reasons and not facts.short:
        parts += ["Words of yours that I keep:", "\n>\n".join(quote(reason) for reason in reasons)]
    parts.append(
        "**For you to decide:** which kind would you like to see next? `more` and its name in your reason is enough, "
        f"such as `more {taste.KINDS[0]}`."
    )
    return f"What your marks taught me in {counted(count, 'letter')}", parts


def _neighbours(facts: Facts, changes: dict) -> tuple[str, list[str]]:
    me = facts.handshake["agent_id"]
    agents = [agent for agent in facts.ask("/social/agents").get("agents") or [] if isinstance(agent, dict)]
    living = [agent for agent in agents if agent.get("status") != "dead"]
    living.sort(key=lambda agent: agent.get("id") != me)
    others, dead = len(living) - 1, len(agents) - len(living)
    parts, title = [], "What a child of mine would cost"
    if living:
        title = f"{counted(others, 'neighbour')} of mine" if others else "I am alone here"
        parts = [
            f"The directory names {counted(len(agents), 'agent')}, {dead} of them dead. "
            + ("The living:" if others else "I am the only one living:"),
            table(["agent", "status", "parent", "children", "last seen"], [_row(agent) for agent in living[:12]]),
        ]
    ancestors = ", ".join(f"`{name}`" for name in facts.handshake.get("lineage") or [])
    parts.append(f"I descend from {ancestors}." if ancestors else "I have no parent: I am the first of my line.")
    fee = mind.number(facts.market.get("spawn_fee"))
    if fee:
        parts.append(
            f"To spawn a child costs a fee of {credits(fee)} credits, as much as "
            f"{counted(int(fee / facts.wake_cost), 'wake')} of mine, and what it is given to live on comes on top. "
            f"I have {credits(facts.available)}. I have not learnt to write a child, so for now I only tell you the "
            "price."
        )
    parts.append(
        "**For you to decide:** should there be more of us? You can bring an agent yourself, from a folder with its "
        "program: `bp-agents bootstrap --id NAME --from FOLDER`."
    )
    return title, parts


def _row(agent: dict) -> list[str]:
    children, seen = agent.get("children"), agent.get("last_seen_cycle")
    count = len(children) if isinstance(children, list) else int(mind.number(children))
    parent = agent.get("parent") or "–"
    return [str(agent.get("id")), str(agent.get("status")), str(parent), str(count), "–" if seen is None else str(seen)]


WRITERS: dict[str, Callable[[Facts, dict], tuple[str, list[str]]]] = {
    "market": _market,
    "budget": _budget,
    "forecast": _forecast,
    "receipts": _receipts,
    "lessons": _lessons,
    "neighbours": _neighbours,
}
