"""`/top`, `/profile` and `/follow`: who makes what on a server, and hearing of it."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.desk import asker_of, desk_of
from bot.handlers.answering import guarded, number_of
from bot.handlers.following import follow_maker, follow_words, show_follows, show_profile, show_top, stop
from bot.replies import community as replies
from bot.replies import shortened
from bot.store import follows

Interaction = discord.Interaction[Any]
Words = app_commands.Range[str, 2, 60]
PERIODS = [app_commands.Choice(name=name, value=name) for name in replies.PERIODS]

follow = app_commands.Group(name="follow", description="Be told of new pictures by direct message", guild_only=True)


@app_commands.command(name="top", description="The pictures of this server's gallery with the most votes")
@app_commands.describe(period="Published in the last day, week or month")
@app_commands.choices(period=PERIODS)
@app_commands.guild_only()
async def top(interaction: Interaction, period: app_commands.Choice[str] | None = None) -> None:
    chosen = period.value if period is not None else "week"
    await guarded(interaction, show_top(interaction, desk_of(interaction), chosen))


@app_commands.command(name="profile", description="What somebody has made on this server")
@app_commands.describe(member="Who; you otherwise")
@app_commands.guild_only()
async def profile(interaction: Interaction, member: discord.Member | None = None) -> None:
    who = member or interaction.user
    joined = getattr(who, "joined_at", None)  # whoever has left is known by their number alone
    await guarded(interaction, show_profile(interaction, desk_of(interaction), who.id, joined))


@follow.command(name="maker", description="Whenever a picture of theirs comes into this server's gallery")
@app_commands.describe(member="Who")
async def maker(interaction: Interaction, member: discord.User) -> None:
    await guarded(interaction, follow_maker(interaction, desk_of(interaction), member.id))


@follow.command(name="theme", description="Whenever such a picture comes into the gallery, or such a day begins")
@app_commands.describe(words="Words that its prompt, or the day's theme, has to have")
async def theme(interaction: Interaction, words: Words) -> None:
    await guarded(interaction, follow_words(interaction, desk_of(interaction), words))


@follow.command(name="list", description="Whom and what you follow on this server")
async def listed(interaction: Interaction) -> None:
    await guarded(interaction, show_follows(interaction, desk_of(interaction)))


@follow.command(name="stop", description="Hear no more of somebody or something")
@app_commands.describe(what="Whom or what")
async def stopped(interaction: Interaction, what: str) -> None:
    await guarded(interaction, stop(interaction, desk_of(interaction), number_of(what)))


@stopped.autocomplete("what")
async def _own(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Names of members as their server has them; a name that nobody knows any more is a number."""
    desk, asker = desk_of(interaction), asker_of(interaction)
    with desk.answering():
        async with desk.store.read() as tx:
            found = await follows.of_member(tx, asker.member, asker.server or 0)
        names = [(one.words or await _name(interaction, one.maker_id or 0), str(one.id)) for one in found]
    fitting = [one for one in names if typed.strip().casefold() in one[0].casefold()]
    return [app_commands.Choice(name=shortened(name, 100), value=value) for name, value in fitting]


async def _name(interaction: Interaction, member: int) -> str:
    known = interaction.guild.get_member(member) if interaction.guild is not None else None
    known_user = known or interaction.client.get_user(member)
    return known_user.display_name if known_user is not None else str(member)


COMMANDS: tuple[app_commands.Command[Any, ..., None] | app_commands.Group, ...] = (top, profile, follow)
