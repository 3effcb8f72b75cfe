"""What must hold after any fault, however it ended: every accepted job has one final answer, was charged at most once,
and the data folder is sound. It reads what the sandbox shows and what the database says, and shares no code with what
wrote either.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from bot.buttons.custom_id import Action
from bot.store import ledger, pictures
from bot.store.store import Store
from sandbox.server import Sandbox
from sandbox.world.entities import Message

PATIENCE_SECONDS = 30.0
_CALM = """
    SELECT (SELECT count(*) FROM jobs WHERE state IN ('queued', 'running', 'rendered')
             AND id NOT IN (SELECT job_id FROM outbox WHERE state = 'dropped' AND kind = 'answer'))
         + (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending') AND kind <> 'placeholder')"""

_CHARGES = {
    "No job is charged twice.": """
        SELECT job_id FROM entries WHERE to_account = 'spent' AND gpu_ms > 0
        GROUP BY job_id HAVING count(DISTINCT transaction_id) > 1""",
    "What failed or was cancelled costs nothing.": """
        SELECT entries.job_id FROM entries JOIN jobs ON jobs.id = entries.job_id
        WHERE to_account = 'spent' AND entries.gpu_ms > 0 AND (jobs.state IN ('failed', 'cancelled')
          OR jobs.id NOT IN (SELECT job_id FROM ends WHERE act = 'settle'))""",
    "Nothing is held.": "SELECT * FROM accounts WHERE account = 'held' AND gpu_ms <> 0",
    "Spent is what was settled.": """
        SELECT member_id, sum(spent) AS spent, sum(settled) AS settled FROM (
          SELECT member_id, gpu_ms AS spent, 0 AS settled FROM accounts WHERE account = 'spent'
          UNION ALL SELECT reserves.member_id, 0,
            min(jobs.gpu_ms * CASE jobs.speed WHEN 'turbo' THEN 2 WHEN 'relax' THEN 0 ELSE 1 END, reserves.gpu_ms)
            FROM ends JOIN jobs ON jobs.id = ends.job_id JOIN reserves ON reserves.job_id = ends.job_id
            WHERE ends.act = 'settle'
        ) GROUP BY member_id HAVING sum(spent) <> sum(settled)""",
    "A bounded plan has what is left of its month.": """
        SELECT buckets.id FROM buckets JOIN accounts ON accounts.bucket_id = buckets.id
        WHERE buckets.origin <> 'open' AND account IN ('available', 'spent', 'expired', 'given')
        GROUP BY buckets.id HAVING sum(accounts.gpu_ms) <> buckets.gpu_ms""",
}


async def eventually(condition: Callable[[], Awaitable[object]], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for something that nothing announces."""
    try:
        async with asyncio.timeout(seconds):
            while not await condition():  # noqa: ASYNC110 - what is waited for sets no event
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"In {seconds:.0f} s it never came about that {what}.") from None


async def until_calm(store: Store, seconds: float = PATIENCE_SECONDS) -> None:
    """Every job has ended and everything was told, or given up. What would be said of a job under way is not waited
    for: it is due some seconds after the job came, and of an ended one there is nothing to say."""

    async def is_calm() -> bool:
        async with store.read() as tx:
            return bool(await tx.value(text(_CALM)) == 0)

    await eventually(is_calm, "everybody was answered", seconds)


async def must_be_sound(store: Store) -> None:
    """The data folder by itself."""
    async with store.read() as tx:
        assert await ledger.audit(tx) == []
        assert await tx.value(text("PRAGMA integrity_check")) == "ok"
        assert await tx.all(text("PRAGMA foreign_key_check")) == []
        named = await pictures.named_files(tx)
    await store.sweep(timedelta(0))
    assert set(store.files.hashes()) == named
    assert list((store.files.root / "incoming").glob("*")) == []


async def must_have_charged_right(store: Store) -> None:
    """Once calm: each job was charged at most once, what brought nothing cost nothing, nothing is held, and what
    whoever paid has spent is what the jobs were measured at, by their speed's rate, as far as it was reserved.
    """
    async with store.read() as tx:
        for promise, query in _CHARGES.items():
            assert [dict(row) for row in await tx.all(text(query))] == [], promise


async def must_have_answered(box: Sandbox, store: Store, *, unseen: int = 0, stale: int = 0) -> dict[str, Message]:
    """Every job that was ever accepted ended, in one message: the messages, by job. `unseen` of them have none, since
    nothing reached their member; `stale` messages, which nobody can edit any more, still show a job under way."""
    found: dict[str, Message] = {}
    async with store.read() as tx:
        jobs = await tx.all(text("SELECT id, state FROM jobs WHERE state <> 'deleted'"))
        gone = await tx.all(text("SELECT id FROM jobs WHERE state = 'deleted'"))
    for job in jobs:
        told = finals(box, job["id"])
        assert job["state"] in ("done", "failed", "cancelled") or not told, dict(job)
        assert len(told) == 1 or (unseen and not told), (dict(job), [message.content for message in told])
        found.update((job["id"], message) for message in told)
    assert len(jobs) - len(found) == unseen
    assert [job["id"] for job in gone if finals(box, job["id"])] == [], "what was deleted is still seen"
    assert len(waiting(box)) == stale, "somebody still sees a job under way that has ended"
    return found


async def must_hold(box: Sandbox, store: Store, *, unseen: int = 0, stale: int = 0) -> dict[str, Message]:
    """All of it."""
    await until_calm(store)
    await must_be_sound(store)
    await must_have_charged_right(store)
    return await must_have_answered(box, store, unseen=unseen, stale=stale)


def finals(box: Sandbox, job: str) -> list[Message]:
    """Messages that show how a job ended, wherever they are."""
    return [message for message in messages(box) if any(f":{job}:" in one for one in ids(message) if not _cancels(one))]


def waiting(box: Sandbox) -> list[Message]:
    """Messages that show a job under way."""
    return [message for message in messages(box) if any(_cancels(one) for one in ids(message))]


def messages(box: Sandbox) -> Iterator[Message]:
    for channel in box.state.messages.values():
        yield from channel.values()


def ids(message: Message) -> list[str]:
    """The custom ids of its buttons."""
    return list(_custom_ids(message.components))


def _custom_ids(components: list[dict[str, Any]]) -> Iterator[str]:
    for component in components:
        if "custom_id" in component:
            yield component["custom_id"]
        yield from _custom_ids(component.get("components", []))


def _cancels(custom_id: str) -> bool:
    return custom_id.split(":")[2] == Action.CANCEL
