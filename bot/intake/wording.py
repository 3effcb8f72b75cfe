"""From a member's words to a wish: the prompt language, what stands behind each prompt here, and what the server and
the machine say about models.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.asking import Asker
from bot.errors import CannotDoError, WrongPromptError
from bot.intake.habits import ceilings_of, habits_of
from bot.intake.strangeness import find_strange
from bot.intake.wishes import Wish, draw_seed
from bot.kinds import Kind
from bot.replies import language
from bot.store import members, servers
from bot.store.store import Store
from bot.store.words import Privacy
from engine import Engine, PromptError, Speed, UnknownModelError, parse, translate

_ENLARGED = (Kind.UPSCALE_SUBTLE, Kind.UPSCALE_CREATIVE)


class Wording:
    def __init__(self, engine: Engine, store: Store, default_model: str) -> None:
        self._engine, self._store, self._default_model = engine, store, default_model

    async def wish(self, asker: Asker, kind: Kind, text: str) -> Wish:
        """Raises a Refusal that says what is wrong with the words, or what cannot be painted here."""
        async with self._store.read() as tx:
            server = await servers.find(tx, asker.server) if asker.server is not None else None
            habits = await habits_of(tx, asker, server)
        default = (server.default_model if server is not None else None) or self._default_model
        whole = habits.fill_in(text)
        try:
            prompt = parse(whole)
            asked = await asyncio.to_thread(  # a style's file is read, the first time
                translate,
                prompt,
                self._engine.catalog,
                default_model=default,
                drawn_seed=draw_seed(),
                styles=self._engine.adapters.styles,
            )
        except PromptError as error:
            raise WrongPromptError(error) from error
        except UnknownModelError as error:
            raise CannotDoError(f"This server's model is not to be had any more. {error}") from error
        habits.ceilings.hold_words(prompt)
        model = asked.cells[0].model.name
        if not await asyncio.to_thread(self._engine.can_paint, model):
            raise CannotDoError(f"I cannot paint with {model}: it is not on this machine, or nothing here computes it.")
        notes = tuple(note.message for note in asked.notes)
        speed, privacy = prompt.chosen("speed"), prompt.chosen("visibility")
        strange, told = await find_strange(self._engine, self._store, asker.member, model, prompt)
        return Wish(
            kind,
            text,
            asked.cells,
            (*notes, told) if told else notes,
            speed=Speed(speed) if speed is not None else None,
            privacy=Privacy(privacy) if privacy is not None else None,
            effective=whole if whole != text.strip() else None,
            strange=strange,
        )

    async def held(self, asker: Asker, wish: Wish) -> Wish:
        """Within what this server allows here: a member's turbo mode gives way; what they asked for raises
        CeilingError. What is enlarged is priced by its size instead."""
        if wish.kind.is_free:
            return wish
        async with self._store.read() as tx:
            server = await servers.find(tx, asker.server) if asker.server is not None else None
            member = await members.find(tx, asker.member)
        ceilings = ceilings_of(server, asker)
        mode = Speed(member.speed) if member is not None and member.speed is not None else None
        if wish.speed is None and mode is Speed.TURBO and not ceilings.turbo:
            wish = replace(wish, speed=Speed.FAST, notes=(*wish.notes, language.NO_TURBO_HERE))
        if wish.kind not in _ENLARGED:
            ceilings.hold(wish.cells)
        ceilings.hold_speed(wish.speed)
        return wish
