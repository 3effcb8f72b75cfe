"""Rows for tests: whole ones, of which a test names only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.store.jobs import Job
from bot.store.pictures import Picture

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
MEMBER, CHANNEL = 80_351_110_224_678_912, 80_351_110_224_678_913
HASH = "ab" * 32


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def make_job(id: str = "JOB1", **changes: Any) -> Job:
    job = Job(
        id=id,
        member_id=MEMBER,
        channel_id=CHANNEL,
        kind="imagine",
        root_id=changes.get("parent_id") or id,
        text="a red house",
        cells=('{"seed":1}',),
        speed="fast",
        plan="open",
        attempt=1,
        boot_id="boot 1",
        created_at=NOW,
    )
    return replace(job, **changes)


def make_picture(job_id: str = "JOB1", cell: int = 0, **changes: Any) -> Picture:
    picture = Picture(
        job_id=job_id,
        cell=cell,
        sha256=HASH,
        media_type="image/png",
        width=512,
        height=512,
        bytes=3,
        recipe='{"seed":1}',
        recipe_hash="cd" * 32,
        created_at=NOW,
    )
    return replace(picture, **changes)
