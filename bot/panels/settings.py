"""A member's own switches, and what pressing one changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord

from bot import replies
from bot.buttons.custom_id import Action, Press
from bot.desk import Desk
from bot.messages.cards import Button, Card, Tone
from bot.store import members
from bot.store.members import Member

REMIX, NOTIFY = "remix", "notify"
ON, OFF = "on", "off"  # a button says what it does, so that a press that is told twice does it once


def settings_card(member: Member) -> Card:
    def switch(name: str, label: str, is_on: bool) -> Button:
        tone = Tone.PRESSED if is_on else Tone.PLAIN
        return Button(
            Action.SETTINGS,
            "",
            f"{label}: {'on' if is_on else 'off'}",
            tone=tone,
            extra=f"{name}.{OFF if is_on else ON}",
        )

    remix = switch(REMIX, "Remix", member.remix)
    notify = switch(NOTIFY, "Mention me", member.notify)
    return Card(replies.SETTINGS, ((remix, notify),))


async def settings_of(desk: Desk, member_id: int) -> Card:
    async with desk.store.write() as tx:
        return settings_card(await members.meet(tx, member_id, desk.now()))


async def change(interaction: discord.Interaction[Any], desk: Desk, press: Press) -> None:
    async with desk.store.write() as tx:
        member = await members.meet(tx, interaction.user.id, desk.now())
        name, _, wanted = press.extra.partition(".")
        if name == REMIX:
            member = replace(member, remix=wanted == ON)
        elif name == NOTIFY:
            member = replace(member, notify=wanted == ON)
        await members.save(tx, member)
    parts = await desk.sender.parts(settings_card(member), 0)
    await interaction.response.edit_message(content=parts["content"], view=parts["view"])
