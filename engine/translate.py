"""A prompt, a model and the defaults to recipes, one for each cell, and a list of what this model does otherwise
or not at all: nothing is dropped in silence. What cannot be done is a `PromptError` at the place where it was asked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from engine.errors import Fault, FaultKind, PromptError, Span
from engine.language.kinds import Ratio
from engine.language.parameters import (
    ASPECT,
    CHAOS,
    DRAFT,
    GUIDANCE,
    HD,
    IMAGE_WEIGHT,
    MODEL,
    NO,
    QUALITY,
    RAW,
    SAMPLER,
    SEED,
    STEPS,
    STOP,
    STYLE,
    STYLIZE,
    TILE,
    WEIRD,
    Parameter,
)
from engine.language.prompt import Prompt
from engine.models.catalog import Catalog, Entry, Guiding, Size, Task
from engine.paint.families import STYLES, kind_among
from engine.paint.schedulers import FLOWING
from engine.paint.seamless import FOLDING
from engine.paint.touches import Touch
from engine.recipe import Adapter, Phrase, Recipe, Role, Source, Weighting, cell_seed

T = TypeVar("T")
UNWANTED_SHARE = 0.5  # what `--no` weighs against the text where a model has no negative prompt
LARGER = 2.0  # times as wide and high with `--hd`
DRAFT_SHARE = 0.5  # of the steps
LONG_TEXT = 40  # words; encoders that read 77 tokens would not hear what is added behind more
_VERSION = re.compile(r"\d(\.\d)?\Z")  # of a product whose versions are numbers; no model here is called so
_VISIBLY_OTHER = 0.05  # two ratios further apart than this look different


class Effect(StrEnum):
    TRANSLATED = "translated"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Note:
    """What became of something that was asked for. `became` is empty where it has no effect."""

    parameter: str
    effect: Effect
    asked: str
    became: str
    reason: str

    @property
    def message(self) -> str:
        if self.effect is Effect.NONE:
            return f"{self.asked} has no effect: {self.reason}."
        return f"{self.asked} became {self.became}: {self.reason}."


@dataclass(frozen=True, slots=True)
class Translation:
    entry: Entry
    cells: tuple[Recipe, ...]
    notes: tuple[Note, ...]


def translate(
    prompt: Prompt,
    catalog: Catalog,
    *,
    default_model: str,
    drawn_seed: int,
    cells: int = 4,
    sources: Sequence[Source] = (),
    styles: Mapping[str, Adapter] = MappingProxyType({}),
    exact: bool = False,
) -> Translation:
    """`drawn_seed` is used if the prompt names none; `sources` are the prompt's pictures, fetched, and masks."""
    entry = _find_model(prompt, catalog, default_model)
    work = _Work(prompt, entry, styles)
    work.tell_of_version()
    adapter, raw = work.style()
    guidance = work.guidance()
    phrases, negative = work.words(guidance, raw)
    size = work.size()
    kept = work.sources(sources)
    steps, scheduler = work.steps(), work.scheduler(kept)
    touch = work.touch(kept, steps)
    if work.faults:
        raise PromptError(sorted(work.faults, key=lambda fault: fault.span.start))
    asked_seed = prompt.get(SEED)
    seed = drawn_seed if asked_seed is None else asked_seed
    recipes = (
        Recipe(
            kind=entry.kind,
            model=entry.pin(),
            phrases=phrases,
            negative=negative,
            weighting=entry.weighting,
            width=size.width,
            height=size.height,
            seed=cell_seed(seed, cell),
            steps=steps,
            guidance=guidance,
            scheduler=scheduler,
            chaos=prompt.get(CHAOS) or 0,
            sources=kept,
            adapters=(adapter,) if adapter else (),
            extras=touch.extras,
            exact=exact,
        )
        for cell in range(cells)
    )
    return Translation(entry, tuple(recipes), tuple(work.notes))


def _find_model(prompt: Prompt, catalog: Catalog, default: str) -> Entry:
    """A model that a member named wrongly is their fault at its place; a wrong default is the operator's."""
    asked = prompt.get(MODEL)
    if asked is not None and asked not in catalog.names and _VERSION.match(asked):
        return catalog.find(default)
    if asked is not None and asked not in catalog.names:
        problem = f"There is no model named {asked}."
        raise PromptError([prompt.fault(MODEL, problem, MODEL.kind.allowed, catalog.names)])
    return catalog.find(asked or default)


