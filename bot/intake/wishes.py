"""What a member wishes for, and the rows that it becomes. Pure: nothing is stored or asked here."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import visibility
from bot.asking import Asker
from bot.kinds import Kind
from bot.plans.plan import SLACK, Plan
from bot.plans.rates import charge_of
from bot.store.ids import make_job_id
from bot.store.jobs import Job
from bot.store.pictures import Picture, Source
from bot.store.placeholders import Placeholder
from bot.store.words import Privacy, State
from engine import Quote, Recipe, Share, Speed, from_json, to_json

SEEDS = 2**32
TOKEN_LIFE = timedelta(minutes=14)  # of fifteen: an edit takes its time
ONCE = (Kind.SINGLE,)  # a second press leads to the first result, whoever presses


@dataclass(frozen=True, slots=True)
class Wish:
    """All that decides a job, before it is stored."""

    kind: Kind
    text: str
    cells: tuple[Recipe, ...]
    notes: tuple[str, ...] = ()
    parent: Job | None = None
    cell: int | None = None
    picture: Picture | None = None
    speed: Speed | None = None  # as its words say; none: as the plan does
    privacy: Privacy | None = None  # as its words say; what is private by its place or its parent stays so
    effective: str | None = None  # what runs, if it is not the text itself
    strange: tuple[str, ...] = ()  # words that its notes tell of for the first time
    is_quote: bool = False  # only the price is asked
    uploads: tuple[Source, ...] = ()  # what its links led to
    film: bool = False
    full_steps: int | None = None  # of a draft

    @property
    def ran(self) -> str | None:
        """A child whose words are its parent's runs what that ran."""
        if self.effective is not None or self.parent is None or not same_prompt(self.text, self.parent):
            return self.effective
        return self.parent.effective

    def speed_under(self, plan: Plan) -> Speed:
        return self.speed or plan.speed

    def privacy_for(self, asker: Asker) -> Privacy:
        return most_private(self.privacy, asker, self.parent)

    def is_private(self, asker: Asker) -> bool:
        return self.privacy_for(asker) is not Privacy.PUBLIC

    def press(self, asker: Asker) -> str | None:
        """What may be there once: a single picture for ever, anything else while it is under way. Other words make
        another job; a private result is nobody else's."""
        if self.parent is None:
            return None
        cell = "" if self.cell is None else str(self.cell)
        parts = [self.kind, self.parent.id, cell]
        if self.kind not in ONCE or self.is_private(asker):
            parts.append(str(asker.member))
        if not same_prompt(self.text, self.parent):
            parts.append(hashlib.sha256(self.text.encode()).hexdigest()[:16])
        return ":".join(parts)


def most_private(said: Privacy | None, asker: Asker, parent: Job | None) -> Privacy:
    """Of what was said, where it was asked for, and what it is made of."""
    here = Privacy.PRIVATE if asker.alone or asker.ephemeral else Privacy.PUBLIC
    inherited = parent.privacy if parent is not None else Privacy.PUBLIC
    return max(said or Privacy.PUBLIC, here, inherited, key=list(Privacy).index)


def like(parent: Job, wish: Wish) -> Wish:
    """With what its parent's words ask for beside the pictures."""
    return replace(wish, film=parent.film, full_steps=parent.full_steps)


def price_of(wish: Wish, plan: Plan, quote: Quote | None) -> int:
    """What is held for it: the most that it may cost."""
    return charge_of(wish.speed_under(plan), quote.gpu_ms) if quote is not None else 0


def job_of(wish: Wish, asker: Asker, plan: Plan, quote: Quote | None, boot: str, now: datetime) -> Job:
    job_id, speed = make_job_id(now, secrets.SystemRandom()), wish.speed_under(plan)
    return Job(
        id=job_id,
        interaction_id=asker.interaction,
        press=wish.press(asker),
        member_id=asker.member,
        server_id=asker.server,
        channel_id=asker.channel,
        room_id=asker.room,
        kind=wish.kind.value,
        parent_id=wish.parent.id if wish.parent is not None else None,
        parent_cell=wish.cell,
        root_id=wish.parent.root_id if wish.parent is not None else job_id,
        text=wish.text.strip(),
        cells=tuple(to_json(recipe) for recipe in wish.cells),
        speed=speed.value,
        privacy=wish.privacy_for(asker),
        plan=plan.name,
        share={
            "weight": plan.weight,
            "running": plan.running,
            "waiting": plan.waiting,
            "is_bounded": not plan.is_unbounded,
        },
        state=State.RENDERED if wish.kind.is_free else State.QUEUED,
        attempt=1,
        boot_id=boot,
        quoted_gpu_ms=quote.gpu_ms if quote is not None else 0,
        reserved_gpu_ms=price_of(wish, plan, quote),
        notes=wish.notes,
        effective=wish.ran,
        film=wish.film,
        full_steps=wish.full_steps,
        created_at=now,
        ended_at=now if wish.kind.is_free else None,
    )


def place_of(asker: Asker, privacy: Privacy, now: datetime) -> Placeholder:
    """Where the job's one message will be; of which job is not known yet."""
    return Placeholder(
        job_id="",
        channel_id=asker.channel,
        webhook_token=asker.token,
        token_until=now + TOKEN_LIFE if asker.token else None,
        ephemeral=asker.ephemeral or visibility.is_aside(privacy, asker),
        by_token=not asker.reaches,
        reply_to=asker.message,
        limit_bytes=asker.limit_bytes,
    )


def same_words(one: str, other: str) -> bool:
    """A text field may have changed the blanks on their way."""
    return one.split() == other.split()


def same_prompt(text: str, job: Job) -> bool:
    """As it was typed, or as it ran: others than its maker are shown that."""
    return same_words(text, job.text) or (job.effective is not None and same_words(text, job.effective))


def recipes_of(job: Job) -> tuple[Recipe, ...]:
    return tuple(from_json(text) for text in job.cells)


def share_of(job: Job) -> Share:
    return Share(job.share["weight"], job.share["running"], job.share["waiting"] + SLACK)


def draw_seed() -> int:
    return secrets.randbelow(SEEDS)
