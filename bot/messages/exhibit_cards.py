"""What the post of an exhibit shows: picture, words if they may be read, maker, model, and what can be made of it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot import visibility
from bot.buttons.custom_id import Action
from bot.messages.cards import Button, Card, Link, Pictures, Rows
from bot.replies import MESSAGE_LIMIT, shortened
from bot.replies import exhibits as words
from bot.store.exhibits import Exhibit
from bot.store.jobs import Job
from bot.store.pictures import Picture

USE = "use"  # what `Action.REMIX` has in its id where a button opens the dialog


@dataclass(frozen=True, slots=True)
class Shown:
    """All that a post tells of. `parent` and `page` are addresses, if there are any that others may open."""

    exhibit: Exhibit
    job: Job
    pictures: tuple[Picture, ...]
    is_readable: bool
    is_usable: bool  # by everybody there: what is of another server is only to be looked at
    parent: str = ""
    page: str = ""  # of its own, on the web

    @property
    def model(self) -> str:
        return str(json.loads(self.pictures[0].recipe)["model"]["name"])

    @property
    def shape(self) -> str:
        width, height = self.pictures[0].width, self.pictures[0].height
        return "square" if width == height else "wide" if width > height else "tall"

    @property
    def name(self) -> str:
        return words.name(self.job.text) if self.is_readable else words.UNTITLED


def hanging(shown: Shown) -> Card:
    job, first = shown.job, shown.pictures[0]
    alone = first if len(shown.pictures) == 1 else None
    file = Pictures(
        tuple(picture.sha256 for picture in shown.pictures),
        visibility.file_stem(job, alone),
        visibility.mark(job, shown.pictures),
        visibility.alt_text(job) if shown.is_readable else None,
        tuple(picture.recipe for picture in shown.pictures) if shown.is_readable else (),
    )
    text = words.label(
        job.text if shown.is_readable else None,
        job.member_id,
        shown.model,
        (first.width, first.height),
        len(shown.pictures),
    )
    known = ((words.PARENT, shown.parent), (words.WINDOW, shown.page))
    links = tuple(Link(label, address) for label, address in known if address)
    return Card(shortened(text, MESSAGE_LIMIT), _rows(shown), (file,), links=links)


def taken_down(exhibit: Exhibit) -> Card:
    """What is left of a post in a forum."""
    return Card(words.HIDDEN, ((restoring(exhibit),),))


def restoring(exhibit: Exhibit) -> Button:
    return Button(Action.RESTORE_EXHIBIT, exhibit.job_id, words.RESTORE, "🖼️", extra=mark(exhibit))


def mark(exhibit: Exhibit) -> str:
    """In the ids of its buttons: which exhibit, and which post of it."""
    return f"{exhibit.id}.{exhibit.posting}"


def _rows(shown: Shown) -> Rows:
    job, cell = shown.job, shown.exhibit.cell
    hide = Button(Action.HIDE_EXHIBIT, job.id, words.HIDE, extra=mark(shown.exhibit))
    about = (
        Button(Action.RECIPE, job.id, words.RECIPE, "📜", cell or 0),
        Button(Action.REMIX, job.id, words.USE, "✍️", cell or 0, extra=USE),
    )
    if not shown.is_usable:
        return ((hide,),)
    known = about if shown.is_readable else ()
    if cell is None:
        cells = [picture.cell for picture in shown.pictures]
        ones = tuple(Button(Action.SINGLE, job.id, f"U{one + 1}", cell=one) for one in cells)
        varied = tuple(Button(Action.VARY, job.id, f"V{one + 1}", cell=one) for one in cells)
        return (ones, varied, (*known, hide)) if len(cells) <= 5 else ((*known, hide),)
    more = (
        Button(Action.VARY_STRONG, job.id, words.VARY, "🎨", cell=cell),
        Button(Action.UPSCALE_SUBTLE, job.id, words.UPSCALE, "🔍", cell=cell),
    )
    return ((*known, *more, hide),)
