"""Numbers as people like to read them: credits, changes, a table, a line of little bars."""

from __future__ import annotations

BARS = "▁▂▃▄▅▆▇█"


def credits(amount: float) -> str:
    """`1,234.5`: two decimals for sums, more for the small prices of single megabytes and tokens."""
    digits = 2 if abs(amount) >= 1 else 4 if abs(amount) >= 0.001 else 6
    text = f"{amount:,.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def change(before: float, now: float) -> str:
    """How far `now` is from `before`, in words where nothing moved."""
    if before <= 0:
        return "new" if now > 0 else "unchanged"
    moved = 100 * (now - before) / before
    return "unchanged" if abs(moved) < 0.05 else f"{moved:+.1f} %"


def spark(values: list[float], width: int = 32) -> str:
    """A line of bars from the least to the largest value, at most `width` long."""
    if not values:
        return ""
    count = min(width, len(values))
    picked = [values[(index + 1) * len(values) // count - 1] for index in range(count)]
    low, high = min(picked), max(picked)
    if high <= low:
        return BARS[0] * count
    return "".join(BARS[int((value - low) / (high - low) * (len(BARS) - 1) + 0.5)] for value in picked)


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, padded so that it reads well as plain text too. Figures are aligned on the right."""
    cells = [[cell.replace("|", "/") for cell in row] for row in [head, *rows]]
    columns = range(len(head))
    widths = [max(len(row[column]) for row in cells) for column in columns]
    figures = [column > 0 and any(row[column][:1] in "0123456789+-" for row in cells[1:]) for column in columns]

    def line(row: list[str]) -> str:
        sides = [(row[column], widths[column], figures[column]) for column in columns]
        padded = [cell.rjust(width) if is_figure else cell.ljust(width) for cell, width, is_figure in sides]
        return "| " + " | ".join(padded) + " |"

    rule = "|" + "|".join("-" * (widths[column] + 1) + (":" if figures[column] else "-") for column in columns) + "|"
    return "\n".join([line(cells[0]), rule, *(line(row) for row in cells[1:])])


def plain(text: str, length: int = 280) -> str:
    """Someone else's words on one line, safe to show inside ours."""
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return words if len(words) <= length else words[: length - 1].rstrip() + "…"


def quote(text: str) -> str:
    return f"> {plain(text)}"


def counted(number: int, noun: str, plural: str = "") -> str:
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
