"""Sessions outlive their sockets: resuming, what is replayed, when they end, and who is shown as online."""

from __future__ import annotations

import asyncio

import pytest

from sandbox.world.actors import bot_token, person_token
from sandbox.world.entities import Application, Member, User
from sandbox.world.events import Event
from tests.sandbox.gateway_client import EVERYTHING, Client, World, a_world


async def resumed(world: World, old: Client, seq: int | None = None) -> Client:
    client = await world.greeted()
    await client.resume(world.token, old.session_id, old.seq if seq is None else seq)
    return client


async def test_a_resume_replays_what_was_missed_under_its_old_numbers_and_then_goes_on() -> None:
    async with a_world() as world:
        old = await world.bot()
        await old.leave(4000)
        world.say("first")
        world.say("second")
        client = await resumed(world, old)
        frames = await client.drain()
        assert [(frame["s"], frame["t"]) for frame in frames] == [
            (4, "MESSAGE_CREATE"),
            (5, "MESSAGE_CREATE"),
            (6, "RESUMED"),
        ]
        world.say("third")
        assert (await client.frame())["s"] == 7


async def test_a_resume_with_an_older_number_replays_from_there_and_no_resumed_twice() -> None:
    async with a_world() as world:
        old = await world.bot()
        seen = old.seq
        world.say()
        await old.drain()
        await old.leave(4000)
        first = await resumed(world, old, seen)
        assert await first.heard() == ["MESSAGE_CREATE", "RESUMED"]
        first.session_id = old.session_id
        await first.leave(4000)
        assert await (await resumed(world, old, seen)).heard() == ["MESSAGE_CREATE", "RESUMED"]


@pytest.mark.parametrize("code", [1000, 1001])
async def test_a_client_that_closes_with_1000_or_1001_has_ended_its_session(code: int) -> None:
    async with a_world() as world:
        old = await world.bot()
        await old.leave(code)
        assert not world.gateway.sessions
        client = await resumed(world, old)
        assert await client.frame() == {"t": None, "s": None, "op": 9, "d": False}
        await client.identify(world.token, intents=1)
        await client.event("READY")


async def test_a_session_waits_five_minutes_of_the_clock_and_no_longer() -> None:
    async with a_world() as world:
        old = await world.bot()
        await old.leave(4000)
        world.state.clock.advance(299)
        client = await resumed(world, old)
        await client.event("RESUMED")
        client.session_id = old.session_id
        world.state.clock.advance(900)
        assert world.gateway.is_online(world.bot_id)
        await client.leave(4000)
        world.state.clock.advance(301)
        assert not world.gateway.sessions
        assert (await (await resumed(world, old)).frame())["op"] == 9


async def test_a_resume_past_what_is_kept_is_an_invalid_session() -> None:
    async with a_world(replay_events=3) as world:
        old = await world.bot()
        await old.leave(4000)
        for _ in range(3):
            world.say()
        assert await (await resumed(world, old)).heard() == ["MESSAGE_CREATE"] * 3 + ["RESUMED"]
        again = await resumed(world, old, old.seq - 1)
        assert (await again.frame())["d"] is False


async def test_what_is_kept_is_bounded_by_its_size_too() -> None:
    async with a_world(replay_bytes=1000) as world:
        old = await world.bot()
        await old.leave(4000)
        for _ in range(20):
            world.say("x" * 100)
        assert (await (await resumed(world, old)).frame())["op"] == 9


async def test_a_resume_from_the_future_closes_with_4007() -> None:
    async with a_world() as world:
        old = await world.bot()
        client = await resumed(world, old, old.seq + 1)
        assert await client.close_code() == 4007


async def test_nobody_resumes_the_session_of_another() -> None:
    async with a_world() as world:
        bot = await world.bot()
        client = await world.greeted()
        await client.resume(person_token(world.state, world.ada), bot.session_id, bot.seq)
        assert (await client.frame())["op"] == 9
        await bot.drain()


async def test_a_resume_takes_the_session_from_the_connection_that_has_it() -> None:
    async with a_world() as world:
        old = await world.bot()
        new = await resumed(world, old)
        await new.event("RESUMED")
        assert await old.close_code() == 4000
        world.say()
        assert await new.heard() == ["MESSAGE_CREATE"]


async def test_of_sessions_that_were_left_behind_only_a_few_are_kept() -> None:
    async with a_world() as world:
        for _ in range(6):
            await (await world.bot()).leave(4000)
        assert len(world.gateway.sessions) == 3


async def test_an_interaction_waits_for_a_bot_that_may_come_back() -> None:
    async with a_world() as world:
        old = await world.bot()
        await old.leave(4000)
        world.state.hub.emit(Event("INTERACTION_CREATE", {}, guild_id=world.guild, application_id=world.bot_id))
        assert await (await resumed(world, old)).heard() == ["INTERACTION_CREATE", "RESUMED"]


async def test_people_see_a_bot_come_change_and_go() -> None:
    async with a_world() as world:
        ada = await world.person(world.ada)
        assert not world.gateway.is_online(world.bot_id)
        bot = await world.bot(presence={"status": "idle", "game": {"name": "chess", "type": 0}})
        for guild_id in (world.guild, world.other_guild):
            assert await ada.event("PRESENCE_UPDATE") == {
                "user": {"id": str(world.bot_id)},
                "guild_id": str(guild_id),
                "status": "idle",
                "activities": [{"name": "chess", "type": 0}],
                "client_status": {"web": "idle"},
            }
        assert world.gateway.is_online(world.bot_id)
        assert world.gateway.connected_count() == 1
        await bot.send(3, {"since": None, "activities": [], "status": "invisible", "afk": False})
        assert await bot.heard() == []
        assert [(await ada.event("PRESENCE_UPDATE"))["status"] for _ in range(2)] == ["offline", "offline"]
        await bot.send(3, {"since": None, "activities": [], "status": "online", "afk": False})
        await bot.drain()
        await bot.leave(4000)
        assert not world.gateway.is_online(world.bot_id)
        seen = [frame["d"]["status"] for frame in await ada.drain()]
        assert seen == ["online", "online", "offline", "offline"]


async def test_a_bot_stays_online_while_one_of_its_shards_does() -> None:
    async with a_world() as world:
        zero, one = await world.bot(shard=[0, 2]), await world.bot(shard=[1, 2])
        ada = await world.person(world.ada)
        await zero.leave(1000)
        assert world.gateway.is_online(world.bot_id)
        assert await ada.heard() == []
        await one.leave(1000)
        assert not world.gateway.is_online(world.bot_id)


async def test_closing_the_gateway_says_goodbye_with_1001() -> None:
    async with a_world() as world:
        bot, ada = await world.bot(), await world.person(world.ada)
        _, *codes = await asyncio.gather(world.gateway.close(), bot.close_code(), ada.close_code())
        assert codes == [1001, 1001]
        async with world.http.get(f"{world.url}/gateway?v=10") as response:
            assert response.status == 503


async def test_a_bot_with_the_intent_sees_others_come_but_not_itself() -> None:
    async with a_world() as world:
        second = bot_token(501, "secret")
        world.state.save(User(501, "watcher", bot=True))
        world.state.save(Application(501, "Watcher", second, "client-secret", owner_id=world.bea))
        world.state.save(Member(501, world.guild, joined_ms=0))
        watcher = await world.greeted()
        await watcher.identify(second, intents=EVERYTHING)
        await watcher.drain()
        seen = await world.bot(EVERYTHING)
        assert (await watcher.event("PRESENCE_UPDATE"))["user"] == {"id": str(world.bot_id)}
        assert await seen.heard() == []
