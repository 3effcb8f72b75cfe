"""One picture, opened: as large as fits into a message, with all that one may do with it."""

from __future__ import annotations

import io

import discord

from bot import visibility
from bot.desk import Desk
from bot.errors import NoJobError
from bot.messages.withdrawing import RESTORABLE
from bot.panels.gallery.deeds import options
from bot.panels.gallery.drawing import Drawn, Exhibit, draw_exhibit
from bot.store import archive, collections, jobs, notes
from bot.store.archive import Archived, Viewer
from bot.store.errors import MissingFileError
from bot.thumbnails import LARGE


async def open_picture(desk: Desk, viewer: Viewer, view_id: str, picture_id: int, told: str = "") -> Drawn:
    async with desk.store.read() as tx:
        picture = await archive.find(tx, viewer, picture_id)
        if picture is None:
            raise NoJobError
        job = await jobs.find(tx, picture.job_id)
        note = (await notes.of_pictures(tx, viewer.member, [picture.id])).get(picture.id, "")
        own = await collections.of_member(tx, viewer.member)
    is_own = picture.member_id == viewer.member
    # All of its message must be for everybody there.
    is_out = picture.deleted_at is None and job is not None and visibility.is_prompt_public(job)
    exhibit = Exhibit(
        view_id=view_id,
        picture=picture,
        note=note,
        deeds=options([picture], viewer, own),
        gone_at=picture.deleted_at + RESTORABLE if picture.deleted_at is not None else None,
        is_own=is_own,
        readable=visibility.may_read(picture, viewer),
        has_others=job is not None and len(job.cells) > 1,
        can_post=is_own and is_out and picture.server_id is not None,
    )
    return draw_exhibit(desk.signer, exhibit, await _file(desk, viewer, picture), told)


async def _file(desk: Desk, viewer: Viewer, picture: Archived) -> discord.File | None:
    try:
        data = await desk.thumbnails.get(picture.sha256, LARGE)  # the original is a press away
    except MissingFileError:
        return None
    alt = visibility.alt_of(picture, viewer)
    return discord.File(io.BytesIO(data), filename=f"{picture.id}.webp", description=alt)
