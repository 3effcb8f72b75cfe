"""From a member's words to a wish: the prompt language, what stands behind each prompt here, and what the server and
the machine say about models.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from bot.asking import Asker
from bot.errors import CannotDoError, OverPlaceError, OverPlanError, WrongPromptError
from bot.intake.habits import Habits, ceilings_of, habits_of
from bot.intake.strangeness import find_strange
from bot.intake.wishes import Wish, draw_seed
from bot.kinds import Kind
from bot.plans.plan import Plan
from bot.replies import language
from bot.store import members, servers
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

_ENLARGED = (Kind.UPSCALE_SUBTLE, Kind.UPSCALE_CREATIVE)


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind each prompt of a member at one place."""

    habits: Habits
    model: str  # where no word names one


class Wording:
    def __init__(self, engine: Engine, store: Store, default_model: str) -> None:
        self._engine, self._store, self._default_model = engine, store, default_model

    async def wishes(self, asker: Asker, text: str, plan: Plan) -> tuple[Wish, ...]:
        """One a job: braces and `--repeat` make several. Raises a Refusal, also for more than the plan takes."""
        behind = await self._behind(asker)
        whole = behind.habits.fill_in(text)
        prompts = await asyncio.to_thread(unfolded, whole, plan)
        if len(prompts) > MOST_BY_TOKEN and not asker.reaches:
            raise OverPlaceError(len(prompts), MOST_BY_TOKEN)
        if len(prompts) == 1:
            typed = prompts[0].source if whole == text.strip() else text
            return (await self._read(asker, Kind.IMAGINE, typed, prompts[0], behind),)
        return tuple([await self._read(asker, Kind.IMAGINE, render(one), one, behind) for one in prompts])

    async def wish(self, asker: Asker, kind: Kind, text: str) -> Wish:
        """Raises a Refusal that says what is wrong with the words, or what cannot be painted here."""
        behind = await self._behind(asker)
        try:
            prompt = parse(behind.habits.fill_in(text))
        except PromptError as error:
            raise WrongPromptError(error) from error
        return await self._read(asker, kind, text, prompt, behind)

    async def _behind(self, asker: Asker) -> Behind:
        async with self._store.read() as tx:
            server = await servers.find(tx, asker.server) if asker.server is not None else None
            habits = await habits_of(tx, asker, server)
        return Behind(habits, (server.default_model if server is not None else None) or self._default_model)

    async def _read(self, asker: Asker, kind: Kind, text: str, prompt: Prompt, behind: Behind) -> Wish:
        try:
            asked = await asyncio.to_thread(  # a style's file is read, the first time
                translate,
                prompt,
                self._engine.catalog,
                default_model=behind.model,
                drawn_seed=draw_seed(),
                styles=self._engine.adapters.styles,
            )
        except PromptError as error:
            raise WrongPromptError(error) from error
        except UnknownModelError as error:
            raise CannotDoError(f"This server's model is not to be had any more. {error}") from error
        behind.habits.ceilings.hold_words(prompt)
        model = asked.cells[0].model.name
        if not await asyncio.to_thread(self._engine.can_paint, model):
            raise CannotDoError(f"I cannot paint with {model}: it is not on this machine, or nothing here computes it.")
        notes = tuple(note.message for note in asked.notes)
        speed, privacy = prompt.chosen("speed"), prompt.chosen("visibility")
        strange, told = await find_strange(self._engine, self._store, asker.member, model, prompt)
        told_text = render(_without_quote(prompt)) if prompt.get(QUOTE) else text.strip()
        return Wish(
            kind,
            told_text,
            asked.cells,
            (*notes, told) if told else notes,
            speed=Speed(speed) if speed is not None else None,
            privacy=Privacy(privacy) if privacy is not None else None,
            effective=None if told_text in (prompt.source, render(_without_quote(prompt))) else prompt.source,
            strange=strange,
            is_quote=prompt.get(QUOTE) is not None,
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
