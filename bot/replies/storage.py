"""What is said of the room that pictures take: to members, and to whoever checks the files."""

from __future__ import annotations

from collections.abc import Sequence

from bot.store.checking import Checked
from bot.store.pictures import SMALL_COPIES

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")
_SHOWN = 10  # hashes
SOUND = "Every file has its row, and every row its file."


def size(count: int) -> str:
    """`1.5 GiB`"""
    amount, unit = float(count), 0
    while amount >= 1024 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{count} {_UNITS[0]}" if unit == 0 else f"{amount:.1f} {_UNITS[unit]}"


def nearly_full(used: int, bound: int, days: int) -> str:
    return (
        f"🗄️ Your pictures take {size(used)} of the {size(bound)} that your plan keeps. Once they take more, but not "
        f"before {days} days from now, room is made in this order: first what you deleted, the longest ago first; then "
        "your oldest pictures that are not published, bookmarked, in a collection or noted. What is one of these "
        "stays, and so does what was posted in channels. `/gallery export` sends you all of them as files, "
        "`/collection add` keeps those that you want to stay, and `/subscribe` shows plans with more room."
    )


def table(checked: Checked) -> str:
    rows = [("", "rows", "missing", "changed")]
    rows += [
        (kind, str(found.named), str(len(found.missing)), str(len(found.changed)))
        for kind, found in checked.kinds.items()
    ]
    lines = [f"{row[0]:<14}{row[1]:>10}{row[2]:>10}{row[3]:>10}" for row in rows]
    lines.append(f"{len(checked.orphans)} files that no row names, {len(checked.fragments)} that never arrived whole.")
    for kind, found in checked.kinds.items():
        lines += _listed(f"missing of {kind}", found.missing) + _listed(f"changed of {kind}", found.changed)
    return "\n".join([*lines, *_listed("named by no row", checked.orphans)])


def _listed(what: str, hashes: Sequence[str]) -> list[str]:
    if not hashes:
        return []
    more = f" and {len(hashes) - _SHOWN} more" if len(hashes) > _SHOWN else ""
    return [f"{what}: {' '.join(hashes[:_SHOWN])}{more}"]


def remedy(checked: Checked) -> str:
    """What to do about what was found."""
    faulty = {kind for kind, found in checked.kinds.items() if found.missing or found.changed}
    told = []
    if checked.orphans or checked.fragments or SMALL_COPIES in faulty:
        told.append("`python -m bot gallery check --mend` removes what no row names, and makes small copies anew.")
    if faulty - {SMALL_COPIES}:
        told.append("What is missing or changed otherwise comes back from a backup: `python -m bot restore FILE`.")
    return " ".join(told)
