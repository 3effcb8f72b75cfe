"""Prompts that were not typed: made at the prompt desk, or shortened. Each is one call like `/imagine`, for all to
see, though the panel that it comes from is for one member alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import discord

from bot.buttons.custom_id import Action, Press
from bot.desk import Desk, asker_of
from bot.handlers.answering import acknowledge, say
from bot.handlers.modals import prompt_dialog, prompt_of
from bot.intake import Words
from bot.panels.prompt_desk import OPEN, PAINT, WORDS, choose, desk_of_member
from bot.panels.shorter import shorter_card
from bot.reading import weigh
from bot.replies import language
from bot.store import preferences
from engine import add_suffix, expand_options

Interaction = discord.Interaction[Any]


async def begin_desk(interaction: Interaction, desk: Desk, press: Press) -> None:
    """A menu, a mode or the dialog of the prompt desk."""
    data: Mapping[str, Any] = interaction.data or {}
    member = interaction.user.id
    if press.extra == OPEN:
        await say(interaction, "", await desk_of_member(desk, member))
    elif press.extra == WORDS:
        made = prompt_dialog(desk.signer, Press(Action.DESK, extra=PAINT), "", language.DESK_TITLE)
        await interaction.response.send_modal(made)
    elif press.extra == PAINT:
        async with desk.store.read() as tx:
            own = await preferences.find(tx, member)
            options = await preferences.options_of(tx, member)
        # Put in before the desk's, or an option that says the same would say it twice.
        await _paint(interaction, desk, add_suffix(expand_options(prompt_of(data), options), own.desk))
    else:
        await choose(desk, member, press, data)
        parts = await desk.sender.parts(await desk_of_member(desk, member), 0)
        await interaction.response.edit_message(content=parts["content"], view=parts["view"])


async def weigh_words(interaction: Interaction, desk: Desk, text: str) -> None:
    """Deferred first: the encoders are read from the disk, the first time."""
    await interaction.response.defer(thinking=True, ephemeral=True)
    async with desk.store.read() as tx:
        options = await preferences.options_of(tx, interaction.user.id)
    words, shorter = await weigh(desk.engine, expand_options(text, options))
    async with desk.store.write() as tx:
        number = await preferences.keep_shortening(tx, interaction.user.id, shorter, desk.now())
    await say(interaction, "", shorter_card(words, shorter, number))


async def paint_shorter(interaction: Interaction, desk: Desk, press: Press) -> None:
    async with desk.store.read() as tx:
        texts = await preferences.find_shortening(tx, interaction.user.id, int(press.extra))
    if press.cell >= len(texts):
        await say(interaction, language.SHORTENED_BEFORE)
        return
    await _paint(interaction, desk, texts[press.cell])


async def _paint(interaction: Interaction, desk: Desk, text: str) -> None:
    """As if it had been typed there: the panel is no message that others could see answered."""
    asker = replace(asker_of(interaction), ephemeral=False, message=None)
    await acknowledge(interaction, lambda: desk.intake.imagine(asker, text), Words(asker, text))
