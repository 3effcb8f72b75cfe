"""`/pool`: GPU time that a server's members share, and what each of them may use there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import discord
from discord import app_commands

from bot.commands.admin_plans import gpu_time
from bot.commands.gift import hand_over
from bot.desk import Desk, asker_of, desk_of
from bot.errors import NotManagerError
from bot.handlers.answering import guarded, say
from bot.intake.paying import DRAW, SPEED, USE, Limits
from bot.panels.setup import known_server
from bot.plans.months import calendar_month
from bot.replies import pools as replies
from bot.store import ledger, pools, servers

Interaction = discord.Interaction[Any]
LOG_LINES = 10
LIFTED = "none"

command = app_commands.Group(
    name="pool",
    description="GPU time that this server's members share",
    guild_only=True,
    # Where the bot is no member no job is the server's: what is given there could never be drawn.
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)


@command.command(name="show", description="What is in it, who drew from it, and what each member may use here")
async def show(interaction: Interaction) -> None:
    await guarded(interaction, _show(interaction))


@command.command(name="give", description="Give of your GPU time to all members of this server")
@app_commands.describe(time="How much, as 2 h or 90 min")
async def give(interaction: Interaction, time: str) -> None:
    await guarded(interaction, _give(interaction, time))


@command.command(name="limit", description="What each member may use on this server, for those who manage it")
@app_commands.describe(
    use="GPU time a member and month on this server, as 5 h; none: no limit",
    draw="Of it, out of the pool, as 1 h; none: no limit",
    speed="The fastest that jobs may be here",
)
async def limit(
    interaction: Interaction,
    use: str | None = None,
    draw: str | None = None,
    speed: Literal["relax", "fast", "turbo"] | None = None,
) -> None:
    await guarded(interaction, _limit(interaction, use, draw, speed))


async def _show(interaction: Interaction) -> None:
    await say(interaction, await _shown(desk_of(interaction), interaction.guild_id or 0))


async def _shown(desk: Desk, server: int) -> str:
    now = desk.now()
    async with desk.store.read() as tx:
        limits = Limits.of(await servers.find(tx, server))
        left = await ledger.available(tx, server, now)
        drawn = await pools.drawn(tx, server, calendar_month(now, desk.book.plans.zone).starts_at)
        entries = await pools.log(tx, server, LOG_LINES)
    told = replies.limits(limits.use_gpu_ms, limits.draw_gpu_ms, limits.speed)
    return replies.pool(left, drawn, entries, told, desk.command("pool give"))


async def _give(interaction: Interaction, time: str) -> None:
    desk, server = desk_of(interaction), interaction.guild_id or 0
    gpu_ms = gpu_time(time)
    if await hand_over(desk, interaction.user.id, server, gpu_ms, str(interaction.id)) is None:
        return  # delivered twice
    async with desk.store.read() as tx:
        left = await ledger.available(tx, server, desk.now())
    await say(interaction, replies.given(gpu_ms, left))


async def _limit(interaction: Interaction, use: str | None, draw: str | None, speed: str | None) -> None:
    asker, desk = asker_of(interaction), desk_of(interaction)
    if asker.server is None or not asker.manages:
        raise NotManagerError
    asked = {USE: _amount(use), DRAW: _amount(draw), SPEED: speed}
    told = {USE: use, DRAW: draw, SPEED: speed}
    async with desk.store.write(hurried=True) as tx:
        server = await known_server(tx, desk, asker.server)
        kept = {**server.settings.get("limits", {}), **{word: asked[word] for word in asked if told[word] is not None}}
        limits = {word: value for word, value in kept.items() if value is not None}
        await servers.save(tx, replace(server, settings={**server.settings, "limits": limits}))
    await say(interaction, await _shown(desk, asker.server))


def _amount(text: str | None) -> int | None:
    return None if text is None or text.strip().lower() == LIFTED else gpu_time(text)