class _Work:
    """One translation under way: what is asked, what this model takes, and what must be told."""

    def __init__(self, prompt: Prompt, entry: Entry, styles: Mapping[str, Adapter]) -> None:
        self.prompt, self.entry, self.styles = prompt, entry, styles
        self.notes: list[Note] = []
        self.faults: list[Fault] = []

    def note(self, row: Parameter[T], asked: T, became: str, reason: str) -> None:
        effect = Effect.TRANSLATED if became else Effect.NONE
        self.notes.append(Note(row.name, effect, f"{row.flag} {row.kind.write(asked)}".rstrip(), became, reason))

    def size(self) -> Size:
        asked = self.prompt.get(ASPECT) or Ratio(1, 1)
        size = self.entry.size_for(asked.width, asked.height)
        if abs(math.log(size.width / size.height * asked.height / asked.width)) > _VISIBLY_OTHER:
            self.note(ASPECT, asked, str(size), f"it is the nearest that {self.entry.title} paints")
        return self.larger(size) if self.prompt.get(HD) else size

    def larger(self, size: Size) -> Size:
        """Of the same shape, as much larger as the model goes."""
        multiple, ratio = self.entry.multiple, size.width / size.height
        most = min(LARGER, self.entry.longest / max(size.width, size.height))
        large = size
        for width in range(size.width, int(size.width * most + 1e-6) + 1, multiple):
            height = round(width / ratio / multiple) * multiple
            if abs(math.log(width / height / ratio)) <= _VISIBLY_OTHER / 2 and height <= size.height * most + 1e-6:
                large = Size(width, height)
        if large.width < size.width * LARGER:
            became = "" if large == size else str(large)
            self.note(HD, True, became, f"{self.entry.title} paints at most {self.entry.longest} pixels a side")
        return large

    def tell_of_version(self) -> None:
        asked = self.prompt.get(MODEL)
        if asked is not None and asked not in (self.entry.name, *self.entry.aliases):
            self.note(MODEL, asked, f"--model {self.entry.name}", "models here have names, and no version numbers")

    def steps(self) -> int:
        asked, most = self.prompt.get(STEPS), self.entry.most_steps
        if asked is not None and asked > most:
            self.note(STEPS, asked, str(most), f"{self.entry.title} gains nothing from more")
        steps = self.entry.steps if asked is None else min(asked, most)
        steps = self.multiply(QUALITY, self.prompt.get(QUALITY), steps, self.prompt.get(QUALITY) or 1.0)
        return self.multiply(DRAFT, self.prompt.get(DRAFT), steps, DRAFT_SHARE if self.prompt.get(DRAFT) else 1.0)

    def multiply(self, row: Parameter[T], asked: T | None, steps: int, times: float) -> int:
        """So many times the steps, of which there is at least one."""
        wanted, most = max(1, int(steps * times + 0.5)), self.entry.most_steps
        if asked is not None and times != 1 and min(wanted, most) == steps:
            self.note(row, asked, "", f"{self.entry.title} cannot be painted with {'more' if times > 1 else 'less'}")
        elif asked is not None and wanted > most:
            self.note(row, asked, f"{most} steps", f"{self.entry.title} gains nothing from more")
        return min(wanted, most)

    def touch(self, sources: Sequence[Source], steps: int) -> Touch:
        return Touch(stop=self.stop(sources, steps), tile=self.tile(sources), weird=self.prompt.get(WEIRD) or 0)

    def stop(self, sources: Sequence[Source], steps: int) -> int:
        asked = self.prompt.get(STOP) or 100
        strengths = [source.strength for source in sources if source.role is Role.IMAGE]
        # The recipe refuses what is no number; here it would break.
        painted = max(1, int(steps * min((one for one in strengths if math.isfinite(one)), default=1.0)))
        if asked < 100 and Touch(stop=asked).strokes(painted) == painted:
            self.note(STOP, asked, "", f"{painted} steps are too few to stop between")
            return 100
        return asked

    def tile(self, sources: Sequence[Source]) -> bool:
        """Transformers know where they are in a picture, and so where it ends: it is moved around under them."""
        asked = self.prompt.get(TILE) or False
        if not asked or self.entry.kind != "diffusion" or self.entry.family in FOLDING:
            return asked
        if any(source.role is Role.CONTROL for source in sources):
            self.note(TILE, True, "", f"{self.entry.title} follows shapes only where they are")
            return False
        became = "edges that are moved into the middle by turns"
        self.note(TILE, True, became, f"{self.entry.title} counts places, and a seam may remain faintly")
        return True

    def guidance(self) -> float:
        asked, most = self.prompt.get(GUIDANCE), self.entry.most_guidance
        if asked is None:
            return self.entry.guidance
        if self.entry.guiding is Guiding.NONE:
            self.note(GUIDANCE, asked, "", f"{self.entry.title} was trained to need no guidance")
            return self.entry.guidance
        if asked > most:
            self.note(GUIDANCE, asked, f"{most:g}", f"{self.entry.title} takes at most that")
        return min(asked, most)

    def scheduler(self, sources: Sequence[Source]) -> str:
        asked = self.prompt.get(SAMPLER) or self.entry.scheduler
        if self.entry.scheduler in FLOWING and asked not in FLOWING and sources:
            problem = f"{self.entry.title} starts from nothing with --sampler {asked}; with a picture use flow."
            self.faults.append(self.prompt.fault(SAMPLER, problem, ", ".join(FLOWING)))
        if asked not in self.entry.schedulers:
            allowed = ", ".join(self.entry.schedulers)
            problem = f"{self.entry.title} cannot be painted with --sampler {asked}; use one of {allowed}."
            self.faults.append(self.prompt.fault(SAMPLER, problem, allowed))
        return asked

    def style(self) -> tuple[Adapter | None, bool]:
        """The adapter that was asked for, and whether the words stay as they are."""
        asked = self.prompt.get(STYLE)
        raw = self.prompt.get(RAW) or False
        adapter = self.styles.get(asked or "")
        if asked not in (None, "raw") and adapter is None:
            known = ("raw", *self.styles)
            problem = f"There is no style named {asked}; there are {', '.join(known)}."
            self.faults.append(self.prompt.fault(STYLE, problem, STYLE.kind.allowed, known))
        if not (self.entry.added_text or self.entry.added_negative):
            reason = f"{self.entry.title} adds nothing to your words anyway"
            if raw:
                self.note(RAW, True, "", reason)
            elif asked == "raw":
                self.note(STYLE, asked, "", reason)
        return adapter, raw or asked == "raw"

    def words(self, guidance: float, raw: bool) -> tuple[tuple[Phrase, ...], str]:
        """The phrases, whose weights sum to one, and the negative prompt."""
        added = "" if raw or not self.entry.added_text else f", {self.entry.added_text}"
        phrases = [Phrase(p.text + (added if p.weight > 0 else ""), p.weight) for p in self.prompt.shares]
        phrases = self.stylized(phrases)
        items = self.prompt.get(NO)
        unwanted = ", ".join(items or ())
        negative = ""
        if self.entry.guides_twice(guidance):
            negative = ", ".join(filter(None, (unwanted, "" if raw else self.entry.added_negative)))
        elif unwanted:
            phrases = self.outweigh(phrases, unwanted)
        if len(phrases) > 1 and self.entry.weighting is Weighting.GUIDANCE:
            self.tell_of_guiding(len(phrases))
        return tuple(phrases), negative

    def tell_of_guiding(self, texts: int) -> None:
        """Which takes so many times as long."""
        reason = f"{self.entry.title} cannot mix words before painting"
        became = f"{texts} texts that guide each step together"
        stylize = self.prompt.get(STYLIZE)
        if stylize:
            self.note(STYLIZE, stylize, became, reason)
        if len(self.prompt.parts) > 1 or not stylize:
            self.notes.append(Note("weights", Effect.TRANSLATED, "::", became, reason))

    def stylized(self, phrases: list[Phrase]) -> list[Phrase]:
        """Each wanted text, mixed with itself told as art; what is added stands in front of texts that are long."""
        share = (self.prompt.get(STYLIZE) or 0) / 1000
        if not share:
            return phrases
        mixed = []
        for plain in phrases or [Phrase("")]:
            both = (plain.text, self.entry.styling)
            said = ", ".join(filter(None, reversed(both) if len(plain.text.split()) > LONG_TEXT else both))
            halves = (Phrase(plain.text, plain.weight * (1 - share)), Phrase(said, plain.weight * share))
            mixed += [half for half in halves if half.weight] if plain.weight > 0 else [plain]
        return mixed

    def outweigh(self, phrases: list[Phrase], unwanted: str) -> list[Phrase]:
        """No negative prompt here: the unwanted words count against the text, and all still sums to one."""
        items = self.prompt.get(NO)
        asked = items or ()
        reason = f"{self.entry.title} has no negative prompt"
        if not phrases:
            self.note(NO, asked, "", reason)
            return phrases
        self.note(NO, asked, f"{unwanted}::-{UNWANTED_SHARE:g}", reason)
        rest = 1 - UNWANTED_SHARE
        scaled = [Phrase(phrase.text, phrase.weight / rest) for phrase in phrases]
        return [*scaled, Phrase(unwanted, -UNWANTED_SHARE / rest)]

    def sources(self, sources: Sequence[Source]) -> tuple[Source, ...]:
        pictures = sum(source.role is Role.IMAGE for source in sources)
        if pictures < len(self.prompt.images):
            link = self.prompt.images[pictures]
            at = max(0, self.prompt.source.find(link))
            problem = f"The picture at {link:.60} was not fetched; attach the file instead."
            self.faults.append(Fault(FaultKind.BAD_VALUE, problem, self.prompt.source, Span(at, at + len(link))))
        kept = []
        for source in sources:
            task = _TASKS[source.role]
            if task in self.entry.tasks:
                kept.append(source)
            else:
                reason = f"{self.entry.title} cannot use it"
                self.notes.append(Note(source.role, Effect.NONE, f"The {source.role} picture", "", reason))
        kept = self.only_one(kept)
        self.refuse_misfits([source.role for source in kept])
        return self.weighed(kept)

    def refuse_misfits(self, roles: Sequence[Role]) -> None:
        """Pictures that do not go together: a painter would find out when its turn comes."""
        text, problems = self.prompt.source, []
        if Role.MASK in roles and Role.IMAGE not in roles:
            problems.append("There is a mask and no picture that it belongs to; give that as well, or leave it out.")
        if not problems and self.entry.kind == "diffusion":
            kind = kind_among(roles)
            if kind not in STYLES[self.entry.family].pipelines:
                problems.append(f"{self.entry.title} cannot paint with {kind} at once; leave one of the pictures out.")
        self.faults += [Fault(FaultKind.TOO_MANY, problem, text, Span(0, len(text))) for problem in problems]

    def only_one(self, sources: list[Source]) -> list[Source]:
        """Whatever a picture is for, there is one of it."""
        kept: list[Source] = []
        for source in sources:
            if source.role in [other.role for other in kept]:
                reason = f"{self.entry.title} starts from one at a time"
                self.notes.append(Note(source.role, Effect.NONE, f"A further {source.role} picture", "", reason))
            else:
                kept.append(source)
        return kept

    def weighed(self, sources: list[Source]) -> tuple[Source, ...]:
        """At weight 1 a picture may change as far as it was handed in; at 0 all of it, at 3 a third as far."""
        asked = self.prompt.get(IMAGE_WEIGHT)
        if asked is None:
            return tuple(sources)
        if not any(source.role is Role.IMAGE for source in sources):
            self.note(IMAGE_WEIGHT, asked, "", "the painting starts from no picture")
        return tuple(
            replace(source, strength=_changed(source.strength, asked)) if source.role is Role.IMAGE else source
            for source in sources
        )


def _changed(strength: float, weight: float) -> float:
    return strength / weight if weight >= 1 else 1 - (1 - strength) * weight


_TASKS = {Role.IMAGE: Task.IMAGE, Role.MASK: Task.INPAINT, Role.CONTROL: Task.CONTROL}
