"""What the operator reads of how the GPU was used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from bot.replies import duration, jobs, mention, shortened

NAME = 16  # characters of a model's name in the table: it has to fit on a phone
NO_USE = "Nothing was painted in that time."
UTC_DAYS = "-# Days are those of UTC. The file has it by day, member, model, kind and speed."
NO_MODEL = "unknown"
OTHERS = "others"


def head(first: date, last: date, took_ms: int, count: int, failed: int, idle: float) -> str:
    days = f"{_day(first)} to {_day(last)}" if first != last else _day(first)
    lost = f", {failed} of them without a picture" if failed else ""
    return (
        f"## How the GPU was used\n{days}\n**{duration(took_ms)}** of GPU time in {jobs(count)}{lost}\n"
        f"The GPU had nothing to paint for **{percent(idle)}** of that time."
    )


def income(sums: Mapping[str, int], payers: int) -> str:
    """In hundredths of each currency's unit."""
    if not sums:
        return "**Income** · no plan with a price is active."
    amounts = " + ".join(f"{hundredths / 100:.2f} {currency}" for currency, hundredths in sorted(sums.items()))
    whom = "one member" if payers == 1 else f"{payers} members"
    return f"**Income** · about {amounts} a month, by the prices of the plans that {whom} have now."


def models(rows: Sequence[tuple[str, int]], total_ms: int) -> str:
    """A table that keeps its columns on a phone."""
    lines = [
        f"{shortened(name, NAME):<{NAME}} {duration(ms) if ms else '0 s':>7} {percent(_share(ms, total_ms)):>8}"
        for name, ms in rows
    ]
    return "\n".join(["**Models**", "```", *lines, "```"])


def members(rows: Sequence[tuple[int, int, int]], others: int) -> str:
    lines = [
        f"{number}. {mention(member)} · {duration(ms) if ms else '0 s'} · {jobs(count)}"
        for number, (member, ms, count) in enumerate(rows, 1)
    ]
    lines += [f"-# and {others} more, in the file"] if others else []
    return "\n".join(["**Members**", *lines])


def plot_title(took_ms: int) -> str:
    return f"GPU time a day · {duration(took_ms)} in all"


def plot_subtitle(first: date, last: date, idle: float) -> str:
    return f"{_day(first)} to {_day(last)} · idle {percent(idle)}"


def plot_words(took_ms: int, window: timedelta) -> str:
    return f"A plot of GPU time a day, stacked by model: {duration(took_ms)} in {window.days} days."


def percent(share: float) -> str:
    return f"{100 * share:.1f} %" if 0 < share < 0.995 else f"{100 * share:.0f} %"


def _share(ms: int, total_ms: int) -> float:
    return ms / total_ms if total_ms else 0.0


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
