"""From a member's words to a wish: the prompt language, and what the server and the machine say about models."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.asking import Asker
from bot.errors import CannotDoError, WrongPromptError
from bot.intake.uploads import Uploads
from bot.intake.wishes import Wish, draw_seed
from bot.kinds import Kind
from bot.store import servers
from bot.store.jobs import Job
from bot.store.pictures import Source as Upload
from bot.store.store import Store
from bot.store.words import Privacy
from engine import (
    BY_NAME,
    Engine,
    Prompt,
    PromptError,
    Role,
    Source,
    Speed,
    Translation,
    UnknownModelError,
    parse,
    translate,
)

START = 0.6  # how far a picture that is brought may change at --iw 1


class Wording:
    def __init__(self, engine: Engine, store: Store, default_model: str, uploads: Uploads) -> None:
        self._engine, self._store, self._default_model = engine, store, default_model
        self._uploads = uploads

    async def wish(self, asker: Asker, kind: Kind, text: str, parent: Job | None = None) -> Wish:
        """Raises a Refusal that says what is wrong with the words, or what cannot be painted here. Links that its
        parent had lead to what was kept of them."""
        async with self._store.read() as tx:
            server = await servers.find(tx, asker.server) if asker.server is not None else None
        default = (server.default_model if server is not None else None) or self._default_model
        try:
            prompt = parse(text)
            uploads = await self._uploads.bring(asker, prompt.images, parent)
            # In a thread: a style's file is read, the first time.
            asked = await asyncio.to_thread(self._translated, prompt, default, uploads)
            full_steps = await asyncio.to_thread(self._full_steps, prompt, default, uploads, asked)
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
            self._lasting(text, prompt.images, uploads),
            asked.cells,
            tuple(note.message for note in asked.notes),
            speed=Speed(speed) if speed is not None else None,
            privacy=Privacy(privacy) if privacy is not None else None,
            uploads=uploads,
            film=bool(prompt.get(BY_NAME["video"])),
            full_steps=full_steps,
        )

    def _translated(self, prompt: Prompt, default: str, uploads: tuple[Upload, ...]) -> Translation:
        return translate(
            prompt,
            self._engine.catalog,
            default_model=default,
            drawn_seed=draw_seed(),
            sources=[Source(Role.IMAGE, upload.sha256, START) for upload in uploads],
            styles=self._engine.adapters.styles,
        )

    def _full_steps(self, prompt: Prompt, default: str, uploads: tuple[Upload, ...], draft: Translation) -> int | None:
        """What a draft would take otherwise; nothing if it is none, or no shorter for it."""
        settings = tuple((name, value) for name, value in prompt.settings if name != "draft")
        if settings == prompt.settings:
            return None
        steps = self._translated(replace(prompt, settings=settings), default, uploads).cells[0].steps
        return steps if steps > draft.cells[0].steps else None

    def _lasting(self, text: str, links: Sequence[str], uploads: Sequence[Upload]) -> str:
        """With links that name the same for ever, and one link for each picture."""
        names: dict[str, str] = {}
        at = 0
        for link, upload in zip(links, uploads, strict=True):
            name = names.setdefault(upload.sha256, self._uploads.lasting(link))
            at = text.index(link, at)
            text = text[:at] + name + text[at + len(link) :]
            at += len(name)
        return text
