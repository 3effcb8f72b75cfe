"""A member's own settings: what each menu and button shows, and what choosing changes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord

from bot.buttons.custom_id import Action, Press
from bot.desk import Desk, values_of
from bot.messages.cards import Button, Card, Menu, MenuKind, Tone
from bot.panels import styling
from bot.panels.models import MOST, Choices, paintable
from bot.panels.modes import set_speed, set_visibility
from bot.panels.parameters import chosen, put
from bot.panels.styling import restyled, style_menu, styles_of
from bot.replies import language, sources
from bot.store import members, preferences
from bot.store.members import Member
from bot.store.preferences import Preferences
from bot.store.transactions import Writing
from bot.store.words import Privacy, Variability
from engine import Speed

REMIX, NOTIFY, AUTO_DM, VARIABILITY, RESET = "remix", "notify", "auto_dm", "variability", "reset"
MODEL, MODE, VISIBILITY = "model", "mode", "visibility"
ON, OFF = "on", "off"  # a button says what it does, so that a press that is told twice does it once
USUAL = "usual"
MODES: Choices = (
    (Speed.FAST, "Fast: before those who can wait"),
    (Speed.RELAX, "Relax: when there is time"),
    (Speed.TURBO, "Turbo: before everybody else"),
)
AUDIENCES: Choices = ((Privacy.STEALTH, "Stealth: seen by nobody else"),)


def settings_card(member: Member, own: Preferences, models: Choices, styles: Choices) -> Card:
    subtle = own.variability is Variability.SUBTLE
    buttons = (
        _switch(REMIX, "Remix", member.remix),
        _switch(NOTIFY, "Mention me", member.notify),
        _switch(AUTO_DM, "Auto DM", own.auto_dm),
        _button(f"{VARIABILITY}.{'strong' if subtle else 'subtle'}", f"V: {own.variability}"),
        _button(RESET, "Reset", Tone.DANGER),
    )
    menus = (
        _menu(MODEL, "Model", "Model: the server's", chosen(own.chosen, MODEL), models),
        style_menu(Press(Action.SETTINGS, extra=styling.NAME), own.chosen, styles),
        _menu(MODE, "Mode", "Mode: as my plan has it", member.speed, MODES),
        _menu(VISIBILITY, "Visibility", "Public: seen where I ask for it", _unusual(member.visibility), AUDIENCES),
    )
    behind = language.behind_prompts((own.suffix, own.chosen))
    asks = f"-# {sources.asks(own.ask_gpu_ms)}" if own.ask_gpu_ms is not None else ""
    return Card("\n".join(filter(None, (language.SETTINGS, asks, behind))), (buttons,), menus=menus)


async def settings_of(desk: Desk, member_id: int) -> Card:
    models = await asyncio.to_thread(paintable, desk)
    async with desk.store.write(hurried=True) as tx:
        member = await members.meet(tx, member_id, desk.now())
        return settings_card(member, await preferences.find(tx, member_id), models, styles_of(desk))


async def change(interaction: discord.Interaction[Any], desk: Desk, press: Press) -> None:
    name, _, wanted = press.extra.partition(".")
    values = values_of(interaction)
    if name in (MODEL, MODE, VISIBILITY):
        wanted = values[0] if values and values[0] != USUAL else ""
    if name == MODE:
        await set_speed(desk, interaction.user.id, Speed(wanted) if wanted else None)
    elif name == VISIBILITY:
        await set_visibility(desk, interaction.user.id, Privacy(wanted or Privacy.PUBLIC))
    elif name == styling.NAME:
        await _restyle(desk, interaction.user.id, values)
    else:
        async with desk.store.write(hurried=True) as tx:
            await set_one(tx, desk, interaction.user.id, name, wanted)
    parts = await desk.sender.parts(await settings_of(desk, interaction.user.id), 0)
    await interaction.response.edit_message(content=parts["content"], view=parts["view"])


async def set_one(tx: Writing, desk: Desk, member_id: int, name: str, wanted: str) -> None:
    """One setting; an empty word is as usual."""
    member = await members.meet(tx, member_id, desk.now())
    own = await preferences.find(tx, member_id)
    match name:
        case "remix":
            member = replace(member, remix=wanted == ON)
        case "notify":
            member = replace(member, notify=wanted == ON)
        case "auto_dm":
            own = replace(own, auto_dm=wanted == ON)
        case "variability":
            own = replace(own, variability=Variability(wanted))
        case "model":
            own = replace(own, chosen=put(own.chosen, name, wanted))
        case "reset":
            member = replace(member, remix=False, notify=True, speed=None, visibility=None)
            own = Preferences(member_id=member_id, suffix=own.suffix, desk=own.desk)
    await members.save(tx, member)
    await preferences.save(tx, own)


async def _restyle(desk: Desk, member_id: int, values: Sequence[str]) -> None:
    async with desk.store.write(hurried=True) as tx:
        await members.meet(tx, member_id, desk.now())
        own = await preferences.find(tx, member_id)
        await preferences.save(tx, replace(own, chosen=restyled(own.chosen, values)))


def _unusual(visibility: Privacy | None) -> str | None:
    return visibility if visibility is not Privacy.PUBLIC else None


def _switch(name: str, label: str, is_on: bool) -> Button:
    tone = Tone.PRESSED if is_on else Tone.PLAIN
    return _button(f"{name}.{OFF if is_on else ON}", f"{label}: {'on' if is_on else 'off'}", tone)


def _button(extra: str, label: str, tone: Tone = Tone.PLAIN) -> Button:
    return Button(Action.SETTINGS, "", label, tone=tone, extra=extra)


def _menu(name: str, title: str, usual: str, chosen: str | None, choices: Choices) -> Menu:
    """What is not among the choices was typed elsewhere, and is shown as well."""
    known = choices if chosen is None or chosen in dict(choices) else ((chosen, f"{title}: {chosen}"), *choices)
    options = ((USUAL, usual), *known)[:MOST]
    return Menu(MenuKind.WORDS, Press(Action.SETTINGS, extra=name), title, (chosen or USUAL,), 1, options)
