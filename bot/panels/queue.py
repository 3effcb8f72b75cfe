"""A member's jobs under way, each with place, expected end and a button that cancels it; and whom the GPU serves."""

from __future__ import annotations

from collections import Counter

from bot import replies
from bot.buttons.custom_id import Action
from bot.desk import Desk
from bot.messages.cards import Button, Card
from bot.store import jobs
from bot.store.words import OPEN
from engine import QueueView, Waiter

SHOWN = 4  # rows of buttons; the fifth is to look again
AGAIN = Button(Action.QUEUE, "", "Look again", "🔄")


async def queue_card(desk: Desk, member: int) -> Card:
    view = await desk.intake.queue_view()
    known = {waiter.job: waiter for waiter in (*view.running, *view.waiting)}
    async with desk.store.read() as tx:
        own = [job for job in await jobs.of_member(tx, member, 100) if job.state in OPEN]
    own.sort(key=lambda job: _end(known.get(job.id)))
    lines, rows = [], []
    for number, job in enumerate(own[: SHOWN * 5], 1):
        waiter = known.get(job.id)
        lines.append(f"{number}. {replies.title(job.text, 80)} · {_state(waiter)}")
        rows.append(Button(Action.CANCEL, job.id, f"Cancel {number}"))
    if len(own) > len(rows):
        lines.append(f"… and {len(own) - len(rows)} more.")
    text = "\n".join([*(lines or [replies.NOTHING_QUEUED]), "", _served(view)])
    grouped = tuple(tuple(rows[at : at + 5]) for at in range(0, len(rows), 5))
    return Card(replies.shortened(text, replies.MESSAGE_LIMIT), (*grouped, (AGAIN,)))


def _state(waiter: Waiter | None) -> str:
    if waiter is None:
        return "about to be handed over"
    if waiter.place == 0:
        return f"being painted, done in about {replies.duration(waiter.finishes_in_ms)}"
    return f"place {waiter.place}, done in about {replies.duration(waiter.finishes_in_ms)}"


def _served(view: QueueView) -> str:
    """How the GPU is shared now, in shares of the members it serves; no names, for not everyone's jobs are public."""
    if not view.running:
        return "-# The GPU is free."
    by_speed = Counter(waiter.speed for waiter in view.running)
    total = len(view.running)
    shares = ", ".join(f"{speed} {round(100 * count / total)} %" for speed, count in by_speed.most_common())
    people = len({waiter.member for waiter in view.running})
    waiting = f"; {len(view.waiting)} jobs wait" if view.waiting else ""
    return f"-# The GPU serves {people} member{'s' if people != 1 else ''} ({shares}){waiting}."


def _end(waiter: Waiter | None) -> float:
    return waiter.finishes_in_ms if waiter is not None else float("inf")
