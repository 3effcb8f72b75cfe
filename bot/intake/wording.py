"""From a member's words to a wish: the prompt language, and what the server and the machine say about models."""

from __future__ import annotations

import asyncio

from bot.asking import Asker
from bot.errors import CannotDoError, WrongPromptError
from bot.intake.wishes import Wish, draw_seed
from bot.kinds import Kind
from bot.store import servers
from bot.store.store import Store
from bot.store.words import Privacy
from engine import Engine, PromptError, Speed, UnknownModelError, parse, translate


class Wording:
    def __init__(self, engine: Engine, store: Store, default_model: str) -> None:
        self._engine, self._store, self._default_model = engine, store, default_model

    async def wish(self, asker: Asker, kind: Kind, text: str) -> Wish:
        """Raises a Refusal that says what is wrong with the words, or what cannot be painted here."""
        async with self._store.read() as tx:
            server = await servers.find(tx, asker.server) if asker.server is not None else None
        default = (server.default_model if server is not None else None) or self._default_model
        try:
            prompt = parse(text)
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
        model = asked.cells[0].model.name
        if not await asyncio.to_thread(self._engine.can_paint, model):
            raise CannotDoError(f"I cannot paint with {model}: it is not on this machine, or nothing here computes it.")
        speed, privacy = prompt.chosen("speed"), prompt.chosen("visibility")
        return Wish(
            kind,
            text,
            asked.cells,
            tuple(note.message for note in asked.notes),
            speed=Speed(speed) if speed is not None else None,
            privacy=Privacy(privacy) if privacy is not None else None,
        )
