"""What a server's community does at its time: days begin and end, weeks get their digest. All that is decided is in the
database, each day and week there once, so it may be asked again at any moment, also after a restart.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import datetime
from typing import Final

from bot import visibility
from bot.community.calendar import day_of, end_of, last_week
from bot.community.elo import ranked, rate
from bot.community.fairness import weigh
from bot.community.features import Feature, is_on, place_of
from bot.community.themes import draw
from bot.desk import Desk
from bot.frame.fail_points import FailPoint, reached
from bot.messages.community import put_daily, put_digest, put_notes_of_day
from bot.store import archive, ballots, candidates, dailies, digests, rankings, servers, themes
from bot.store.dailies import Daily
from bot.store.digests import Digest
from bot.store.errors import StoreError
from bot.store.servers import Server
from bot.store.transactions import Reading, Writing

_log = logging.getLogger(__name__)
LOOK_SECONDS: Final = 20.0
ON_SHEET: Final = 12


async def host(desk: Desk) -> None:
    """For ever."""
    while True:
        try:
            await advance(desk, desk.now())
        except (StoreError, OSError) as error:
            _log.warning("The community's time stands still for now: %s", error)
        await _rest(desk)


async def _rest(desk: Desk) -> None:
    """Until it is time to look again; what waits for votes shall not wait longer than they do."""
    if desk.votes_known.is_set():
        await asyncio.sleep(LOOK_SECONDS)
        return
    with suppress(TimeoutError):
        async with asyncio.timeout(LOOK_SECONDS):
            await desk.votes_known.wait()


async def advance(desk: Desk, now: datetime) -> None:
    """Whatever is due by then. Where nothing is, nothing is written. Letters go by the store's own clock."""
    sending = min(now, desk.now())
    async with desk.store.read() as tx:
        over = await dailies.over(tx, now)
        due = [server.id for server in await servers.present(tx) if await _is_due(tx, desk, server, now)]
    for daily in over:
        async with desk.store.write() as writing:
            await _close(writing, daily, sending)
        reached(FailPoint.HOSTED)
    for number in due:
        async with desk.store.write() as writing:
            server = await servers.find(writing, number)
            if server is not None:
                await _begin_day(writing, server, now, sending)
                if desk.votes_known.is_set():
                    await _begin_digest(writing, server, now, sending)
        reached(FailPoint.HOSTED)
    if over or due:
        desk.delivery.poke()


async def _is_due(tx: Reading, desk: Desk, server: Server, now: datetime) -> bool:
    if place_of(server.settings, server.gallery_channel_id) is None:
        return False
    if is_on(server.settings, Feature.DAILY):
        newest = await dailies.newest(tx, server.id)
        if newest is None or newest.day < day_of(now).isoformat():
            return True
    if not is_on(server.settings, Feature.DIGEST) or not desk.votes_known.is_set():
        return False
    return not await digests.has(tx, server.id, last_week(now).key)


async def _begin_day(tx: Writing, server: Server, now: datetime, sending: datetime) -> None:
    """Never one before the newest: a clock that was set back begins nothing."""
    place, day = place_of(server.settings, server.gallery_channel_id), day_of(now)
    newest = await dailies.newest(tx, server.id)
    is_new = newest is None or newest.day < day.isoformat()
    if place is None or not is_on(server.settings, Feature.DAILY) or not is_new:
        return
    theme = await themes.take(tx, server.id, day.isoformat())
    wanted = Daily(
        server_id=server.id,
        day=day.isoformat(),
        theme=theme.words if theme is not None else draw(server.id, day),
        set_by=theme.set_by if theme is not None else None,
        channel_id=place,
        opened_at=now,
        ends_at=end_of(day),
    )
    daily = await dailies.begin(tx, wanted)
    if daily is not None:
        await put_daily(tx, daily, sending)
        if is_on(server.settings, Feature.FOLLOW):
            await put_notes_of_day(tx, daily, sending)


async def _close(tx: Writing, daily: Daily, sending: datetime) -> None:
    """The votes are weighed. Whoever's picture may not be seen any more does not take part, as if it had not come."""
    if not await dailies.end(tx, daily.id):
        return
    entered = await candidates.of_daily(tx, daily.id)
    everybody = visibility.everybody_on(daily.server_id)
    seen = await archive.among(tx, everybody, [one.picture_id for one in entered])
    makers = {one.id: one.member_id for one in entered if one.picture_id in seen}
    judged = weigh(makers, await ballots.of_daily(tx, daily.id))
    if judged:
        ratings = rate(makers, judged)
        await candidates.place(tx, {one: ratings[one] for one in ranked(ratings, judged)})
    ended = await dailies.find(tx, daily.id)
    if ended is not None:
        await put_daily(tx, ended, sending)


async def _begin_digest(tx: Writing, server: Server, now: datetime, sending: datetime) -> None:
    """Of the last week, as soon as it is over or was turned on. A week that nobody voted in is passed over."""
    place, week = place_of(server.settings, server.gallery_channel_id), last_week(now)
    if place is None or not is_on(server.settings, Feature.DIGEST):
        return
    wanted = Digest(server_id=server.id, week=week.key, starts_at=week.starts_at, channel_id=place, created_at=now)
    digest = await digests.begin(tx, wanted)
    if digest is None:
        return
    everybody, start, end = visibility.everybody_on(server.id), week.starts_at, week.ends_at
    # A grid is shown by its first picture, which may hang on its own as well: once, and twelve with that.
    best = await rankings.best(tx, everybody, server.id, 2 * ON_SHEET, since=start, until=end)
    shown: dict[int, int] = {}
    for one in best:
        shown.setdefault(one.pictures[0].id, one.exhibit.votes)
    if shown:
        await digests.show(tx, digest.id, list(shown.items())[:ON_SHEET])
        await put_digest(tx, digest, sending)
