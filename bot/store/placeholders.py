"""The messages of a job: its placeholder, which is only ever edited, and every further post."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, union, update
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_placeholders: Final = tables.placeholders
_posts: Final = tables.posts


@dataclass(frozen=True, slots=True, kw_only=True)
class Placeholder:
    """`by_token`: the bot cannot write in that channel itself, so only the interaction's token can."""

    job_id: str
    channel_id: int
    message_id: int | None = None
    webhook_token: str | None = None
    token_until: datetime | None = None
    ephemeral: bool = False
    by_token: bool = False
    reply_to: int | None = None
    limit_bytes: int = 0
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """A further message: a mention, a direct message, a gallery post."""

    message_id: int
    channel_id: int
    job_id: str
    kind: str


async def insert(tx: Writing, placeholder: Placeholder) -> bool:
    """False if the job has one."""
    return await tx.change(insert_into(_placeholders).values(asdict(placeholder)).on_conflict_do_nothing()) == 1


async def find(tx: Reading, job_id: str) -> Placeholder | None:
    row = await tx.first(select(_placeholders).where(_placeholders.c.job_id == job_id))
    return None if row is None else Placeholder(**row)


async def appear(tx: Writing, job_id: str, channel_id: int, message_id: int) -> bool:
    """Its message is there. False if the job has one already: the first stays, whoever made a second one removes it."""
    statement = update(_placeholders).where(_placeholders.c.job_id == job_id, _placeholders.c.message_id.is_(None))
    return await tx.change(statement.values(channel_id=channel_id, message_id=message_id)) == 1


async def appear_by_token(
    tx: Writing, job_id: str, channel_id: int, message_id: int, token: str, until: datetime
) -> bool:
    """The same, where it can be edited only by the token that wrote it."""
    statement = update(_placeholders).where(_placeholders.c.job_id == job_id, _placeholders.c.message_id.is_(None))
    values = {"channel_id": channel_id, "message_id": message_id, "webhook_token": token, "token_until": until}
    return await tx.change(statement.values(values)) == 1


async def move(tx: Writing, job_id: str, old_message_id: int, channel_id: int, message_id: int) -> bool:
    """Its message is gone and another one speaks for it."""
    is_old = (_placeholders.c.job_id == job_id, _placeholders.c.message_id == old_message_id)
    values = {"channel_id": channel_id, "message_id": message_id, "webhook_token": None, "token_until": None}
    return await tx.change(update(_placeholders).where(*is_old).values(values)) == 1


async def touch(tx: Writing, job_id: str, edited_at: datetime) -> None:
    await tx.change(update(_placeholders).where(_placeholders.c.job_id == job_id).values(edited_at=edited_at))


async def forget_tokens(tx: Writing, now: datetime) -> int:
    """Tokens that are over open nothing any more, and need not lie about."""
    statement = update(_placeholders).where(_placeholders.c.token_until < now)
    return await tx.change(statement.values(webhook_token=None, token_until=None))


async def add_post(tx: Writing, post: Post) -> bool:
    return await tx.change(insert_into(_posts).values(asdict(post)).on_conflict_do_nothing()) == 1


async def remove_post(tx: Writing, message_id: int) -> bool:
    return await tx.change(delete(_posts).where(_posts.c.message_id == message_id)) == 1


async def posts_of(tx: Reading, job_id: str) -> tuple[Post, ...]:
    rows = await tx.all(select(_posts).where(_posts.c.job_id == job_id).order_by(_posts.c.message_id))
    return tuple(Post(**row) for row in rows)


async def job_of(tx: Reading, message_id: int) -> str | None:
    """Whose message this is, for reactions and message menus."""
    job_id: str | None = await tx.value(
        union(
            select(_placeholders.c.job_id).where(_placeholders.c.message_id == message_id),
            select(_posts.c.job_id).where(_posts.c.message_id == message_id),
        )
    )
    return job_id
