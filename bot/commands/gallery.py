"""`/gallery`: leaf through pictures, your own and others', and take yours with you."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.desk import desk_of
from bot.handlers.alike import find_alike
from bot.handlers.answering import guarded
from bot.handlers.exporting import start_export
from bot.handlers.gallery import open_gallery
from bot.panels.gallery.page import LONGEST_SEARCH
from bot.store.words import Scope

Interaction = discord.Interaction[Any]
Words = app_commands.Range[str, 1, LONGEST_SEARCH]

command = app_commands.Group(
    name="gallery",
    description="Look through pictures",
    allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
)


@command.command(name="browse", description="Look through all pictures that you may see")
@app_commands.describe(search="Words of the prompt")
async def browse(interaction: Interaction, search: Words = "") -> None:
    await guarded(interaction, open_gallery(interaction, desk_of(interaction), Scope.ALL, search))


@command.command(name="mine", description="Look through every picture that you ever made")
@app_commands.describe(search="Words of the prompt")
async def mine(interaction: Interaction, search: Words = "") -> None:
    await guarded(interaction, open_gallery(interaction, desk_of(interaction), Scope.MINE, search))


@command.command(name="find", description="Find pictures by what they show, or like a picture that you attach")
@app_commands.describe(shows="What they should show, in your own words", picture="What they should be like")
async def find(interaction: Interaction, shows: Words = "", picture: discord.Attachment | None = None) -> None:
    await guarded(interaction, find_alike(interaction, desk_of(interaction), shows, picture))


@command.command(name="export", description="All your pictures with recipes and prompts, as files by direct message")
async def export(interaction: Interaction) -> None:
    await guarded(interaction, start_export(interaction, desk_of(interaction)))
