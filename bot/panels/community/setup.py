"""What of the community a server has turned on, for those who manage it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord

from bot.buttons.custom_id import Action, Press
from bot.community.features import ON, PLACE, Feature, place_of
from bot.desk import Desk, asker_of, values_of
from bot.errors import NotManagerError
from bot.hosting import advance
from bot.messages.cards import Button, Card, Menu, MenuKind
from bot.panels.gallery_channel import fault_of
from bot.panels.setup import known_server, setup_of
from bot.replies import community as words
from bot.store import servers

BACK = "back"


async def change(interaction: discord.Interaction[Any], desk: Desk, press: Press) -> None:
    """Whatever was pressed or chosen there counts at once: the first day begins with it."""
    asker = asker_of(interaction)
    if asker.server is None or not asker.manages:
        raise NotManagerError
    values = values_of(interaction)
    chosen: dict[str, Any] = {}
    if press.extra == ON:
        chosen = {ON: [each for each in Feature if each in values]}
    elif press.extra == PLACE:
        chosen = {PLACE: int(values[0]) if values else None}
    if chosen:
        async with desk.store.write(hurried=True) as tx:
            server = await known_server(tx, desk, asker.server)
            await servers.save(tx, replace(server, settings={**server.settings, **chosen}))
        await advance(desk, desk.now())
    card = await (setup_of(desk, asker.server) if press.extra == BACK else panel(desk, interaction.guild, asker.server))
    parts = await desk.sender.parts(card, 0)
    await interaction.response.edit_message(content=parts["content"], view=parts["view"])


async def panel(desk: Desk, guild: discord.Guild | None, server_id: int) -> Card:
    """With what keeps the bot from posting there."""
    async with desk.store.write(hurried=True) as tx:
        server = await known_server(tx, desk, server_id)
    chosen = server.settings.get(PLACE)
    features = tuple((each.value, words.FEATURES[each]) for each in Feature)
    menus = (
        Menu(
            MenuKind.WORDS,
            Press(Action.COMMUNITY, extra=ON),
            words.ASK_FEATURES,
            tuple(server.settings.get(ON, ())),
            len(features),
            features,
        ),
        Menu(
            MenuKind.GALLERIES,
            Press(Action.COMMUNITY, extra=PLACE),
            words.ASK_PLACE,
            (str(chosen),) if chosen is not None else (),
        ),
    )
    place = place_of(server.settings, server.gallery_channel_id)
    fault = fault_of(guild, replace(server, gallery_channel_id=place)) if guild is not None else ""
    text = words.panel(place, fault, is_chosen=chosen is not None)
    return Card(text, ((Button(Action.COMMUNITY, "", words.BACK, extra=BACK),),), menus=menus)
