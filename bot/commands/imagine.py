"""`/imagine`: words in, four pictures out."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.desk import asker_of, desk_of
from bot.handlers.answering import acknowledge, guarded
from bot.intake import Words
from bot.panels.completing import offers_for, without_hints

LONGEST = 6000


@app_commands.command(name="imagine", description="Paint four pictures from your words")
@app_commands.describe(
    prompt="What to paint, then parameters such as --ar 3:2 --no rain --seed 7",
    image="A picture to start from; --iw says how much it counts",
    image2="Another picture",
    image3="A third picture",
)
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def command(
    interaction: discord.Interaction[Any],
    prompt: app_commands.Range[str, 1, LONGEST],
    image: discord.Attachment | None = None,
    image2: discord.Attachment | None = None,
    image3: discord.Attachment | None = None,
) -> None:
    desk, links = desk_of(interaction), [each.url for each in (image, image2, image3) if each is not None]
    text = " ".join([*links, without_hints(prompt)])
    words = Words(asker_of(interaction), text)
    await guarded(interaction, acknowledge(interaction, lambda: desk.intake.imagine(words.asker, text), words))


@command.autocomplete("prompt")
async def _offer(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
    desk = desk_of(interaction)
    with desk.answering():
        offers = await offers_for(desk, interaction.user.id, typed)
    return [app_commands.Choice(name=name, value=value) for name, value in offers]
