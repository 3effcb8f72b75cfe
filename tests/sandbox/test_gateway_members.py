"""Request Guild Members: what is found, how it is cut into chunks, and who may ask for all."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.gateway.intents import GUILD_MEMBERS, GUILD_PRESENCES
from sandbox.world.entities import Member, User
from tests.sandbox.gateway_client import EVERYTHING, Client, World, a_world


async def ask(client: Client, world: World, **request: Any) -> list[dict[str, Any]]:
    await client.send(8, {"guild_id": str(world.guild)} | request)
    return [frame["d"] for frame in await client.drain()]


def found(chunks: list[dict[str, Any]]) -> set[str]:
    return {member["user"]["username"] for chunk in chunks for member in chunk["members"]}


async def test_an_empty_query_without_a_limit_lists_everyone() -> None:
    async with a_world() as world:
        chunks = await ask(await world.bot(), world, query="", limit=0, nonce="n1")
        assert found(chunks) == {"painter", "ada", "bea"}
        assert {key: chunks[0][key] for key in ("guild_id", "chunk_index", "chunk_count", "nonce")} == {
            "guild_id": str(world.guild),
            "chunk_index": 0,
            "chunk_count": 1,
            "nonce": "n1",
        }
        assert "presences" not in chunks[0]


async def test_the_whole_list_needs_the_members_intent() -> None:
    async with a_world() as world:
        chunks = await ask(await world.bot(EVERYTHING & ~GUILD_MEMBERS), world, query="", limit=0)
        assert [chunk["members"] for chunk in chunks] == [[]]


async def test_more_than_a_thousand_members_come_in_several_chunks() -> None:
    async with a_world() as world:
        for user_id in range(10_000, 12_100):
            world.state.save(User(user_id, f"user{user_id}"))
            world.state.save(Member(user_id, world.guild, joined_ms=0))
        chunks = await ask(await world.bot(0 | GUILD_MEMBERS), world, query="", limit=0)
        assert [len(chunk["members"]) for chunk in chunks] == [1000, 1000, 103]
        assert [(chunk["chunk_index"], chunk["chunk_count"]) for chunk in chunks] == [(0, 3), (1, 3), (2, 3)]


async def test_a_query_finds_names_nicknames_and_display_names_by_their_start() -> None:
    async with a_world() as world:
        world.state.member(world.guild, world.bea).nick = "Adalbert"
        client = await world.bot()
        assert found(await ask(client, world, query="AD", limit=10)) == {"ada", "bea"}
        assert found(await ask(client, world, query="ada", limit=1)) == {"ada"}
        assert found(await ask(client, world, query="da", limit=10)) == set()


async def test_asking_by_id_tells_who_was_not_found() -> None:
    async with a_world() as world:
        client = await world.bot()
        chunks = await ask(client, world, user_ids=[str(world.ada), "999"])
        assert found(chunks) == {"ada"}
        assert chunks[0]["not_found"] == ["999"]
        assert found(await ask(client, world, user_ids=str(world.bea))) == {"bea"}


async def test_presences_are_those_of_the_connected_and_need_their_intent() -> None:
    async with a_world() as world:
        client = await world.bot()
        chunks = await ask(client, world, query="", limit=0, presences=True)
        assert [presence["user"]["id"] for presence in chunks[0]["presences"]] == [str(world.bot_id)]
        other = await world.bot(EVERYTHING & ~GUILD_PRESENCES)
        assert "presences" not in (await ask(other, world, query="", limit=0, presences=True))[0]


async def test_a_nonce_that_is_too_long_is_left_out_and_a_strange_guild_has_no_answer() -> None:
    async with a_world() as world:
        client = await world.bot()
        assert "nonce" not in (await ask(client, world, query="", limit=0, nonce="n" * 33))[0]
        assert await ask(client, world, guild_id="12345", query="", limit=0) == []


@pytest.mark.parametrize(
    "request_data",
    [None, {}, {"guild_id": "1"}, {"guild_id": "x", "query": "", "limit": 0}, {"guild_id": "1", "user_ids": ["x"]}],
)
async def test_a_request_that_cannot_be_read_closes_with_4002(request_data: Any) -> None:
    async with a_world() as world:
        client = await world.bot()
        await client.send(8, request_data)
        assert await client.close_code() == 4002
