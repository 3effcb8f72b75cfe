"""What a job's one message shows, at every moment of its life: words, buttons, files. Values alone; `sending.py` makes
Discord's objects of them.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot import replies, visibility
from bot.buttons.custom_id import Action, Press
from bot.credits import credit_of
from bot.kinds import Kind
from bot.messages.live import Live
from bot.replies import images, language, offers, tree
from bot.store.films import Film
from bot.store.jobs import Job
from bot.store.pictures import Picture, Source
from bot.store.words import State

Pressed = Collection[tuple[Action, int]]
_MILLISECOND = timedelta(milliseconds=1)


class Tone(StrEnum):
    PLAIN = "plain"
    PRESSED = "pressed"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    action: Action
    job: str
    label: str = ""
    emoji: str = ""
    cell: int = 0
    tone: Tone = Tone.PLAIN
    extra: str = ""


class MenuKind(StrEnum):
    WORDS = "words"
    CHANNELS = "channels"
    GALLERIES = "galleries"  # channels that can hold pictures for good
    ROLES = "roles"


@dataclass(frozen=True, slots=True)
class Menu:
    """A list to choose from. `choices` are values and what they are called; channels and roles bring their own."""

    kind: MenuKind
    press: Press
    title: str
    chosen: tuple[str, ...] = ()
    most: int = 1
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Pictures:
    """Originals, to be shown side by side. `stem` names the file; `mark` travels inside it, or `recipes` do."""

    hashes: tuple[str, ...]
    stem: str
    mark: str
    alt: str | None
    recipes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    name: str
    data: bytes
    alt: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept file as it is; where it is too large it is left out, which is told."""

    sha256: str
    name: str
    alt: str | None = None


File = Pictures | Document | Kept


def whole(job: Job, picture: Picture) -> Pictures:
    """One picture for its maker's own use, with all that is known of it."""
    stem = visibility.file_stem(job, picture)
    return Pictures((picture.sha256,), stem, "", job.text[: visibility.ALT_LIMIT], (picture.recipe,))


def filmed(job: Job, film: Film, alt: str | None) -> Kept:
    return Kept(film.sha256, f"{visibility.file_stem(job)}-film.webp", alt)


def brought(sources: tuple[Source, ...]) -> tuple[Kept, ...]:
    """The pictures that a member's links led to, which outlive the links."""
    with_links = (source for source in sources if source.link is not None)
    return tuple(Kept(source.sha256, f"source-{at}.png") for at, source in enumerate(with_links, 1))


def written(job: Job, pictures: tuple[Picture, ...]) -> tuple[Document, ...]:
    """What decided the pictures: every number, and words that are too long for a message."""
    recipes = [json.loads(picture.recipe) for picture in pictures]
    data = json.dumps(recipes, ensure_ascii=False, indent=1).encode()
    return (Document(f"{job.id}.json", data), *_long_words(job))


def _long_words(job: Job) -> tuple[Document, ...]:
    return (Document("prompt.txt", job.text.encode()),) if len(job.text) > replies.PROMPT_SHOWN else ()


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A button that opens an address."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Premium:
    """A button that sells something of Discord's shop; Discord itself writes on it what that is."""

    sku: int


@dataclass(frozen=True, slots=True)
class Card:
    text: str
    rows: Rows = ()
    files: tuple[File, ...] = ()
    mentions: tuple[int, ...] = ()
    menus: tuple[Menu, ...] = ()
    links: tuple[Link | Premium, ...] = ()  # below the rows; pressing one tells us nothing


def under_way(job: Job, live: Live, *, is_wordless: bool) -> Card:
    """Queued or being painted."""
    if live.loading is not None:
        state = replies.loading(*live.loading)
    elif live.place == 0:
        state = replies.painting(live.percent, live.finishes_in_ms)
    else:
        state = replies.waiting(live.place, live.starts_in_ms)
    if job.share.get("is_bounded"):
        state += f"\n{offers.price(job.reserved_gpu_ms)}"
    cancel = Button(Action.CANCEL, job.id, "Cancel", tone=Tone.PLAIN)
    sketch = (Document("preview.jpg", live.sketch),) if live.sketch is not None else ()
    return Card(_head(job, is_wordless=is_wordless) + "\n" + state, ((cancel,),), sketch)


def fetching(job: Job, *, is_wordless: bool) -> Card:
    """A picture that is there already and comes with the next edit."""
    return Card(_head(job, is_wordless=is_wordless))


