"""The plans, shown to whoever asks for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord

from bot.desk import desk_of
from bot.handlers.answering import say
from bot.panels.subscribe import subscribe_card


async def show_plans(interaction: discord.Interaction[Any]) -> None:
    """Discord refuses a card as a whole for a number that its shop does not know: then it comes without buttons."""
    card = await subscribe_card(desk_of(interaction), interaction.user.id)
    if not await say(interaction, "", card) and card.links:
        await say(interaction, "", replace(card, links=()))
