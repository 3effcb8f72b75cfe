"""Who hears what: intents, membership, visibility, shards, and whose content is blanked."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.gateway import intents as bits
from sandbox.gateway.intents import KNOWN, NEEDED, wants
from sandbox.world.entities import Channel
from sandbox.world.events import Event
from tests.sandbox.gateway_client import EVERYTHING, World, a_world

WITHOUT_CONTENT = EVERYTHING & ~bits.MESSAGE_CONTENT


def emit(world: World, name: str, data: dict[str, Any] | None = None, **narrowing: Any) -> None:
    world.state.hub.emit(Event(name, data or {}, **narrowing))


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_each_row_of_the_table_is_heard_with_its_intent_and_not_without(name: str) -> None:
    in_guild, direct = NEEDED[name]
    data = {"user": {"id": "7"}, "added_members": [{"user_id": "7"}]} if name == "THREAD_MEMBERS_UPDATE" else {}
    guild_event, direct_event = Event(name, data, guild_id=1), Event(name, data)
    assert wants(in_guild, 7, guild_event)
    assert not wants(KNOWN & ~in_guild, 7, guild_event)
    assert wants(direct, 7, direct_event) is bool(direct)
    assert not wants(KNOWN & ~direct, 7, direct_event)


def test_an_event_of_no_intent_is_heard_by_everyone() -> None:
    assert wants(0, 7, Event("INTERACTION_CREATE", {}, guild_id=1))
    assert wants(0, 7, Event("ENTITLEMENT_CREATE", {}))


def test_a_bot_hears_of_its_own_membership_without_the_members_intent() -> None:
    own, other = ({"user": {"id": user_id}} for user_id in ("7", "8"))
    assert wants(bits.GUILDS, 7, Event("GUILD_MEMBER_UPDATE", own, guild_id=1))
    assert not wants(bits.GUILDS, 7, Event("GUILD_MEMBER_UPDATE", other, guild_id=1))


def test_with_guilds_alone_a_bot_hears_of_a_threads_members_when_it_is_one_of_them() -> None:
    def event(added: str, removed: str) -> Event:
        data = {"added_members": [{"user_id": added}], "removed_member_ids": [removed]}
        return Event("THREAD_MEMBERS_UPDATE", data, guild_id=1)

    assert wants(bits.GUILDS, 7, event("7", "8"))
    assert wants(bits.GUILDS, 7, event("8", "7"))
    assert not wants(bits.GUILDS, 7, event("8", "8"))
    assert wants(bits.GUILDS | bits.GUILD_MEMBERS, 7, event("8", "8"))


async def test_a_message_reaches_a_bot_with_the_intent_numbered_and_whole() -> None:
    async with a_world() as world:
        client = await world.bot()
        world.say("a red house")
        frame = await client.frame()
        assert (frame["op"], frame["s"], frame["t"]) == (0, 4, "MESSAGE_CREATE")
        assert frame["d"]["content"] == "a red house"


async def test_a_bot_without_the_intent_hears_no_message() -> None:
    async with a_world() as world:
        client = await world.bot(EVERYTHING & ~bits.GUILD_MESSAGES)
        world.say()
        assert await client.heard() == []


async def test_nobody_hears_of_a_channel_that_they_cannot_see() -> None:
    async with a_world() as world:
        bot, ada, bea = await world.bot(), await world.person(world.ada), await world.person(world.bea)
        world.say(channel_id=world.hidden)
        assert (await bot.heard(), await ada.heard(), await bea.heard()) == ([], [], ["MESSAGE_CREATE"])


async def test_who_is_no_member_hears_nothing_of_a_guild_but_what_names_them() -> None:
    async with a_world() as world:
        bot, ada = await world.bot(), await world.person(world.ada)
        for user_id in (world.bot_id, world.ada):
            world.state.remove(world.state.member(world.guild, user_id))
        emit(world, "GUILD_UPDATE", guild_id=world.guild)
        emit(world, "GUILD_DELETE", guild_id=world.guild, users=frozenset({world.ada, world.bot_id}))
        assert await bot.heard() == await ada.heard() == ["GUILD_DELETE"]


async def test_a_channel_that_is_gone_is_still_reported() -> None:
    async with a_world() as world:
        bot = await world.bot()
        world.state.remove(world.state.channel(world.channel))
        emit(world, "CHANNEL_DELETE", guild_id=world.guild, channel_id=world.channel)
        assert await bot.heard() == ["CHANNEL_DELETE"]


async def test_a_direct_message_reaches_its_two_people_and_shard_0() -> None:
    async with a_world() as world:
        zero, one = await world.bot(shard=[0, 2]), await world.bot(shard=[1, 2])
        ada, bea = await world.person(world.ada), await world.person(world.bea)
        world.say(guild_id=None, channel_id=world.direct)
        assert (await zero.heard(), await one.heard()) == (["MESSAGE_CREATE"], [])
        assert (await ada.heard(), await bea.heard()) == (["MESSAGE_CREATE"], [])


async def test_a_guilds_events_go_to_its_own_shard() -> None:
    async with a_world() as world:
        zero, one = await world.bot(shard=[0, 2]), await world.bot(shard=[1, 2])
        emit(world, "GUILD_UPDATE", guild_id=world.guild)
        emit(world, "GUILD_ROLE_CREATE", guild_id=world.other_guild)
        emit(world, "USER_UPDATE")
        assert await zero.heard() == ["GUILD_ROLE_CREATE", "USER_UPDATE"]
        assert await one.heard() == ["GUILD_UPDATE", "USER_UPDATE"]


async def test_an_ephemeral_message_reaches_its_reader_and_the_bot_that_wrote_it() -> None:
    async with a_world() as world:
        bot, ada, bea = await world.bot(WITHOUT_CONTENT), await world.person(world.ada), await world.person(world.bea)
        world.say("psst", guild_id=None, users=frozenset({world.ada}), application_id=world.bot_id)
        assert (await bot.event("MESSAGE_CREATE"))["content"] == "psst"
        assert (await ada.heard(), await bea.heard()) == (["MESSAGE_CREATE"], [])


async def test_events_for_bots_or_for_people_reach_only_those() -> None:
    async with a_world() as world:
        bot, ada = await world.bot(), await world.person(world.ada)
        emit(world, "GUILD_UPDATE", guild_id=world.guild, bots_only=True)
        emit(world, "GUILD_ROLE_CREATE", guild_id=world.guild, people_only=True)
        assert (await bot.heard(), await ada.heard()) == (["GUILD_UPDATE"], ["GUILD_ROLE_CREATE"])


@pytest.mark.parametrize(
    ("intents", "narrowing", "is_read"),
    [
        (EVERYTHING, {}, True),
        (WITHOUT_CONTENT, {}, False),
        (WITHOUT_CONTENT, {"content_owner": 500}, True),
        (WITHOUT_CONTENT, {"content_free_for": frozenset({500})}, True),
        (WITHOUT_CONTENT, {"content_free_for": frozenset({600})}, False),
        (WITHOUT_CONTENT, {"guild_id": None, "channel_id": 702}, True),
    ],
)
async def test_content_is_blank_without_the_intent_unless_it_is_meant_for_the_bot(
    intents: int, narrowing: dict[str, Any], is_read: bool
) -> None:
    async with a_world() as world:
        bot, ada = await world.bot(intents), await world.person(world.ada)
        world.say("hello", **narrowing)
        message = await bot.event("MESSAGE_CREATE")
        assert (message["content"], message["embeds"]) == (("hello", [{}]) if is_read else ("", []))
        assert (await ada.event("MESSAGE_CREATE"))["content"] == "hello"


async def test_an_interaction_reaches_exactly_one_session_of_its_application() -> None:
    async with a_world() as world:
        old, new, ada = await world.bot(0), await world.bot(0), await world.person(world.ada)
        emit(world, "INTERACTION_CREATE", guild_id=world.guild, application_id=world.bot_id, bots_only=True)
        assert (await old.heard(), await new.heard(), await ada.heard()) == ([], ["INTERACTION_CREATE"], [])
        await new.leave(4000)
        emit(world, "INTERACTION_CREATE", guild_id=world.guild, application_id=world.bot_id, bots_only=True)
        assert await old.heard() == ["INTERACTION_CREATE"]


async def test_an_interaction_goes_to_the_shard_of_its_guild_and_one_in_a_direct_message_to_shard_0() -> None:
    async with a_world() as world:
        one, zero = await world.bot(0, shard=[1, 2]), await world.bot(0, shard=[0, 2])
        emit(world, "INTERACTION_CREATE", guild_id=world.guild, application_id=world.bot_id)
        assert (await zero.heard(), await one.heard()) == ([], ["INTERACTION_CREATE"])
        emit(world, "INTERACTION_CREATE", application_id=world.bot_id)
        assert (await zero.heard(), await one.heard()) == (["INTERACTION_CREATE"], [])


async def test_an_interaction_reaches_a_bot_that_is_not_in_the_guild() -> None:
    async with a_world() as world:
        bot = await world.bot(0)
        world.state.remove(world.state.member(world.guild, world.bot_id))
        emit(
            world,
            "INTERACTION_CREATE",
            guild_id=world.guild,
            channel_id=world.hidden,
            application_id=world.bot_id,
        )
        assert await bot.heard() == ["INTERACTION_CREATE"]


async def test_a_person_is_told_of_their_own_interaction_when_it_names_them() -> None:
    async with a_world() as world:
        ada, bea = await world.person(world.ada), await world.person(world.bea)
        emit(world, "INTERACTION_CREATE", users=frozenset({world.ada}), people_only=True)
        assert (await ada.heard(), await bea.heard()) == (["INTERACTION_CREATE"], [])


async def test_an_interaction_of_another_application_is_not_heard() -> None:
    async with a_world() as world:
        bot = await world.bot()
        emit(world, "INTERACTION_CREATE", guild_id=world.guild, application_id=501)
        assert await bot.heard() == []


async def test_a_new_channel_is_heard_of_by_those_who_may_see_it() -> None:
    async with a_world() as world:
        ada = await world.person(world.ada)
        world.state.save(Channel(703, 0, "new", guild_id=world.guild))
        emit(world, "CHANNEL_CREATE", guild_id=world.guild, channel_id=703)
        assert await ada.heard() == ["CHANNEL_CREATE"]


async def test_without_the_intent_polls_forwards_and_what_is_replied_to_are_blank_too() -> None:
    async with a_world() as world:
        bot = await world.bot(WITHOUT_CONTENT)

        def message(author: int, **more: Any) -> dict[str, Any]:
            return {"id": "1", "content": "hello", "author": {"id": str(author)}, "mentions": [], **more}

        about_bot = message(world.ada, mentions=[{"id": str(world.bot_id)}])
        shown = []
        for replied_to in (message(world.ada), message(world.bot_id), about_bot, None):
            snapshot = {"message": {"content": "forwarded", "embeds": [{}]}}
            data = message(world.ada, poll={}, referenced_message=replied_to, message_snapshots=[snapshot])
            emit(world, "MESSAGE_CREATE", data, guild_id=world.guild, channel_id=world.channel, content_owner=world.ada)
            heard = await bot.event("MESSAGE_CREATE")
            assert heard["content"] == ""
            assert "poll" not in heard
            assert heard["message_snapshots"] == [{"message": {"content": "", "embeds": []}}]
            shown.append(heard["referenced_message"] and heard["referenced_message"]["content"])
        assert shown == ["", "hello", "hello", None]
