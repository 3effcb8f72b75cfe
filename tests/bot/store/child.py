"""A bot in a process of its own, to be killed: it holds the store, or works and ends itself before some statement."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Executable

from bot.store import jobs, ledger, meta, outbox, pictures
from bot.store.columns import milliseconds
from bot.store.store import Store
from bot.store.transactions import Writing
from bot.store.words import State
from tests.bot.store.rows import CHANNEL, MEMBER, NOW, make_job, make_picture


async def hold(store: Store) -> None:
    async with store.write() as tx:
        await meta.put(tx, "child", "was here")
    say("open")
    await asyncio.Event().wait()


async def work(store: Store) -> None:
    for number in range(1, 1000):
        job_id = f"JOB{number}"
        async with store.write() as tx:
            await jobs.insert(tx, make_job(job_id, reserved_gpu_ms=500))
            await ledger.reserve(tx, MEMBER, job_id, 500, NOW, top_up=True)
            await put(tx, job_id, "placeholder")
        tell(job_id, State.QUEUED)
        async with store.write() as tx:
            await jobs.start(tx, job_id, 1, NOW)
        tell(job_id, State.RUNNING)
        async with store.write() as tx:
            await jobs.finish(tx, job_id, 1, State.RENDERED, NOW, gpu_ms=300)
            await pictures.insert(tx, [make_picture(job_id)])
            await ledger.settle(tx, job_id, 300, NOW)
            await put(tx, job_id, "answer")
        tell(job_id, State.RENDERED)


async def put(tx: Writing, job_id: str, kind: str) -> None:
    key = f"{kind}:{job_id}"
    await outbox.put(tx, key=key, kind=kind, member_id=MEMBER, channel_id=CHANNEL, due_at=NOW, job_id=job_id)


def tell(job_id: str, state: State) -> None:
    say(f"{job_id}:{state}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def end_before(fatal: int) -> None:
    change, count = Writing.change, 0

    async def counted(self: Writing, statement: Executable, values: Sequence[Mapping[str, Any]] | None = None) -> int:
        nonlocal count
        count += 1
        if count == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return await change(self, statement, values)

    Writing.change = counted  # type: ignore[method-assign]


async def main(path: str, deed: str, statement: str = "0") -> None:
    end_before(int(statement))
    async with Store.open(Path(path), clock=lambda: milliseconds(NOW)) as store:
        await (hold if deed == "hold" else work)(store)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
