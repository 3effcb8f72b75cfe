"""Once an hour what nobody needs any more goes: deleted pictures, files of no picture, tokens and credit that are over.
Each chore by itself, so that one which cannot be done now keeps no other from it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Final

from bot.desk import Desk
from bot.meaning import forget_gone
from bot.messages.exhibiting import follow_window
from bot.messages.withdrawing import RESTORABLE
from bot.plans.book import PlanBook
from bot.plans.membership import sweep_credit
from bot.quota import keep_within
from bot.store import archive, notices, offers, placeholders, views
from bot.store.errors import StoreError
from bot.store.store import Store
from bot.thumbnails import tidy_thumbnails

_log = logging.getLogger(__name__)
TIDY_SECONDS = 3600.0
MOST_PURGED: Final = 1000  # pictures an hour: nobody else can write meanwhile
VIEW_LIFE: Final = timedelta(days=30)
NOTICES_LAST: Final = timedelta(days=400)  # longer than any period that they are about
Chore = Callable[[], Awaitable[object]]


async def tidy_hourly(desk: Desk) -> None:
    """For ever."""
    store, book = desk.store, desk.book
    while True:
        await _each_alone(partial(_follow_window, desk), partial(_keep_within, store, book))
        await tidy(store)
        await _each_alone(partial(_tidy_credit, store, book))
        await asyncio.sleep(TIDY_SECONDS)


async def tidy(store: Store) -> None:
    """Away with pictures that were deleted long ago, with files that no row names, and with tokens that are over."""
    await _each_alone(
        partial(_purge, store),
        partial(tidy_thumbnails, store),
        partial(_sweep, store),
        partial(_forget_what_is_over, store),
        partial(forget_gone, store),
        store.checkpoint,  # the log still has what was deleted; with a reader in its way, until the next time
    )


async def _each_alone(*chores: Chore) -> None:
    """In this order. On a full disk nothing can be written, and it is the sweep that makes room."""
    for chore in chores:
        try:
            await chore()
        except (StoreError, OSError) as error:
            _log.warning("Not all could be tidied up: %s", error)


async def _follow_window(desk: Desk) -> None:
    async with desk.store.write() as tx:
        await follow_window(tx, desk.command("imagine"), desk.settings.window_url, desk.store.now())


async def _keep_within(store: Store, book: PlanBook) -> None:
    if gone := await keep_within(store, book.plans):
        _log.info("Let go of %d pictures of members whose plans have no more room.", gone)


async def _purge(store: Store) -> None:
    async with store.write() as tx:
        await archive.purge(tx, store.now() - RESTORABLE, MOST_PURGED)
        await views.forget(tx, store.now() - VIEW_LIFE)


async def _sweep(store: Store) -> None:
    if swept := await store.sweep():
        _log.info("Removed %d files that belong to no picture.", swept)


async def _forget_what_is_over(store: Store) -> None:
    async with store.write() as tx:
        await placeholders.forget_tokens(tx, store.now())
        await offers.forget(tx, store.now())
        await notices.forget(tx, store.now() - NOTICES_LAST)


async def _tidy_credit(store: Store, book: PlanBook) -> None:
    """What has run out, and holds that no job needs; of these there should be none."""
    for job_id in (await sweep_credit(store, book.plans)).freed:
        _log.error("Job %s had ended with its credit still held; it was given back.", job_id)
