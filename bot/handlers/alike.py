"""Pictures found by what they show: by words, by a file that a member brings, or like one of the gallery."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import discord

from bot import meaning, visibility
from bot.desk import Desk, asker_of
from bot.errors import CannotDoError
from bot.intake.uploads import cleaned
from bot.panels.gallery.leafing import draw_view
from bot.panels.gallery.page import MOST_FOUND, begin
from bot.replies import gallery as replies
from bot.replies.meaning import BY_WORDS
from bot.store import views
from bot.store.archive import Archived, Viewer
from bot.store.views import View
from bot.store.words import Scope
from engine import SourceError

Interaction = discord.Interaction[Any]
MOST_BYTES = 10 * 2**20  # of a file that is only looked at


async def find_alike(interaction: Interaction, desk: Desk, words: str, attached: discord.Attachment | None) -> None:
    """A page of what was found. Reading a picture may take longer than Discord waits."""
    if attached is None and not words.strip():
        raise CannotDoError(replies.FIND_WHAT)
    await interaction.response.defer(thinking=True, ephemeral=True)
    async with desk.store.read() as tx:
        viewer = await visibility.viewer_of(tx, asker_of(interaction))
    wanted = words if attached is None else await _brought(attached)
    told = replies.ALIKE if attached is not None or await meaning.is_by_meaning(desk) else BY_WORDS
    found = await meaning.search(desk, viewer, wanted, MOST_FOUND)
    name = words if attached is None else attached.filename
    view = await begin(desk, viewer, Scope.LIKE, name, [picture.id for picture in found])
    drawn = await draw_view(desk, viewer, view, told=told)
    await interaction.followup.send(view=drawn.view, files=list(drawn.files), ephemeral=True)


async def more_like(interaction: Interaction, desk: Desk, viewer: Viewer, view: View, picture: Archived) -> None:
    """In the place of the page: its filters are gone, or they might leave nothing."""
    await interaction.response.defer()
    found = await meaning.search(desk, viewer, picture, MOST_FOUND)
    ids = tuple(each.id for each in found)
    like = View(id=view.id, member_id=view.member_id, scope=Scope.LIKE, used_at=desk.now(), found=ids)
    async with desk.store.write() as tx:
        await views.save(tx, like)
    drawn = await draw_view(desk, viewer, like, told=replies.ALIKE)
    await interaction.edit_original_response(view=drawn.view, attachments=list(drawn.files))


async def _brought(attached: discord.Attachment) -> bytes:
    """Nothing but its pixels. It is kept nowhere."""
    if attached.size > MOST_BYTES:
        raise CannotDoError(replies.TOO_LARGE)
    try:
        data = await attached.read()
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
        raise CannotDoError(replies.NOT_FETCHED) from error
    try:
        return await asyncio.to_thread(cleaned, data)
    except SourceError as error:
        raise CannotDoError(str(error)) from error