def ended(
    job: Job,
    pictures: tuple[Picture, ...],
    pressed: Pressed = (),
    film: Film | None = None,
    *,
    is_wordless: bool = False,
) -> Card:
    """Its final answer. `is_wordless`: its maker keeps the prompt to themselves."""
    if job.state is State.CANCELLED:
        return Card(f"{_head(job, is_wordless=is_wordless)}\n{replies.CANCELLED}", ((_again(job),),))
    if job.state is State.FAILED:
        head = _head(job, shown=replies.ASIDE_SHOWN, is_wordless=is_wordless)
        return Card(f"{head}\n{replies.failed(job.message or '')}", ((_again(job),),))
    is_told = visibility.is_prompt_public(job) and not is_wordless
    shown = Pictures(
        tuple(picture.sha256 for picture in pictures),
        visibility.file_stem(job, pictures[0] if len(pictures) == 1 else None),
        visibility.mark(job, pictures),
        visibility.alt_text(job) if is_told else None,
        tuple(picture.recipe for picture in pictures) if is_told else (),
    )
    moving = (filmed(job, film, shown.alt),) if film is not None else ()
    files: tuple[File, ...] = (shown, *moving, *(_long_words(job) if is_told else ()))
    text = "\n".join([_head(job, took=True, is_wordless=is_wordless), *_told(job, pictures, film, is_wordless)])
    cells = [picture.cell for picture in pictures]
    rows = _grid_rows(job, cells, pressed) if len(cells) > 1 else _single_rows(job, pressed, *cells)
    return Card(replies.shortened(text, replies.MESSAGE_LIMIT), rows, files)


def _told(job: Job, pictures: tuple[Picture, ...], film: Film | None, is_wordless: bool) -> list[str]:
    """What was told on the way, which tells of the words as well. A film of a grid goes with the first of its cells."""
    is_missed = job.film and film is None and len(pictures) == len(job.cells)
    notes = [*(() if is_wordless else job.notes), *((images.NO_FILM,) if is_missed else ())]
    ran = [language.ran_as(job.effective)] if job.effective is not None and not is_wordless else []
    return [*ran, *(f"-# {replies.escaped(note)}" for note in notes)]


def _head(job: Job, *, took: bool = False, shown: int = replies.PROMPT_SHOWN, is_wordless: bool = False) -> str:
    parts = [
        replies.title(None if is_wordless else job.text, shown),
        replies.what(Kind(job.kind), job.parent_cell),
        replies.mention(job.member_id),
        tree.after(maker) if (maker := credit_of(job)) is not None else "",
    ]
    if took and job.started_at is not None and job.ended_at is not None and not Kind(job.kind).is_free:
        parts.append(f"{job.speed}, {replies.duration((job.ended_at - job.started_at) / _MILLISECOND)}")
    return " · ".join(part for part in parts if part)


def _again(job: Job) -> Button:
    return Button(Action.REROLL, job.id, "Try again", "🔄")


def _grid_rows(job: Job, cells: list[int], pressed: Pressed) -> Rows:
    """Under their own numbers, also where some were deleted."""
    ones = tuple(_cell(Action.SINGLE, job, cell, "U", pressed) for cell in cells)
    varied = tuple(_cell(Action.VARY, job, cell, "V", pressed) for cell in cells)
    again = Button(Action.REROLL, job.id, "", "🔄", tone=_tone(Action.REROLL, 0, pressed))
    full = (Button(Action.REDO, job.id, images.IN_FULL, "🖼️", tone=_tone(Action.REDO, 0, pressed)),)
    return (*_rows_of((*ones, again)), *_rows_of((*varied, *(full if job.full_steps is not None else ()))))


def _cell(action: Action, job: Job, cell: int, letter: str, pressed: Pressed) -> Button:
    return Button(action, job.id, f"{letter}{cell + 1}", cell=cell, tone=_tone(action, cell, pressed))


def _single_rows(job: Job, pressed: Pressed, cell: int = 0) -> Rows:
    def one(action: Action, label: str, emoji: str = "", tone: Tone | None = None) -> Button:
        return Button(action, job.id, label, emoji, cell, tone=tone or _tone(action, cell, pressed))

    upscale = (one(Action.UPSCALE_SUBTLE, "Upscale (Subtle)"), one(Action.UPSCALE_CREATIVE, "Upscale (Creative)"))
    vary = (one(Action.VARY_SUBTLE, "Vary (Subtle)"), one(Action.VARY_STRONG, "Vary (Strong)"))
    keep = (
        one(Action.BOOKMARK, "", "❤️"),
        one(Action.PUBLISH, "", "⭐"),
        one(Action.RECIPE, "Recipe"),
        one(Action.DELETE, "Delete", tone=Tone.DANGER),
    )
    return (vary, keep) if Kind(job.kind).enlarges else (upscale, vary, keep)


def _tone(action: Action, cell: int, pressed: Pressed) -> Tone:
    return Tone.PRESSED if (action, cell) in pressed else Tone.PLAIN


def _rows_of(buttons: tuple[Button, ...]) -> Rows:
    return tuple(buttons[at : at + 5] for at in range(0, len(buttons), 5))
