"""What the buttons of a day do, and `/daily`. All that they need is in their signed ids and in the database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord

from bot import visibility
from bot.asking import Asker
from bot.buttons.custom_id import Press
from bot.community.features import Feature
from bot.desk import Desk, asker_of, values_of
from bot.errors import CannotDoError
from bot.handlers.answering import number_of, say
from bot.messages import withdrawing
from bot.messages.cards import Card
from bot.messages.community import put_candidate
from bot.panels.community.asked import require, require_welcome
from bot.panels.community.day import ballot_of, enter_card, open_day, pair_card, read_round, today_card
from bot.replies import community as words
from bot.store import archive, ballots, candidates, members, themes
from bot.store.candidates import Candidate
from bot.store.themes import Theme

Interaction = discord.Interaction[Any]


async def pressed(interaction: Interaction, desk: Desk, press: Press) -> None:
    verb, _, rest = press.extra.partition(".")
    asker = asker_of(interaction)
    if verb == "v":
        await open_vote(interaction, desk, int(rest))
    elif verb == "e":
        async with desk.store.read() as tx:
            daily = await open_day(tx, desk.now(), asker.server or 0, int(rest))
        await say(interaction, "", await enter_card(desk, asker, daily))
    elif verb == "p":
        await _picked(interaction, desk, asker, int(rest))
    else:
        await _cast(interaction, desk, asker, press)


async def show_today(interaction: Interaction, desk: Desk) -> None:
    asker = asker_of(interaction)
    server = await require(desk, asker, Feature.DAILY)
    await say(interaction, "", await today_card(desk, asker, server.id))


async def open_enter(interaction: Interaction, desk: Desk, picture: str | None) -> None:
    asker = asker_of(interaction)
    server = await require(desk, asker, Feature.DAILY)
    async with desk.store.read() as tx:
        daily = await open_day(tx, desk.now(), server.id)
    if picture is None:
        await say(interaction, "", await enter_card(desk, asker, daily))
        return
    await say(interaction, await _enter(desk, asker, daily.id, number_of(picture)))


async def open_vote(interaction: Interaction, desk: Desk, number: int | None = None) -> None:
    """Two pictures may take a moment to be drawn."""
    asker = asker_of(interaction)
    if number is None:
        await require(desk, asker, Feature.DAILY)
    async with desk.store.read() as tx:
        await require_welcome(tx, asker)
        found = await read_round(tx, await open_day(tx, desk.now(), asker.server or 0, number))
    pair = found.pair_for(asker.member)
    await interaction.response.defer(thinking=True, ephemeral=True)
    await desk.sender.follow_up(interaction, await pair_card(desk, found, pair, asker.member), ephemeral=True)


async def set_theme(interaction: Interaction, desk: Desk, text: str) -> None:
    asker = asker_of(interaction)
    server = await require(desk, asker, Feature.DAILY)
    if not asker.rules:
        raise CannotDoError(words.NOT_MODERATOR)
    text = " ".join(text.split())
    async with desk.store.write() as tx:
        before = len(await themes.waiting(tx, server.id))
        await themes.add(tx, Theme(server_id=server.id, words=text, set_by=asker.member, created_at=desk.now()))
    await say(interaction, words.theme_set(text, before))


async def _picked(interaction: Interaction, desk: Desk, asker: Asker, number: int) -> None:
    values = values_of(interaction)
    if not values:
        await interaction.response.defer()
        return
    told = await _enter(desk, asker, number, int(values[0]))
    await interaction.response.edit_message(content=told, view=None)


async def _enter(desk: Desk, asker: Asker, number: int, picture: int) -> str:
    """One a day, in place of one that nobody has voted on yet."""
    async with desk.store.write() as tx:
        await require_welcome(tx, asker)
        daily = await open_day(tx, desk.now(), asker.server or 0, number)
        everybody = visibility.everybody_on(daily.server_id, asker.rooms)
        shown = (await archive.among(tx, everybody, [picture])).get(picture)
        if shown is None or shown.member_id != asker.member:
            raise CannotDoError(words.NOT_PUBLIC)
        if shown.room_id is not None:  # whoever enters it says that everybody there may see it
            await withdrawing.show_to(tx, [shown], shown.audience, asker.member, desk.now())
        await members.meet(tx, asker.member, desk.now())
        before = await candidates.of_member(tx, daily.id, asker.member)
        if before is not None and before.picture_id != picture:
            if not await candidates.withdraw(tx, before.id):
                raise CannotDoError(words.VOTED_ON)
            await put_candidate(tx, daily, before, desk.now(), again=":gone")
        wanted = Candidate(daily_id=daily.id, picture_id=picture, member_id=asker.member, entered_at=desk.now())
        new = await candidates.enter(tx, wanted)
        if new is not None:
            await put_candidate(tx, daily, new, desk.now())
    desk.delivery.poke()
    return words.entered(daily.theme, instead=before is not None and new is not None)


async def _cast(interaction: Interaction, desk: Desk, asker: Asker, press: Press) -> None:
    """Once for each pair, whatever is pressed again; then the next pair takes its place."""
    _, first, second = press.extra.split(".")
    ballot = ballot_of(asker.member, (int(first), int(second)), press.cell)
    await interaction.response.defer()
    async with desk.store.write() as tx:
        await require_welcome(tx, asker)
        candidate = await candidates.find(tx, int(first))
        daily = await open_day(tx, desk.now(), asker.server or 0, candidate.daily_id if candidate is not None else 0)
        found = await read_round(tx, daily)
        if asker.member in [found.makers.get(one) for one in ballot.pair]:
            raise CannotDoError(words.NOT_YOURS)
        is_whole = all(one in found.makers for one in ballot.pair)  # a picture may have been taken back meanwhile
        if is_whole and await ballots.cast(tx, ballot, desk.now()):
            found = replace(found, cast=[*found.cast, ballot])
    try:
        card = await pair_card(desk, found, found.pair_for(asker.member), asker.member)
    except CannotDoError as error:
        card = Card(error.reason)
    parts = await desk.sender.parts(card, interaction.filesize_limit)
    files = parts["files"]
    await interaction.edit_original_response(content=parts["content"], view=parts["view"], attachments=files)
