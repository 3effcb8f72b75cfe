"""A picture into a server's gallery: by whom, into which, and that it is done once."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot import replies, rooms, visibility
from bot.asking import Asker
from bot.buttons.custom_id import Action
from bot.buttons.emoji import STAR
from bot.desk import Desk
from bot.errors import NoJobError, NotOwnError, NotReadyError
from bot.kinds import Kind
from bot.messages.cards import Button, Card, Tone
from bot.messages.exhibit_cards import restoring
from bot.messages.exhibiting import find_as_made, put_exhibit
from bot.messages.posting import Posting
from bot.messages.publishing import Hung, hang, publish_picture
from bot.messages.withdrawing import OUT
from bot.panels.gallery_channel import stars_of
from bot.replies import exhibits as words
from bot.store import archive, exhibits, jobs, pictures, servers
from bot.store.archive import Archived
from bot.store.exhibits import Exhibit
from bot.store.jobs import Job
from bot.store.servers import Server
from bot.store.transactions import Writing
from bot.store.words import OPEN, Hanging, Privacy, State

CHOICES = 4  # a row of buttons, one of which is not to publish


async def publish(desk: Desk, asker: Asker, job: Job, *, confirmed: int | None = None) -> str | Card:
    """What its maker is told; by this, nobody else publishes a picture. A private one is shown only after a second
    press, whose button names the server: `confirmed`."""
    async with desk.store.read() as tx:
        job = await find_as_made(tx, job.id) or job
    if job.member_id != asker.member:
        raise NotOwnError
    _require_painted(job)
    found = await _galleries(desk, asker, job, confirmed)
    if not found:
        return replies.NO_GALLERY if asker.server is not None else replies.NO_GALLERIES
    if confirmed is None and (job.privacy is not Privacy.PUBLIC or asker.server is None):
        return _confirmation(desk, job, found)
    async with desk.store.write(hurried=True) as tx:
        if visibility.is_barred(await archive.of_job(tx, job), asker):
            return words.BY_MODERATOR
        new, before = await _hang(tx, desk, job, found[0], asker.member)
        if before is not None and before.state is Hanging.SHOWN and before.message_id is None:
            await put_exhibit(tx, before, desk.now(), again=f":{desk.now().timestamp():.3f}")  # whatever kept it back
    desk.delivery.poke()
    if new:
        return replies.PUBLISHED
    if before is None or before.state is not Hanging.HIDDEN:
        return replies.PUBLISHED_BEFORE
    if before.hidden_by != job.member_id and not visibility.rules_over(asker, before.server_id, before.channel_id):
        return words.BY_MODERATOR
    return Card(words.HIDDEN_BEFORE, ((restoring(before),),))


async def publish_one(desk: Desk, asker: Asker, job: Job, cell: int) -> str:
    """One picture of its maker's, where a message shows just that to everybody on the server."""
    async with desk.store.write(hurried=True) as tx:
        shown = [one for one in await archive.of_job(tx, job) if one.cell == cell and one.member_id == asker.member]
        if not shown or shown[0].audience not in OUT:
            raise NoJobError
        server = await servers.find(tx, asker.server) if asker.server is not None else None
        if server is None or server.gallery_channel_id is None:
            return replies.NO_GALLERY
        viewer = await visibility.viewer_of(tx, asker)
        came = await publish_picture(tx, shown[0], server, viewer, desk.now())
    desk.delivery.poke()
    if came is Hung.BARRED:
        return words.BY_MODERATOR
    return replies.PUBLISHED_BEFORE if came is Hung.THERE else replies.PUBLISHED


