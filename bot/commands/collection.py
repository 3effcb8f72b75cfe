"""`/collection`: pictures under a name, for yourself or for others to look through."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands

from bot import visibility
from bot.desk import asker_of, desk_of
from bot.errors import CannotDoError, NoCollectionError, NoJobError
from bot.handlers.answering import guarded, number_of, say
from bot.replies import gallery as replies
from bot.store import archive, collections
from bot.store.archive import Wanted
from bot.store.collections import Collection
from bot.store.transactions import Writing

Interaction = discord.Interaction[Any]
Choices = list[app_commands.Choice[str]]
Name = app_commands.Range[str, 1, 60]
CHOICES = 25

command = app_commands.Group(
    name="collection",
    description="Pictures under a name",
    allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
)


@command.command(name="new", description="Begin a collection")
@app_commands.describe(collection="What it is called")
async def new(interaction: Interaction, collection: Name) -> None:
    await guarded(interaction, _new(interaction, " ".join(collection.split())))


@command.command(name="add", description="Put a picture into a collection")
@app_commands.describe(collection="Which collection", picture="Which picture: begin to type its words")
async def add(interaction: Interaction, collection: Name, picture: str) -> None:
    async def put(tx: Writing, found: Collection) -> str:
        viewer = await visibility.viewer_of(tx, asker_of(interaction))
        number = number_of(picture)
        if await archive.find(tx, viewer, number) is None:
            raise NoJobError
        is_new = await collections.put(tx, found.id, [number], desk_of(interaction).now()) == 1
        return replies.put_in(found.name, is_new=is_new)

    await guarded(interaction, _change(interaction, collection, put))


@command.command(name="remove", description="Take a collection away; its pictures stay")
@app_commands.describe(collection="Which collection")
async def remove(interaction: Interaction, collection: Name) -> None:
    async def drop(tx: Writing, found: Collection) -> str:
        await collections.remove(tx, found.member_id, found.name)
        return replies.removed(found.name)

    await guarded(interaction, _change(interaction, collection, drop))


@command.command(name="share", description="Let everybody on this server look through a collection, or not any more")
@app_commands.describe(collection="Which collection", everybody="No: it is yours alone again")
async def share(interaction: Interaction, collection: Name, everybody: bool = True) -> None:
    async def change(tx: Writing, found: Collection) -> str:
        server = asker_of(interaction).server
        if everybody and server is None:
            raise CannotDoError(replies.NO_SERVER)
        await collections.share(tx, found.id, server if everybody else None)
        return replies.sharing(found.name, is_open=everybody)

    await guarded(interaction, _change(interaction, collection, change))


@command.command(name="list", description="Your collections")
async def listed(interaction: Interaction) -> None:
    await guarded(interaction, _list(interaction))


@add.autocomplete("collection")
@remove.autocomplete("collection")
@share.autocomplete("collection")
async def _names(interaction: Interaction, typed: str) -> Choices:
    desk = desk_of(interaction)
    with desk.answering():
        async with desk.store.read() as tx:
            found = await collections.of_member(tx, interaction.user.id)
    names = [one.name for one in found if typed.strip().lower() in one.name.lower()]
    return [app_commands.Choice(name=name, value=name) for name in names[:CHOICES]]


@add.autocomplete("picture")
async def _own_pictures(interaction: Interaction, typed: str) -> Choices:
    """The newest of one's own whose words hold what was typed."""
    desk = desk_of(interaction)
    with desk.answering():
        async with desk.store.read() as tx:
            viewer = await visibility.viewer_of(tx, asker_of(interaction))
            found = await archive.browse(tx, viewer, Wanted(mine=True, words=typed), CHOICES)
    return [app_commands.Choice(name=replies.choice(one), value=str(one.id)) for one in found]


async def _new(interaction: Interaction, name: str) -> None:
    desk = desk_of(interaction)
    async with desk.store.write(hurried=True) as tx:
        if len(await collections.of_member(tx, interaction.user.id)) >= collections.MOST:
            raise CannotDoError(replies.too_many(collections.MOST))
        is_new = await collections.add(tx, interaction.user.id, name, desk.now()) is not None
    await say(interaction, replies.made(name) if is_new else replies.there_already(name))


async def _change(interaction: Interaction, name: str, work: Callable[[Writing, Collection], Awaitable[str]]) -> None:
    """Something with one of the member's own collections."""
    async with desk_of(interaction).store.write(hurried=True) as tx:
        found = await collections.find(tx, interaction.user.id, name)
        if found is None:
            raise NoCollectionError(name)
        told = await work(tx, found)
    await say(interaction, told)


async def _list(interaction: Interaction) -> None:
    async with desk_of(interaction).store.read() as tx:
        found = await collections.of_member(tx, interaction.user.id)
    await say(interaction, replies.collections(found))
