"""The messages of a job: one placeholder, any number of posts, found by their message."""

from __future__ import annotations

from bot.store import jobs, placeholders
from bot.store.placeholders import Placeholder, Post
from bot.store.store import Store
from tests.bot.store.rows import CHANNEL, NOW, later, make_job

PLACE = Placeholder(
    job_id="JOB1", channel_id=CHANNEL, webhook_token="token", token_until=later(900), reply_to=3, limit_bytes=10
)


async def test_job_has_one_placeholder(store: Store) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        assert await placeholders.insert(tx, PLACE)
        assert not await placeholders.insert(tx, PLACE)
        assert await placeholders.find(tx, "JOB1") == PLACE
        assert await placeholders.find(tx, "JOB2") is None


async def test_first_message_that_appears_stays(store: Store) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        await placeholders.insert(tx, PLACE)
        assert await placeholders.appear(tx, "JOB1", CHANNEL, 77)
        assert not await placeholders.appear(tx, "JOB1", CHANNEL, 78)
        await placeholders.touch(tx, "JOB1", later(1))
        place = await placeholders.find(tx, "JOB1")
        assert place is not None
        assert (place.message_id, place.edited_at) == (77, later(1))


async def test_placeholder_moves_only_from_where_it_is(store: Store) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        await placeholders.insert(tx, PLACE)
        await placeholders.appear(tx, "JOB1", CHANNEL, 77)
        assert not await placeholders.move(tx, "JOB1", 76, 5, 78)
        assert await placeholders.move(tx, "JOB1", 77, 5, 78)
        place = await placeholders.find(tx, "JOB1")
        assert place is not None
        assert (place.channel_id, place.message_id, place.webhook_token) == (5, 78, None)


async def test_tokens_that_are_over_are_forgotten(store: Store) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        await placeholders.insert(tx, PLACE)
        assert await placeholders.forget_tokens(tx, later(899)) == 0
        assert await placeholders.forget_tokens(tx, later(901)) == 1
        place = await placeholders.find(tx, "JOB1")
        assert place is not None
        assert place.webhook_token is None


async def test_job_is_found_by_any_of_its_messages(store: Store) -> None:
    post = Post(78, 5, "JOB1", "direct")
    async with store.write() as tx:
        await jobs.insert(tx, make_job(created_at=NOW))
        await placeholders.insert(tx, PLACE)
        await placeholders.appear(tx, "JOB1", CHANNEL, 77)
        assert await placeholders.add_post(tx, post)
        assert not await placeholders.add_post(tx, post)
        assert await placeholders.posts_of(tx, "JOB1") == (post,)
        assert [await placeholders.job_of(tx, message) for message in (77, 78, 79)] == ["JOB1", "JOB1", None]
        assert await placeholders.remove_post(tx, 78)
        assert not await placeholders.remove_post(tx, 78)