async def star(desk: Desk, asker: Asker, job: Job) -> None:
    """Somebody else likes it. Enough of them publish it, if it is public on this server already. They are counted on
    the message itself, so that none is forgotten that came while we were away."""
    async with desk.store.read() as tx:
        server = await servers.find(tx, asker.server) if asker.server is not None else None
        job = await find_as_made(tx, job.id) or job
    needed = stars_of(server) if server is not None else 0
    is_open = job.privacy is Privacy.PUBLIC and job.server_id == asker.server
    if server is None or server.gallery_channel_id is None or not needed or not is_open or asker.message is None:
        raise NotOwnError
    _require_painted(job)
    emoji, others = discord.PartialEmoji(name=STAR), 0
    async for member in Posting(desk.sender).reacted(asker.channel, asker.message, emoji):
        others += member != job.member_id
    if others < needed:
        return
    async with desk.store.write(hurried=True) as tx:
        current = await jobs.find(tx, job.id)
        if current is not None and current.privacy is Privacy.PUBLIC and current.state is not State.DELETED:
            await _hang(tx, desk, current, server, None)
    desk.delivery.poke()


async def _hang(
    tx: Writing, desk: Desk, job: Job, server: Server, by: int | None
) -> tuple[Exhibit | None, Exhibit | None]:
    """The new exhibit, or the one that was there before."""
    found = await pictures.of_job(tx, job.id)
    if not found or server.gallery_channel_id is None:
        return None, None
    cell = found[0].cell if len(found) == 1 else None
    wanted = Exhibit(
        job_id=job.id,
        cell=cell,
        server_id=server.id,
        channel_id=server.gallery_channel_id,
        published_at=desk.now(),
        by=by,
        archive_id=await _number(tx, job, cell),
    )
    before = await exhibits.find_like(tx, wanted)
    if before is not None and before.state is not Hanging.DELETED:
        return None, before
    shown = await archive.of_job(tx, job)
    if by is None and not _may_hang_unasked(desk, shown, server.gallery_channel_id):
        raise NotOwnError
    return await hang(tx, wanted, before, shown, by or job.member_id, desk.now()), None


def _may_hang_unasked(desk: Desk, shown: Sequence[Archived], gallery: int) -> bool:
    """Its maker has not hidden it, nor shows it to fewer people than this server's; and whoever looks at the gallery
    may look in where it was painted."""
    if any(one.hidden_at is not None or one.audience not in OUT for one in shown):
        return False
    painted_in = {one.room_id for one in shown if one.room_id is not None}
    return not painted_in or painted_in <= rooms.seen_by_all_in(rooms.find(desk.sender.client, gallery))


async def _number(tx: Writing, job: Job, cell: int | None) -> int | None:
    """Of the archive. A single cell on its own is there as its grid's picture; a whole grid is no one picture."""
    if job.kind == Kind.SINGLE and job.parent_id is not None:
        return await archive.number_of(tx, job.parent_id, job.parent_cell or 0)
    return await archive.number_of(tx, job.id, cell) if cell is not None else None


def _require_painted(job: Job) -> None:
    if job.state not in (State.RENDERED, State.DONE):
        raise NotReadyError if job.state in OPEN else NoJobError


def _confirmation(desk: Desk, job: Job, found: list[Server]) -> Card:
    sure = tuple(
        Button(
            Action.CONFIRM,
            job.id,
            replies.publish_in(desk.sender.name_of(server.id)),
            "⭐",
            tone=Tone.PRESSED,
            extra=str(server.id),
        )
        for server in found[:CHOICES]
    )
    is_private = job.privacy is not Privacy.PUBLIC
    text = replies.CONFIRM_PUBLISH if is_private else replies.CHOOSE_GALLERY
    return Card(text, ((*sure, Button(Action.DISMISS, job.id, "Keep it as it is")),))


async def _galleries(desk: Desk, asker: Asker, job: Job, confirmed: int | None) -> list[Server]:
    """This server's, or the one that was chosen; outside of all servers, those of every server that its maker is in."""
    home = confirmed or asker.server or job.server_id
    async with desk.store.read() as tx:
        found = [server for server in await servers.present(tx) if server.gallery_channel_id is not None]
    if home is not None:
        return [server for server in found if server.id == home]
    return [server for server in found if await desk.sender.is_in(server.id, asker.member)]
