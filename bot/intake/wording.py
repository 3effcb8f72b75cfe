"""From a member's words to a wish: the prompt language, what stands behind each prompt here, and what the server and
the machine say about models.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.asking import Asker
from bot.errors import CannotDoError, OverPlaceError, OverPlanError, WrongPromptError
from bot.intake.habits import Habits, ceilings_of, habits_of
from bot.intake.strangeness import find_strange
from bot.intake.uploads import Uploads
from bot.intake.wishes import Wish, draw_seed
from bot.kinds import Kind
from bot.plans.plan import Plan
from bot.replies import language
from bot.store import members, servers
from bot.store.jobs import Job
from bot.store.pictures import Source as Upload
from bot.store.store import Store
from bot.store.words import Privacy
from engine import (
    BY_NAME,
    LONGEST_TEXT,
    MOST_EXPANSIONS,
    Engine,
    FaultKind,
    Prompt,
    PromptError,
    Role,
    Source,
    Speed,
    Translation,
    UnknownModelError,
    render,
    translate,
    unfold,
)

QUOTE, VIDEO = BY_NAME["quote"], BY_NAME["video"]
MOST_BY_TOKEN = 5  # Discord takes no more further messages of one press where the bot is no member
START = 0.6  # how far a picture that is brought may change at --iw 1


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind each prompt of a member at one place."""

    habits: Habits
    model: str  # where no word names one


class Wording:
    def __init__(self, engine: Engine, store: Store, default_model: str, uploads: Uploads) -> None:
        self._engine, self._store, self._default_model = engine, store, default_model
        self._uploads = uploads

    async def wishes(
        self, asker: Asker, kind: Kind, text: str, plan: Plan, parent: Job | None = None
    ) -> tuple[Wish, ...]:
        """One a job: braces and `--repeat` make several. Raises a Refusal that says what is wrong with the words, or
        what cannot be painted here, or that it is more than the plan takes. Links that its parent had lead to what was
        kept of them."""
        behind = await self._behind(asker)
        whole = behind.habits.fill_in(text)
        try:
            prompts = await asyncio.to_thread(unfolded, whole, plan)
        except WrongPromptError as error:
            (fault, *_) = error.error.faults
            if fault.kind is FaultKind.TOO_LONG and len(text.strip()) <= LONGEST_TEXT:
                raise CannotDoError(language.too_long_with_habits(len(fault.source), LONGEST_TEXT)) from error
            raise
        if len(prompts) > MOST_BY_TOKEN and not asker.reaches:
            raise OverPlaceError(len(prompts), MOST_BY_TOKEN)
        links = {one.images for one in prompts}
        brought = {each: await self._uploads.bring(asker, each, parent) for each in links}
        made = []
        for one in prompts:
            is_written = len(prompts) > 1
            typed = render(one) if is_written else one.source if whole == text.strip() else text
            wish = await self._read(asker, kind, typed, one, behind, brought[one.images], is_written=is_written)
            made.append(replace(wish, parent=parent))
        return tuple(made)

    async def _behind(self, asker: Asker) -> Behind:
        async with self._store.read() as tx:
            server = await servers.find(tx, asker.server) if asker.server is not None else None
            habits = await habits_of(tx, asker, server)
        return Behind(habits, (server.default_model if server is not None else None) or self._default_model)

    async def _read(
        self,
        asker: Asker,
        kind: Kind,
        text: str,
        prompt: Prompt,
        behind: Behind,
        uploads: tuple[Upload, ...],
        *,
        is_written: bool = False,
    ) -> Wish:
        """`is_written`: the text was made of the prompt itself."""
        try:
            # In a thread: a style's file is read, the first time.
            asked = await asyncio.to_thread(self._translated, prompt, behind.model, uploads)
            full_steps = await asyncio.to_thread(self._full_steps, prompt, behind.model, uploads, asked)
        except PromptError as error:
            raise WrongPromptError(error) from error
        except UnknownModelError as error:
            raise CannotDoError(language.MODEL_GONE_HERE) from error
        behind.habits.ceilings.hold_words(prompt)
        model = asked.cells[0].model.name
        if not await asyncio.to_thread(self._engine.can_paint, model):
            raise CannotDoError(f"I cannot paint with {model}: it is not on this machine, or nothing here computes it.")
        notes = tuple(note.message for note in asked.notes)
        speed, privacy = prompt.chosen("speed"), prompt.chosen("visibility")
        strange, told = await find_strange(self._engine, self._store, asker.member, model, prompt)
        is_written = is_written or prompt.get(QUOTE) is not None
        told_text = render(_without_quote(prompt)) if prompt.get(QUOTE) else text.strip()
        differs = not is_written and told_text != prompt.source
        return Wish(
            kind,
            self._lasting(told_text, prompt.images, uploads),
            asked.cells,
            (*notes, told) if told else notes,
            speed=Speed(speed) if speed is not None else None,
            privacy=Privacy(privacy) if privacy is not None else None,
            effective=self._lasting(prompt.source, prompt.images, uploads) if differs else None,
            strange=strange,
            is_quote=prompt.get(QUOTE) is not None,
            uploads=uploads,
            film=bool(prompt.get(VIDEO)),
            full_steps=full_steps,
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
        if not wish.kind.enlarges:
            ceilings.hold(wish.cells)
        ceilings.hold_speed(wish.speed)
        return wish

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
        """With links that name the same for ever, and one link for each picture. Some may stand behind the text."""
        names: dict[str, str] = {}
        at = 0
        for link, upload in zip(links, uploads, strict=True):
            name = names.setdefault(upload.sha256, self._uploads.lasting(link))
            found = text.find(link, at)
            if found >= 0:
                text = text[:found] + name + text[found + len(link) :]
                at = found + len(name)
        return text


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
