"""Reactions do what buttons do, wherever the gateway tells of them. There is no interaction to answer: what is refused
is said by direct message, to the one who reacted.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta

import discord

from bot import replies, rooms, visibility
from bot.asking import Asker
from bot.buttons.custom_id import Action
from bot.buttons.emoji import meaning
from bot.desk import Desk, everywhere_on, lets_rule
from bot.errors import EndedError, NoJobError, NotReadyError, Refusal
from bot.handlers.answering import refused
from bot.handlers.finding import cell_at, job_of_message
from bot.handlers.hanging import take_away, take_one_away
from bot.handlers.publishing import publish, publish_one, star
from bot.messages.cards import Card
from bot.messages.lanes import Later
from bot.messages.sending import RefusedError, UnreachableError
from bot.messages.told import Told, put
from bot.store import bookmarks, exhibits, jobs, members, pictures, placeholders
from bot.store.bookmarks import Bookmark
from bot.store.jobs import Job
from bot.store.pictures import Picture
from bot.store.words import OPEN

_log = logging.getLogger(__name__)
ONCE_IN = timedelta(minutes=1)  # a reaction that is told twice sends its pictures once


async def reacted(desk: Desk, payload: discord.RawReactionActionEvent) -> None:
    """One reaction, on a message of ours or on any other. Bots are no members: two of them could go on for ever."""
    deed = meaning(str(payload.emoji))
    if deed is None or (payload.member is not None and payload.member.bot):
        return
    with desk.answering():
        job = await job_of_message(desk, payload.message_id, payload.message_author_id)
        if job is not None:
            await _answer(desk, _asker(desk, payload), job, *deed)


async def unreacted(desk: Desk, payload: discord.RawReactionActionEvent) -> None:
    """A heart that is taken back takes the bookmark back."""
    if meaning(str(payload.emoji)) != (Action.BOOKMARK, 0):
        return
    with desk.answering():
        async with desk.store.write() as tx:
            job_id = await placeholders.job_of(tx, payload.message_id)
            job = await jobs.find(tx, job_id) if job_id is not None else None
            if job is None:
                return
            cell: int | None = None
            with suppress(NoJobError):  # whichever it showed
                cell = await cell_at(tx, job, payload.message_id)
            for picture in await pictures.of_job(tx, job.id):
                if cell in (None, picture.cell):
                    await bookmarks.remove(tx, payload.user_id, picture.job_id, picture.cell)


async def _answer(desk: Desk, asker: Asker, job: Job, action: Action, cell: int) -> None:
    try:
        await _do(desk, asker, job, action, cell)
    except Refusal as error:
        await _whisper(desk, asker, await refused(desk, error))
    except Exception:  # a border: a reaction that breaks must not break the next one
        _log.exception("A reaction to job %s broke.", job.id)
        await _whisper(desk, asker, Card(replies.BUSY))


async def _do(desk: Desk, asker: Asker, job: Job, action: Action, cell: int) -> None:
    match action:
        case Action.SINGLE:
            await desk.intake.single(asker, job.id, cell)
        case Action.VARY:
            await desk.intake.vary(asker, job.id, cell, await desk.manner_of(asker.member))
        case Action.REROLL:
            await desk.intake.reroll(asker, job.id)
        case Action.DELETE:
            await _cancel_or_delete(desk, asker, job)
        case Action.DIRECT:
            await send_direct(desk, asker, job)
        case Action.BOOKMARK:
            await _bookmark(desk, asker, job)
        case Action.PUBLISH:
            await _publish(desk, asker, job)
        case _:
            raise AssertionError(f"No reaction means {action}.")


async def send_direct(desk: Desk, asker: Asker, job: Job) -> None:
    """Files, seeds and recipes to whoever may see them."""
    await _pictures(desk, asker, job)
    async with desk.store.read() as tx:
        if not await visibility.reads(tx, job, asker):
            raise NoJobError
    minute = int(desk.now().timestamp() // ONCE_IN.total_seconds())
    async with desk.store.write() as tx:
        key = f"direct:{job.id}:{asker.member}:{minute}"
        await put(tx, job, Told.DIRECT, desk.now(), key=key, member=asker.member)
    desk.delivery.poke()


async def _cancel_or_delete(desk: Desk, asker: Asker, job: Job) -> None:
    """What its message shows, which may be one picture of several; under an emptied post nothing."""
    async with desk.store.read() as tx:
        exhibit = await exhibits.by_message(tx, asker.message or 0)
        cell = await cell_at(tx, job, asker.message or 0)
    if exhibit is not None:
        await take_away(desk, asker, exhibit.id)
        return
    if cell is not None:
        await take_one_away(desk, asker, job.id, cell)
        return
    if job.state in OPEN:
        with suppress(EndedError):  # it ended meanwhile: then it is deleted
            await desk.intake.cancel(asker, job.id)
            return
    await desk.intake.delete(asker, job.id)


async def _bookmark(desk: Desk, asker: Asker, job: Job) -> None:
    """All that its message shows: a reaction names none. Under a post of the gallery a heart is a vote in any case."""
    async with desk.store.read() as tx:
        cell = await cell_at(tx, job, asker.message or 0)
        is_vote = await exhibits.by_message(tx, asker.message or 0) is not None
    try:
        found = await _pictures(desk, asker, job, cell)
    except NoJobError:
        if is_vote:
            return
        raise
    async with desk.store.write() as tx:
        await members.meet(tx, asker.member, desk.now())
        for picture in found:
            await bookmarks.add(tx, Bookmark(asker.member, job.id, picture.cell, desk.now()))


async def _pictures(desk: Desk, asker: Asker, job: Job, cell: int | None = None) -> tuple[Picture, ...]:
    """At least one, which this member may see."""
    async with desk.store.read() as tx:
        if not await visibility.sees(tx, job, asker, cell):
            raise NoJobError
        found = tuple(one for one in await pictures.of_job(tx, job.id) if cell in (None, one.cell))
    if not found:
        raise NotReadyError if job.state in OPEN else NoJobError
    return found


async def _publish(desk: Desk, asker: Asker, job: Job) -> None:
    """Once it is published everybody sees that; anything else has to be said. In the gallery a star is a vote; that of
    somebody else counts only on a picture's own message, which shows all of its job."""
    async with desk.store.read() as tx:
        if await exhibits.by_message(tx, asker.message or 0) is not None:
            return
        cell = await cell_at(tx, job, asker.message or 0)
    if job.member_id != asker.member:
        if cell is None:
            await star(desk, asker, job)
        return
    answer = await (publish(desk, asker, job) if cell is None else publish_one(desk, asker, job, cell))
    if isinstance(answer, Card):
        await _whisper(desk, asker, answer)
    elif answer not in (replies.PUBLISHED, replies.PUBLISHED_BEFORE):
        await _whisper(desk, asker, Card(answer))


