"""`/friends`: who sees your pictures that are for friends, and which roles those that are for roles."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.desk import asker_of, desk_of
from bot.handlers.answering import guarded, say
from bot.replies import gallery as replies
from bot.store import friends, shown_roles

Interaction = discord.Interaction[Any]

command = app_commands.Group(
    name="friends",
    description="Who sees what you show to friends",
    allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
)


@command.command(name="add", description="Let somebody see all your pictures but the private ones")
@app_commands.describe(member="Who")
async def add(interaction: Interaction, member: discord.User) -> None:
    await guarded(interaction, _change(interaction, member.id, is_now=True))


@command.command(name="remove", description="Somebody sees no more than everybody does")
@app_commands.describe(member="Who")
async def remove(interaction: Interaction, member: discord.User) -> None:
    await guarded(interaction, _change(interaction, member.id, is_now=False))


@command.command(name="add-role", description="Let a role of this server see your pictures that are for roles")
@app_commands.describe(role="Which role")
async def add_role(interaction: Interaction, role: discord.Role) -> None:
    await guarded(interaction, _change_role(interaction, role.id, is_now=True))


@command.command(name="remove-role", description="A role of this server sees no more than everybody does")
@app_commands.describe(role="Which role")
async def remove_role(interaction: Interaction, role: discord.Role) -> None:
    await guarded(interaction, _change_role(interaction, role.id, is_now=False))


@command.command(name="list", description="Whom you have named")
async def listed(interaction: Interaction) -> None:
    await guarded(interaction, _list(interaction))


async def _change(interaction: Interaction, friend: int, *, is_now: bool) -> None:
    desk, member = desk_of(interaction), interaction.user.id
    if friend == member:
        await say(interaction, replies.NOT_YOURSELF)
        return
    async with desk.store.write(hurried=True) as tx:
        if is_now:
            changed = await friends.add(tx, member, friend, desk.now())
        else:
            changed = await friends.remove(tx, member, friend)
    await say(interaction, replies.friend(friend, is_now=is_now, changed=changed))


async def _change_role(interaction: Interaction, role: int, *, is_now: bool) -> None:
    """Who has it is asked anew whenever somebody looks; nothing that is for roles was ever posted."""
    desk, member, server = desk_of(interaction), interaction.user.id, asker_of(interaction).server
    if server is None:
        await say(interaction, replies.NO_ROLES_HERE)
        return
    async with desk.store.write(hurried=True) as tx:
        if is_now:
            changed = await shown_roles.add(tx, member, server, role, desk.now())
        else:
            changed = await shown_roles.remove(tx, member, server, role)
    await say(interaction, replies.role(role, is_now=is_now, changed=changed))


async def _list(interaction: Interaction) -> None:
    member, server = interaction.user.id, asker_of(interaction).server
    async with desk_of(interaction).store.read() as tx:
        found = await friends.of_member(tx, member)
        roles = await shown_roles.of_member(tx, member, server) if server is not None else ()
    await say(interaction, replies.friends(found, roles))
