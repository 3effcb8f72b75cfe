"""What is told is put once, sent in order, and never forgotten."""

from __future__ import annotations

import asyncio

from bot.store import jobs, outbox
from bot.store.outbox import Letter
from bot.store.store import Store
from bot.store.transactions import Writing
from bot.store.words import Sending
from tests.bot.store.rows import CHANNEL, MEMBER, NOW, later, make_job


async def put(tx: Writing, key: str, seconds: float = 0) -> bool:
    return await outbox.put(
        tx, key=key, kind="answer", member_id=MEMBER, channel_id=CHANNEL, due_at=later(seconds), payload={"a": (1, 2)}
    )


async def due_keys(store: Store, seconds: float = 0, limit: int = 99) -> list[str]:
    async with store.read() as tx:
        return [letter.key for letter in await outbox.due(tx, later(seconds), limit)]


async def test_letter_comes_back_as_it_was_put(store: Store) -> None:
    async with store.write() as tx:
        await put(tx, "one")
        assert await outbox.due(tx, NOW, 9) == (
            Letter(
                id=1, key="one", kind="answer", member_id=MEMBER, channel_id=CHANNEL, due_at=NOW, payload={"a": (1, 2)}
            ),
        )


async def test_what_has_a_key_is_put_once_even_after_it_was_sent(store: Store) -> None:
    async with store.write() as tx:
        assert await put(tx, "one")
        assert not await put(tx, "one")
        assert await outbox.begin(tx, 1, NOW)
        assert await outbox.finish(tx, 1, NOW, 77)
        assert not await put(tx, "one")


async def test_letters_are_due_in_the_order_in_which_things_happened(store: Store) -> None:
    async with store.write() as tx:
        for key, seconds in (("late", 9), ("first", -1), ("second", -5)):
            await put(tx, key, seconds)
        assert await outbox.next_due(tx) == later(-5)
    assert await due_keys(store) == ["first", "second"]
    assert await due_keys(store, limit=1) == ["first"]
    assert await due_keys(store, seconds=9) == ["late", "first", "second"]


async def test_letter_is_taken_by_one_of_several(store: Store) -> None:
    async with store.write() as tx:
        await put(tx, "one")

    async def take() -> bool:
        async with store.write() as tx:
            return await outbox.begin(tx, 1, NOW)

    assert sum(await asyncio.gather(*(take() for _ in range(10)))) == 1
    assert await due_keys(store) == []


async def test_letter_that_did_not_arrive_is_due_again_later(store: Store) -> None:
    async with store.write() as tx:
        await put(tx, "one")
        await outbox.begin(tx, 1, NOW)
        assert await outbox.postpone(tx, 1, later(5), "503")
        assert not await outbox.postpone(tx, 1, later(5), "503")
        letter = await outbox.find(tx, 1)
        assert letter is not None
        assert (letter.state, letter.tries, letter.error, letter.sending_since) == (Sending.PENDING, 1, "503", None)
    assert await due_keys(store) == []
    assert await due_keys(store, 5) == ["one"]


async def test_letter_that_was_being_sent_when_the_program_ended_is_doubtful(store: Store) -> None:
    async with store.write() as tx:
        await put(tx, "one")
        await put(tx, "two")
        await outbox.begin(tx, 1, NOW)
        assert await outbox.doubtful(tx, NOW) == ()
        assert [letter.key for letter in await outbox.doubtful(tx, later(1))] == ["one"]


async def test_letter_that_can_never_arrive_says_why(store: Store) -> None:
    async with store.write() as tx:
        await put(tx, "one")
        assert not await outbox.drop(tx, 1, "gone")
        await outbox.begin(tx, 1, NOW)
        assert await outbox.drop(tx, 1, "The channel is gone.")
        letter = await outbox.find(tx, 1)
        assert letter is not None
        assert (letter.state, letter.error) == (Sending.DROPPED, "The channel is gone.")
        assert await outbox.next_due(tx) is None


async def test_letters_of_a_job_are_found_by_it(store: Store) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        await outbox.put(tx, key="a", kind="x", member_id=1, channel_id=2, due_at=NOW, job_id="JOB1")
        await put(tx, "other")
        assert [letter.key for letter in await outbox.of_job(tx, "JOB1")] == ["a"]


async def test_a_letter_that_was_told_otherwise_is_not_sent(store: Store) -> None:
    async with store.write() as tx:
        job = make_job("one")
        await jobs.insert(tx, job)
        for key, kind in (("first", "placeholder"), ("second", "answer")):
            await outbox.put(tx, key=key, kind=kind, member_id=MEMBER, channel_id=CHANNEL, due_at=NOW, job_id=job.id)
        assert await outbox.spare(tx, job.id, "placeholder", NOW, 77)
        assert not await outbox.spare(tx, job.id, "placeholder", NOW, 78)
        told = (await outbox.of_job(tx, job.id))[0]
        assert (told.state, told.message_id, told.sent_at) == (Sending.SENT, 77, NOW)
    assert await due_keys(store) == ["second"]
