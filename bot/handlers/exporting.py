"""`/gallery export`: noted in a row, then made in the background."""

from __future__ import annotations

from typing import Any

import discord

from bot import visibility
from bot.desk import Desk, asker_of
from bot.handlers.answering import say
from bot.replies import gallery as replies
from bot.store import archive, exports
from bot.store.archive import Wanted


async def start_export(interaction: discord.Interaction[Any], desk: Desk) -> None:
    async with desk.store.write(hurried=True) as tx:
        viewer = await visibility.viewer_of(tx, asker_of(interaction))
        total = await archive.count(tx, viewer, Wanted(mine=True))
        number = await exports.add(tx, viewer.member, total, desk.now()) if total else None
    if number is None:
        await say(interaction, replies.EXPORT_UNDER_WAY if total else replies.NOTHING_YET)
        return
    answer = await interaction.response.send_message(replies.exporting(0, total, 0), ephemeral=True)
    if answer.message_id is not None:
        async with desk.store.write() as tx:
            await exports.told_by(tx, number, answer.message_id, interaction.token)
    desk.exporter.poke()
