"""What the market asks, and what it will ask."""

from __future__ import annotations

from figures import change, counted, credits, percent, table
from letter import Letter
from mind import Mind

NAMES = {"cpu_seconds": "CPU, a second", "memory_mb": "memory, a MB", "tokens": "tokens, each", "attention": "attention"}
FORECAST_SECONDS = 600
TOLERANCE = 0.02


def is_ready(mind: Mind, kind: str) -> bool:
    """A forecast stands alone until it is due."""
    return kind == "market" or mind.me.cycle >= mind.notes.forecast.get("due", 0)


def write(mind: Mind, kind: str) -> Letter:
    return forecast(mind) if kind == "forecast" else market(mind)


def market(mind: Mind) -> Letter:
    noted, markets = mind.notes.noted, mind.me.markets
    rows, moved = [], "no price moved"
    for name, label in NAMES.items():
        if not markets[name]["supply"]:
            continue
        now = markets[name]["price"]
        before = noted["prices"].get(name, now) if noted else now
        by = change(before, now)
        if by != "unchanged":
            moved = f"{label} {by}"
        rows.append([label, credits(now), credits(before), by, percent(markets[name]["utilisation"])])
    since = f"since cycle {noted['cycle']}" if noted else "so far"
    title = f"The market in cycle {mind.me.cycle}: {moved} {since}"
    pending = int(mind.market.get("pending_bids") or 0)
    return Letter(title, [
        table(["credits for", "now", "before", "change", "in use"], rows),
        f"{counted(pending, 'bid')} {'is' if pending == 1 else 'are'} pending. A wake of mine costs {credits(mind.life_cost)} credits, a letter to you "
        f"{credits(mind.letter_cost)}.",
    ])


def forecast(mind: Mind) -> Letter:
    """Says what CPU time will cost, and later whether it was right."""
    notes, now = mind.notes, mind.me.markets["cpu_seconds"]["price"]
    parts, forecasts = [], list(notes.forecasts)
    if notes.forecast:
        was = notes.forecast
        right = abs(now - was["predicted"]) <= TOLERANCE * now
        forecasts = [forecasts[0] + right, forecasts[1] + 1]
        parts.append(
            f"In cycle {was['made']} I said that a CPU second would cost {credits(was['predicted'])} by now. It costs "
            f"{credits(now)}: {'right' if right else 'wrong'}. {forecasts[0]} of {forecasts[1]} came true."
        )
    before = notes.noted["prices"].get("cpu_seconds", now) if notes.noted else now
    predicted = round(max(mind.market.get("markets", {}).get("cpu_seconds", {}).get("start_price", 0), now + (now - before) / 2), 6)
    due = mind.me.cycle + mind.cycles(FORECAST_SECONDS)
    parts.append(
        f"A CPU second costs {credits(now)} credits. At cycle {due} it will cost **{credits(predicted)}**, I say: half of the "
        "last move once more, and never under the floor. What do you say? I'll tell you who was right."
    )
    changes = {"forecast": {"made": mind.me.cycle, "due": due, "predicted": predicted}, "forecasts": forecasts}
    return Letter(f"A forecast for cycle {due}: a CPU second at {credits(predicted)}", parts, changes=changes)
