"""What those who manage a server put behind every prompt, in one channel or in all: parameters, and ceilings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import discord

from bot.buttons.custom_id import Action, Press
from bot.desk import Desk
from bot.errors import WrongPromptError
from bot.intake.ceilings import read_ceilings
from bot.intake.habits import CEILINGS, DEFAULTS, EVERYWHERE, texts_of
from bot.panels.dialog import Field, dialog, submitted
from bot.replies import language
from bot.store import servers
from bot.store.servers import Server
from engine import PromptError, check_suffix

PREFIX = "w."  # short: a channel's number stands behind it


def words_dialog(desk: Desk, server: Server | None, place: str) -> discord.ui.Modal:
    """For a channel's number, or for the whole server."""
    texts = {what: str(texts_of(server, what).get(place, "")) if server else "" for what in (DEFAULTS, CEILINGS)}
    fields = (
        Field(DEFAULTS, language.WORDS_FIELD, texts[DEFAULTS], "--ar 3:2 --stylize 100"),
        Field(CEILINGS, language.CEILINGS_FIELD, texts[CEILINGS], "size 1024, steps 40, quality 2, no turbo"),
    )
    title = language.WORDS_TITLE_EVERYWHERE if place == EVERYWHERE else language.WORDS_TITLE_HERE
    return dialog(desk.signer, Press(Action.SETUP, extra=PREFIX + place), title, fields)


async def keep_words(desk: Desk, server_id: int, place: str, data: Mapping[str, Any]) -> str:
    """What now counts, as a sentence. Raises a Refusal for what could not stand behind a prompt."""
    typed = submitted(data)
    defaults, ceilings = typed.get(DEFAULTS, ""), str(read_ceilings(typed.get(CEILINGS, "")))
    if defaults:
        try:
            check_suffix(defaults)
        except PromptError as error:
            raise WrongPromptError(error) from error
    async with desk.store.write(hurried=True) as tx:
        server = await servers.find(tx, server_id) or Server(id=server_id, joined_at=desk.now())
        for what, text in ((DEFAULTS, defaults), (CEILINGS, ceilings)):
            others = {key: known for key, known in texts_of(server, what).items() if key != place}
            texts = {**others, place: text} if text else others
            server = replace(server, settings={**server.settings, what: texts})
        await servers.save(tx, server)
    return language.words_set(_name(place), defaults, ceilings)


def words_here(server: Server) -> str:
    """All that was set, a line a place."""
    found = {what: texts_of(server, what) for what in (DEFAULTS, CEILINGS)}
    places = sorted({*found[DEFAULTS], *found[CEILINGS]}, reverse=True)
    texts = {
        _name(place): (str(found[DEFAULTS].get(place, "")), str(found[CEILINGS].get(place, ""))) for place in places
    }
    return language.words_listed(texts)


def _name(place: str) -> str:
    return "Everywhere here:" if place == EVERYWHERE else f"In <#{place}>:"
