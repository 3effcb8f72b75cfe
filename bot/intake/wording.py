"""From a member's words to a wish: the prompt language, and what the server and the machine say about models."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.asking import Asker
from bot.errors import CannotDoError, OverPlaceError, OverPlanError, WrongPromptError
from bot.intake.wishes import Wish, draw_seed
from bot.kinds import Kind
from bot.plans.plan import Plan
from bot.store import servers
from bot.store.store import Store
from bot.store.words import Privacy
from engine import (
    BY_NAME,
    MOST_EXPANSIONS,
    Engine,
    FaultKind,
    Prompt,
    PromptError,
    Speed,
    UnknownModelError,
    parse,
    render,
    translate,
    unfold,
)

QUOTE = BY_NAME["quote"]
MOST_BY_TOKEN = 5  # Discord takes no more further messages of one press where the bot is no member


class Wording:
    def __init__(self, engine: Engine, store: Store, default_model: str) -> None:
        self._engine, self._store, self._default_model = engine, store, default_model

    async def wishes(self, asker: Asker, text: str, plan: Plan) -> tuple[Wish, ...]:
        """One a job: braces and `--repeat` make several. Raises a Refusal, also for more than the plan takes."""
        prompts = await asyncio.to_thread(unfolded, text, plan)
        if len(prompts) > MOST_BY_TOKEN and not asker.reaches:
            raise OverPlaceError(len(prompts), MOST_BY_TOKEN)
        if len(prompts) == 1:
            return (await self.wish(asker, Kind.IMAGINE, prompts[0].source, prompts[0]),)
        return tuple([await self.wish(asker, Kind.IMAGINE, render(prompt), prompt) for prompt in prompts])

    async def wish(self, asker: Asker, kind: Kind, text: str, prompt: Prompt | None = None) -> Wish:
        """Raises a Refusal that says what is wrong with the words, or what cannot be painted here."""
        async with self._store.read() as tx:
            server = await servers.find(tx, asker.server) if asker.server is not None else None
        default = (server.default_model if server is not None else None) or self._default_model
        try:
            prompt = parse(text) if prompt is None else prompt
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
            render(_without_quote(prompt)) if prompt.get(QUOTE) else text,
            asked.cells,
            tuple(note.message for note in asked.notes),
            speed=Speed(speed) if speed is not None else None,
            privacy=Privacy(privacy) if privacy is not None else None,
            is_quote=prompt.get(QUOTE) is not None,
        )


def unfolded(text: str, plan: Plan) -> tuple[Prompt, ...]:
    """One prompt a job. Raises OverPlanError for more than the plan takes, and WrongPromptError."""
    most = min(plan.waiting, MOST_EXPANSIONS)
    try:
        return unfold(text, most=most, prompts_most=plan.permutations, repeats_most=plan.repeats)
    except PromptError as error:
        if any(fault.kind is FaultKind.TOO_MANY for fault in error.faults):
            raise OverPlanError(error, plan.title, plan.permutations, plan.repeats, plan.waiting) from error
        raise WrongPromptError(error) from error


def _without_quote(prompt: Prompt) -> Prompt:
    return replace(prompt, settings=tuple(given for given in prompt.settings if given[0] != QUOTE.name))
