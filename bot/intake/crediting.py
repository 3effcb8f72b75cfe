"""Whoever goes on from somebody else's picture credits its maker: in the recipe, for ever."""

from __future__ import annotations

from dataclasses import replace

from bot import visibility
from bot.asking import Asker
from bot.credits import Credit, with_credit
from bot.intake.wishes import Wish
from bot.kinds import Kind
from bot.store import jobs
from bot.store.transactions import Reading
from engine import from_json


async def credited(tx: Reading, asker: Asker, wish: Wish) -> Wish:
    """With what its parent owes already. A copy makes nothing new, and stays as it is."""
    parent = wish.parent
    if parent is None or wish.kind.is_free:
        return wish
    grid = await jobs.find(tx, parent.parent_id) if Kind(parent.kind).is_free and parent.parent_id else None
    maker = visibility.maker_of(parent, grid)
    new = Credit(maker, parent.id) if maker != asker.member else None
    source = wish.picture.recipe if wish.picture is not None else parent.cells[0]
    inherited = from_json(source).credits
    cells = (replace(cell, credits=with_credit(cell.credits, inherited, new)) for cell in wish.cells)
    return replace(wish, cells=tuple(cells))
