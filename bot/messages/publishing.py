"""Pictures into a server's gallery: hung for the first time, again after they were taken down, or after they had been
deleted. Votes stay with the exhibit, whatever becomes of its posts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from bot import visibility
from bot.messages.exhibiting import put_exhibit
from bot.messages.withdrawing import show_to, unhide
from bot.store import archive, exhibits, jobs
from bot.store.archive import Archived, Viewer
from bot.store.exhibits import Exhibit
from bot.store.servers import Server
from bot.store.transactions import Writing
from bot.store.words import Audience, Hanging


class Hung(StrEnum):
    """What came of publishing a picture."""

    NEW = "new"
    AGAIN = "again"
    THERE = "there"  # before
    BARRED = "barred"  # a moderator took it down or hid it


async def hang(
    tx: Writing, wanted: Exhibit, before: Exhibit | None, shown: Sequence[Archived], maker: int, now: datetime
) -> Exhibit | None:
    """Where nothing hangs, or hung until it was deleted. Those who see it there may use it there, and rule over it."""
    await _open(tx, wanted, shown, maker, now)
    new = await (exhibits.add(tx, wanted) if before is None else exhibits.renew(tx, before.id, wanted))
    if new is not None:
        await put_exhibit(tx, new, now)
    return new


async def publish_again(
    tx: Writing, before: Exhibit, channel: int, shown: Sequence[Archived], member: int, now: datetime
) -> None:
    """What was taken down hangs again, as a new post with the votes that it had."""
    await _open(tx, before, shown, member, now)
    again = await exhibits.restore(tx, before.id, channel)
    if again is not None:
        await put_exhibit(tx, again, now)


async def publish_picture(tx: Writing, picture: Archived, server: Server, viewer: Viewer, now: datetime) -> Hung:
    """One picture of the viewer's own, whatever grid it is of; the server has a gallery."""
    rules = viewer.rules and viewer.server == server.id
    if visibility.is_barred([picture], viewer):
        return Hung.BARRED
    channel = server.gallery_channel_id or 0
    wanted = Exhibit(
        job_id=picture.job_id,
        cell=picture.cell,
        archive_id=picture.id,
        server_id=server.id,
        channel_id=channel,
        published_at=now,
        by=picture.member_id,
    )
    before = await exhibits.find_like(tx, wanted)
    if before is None or before.state is Hanging.DELETED:
        await hang(tx, wanted, before, [picture], picture.member_id, now)
        return Hung.NEW
    if before.state is Hanging.SHOWN:
        return Hung.THERE
    if before.hidden_by != viewer.member and not rules:
        return Hung.BARRED
    await publish_again(tx, before, channel, [picture], viewer.member, now)
    return Hung.AGAIN


async def _open(tx: Writing, exhibit: Exhibit, shown: Sequence[Archived], member: int, now: datetime) -> None:
    """For everybody who sees the gallery; what is of no server is from now on that one's."""
    await unhide(tx, shown, member, now)
    await show_to(tx, shown, Audience.GALLERY, member, now)
    if strays := [picture for picture in shown if picture.server_id is None]:
        for job_id in {exhibit.job_id, *(picture.job_id for picture in strays)}:
            await jobs.move_in(tx, job_id, exhibit.server_id)
        await archive.move_in(tx, [picture.id for picture in strays], exhibit.server_id)
