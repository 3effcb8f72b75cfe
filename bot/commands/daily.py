"""`/daily`: the day's theme, pictures for it, and votes."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.desk import asker_of, desk_of
from bot.handlers.answering import guarded
from bot.handlers.daily import open_enter, open_vote, set_theme, show_today
from bot.panels.community.day import own_public
from bot.replies.gallery import choice

Interaction = discord.Interaction[Any]
Words = app_commands.Range[str, 1, 80]

command = app_commands.Group(name="daily", description="A theme a day: enter a picture, vote, win", guild_only=True)


@command.command(name="today", description="Today's theme, and how it goes")
async def today(interaction: Interaction) -> None:
    await guarded(interaction, show_today(interaction, desk_of(interaction)))


@command.command(name="enter", description="Enter a picture of yours for today's theme")
@app_commands.describe(picture="Which picture: begin to type its words")
async def enter(interaction: Interaction, picture: str | None = None) -> None:
    await guarded(interaction, open_enter(interaction, desk_of(interaction), picture))


@command.command(name="vote", description="Choose between two pictures of others")
async def vote(interaction: Interaction) -> None:
    await guarded(interaction, open_vote(interaction, desk_of(interaction)))


@command.command(name="theme", description="Set the theme of the next day that has none (moderators)")
@app_commands.describe(words="What it shall be about")
async def theme(interaction: Interaction, words: Words) -> None:
    await guarded(interaction, set_theme(interaction, desk_of(interaction), words))


@enter.autocomplete("picture")
async def _own_pictures(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    desk, asker = desk_of(interaction), asker_of(interaction)
    with desk.answering():
        found = await own_public(desk, asker, asker.server, typed) if asker.server is not None else []
    return [app_commands.Choice(name=choice(one), value=str(one.id)) for one in found]
