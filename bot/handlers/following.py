"""Who is at the top, who somebody is, and whom one follows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import discord

from bot.buttons.custom_id import Press
from bot.community.features import Feature, is_on
from bot.desk import Desk, asker_of
from bot.errors import CannotDoError
from bot.handlers.answering import say
from bot.panels.community.asked import require
from bot.panels.community.top import DAYS, draw_profile, draw_top
from bot.replies import community as words
from bot.store import follows, members
from bot.store.follows import Follow

Interaction = discord.Interaction[Any]


async def show_top(interaction: Interaction, desk: Desk, period: str) -> None:
    """Small copies may have to be made first, which can take longer than Discord waits."""
    asker = asker_of(interaction)
    server = await require(desk, asker, Feature.TOP)
    await interaction.response.defer(thinking=True, ephemeral=True)
    drawn = await draw_top(desk, asker, server.id, period)
    await interaction.followup.send(view=drawn.view, files=list(drawn.files), ephemeral=True)


async def top_pressed(interaction: Interaction, desk: Desk, press: Press) -> None:
    """On a page of one's own it turns the page; under a digest, which everybody sees, it opens one."""
    is_own = interaction.message is not None and interaction.message.flags.ephemeral
    period = press.extra if press.extra in DAYS else "week"
    if not is_own:
        await show_top(interaction, desk, period)
        return
    asker = asker_of(interaction)
    server = await require(desk, asker, Feature.TOP)
    await interaction.response.defer()
    drawn = await draw_top(desk, asker, server.id, period)
    await interaction.edit_original_response(view=drawn.view, attachments=list(drawn.files))


async def show_profile(interaction: Interaction, desk: Desk, maker: int, joined: datetime | None) -> None:
    asker = asker_of(interaction)
    server = await require(desk, asker, Feature.PROFILE)
    await interaction.response.defer(thinking=True, ephemeral=True)
    can_follow = is_on(server.settings, Feature.FOLLOW)
    drawn = await draw_profile(desk, asker, server.id, maker, joined, can_follow=can_follow)
    await interaction.followup.send(view=drawn.view, files=list(drawn.files), ephemeral=True)


async def follow_pressed(interaction: Interaction, desk: Desk, press: Press) -> None:
    """Also from the direct message that brought a note."""
    verb, _, number = press.extra.partition(".")
    if verb == "m":
        await follow_maker(interaction, desk, int(number))
    else:
        await stop(interaction, desk, int(number.partition(".")[0]))  # behind it: which note the button is under


async def follow_maker(interaction: Interaction, desk: Desk, maker: int) -> None:
    asker = asker_of(interaction)
    server = await require(desk, asker, Feature.FOLLOW)
    if maker == asker.member:
        raise CannotDoError(words.NOT_YOURSELF)
    is_new = await _add(
        desk, Follow(member_id=asker.member, server_id=server.id, created_at=desk.now(), maker_id=maker)
    )
    await say(interaction, words.follows_maker(maker, is_new=is_new))


async def follow_words(interaction: Interaction, desk: Desk, text: str) -> None:
    asker = asker_of(interaction)
    server = await require(desk, asker, Feature.FOLLOW)
    text = " ".join(text.casefold().split())
    is_new = await _add(desk, Follow(member_id=asker.member, server_id=server.id, created_at=desk.now(), words=text))
    await say(interaction, words.follows_words(text, is_new=is_new))


async def stop(interaction: Interaction, desk: Desk, number: int) -> None:
    """Always possible, also where following is turned off by now."""
    async with desk.store.write() as tx:
        found = await follows.find(tx, number)
        is_gone = await follows.remove(tx, interaction.user.id, number)
    if found is None or not is_gone:
        await say(interaction, words.GONE_ALREADY)
        return
    await say(interaction, words.follows_no_more(found.maker_id, found.words))


async def show_follows(interaction: Interaction, desk: Desk) -> None:
    asker = asker_of(interaction)
    async with desk.store.read() as tx:
        found = await follows.of_member(tx, asker.member, asker.server or 0)
    await say(interaction, words.follows([(one.maker_id, one.words) for one in found]))


async def _add(desk: Desk, follow: Follow) -> bool:
    async with desk.store.write() as tx:
        await members.meet(tx, follow.member_id, follow.created_at)
        if len(await follows.of_member(tx, follow.member_id, follow.server_id)) >= follows.MOST:
            raise CannotDoError(words.too_many(follows.MOST))
        return await follows.add(tx, follow)
