"""What letters of the outbox tell, and how they are put there."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from bot.store import jobs, outbox, pictures, servers
from bot.store.jobs import Job
from bot.store.transactions import Writing
from bot.store.words import Privacy, State


class Told(StrEnum):
    PLACEHOLDER = "placeholder"  # the job's first message, where the interaction did not write it
    ANSWER = "answer"  # how it ended
    MENTION = "mention"  # that it ended, after a long time: an edit calls nobody
    DIRECT = "direct"  # its files, seeds and recipes, by direct message
    REFRESH = "refresh"  # which of its buttons were pressed
    REWRITE = "rewrite"  # its messages, where they are: what they say of it has changed
    ERASE = "erase"  # its messages are taken away
    PUBLISH = "publish"  # its post in a gallery: put up, changed, taken down
    GUIDELINES = "guidelines"  # what a gallery is for; of no job
    STORAGE = "storage"  # that a member's pictures take nearly all the room of their plan; of no job
    DAILY = "daily"  # a day's card, and its winner
    CANDIDATE = "candidate"  # a picture that was entered for it
    DIGEST = "digest"  # a week's best
    NOTE = "note"  # to one who follows a maker or words
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
    """Once for each `key`: a job's answer is told once. Letters that show pictures say whether all could see those when
    it was put: that may have changed when its turn comes."""
    if kind in (Told.ANSWER, Told.DIRECT):
        payload["public"] = job.privacy is Privacy.PUBLIC
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


async def put_bar(tx: Writing, job_id: str, now: datetime) -> None:
    """Under a grid that was just told, the reactions that its server wants there."""
    job = await jobs.find(tx, job_id)
    server = await servers.find(tx, job.server_id) if job is not None and job.server_id is not None else None
    if job is None or server is None or not server.bar or job.state is not State.DONE:
        return
    if len(await pictures.of_job(tx, job_id)) > 1:
        await put(tx, job, Told.BAR, now, emoji=list(server.bar))
