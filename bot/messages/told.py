"""What letters of the outbox tell, and how they are put there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.store import outbox
from bot.store.jobs import Job
from bot.store.transactions import Writing


class Told(StrEnum):
    PLACEHOLDER = "placeholder"  # the job's first message, where the interaction did not write it
    ANSWER = "answer"  # how it ended
    MENTION = "mention"  # that it ended, after a long time: an edit calls nobody
    DIRECT = "direct"  # its files, seeds and recipes, by direct message
    REFRESH = "refresh"  # which of its buttons were pressed
    ERASE = "erase"  # its messages are taken away
    PUBLISH = "publish"  # into the server's gallery
    BAR = "bar"  # reactions under it, to be used as buttons


async def put(
    tx: Writing,
    job: Job,
    kind: Told,
    due: datetime,
    *,
    key: str = "",
    channel: int | None = None,
    member: int | None = None,
    **payload: object,
) -> bool:
    """Once for each `key`: a job's answer is told once."""
    return await outbox.put(
        tx,
        key=key or f"{kind}:{job.id}",
        kind=kind.value,
        member_id=member if member is not None else job.member_id,
        channel_id=channel if channel is not None else job.channel_id,
        job_id=job.id,
        payload=payload,
        due_at=due,
    )
