"""What members have set once for all their prompts. Change it by reading and saving it in the same transaction. What
the texts mean is not known here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing
from bot.store.words import Variability

_preferences: Final = tables.preferences
_options: Final = tables.options
_strange: Final = tables.strange_words
_shortenings: Final = tables.shortenings
KEPT_SHORTENINGS: Final = 20  # of one member; older buttons lead nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """`suffix` as it was typed, `chosen` by the settings' menus, `desk` at the prompt desk: parameters as text."""

    member_id: int
    suffix: str = ""
    chosen: str = ""
    desk: str = ""
    auto_dm: bool = False
    variability: Variability = Variability.STRONG
    ask_gpu_ms: int | None = None


async def find(tx: Reading, member_id: int) -> Preferences:
    """Those that were set; all is as usual for whoever has set none."""
    row = await tx.first(select(_preferences).where(_preferences.c.member_id == member_id))
    return Preferences(member_id=member_id) if row is None else Preferences(**row)


async def save(tx: Writing, preferences: Preferences) -> None:
    row = asdict(preferences)
    changed = insert_into(_preferences).values(row).on_conflict_do_update(index_elements=["member_id"], set_=row)
    await tx.change(changed)


async def options_of(tx: Reading, member_id: int) -> Mapping[str, str]:
    """What a member's own names stand for, in the order of the alphabet."""
    query = select(_options.c.name, _options.c.value).where(_options.c.member_id == member_id)
    return {row["name"]: row["value"] for row in await tx.all(query.order_by(_options.c.name))}


async def set_option(tx: Writing, member_id: int, name: str, value: str, now: datetime, most: int) -> bool:
    """False if the member has `most` others already: then nothing was stored."""
    others = select(func.count()).where(_options.c.member_id == member_id, _options.c.name != name)
    if int(await tx.value(others)) >= most:
        return False
    row = {"member_id": member_id, "name": name, "value": value, "created_at": now}
    keys = ["member_id", "name"]
    await tx.change(insert_into(_options).values(row).on_conflict_do_update(index_elements=keys, set_=row))
    return True


async def remove_option(tx: Writing, member_id: int, name: str) -> bool:
    """Whether there was one of that name."""
    return await tx.change(delete(_options).where(_options.c.member_id == member_id, _options.c.name == name)) == 1


async def told_words(tx: Reading, member_id: int, model: str, words: Collection[str]) -> frozenset[str]:
    """Which of these words the member was told about."""
    query = select(_strange.c.word).where(_strange.c.member_id == member_id, _strange.c.model == model)
    return frozenset(row["word"] for row in await tx.all(query.where(_strange.c.word.in_(words))))


async def tell_words(tx: Writing, member_id: int, model: str, words: Collection[str], now: datetime) -> None:
    rows = [{"member_id": member_id, "model": model, "word": word, "told_at": now} for word in words]
    await tx.change(insert_into(_strange).values(rows).on_conflict_do_nothing())


async def keep_shortening(tx: Writing, member_id: int, texts: Sequence[str], now: datetime) -> int:
    """The number by which they are found again; the member's oldest go."""
    row = {"member_id": member_id, "texts": list(texts), "created_at": now}
    number = int(await tx.value(insert_into(_shortenings).values(row).returning(_shortenings.c.id)))
    own = _shortenings.c.member_id == member_id
    kept = select(_shortenings.c.id).where(own).order_by(_shortenings.c.id.desc()).limit(KEPT_SHORTENINGS)
    await tx.change(delete(_shortenings).where(own, _shortenings.c.id.not_in(kept)))
    return number


async def find_shortening(tx: Reading, member_id: int, number: int) -> tuple[str, ...]:
    """Nothing if it is another member's, or too old."""
    query = select(_shortenings.c.texts).where(_shortenings.c.id == number, _shortenings.c.member_id == member_id)
    found = await tx.first(query)
    return () if found is None else tuple(found["texts"])
