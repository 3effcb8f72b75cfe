"""Letters of the community, as they are put into the outbox: each brings its message to what the rows say then. So they
may come twice, late, or in any order.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from bot import visibility
from bot.community.features import Feature, is_on
from bot.community.themes import touches
from bot.messages.told import Told
from bot.store import candidates, dailies, digests, follows, outbox, rankings, servers
from bot.store.candidates import Candidate
from bot.store.dailies import Daily
from bot.store.digests import Digest
from bot.store.exhibits import Exhibit
from bot.store.transactions import Writing

COMMUNITY = (Told.DAILY, Told.CANDIDATE, Told.DIGEST, Told.NOTE)


async def follow(tx: Writing, picture_ids: Collection[int], now: datetime) -> None:
    """Whatever was changed of these pictures: what shows them may not any more, or may again."""
    again = f":{now.timestamp():.3f}"
    for candidate in await candidates.of_pictures(tx, picture_ids):
        daily = await dailies.find(tx, candidate.daily_id)
        if daily is not None:
            await put_candidate(tx, daily, candidate, now, again=again)
    for daily in await dailies.of_pictures(tx, picture_ids):
        await put_daily(tx, daily, now, again=again)
        following = await dailies.after(tx, daily)
        if following is not None:  # its card tells who won before
            await put_daily(tx, following, now, again=again)
    for digest in await digests.of_pictures(tx, picture_ids):
        await put_digest(tx, digest, now, again=again)


async def put_daily(tx: Writing, daily: Daily, now: datetime, *, again: str = "") -> None:
    key = f"daily:{daily.id}:{daily.state}{again}"
    await _put(tx, Told.DAILY, key, daily.channel_id, now, daily=daily.id)


async def put_candidate(tx: Writing, daily: Daily, candidate: Candidate, now: datetime, *, again: str = "") -> None:
    """Its message; it goes if the candidate is no more by then."""
    about: dict[str, Any] = {"candidate": candidate.id, "daily": daily.id, "message": candidate.message_id}
    await _put(tx, Told.CANDIDATE, f"candidate:{candidate.id}{again}", daily.channel_id, now, **about)


async def put_digest(tx: Writing, digest: Digest, now: datetime, *, again: str = "") -> None:
    await _put(tx, Told.DIGEST, f"digest:{digest.id}{again}", digest.channel_id, now, digest=digest.id)


async def put_notes(tx: Writing, exhibit: Exhibit, now: datetime) -> None:
    """To whoever follows the maker of what has just been hung for the first time, or words of it: posts before this one
    may have been refused. Whether each of them may see it is asked when the note is sent."""
    server = await servers.find(tx, exhibit.server_id)
    if server is None or not is_on(server.settings, Feature.FOLLOW):
        return
    if exhibit.posting > 1 and await outbox.has_arrived(tx, f"exhibit:{exhibit.id}"):
        return
    shown = await rankings.shown_to(tx, visibility.everybody_on(server.id), exhibit)
    if not shown:
        return
    maker, text = shown[0].member_id, "" if any(one.words_hidden for one in shown) else shown[0].text
    for one in await follows.that_may_care(tx, exhibit.server_id, maker):
        if one.member_id != maker and (one.maker_id == maker or touches(one.words or "", text)):
            key = f"note:{exhibit.id}:{one.member_id}"
            about: dict[str, Any] = {"exhibit": exhibit.id, "follow": one.id}
            await _put(tx, Told.NOTE, key, one.member_id, now, member=one.member_id, **about)


async def put_notes_of_day(tx: Writing, daily: Daily, now: datetime) -> None:
    """To whoever follows words that are in its theme."""
    for one in await follows.that_may_care(tx, daily.server_id, None):
        if touches(one.words or "", daily.theme):
            key = f"note:day:{daily.id}:{one.member_id}"
            about: dict[str, Any] = {"daily": daily.id, "follow": one.id}
            await _put(tx, Told.NOTE, key, one.member_id, now, member=one.member_id, **about)


async def _put(
    tx: Writing, kind: Told, key: str, channel: int, now: datetime, *, member: int = 0, **payload: Any
) -> None:
    """A note's lane is its member's: one who cannot be reached holds up nobody."""
    await outbox.put(tx, key=key, kind=kind.value, member_id=member, channel_id=channel, payload=payload, due_at=now)
