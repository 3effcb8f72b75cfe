"""A draft in full: what was painted quickly once more, with the same seeds and all its steps. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.intake.wishes import Wish, recipes_of
from bot.kinds import Kind
from bot.replies import language
from bot.store.jobs import Job
from engine import PromptError, parse


def redone(parent: Job, full_steps: int) -> Wish:
    cells = tuple(replace(cell, steps=max(cell.steps, full_steps), environment=None) for cell in recipes_of(parent))
    notes = language.without_news(parent.notes)
    ran = without_draft(parent.effective) if parent.effective is not None else None
    return Wish(Kind.REDO, without_draft(parent.text), cells, notes, parent, effective=ran, film=parent.film)


def without_draft(text: str) -> str:
    """The same words without the parameter, if it stands there: it may have come from somewhere else."""
    try:
        span = parse(text).places.get("draft")
    except PromptError:
        return text
    return text if span is None else " ".join([text[: span.start].rstrip(), text[span.end :].lstrip()]).strip()
