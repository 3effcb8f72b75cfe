"""`/admin`: for the operator's OWNERS: pause, resume, drain, block, unblock, and a look at the whole queue."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands

from bot import replies
from bot.asking import Asker
from bot.desk import Desk, desk_of
from bot.errors import EndedError, NotOwnerError, PausedError
from bot.handlers.answering import guarded, say
from bot.store import jobs, members

Interaction = discord.Interaction[Any]

command = app_commands.Group(
    name="admin",
    description="For the operator of this bot",
    default_permissions=discord.Permissions(manage_guild=True),
)


async def as_owner(interaction: Interaction, work: Awaitable[str]) -> None:
    if not operates(interaction):
        work.close()  # type: ignore[attr-defined]
        raise NotOwnerError
    await say(interaction, await work)


def operates(interaction: Interaction) -> bool:
    """OWNERS, and on a Discord of one's own whoever may manage the server."""
    desk = desk_of(interaction)
    at_home = desk.settings.uses_sandbox and interaction.permissions.manage_guild
    return interaction.user.id in desk.settings.owners or at_home


@command.command(name="pause", description="Take no new work; what is under way goes on")
@app_commands.describe(reason="What members are told")
async def pause(interaction: Interaction, reason: app_commands.Range[str, 0, 200] = "") -> None:
    await guarded(interaction, as_owner(interaction, _pause(desk_of(interaction), PausedError(reason))))


@command.command(name="drain", description="Take no new work, because I shall be started again soon")
async def drain(interaction: Interaction) -> None:
    await guarded(interaction, as_owner(interaction, _pause(desk_of(interaction), PausedError("", drains=True))))


@command.command(name="resume", description="Take new work again")
async def resume(interaction: Interaction) -> None:
    await guarded(interaction, as_owner(interaction, _resume(desk_of(interaction))))


@command.command(name="block", description="Take no work from a member any more")
@app_commands.describe(member="Who", reason="What they are told")
async def block(interaction: Interaction, member: discord.User, reason: app_commands.Range[str, 0, 200] = "") -> None:
    await guarded(interaction, as_owner(interaction, _block(desk_of(interaction), member.id, reason)))


@command.command(name="unblock", description="Take work from a member again")
@app_commands.describe(member="Who")
async def unblock(interaction: Interaction, member: discord.User) -> None:
    await guarded(interaction, as_owner(interaction, _unblock(desk_of(interaction), member.id)))


@command.command(name="queue", description="What everyone waits for")
async def queue(interaction: Interaction) -> None:
    await guarded(interaction, as_owner(interaction, _queue(desk_of(interaction))))


async def _pause(desk: Desk, paused: PausedError) -> str:
    await desk.intake.pause(paused)
    async with desk.store.read() as tx:
        return replies.paused(await jobs.count_open(tx))


async def _resume(desk: Desk) -> str:
    await desk.intake.pause(None)
    return replies.RESUMED


async def _block(desk: Desk, member_id: int, reason: str) -> str:
    async with desk.store.write(hurried=True) as tx:
        member = await members.meet(tx, member_id, desk.now())
        await members.save(tx, replace(member, blocked_at=desk.now(), blocked_reason=reason or None))
        under_way = await jobs.open_of(tx, member_id)
    for job in under_way:
        with suppress(EndedError):
            await desk.intake.cancel(Asker(member_id, job.channel_id), job.id)
    return replies.blocked(member_id)


async def _unblock(desk: Desk, member_id: int) -> str:
    async with desk.store.write(hurried=True) as tx:
        member = await members.meet(tx, member_id, desk.now())
        await members.save(tx, replace(member, blocked_at=None, blocked_reason=None))
    return replies.unblocked(member_id)


async def _queue(desk: Desk) -> str:
    view = await desk.intake.queue_view()
    lines = [replies.queue_line(waiter) for waiter in (*view.running, *view.waiting)]
    return replies.shortened("\n".join(lines) or replies.QUEUE_EMPTY, replies.MESSAGE_LIMIT)
