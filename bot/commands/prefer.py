"""`/prefer`: what shall stand behind all of one's prompts, what the buttons do, and what is asked first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import discord
from discord import app_commands

from bot.commands.admin_plans import gpu_time
from bot.desk import desk_of
from bot.errors import WrongPromptError
from bot.handlers.answering import guarded, say
from bot.panels import settings
from bot.replies import language, sources
from bot.store import members, preferences
from bot.store.words import Variability
from engine import MOST_OPTIONS, PromptError, check_option, check_suffix

Interaction = discord.Interaction[Any]
LONGEST = 2000
VARIABILITIES = [app_commands.Choice(name=one.value, value=one.value) for one in Variability]

command = app_commands.Group(
    name="prefer",
    description="What stands behind all of your prompts",
    allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
)
option = app_commands.Group(name="option", description="Your own names for pieces of prompt", parent=command)


@option.command(name="set", description="Name a piece of prompt; without a value, forget it")
@app_commands.describe(name="What you will type behind --", value="What it stands for, such as --ar 7:4 --stylize 250")
async def set_option(
    interaction: Interaction, name: app_commands.Range[str, 1, 40], value: app_commands.Range[str, 1, LONGEST] = ""
) -> None:
    await guarded(interaction, _set_option(interaction, name.strip().lstrip("-—–").lower(), value.strip()))


@option.command(name="list", description="The names that you have, and what they stand for")
async def list_options(interaction: Interaction) -> None:
    await guarded(interaction, _list(interaction))


@command.command(name="suffix", description="Parameters behind all of your prompts; without any, none")
@app_commands.describe(parameters="Such as --ar 3:2 --stylize 100; what a prompt says itself wins")
async def suffix(interaction: Interaction, parameters: app_commands.Range[str, 1, LONGEST] = "") -> None:
    await guarded(interaction, _set_suffix(interaction, parameters.strip()))


@command.command(name="remix", description="Whether V and 🔄 let you edit the prompt first; turns it on or off")
async def remix(interaction: Interaction) -> None:
    await guarded(interaction, _turn(interaction, settings.REMIX))


@command.command(name="auto_dm", description="Whether what is finished comes by direct message; turns it on or off")
async def auto_dm(interaction: Interaction) -> None:
    await guarded(interaction, _turn(interaction, settings.AUTO_DM))


@command.command(name="variability", description="How far V on a grid varies; without a choice, the other one")
@app_commands.describe(strength="How far the four may go from the one that you chose")
@app_commands.choices(strength=VARIABILITIES)
async def variability(interaction: Interaction, strength: app_commands.Choice[str] | None = None) -> None:
    await guarded(interaction, _turn(interaction, settings.VARIABILITY, strength.value if strength else ""))


@command.command(
    name="confirm", description="From which price on I ask you first; without an amount, as your plan has it"
)
@app_commands.describe(above="GPU time that a job may take without a question, as 2 min or 90 s")
async def confirm(interaction: Interaction, above: app_commands.Range[str, 1, 20] = "") -> None:
    await guarded(interaction, _set_confirm(interaction, above.strip()))


async def _set_option(interaction: Interaction, name: str, value: str) -> None:
    desk, member = desk_of(interaction), interaction.user.id
    if not value:
        async with desk.store.write(hurried=True) as tx:
            is_gone = await preferences.remove_option(tx, member, name)
        await say(interaction, language.option_gone(name) if is_gone else language.NO_SUCH_OPTION)
        return
    _check(lambda: check_option(name, value))
    async with desk.store.write(hurried=True) as tx:
        await members.meet(tx, member, desk.now())
        is_kept = await preferences.set_option(tx, member, name, value, desk.now(), MOST_OPTIONS)
    await say(interaction, language.option_set(name, value) if is_kept else language.too_many_options(MOST_OPTIONS))


async def _list(interaction: Interaction) -> None:
    async with desk_of(interaction).store.read() as tx:
        options = await preferences.options_of(tx, interaction.user.id)
        own = await preferences.find(tx, interaction.user.id)
    await say(interaction, language.options_listed(options, own.suffix, MOST_OPTIONS))


async def _set_suffix(interaction: Interaction, text: str) -> None:
    desk = desk_of(interaction)
    if text:
        _check(lambda: check_suffix(text))
    async with desk.store.write(hurried=True) as tx:
        await members.meet(tx, interaction.user.id, desk.now())
        await preferences.save(tx, replace(await preferences.find(tx, interaction.user.id), suffix=text))
    await say(interaction, language.suffix_set(text) if text else language.SUFFIX_GONE)


async def _set_confirm(interaction: Interaction, above: str) -> None:
    desk, member = desk_of(interaction), interaction.user.id
    ask = gpu_time(above) if above else None
    async with desk.store.write(hurried=True) as tx:
        await members.meet(tx, member, desk.now())
        await preferences.save(tx, replace(await preferences.find(tx, member), ask_gpu_ms=ask))
    await say(interaction, sources.asks(ask))


async def _turn(interaction: Interaction, name: str, wanted: str = "") -> None:
    """To what is wanted, or to what it is not now. Answered first, which works only once: told twice, it turns once."""
    desk = desk_of(interaction)
    await interaction.response.defer(thinking=True, ephemeral=True)
    async with desk.store.write(hurried=True) as tx:
        member = await members.meet(tx, interaction.user.id, desk.now())
        own = await preferences.find(tx, interaction.user.id)
        is_on = member.remix if name == settings.REMIX else own.auto_dm
        turned = settings.OFF if is_on else settings.ON
        if name == settings.VARIABILITY:
            turned = "strong" if own.variability is Variability.SUBTLE else "subtle"
        await settings.set_one(tx, desk, interaction.user.id, name, wanted or turned)
    await say(interaction, _TURNED[name, wanted or turned])


_TURNED = {
    (settings.REMIX, settings.ON): language.REMIX_ON,
    (settings.REMIX, settings.OFF): language.REMIX_OFF,
    (settings.AUTO_DM, settings.ON): language.AUTO_DM_ON,
    (settings.AUTO_DM, settings.OFF): language.AUTO_DM_OFF,
    (settings.VARIABILITY, Variability.STRONG.value): language.STRONG,
    (settings.VARIABILITY, Variability.SUBTLE.value): language.SUBTLE,
}


def _check(check: Callable[[], None]) -> None:
    try:
        check()
    except PromptError as error:
        raise WrongPromptError(error) from error