async def _whisper(desk: Desk, asker: Asker, card: Card) -> None:
    """By direct message; whoever keeps those closed is not told."""
    try:
        channel = await desk.sender.direct_channel(asker.member)
        await desk.sender.create(channel, card, 0, nonce=f"w{desk.now().timestamp():.3f}"[:25])
    except (UnreachableError, RefusedError, Later) as error:
        _log.info("A word about a reaction did not arrive: %s", error)


def _asker(desk: Desk, payload: discord.RawReactionActionEvent) -> Asker:
    place = rooms.find(desk.sender.client, payload.channel_id)
    rights = discord.Permissions.none()
    if payload.member is not None:
        rights = payload.member.guild_permissions
        if place is not None:
            rights = place.permissions_for(payload.member)
    is_operator = payload.user_id in desk.settings.owners
    return Asker(
        member=payload.user_id,
        channel=payload.channel_id,
        server=payload.guild_id,
        rules=is_operator or lets_rule(everywhere_on(payload.member)),
        rules_here=is_operator or lets_rule(rights),
        manages=rights.manage_guild or rights.administrator,
        roles=frozenset(role.id for role in payload.member.roles) if payload.member is not None else frozenset(),
        room=rooms.room_of(place, payload.channel_id) if payload.guild_id is not None else None,
        rooms=rooms.seen_by(payload.member, place) if payload.member is not None else frozenset(),
        parent=place.parent_id if isinstance(place, discord.Thread) else None,
        alone=payload.guild_id is None,
        limit_bytes=desk.sender.limit_of(payload.guild_id),
        message=payload.message_id,
    )
