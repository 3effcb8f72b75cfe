"""A picture of the gallery, shown to everybody in a channel: only one that they may see anyhow."""

from __future__ import annotations

from typing import Any

import discord

from bot import rooms, visibility
from bot.buttons.custom_id import Action
from bot.desk import Desk
from bot.errors import CannotDoError, NoJobError
from bot.messages import withdrawing
from bot.messages.cards import Button, Card, Pictures
from bot.messages.withdrawing import kind_of_shared
from bot.replies import gallery as replies
from bot.store import archive, jobs, pictures, placeholders
from bot.store.archive import Archived, Viewer
from bot.store.placeholders import Post


async def share(interaction: discord.Interaction[Any], desk: Desk, viewer: Viewer, picture: Archived) -> None:
    """The message is noted, so that it goes when the picture becomes private."""
    if viewer.server is None:
        raise CannotDoError(replies.NO_SERVER)
    everybody = visibility.everybody_on(viewer.server, rooms.seen_by_all_in(rooms.place_of(interaction)))
    if not visibility.may_view(picture, everybody):
        raise CannotDoError(replies.NOT_SHAREABLE)
    async with desk.store.read() as tx:
        job = await jobs.find(tx, picture.job_id)
        stored = await pictures.find(tx, picture.job_id, picture.cell)
    if job is None or stored is None:
        raise NoJobError
    await interaction.response.defer(thinking=True)
    readable = visibility.may_read(picture, everybody)
    card = _card(picture, stored.recipe, viewer.member, readable=readable)
    sent = await desk.sender.follow_up(interaction, card)
    async with desk.store.write() as tx:
        kind = kind_of_shared(picture.cell)
        await placeholders.add_post(tx, Post(sent.message, sent.channel, job.id, kind))
        current = (await archive.among(tx, everybody, [picture.id])).get(picture.id)  # sending it took a while
        if current is None or (readable and not visibility.may_read(current, everybody)):
            await withdrawing.take_back_shared(tx, job, picture.cell, desk.now())
    desk.delivery.poke()


def _card(picture: Archived, recipe: str, by: int, *, readable: bool) -> Card:
    job, cell = picture.job_id, picture.cell
    alt = picture.text[: visibility.ALT_LIMIT] if readable else None
    shown = Pictures((picture.sha256,), f"{job}-{cell + 1}", job, alt, (recipe,) if readable else ())
    made = (
        Button(Action.VARY_SUBTLE, job, "Vary (Subtle)", cell=cell),
        Button(Action.VARY_STRONG, job, "Vary (Strong)", cell=cell),
        Button(Action.RECIPE, job, "Recipe", cell=cell),
    )
    row = (Button(Action.BOOKMARK, job, "", "❤️", cell), *(made if readable else ()))
    return Card(replies.shared(picture, by, readable=readable), (row,), (shown,))
