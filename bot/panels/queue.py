"""A member's jobs under way, each with place, expected end and a button that cancels it; and whom the GPU serves."""

from __future__ import annotations

from collections import Counter

from bot import replies, visibility
from bot.asking import Asker
from bot.buttons.custom_id import Action
from bot.desk import Desk
from bot.messages.cards import Button, Card
from bot.store import jobs
from engine import QueueView, Waiter

SHOWN = 20  # four rows of buttons; the fifth is to look again
TITLE = 40  # characters of a prompt in the list
NAMED = 5
AGAIN = Button(Action.QUEUE, "", "Look again", "🔄")


async def queue_card(desk: Desk, asker: Asker) -> Card:
    view = await desk.intake.queue_view()
    known = {waiter.job: waiter for waiter in (*view.running, *view.waiting)}
    async with desk.store.read() as tx:
        own = sorted(await jobs.open_of(tx, asker.member), key=lambda job: _end(known.get(job.id)))
    lines, buttons = [], []
    for number, job in enumerate(own[:SHOWN], 1):
        lines.append(f"{number}. {replies.title(job.text, TITLE)} · {replies.progress(known.get(job.id))}")
        buttons.append(Button(Action.CANCEL, job.id, f"Cancel {number}"))
    if len(own) > SHOWN:
        lines.append(f"… and {len(own) - SHOWN} more.")
    text = "\n".join([*(lines or [replies.NOTHING_QUEUED]), await _served(desk, asker, view)])
    rows = tuple(tuple(buttons[at : at + 5]) for at in range(0, len(buttons), 5))
    return Card(replies.shortened(text, replies.MESSAGE_LIMIT), (*rows, (AGAIN,)))


async def _served(desk: Desk, asker: Asker, view: QueueView) -> str:
    """Who has which share of the GPU now. Only whose job this member may see is named."""
    async with desk.store.read() as tx:
        found = [await jobs.find(tx, waiter.job) for waiter in view.running]
    named = {job.member_id for job in found if job is not None and visibility.may_see(job, asker)}
    counts = Counter(int(waiter.member) for waiter in view.running)
    shares = [
        (member if member in named else None, round(100 * count / len(view.running)))
        for member, count in counts.most_common()
    ]
    return replies.served(shares[:NAMED], len(counts) - len(shares[:NAMED]), len(view.waiting))


def _end(waiter: Waiter | None) -> float:
    return waiter.finishes_in_ms if waiter is not None else float("inf")
