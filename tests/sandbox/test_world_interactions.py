"""Installations and contexts: servers without the bot, private channels, several shards, restarts of the clocks."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.server import Sandbox
from sandbox.world import interactions, seed
from sandbox.world.entities import Channel
from tests.sandbox.crew import Crew, Refusal
from tests.sandbox.gateway_client import Client, World

Json = dict[str, Any]
ROW = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}


async def without_the_bot(crew: Crew) -> tuple[Channel, Json]:
    """A server of Cleo's that the bot is not in; Cleo has the application installed for herself."""
    guild = seed.make_guild(crew.state, "Cleo's", int(crew.cleo.id))
    seed.join(crew.state, guild, int(crew.dov.id), [])
    channel = seed.make_channel(crew.state, guild, "den")
    await crew.sim("POST", f"/applications/{crew.bot.id}/install", {"user_id": crew.cleo.id})
    return channel, await crew.register()


async def test_a_member_brings_their_own_application_to_a_server_that_lacks_the_bot(crew: Crew) -> None:
    den, command = await without_the_bot(crew)
    bot = crew.listen("bot")
    given = await crew.use("cleo", den, command)
    assert given["authorizing_integration_owners"] == {"1": crew.cleo.id}
    assert given["guild_id"] == str(den.guild_id)
    message = (await crew.answer(given, content="x", components=[ROW]))["resource"]["message"]
    assert message["flags"] == 0
    assert message["interaction_metadata"]["authorizing_integration_owners"] == {"1": crew.cleo.id}
    await crew.dov.say(den.id, "what is this?")
    assert bot.names() == ["INTERACTION_CREATE"]
    assert (await crew.bot.refused("GET", f"/channels/{den.id}")).code == 50001
    with pytest.raises(Refusal, match="10063"):
        await crew.use("dov", den, command)


async def test_others_may_press_its_buttons_under_the_installation_of_who_used_it(crew: Crew) -> None:
    den, command = await without_the_bot(crew)
    message = (await crew.answer(await crew.use("cleo", den, command), content="x", components=[ROW]))["resource"]
    clicked = await crew.click("dov", message["message"], "go")
    assert clicked["authorizing_integration_owners"] == {"1": crew.cleo.id}
    assert clicked["member"]["user"]["username"] == "dov"


async def test_it_follows_up_five_times_and_no_more(crew: Crew) -> None:
    den, command = await without_the_bot(crew)
    given = await crew.use("cleo", den, command)
    await crew.answer(given, 5)
    await crew.nobody.post(crew.hook(given), {"content": "in place of thinking"})
    for n in range(5):
        crew.box.clock.advance(2)
        await crew.nobody.post(crew.hook(given), {"content": str(n)})
    crew.box.clock.advance(2)
    refusal = await crew.nobody.refused("POST", crew.hook(given), {"content": "6"})
    assert refusal.code == 40094


async def test_where_external_apps_are_denied_its_answers_stay_private(crew: Crew) -> None:
    den, command = await without_the_bot(crew)
    everyone = crew.state.roles[den.guild_id or 0]
    everyone.permissions &= ~(1 << 50)
    crew.state.save(everyone)
    await crew.sim("POST", f"/applications/{crew.bot.id}/install", {"user_id": crew.dov.id})
    given = await crew.use("dov", den, command)
    assert (await crew.answer(given, content="x"))["resource"]["message"]["flags"] & 64
    assert (await crew.nobody.post(crew.hook(given), {"content": "y"}))["flags"] & 64
    given = await crew.use("cleo", den, command)  # the owner may do anything
    assert not (await crew.answer(given, content="x"))["resource"]["message"]["flags"] & 64


async def test_at_home_in_the_server_nothing_is_forced(crew: Crew) -> None:
    everyone = crew.state.roles[crew.guild.id]
    everyone.permissions &= ~(1 << 50)
    crew.state.save(everyone)
    given = await crew.use("cleo", crew.channel("painting"), await crew.register())
    assert (await crew.answer(given, content="x"))["resource"]["message"]["flags"] == 0


async def test_both_installations_are_named_where_both_are(crew: Crew) -> None:
    await crew.sim("POST", f"/applications/{crew.bot.id}/install", {"user_id": crew.cleo.id})
    both, mine = await crew.register("both"), await crew.register("mine", integration_types=[1])
    given = await crew.use("cleo", crew.channel("painting"), both)
    assert given["authorizing_integration_owners"] == {"0": str(crew.guild.id), "1": crew.cleo.id}
    given = await crew.use("cleo", crew.channel("painting"), mine)
    assert given["authorizing_integration_owners"] == {"1": crew.cleo.id}


async def test_between_two_people_it_is_a_private_channel_that_the_bot_cannot_see(crew: Crew) -> None:
    place, command = crew.direct("cleo", "dov"), await crew.register()
    with pytest.raises(Refusal, match="10063"):
        await crew.use("cleo", place, command)
    await crew.sim("POST", f"/applications/{crew.bot.id}/install", {"user_id": crew.cleo.id})
    bot, dov = crew.listen("bot"), crew.listen("dov")
    given = await crew.use("cleo", place, command)
    assert (given["context"], given["user"]["username"]) == (2, "cleo")
    assert given["authorizing_integration_owners"] == {"1": crew.cleo.id}
    assert "member" not in given
    await crew.answer(given, content="x")
    assert dov.last("MESSAGE_CREATE")["content"] == "x"
    assert bot.names() == ["INTERACTION_CREATE"]


async def test_in_the_bots_own_direct_messages_the_server_install_is_zero(crew: Crew) -> None:
    given = await crew.use("cleo", crew.direct("cleo", "bot"), await crew.register())
    assert (given["context"], given["authorizing_integration_owners"]) == (1, {"0": "0"})
    assert "guild_id" not in given


async def test_contexts_keep_a_command_out_of_places(crew: Crew) -> None:
    await crew.sim("POST", f"/applications/{crew.bot.id}/install", {"user_id": crew.cleo.id})
    command = await crew.register(contexts=[0])
    for place in (crew.direct("cleo", "bot"), crew.direct("cleo", "dov")):
        with pytest.raises(Refusal, match="10063"):
            await crew.use("cleo", place, command)


async def shard(box: Sandbox, crew: Crew, shard_id: int) -> Client:
    """A shard of two, over a real socket."""
    world = World(box.state, box.gateway, box.url, crew.http)
    client = await world.greeted()
    await client.identify(box.bot_token, intents=1 | 1 << 9 | 1 << 12, shard=[shard_id, 2])
    await client.event("READY")
    return client


async def test_each_shard_hears_of_its_own_servers_and_the_first_of_direct_messages(crew: Crew) -> None:
    box = crew.box
    guilds = [crew.guild]
    while len({(guild.id >> 22) % 2 for guild in guilds}) < 2:
        box.clock.advance(0.001)
        guilds.append(seed.make_guild(crew.state, f"Server {len(guilds)}", int(crew.cleo.id)))
        seed.make_channel(crew.state, guilds[-1], "room")
        seed.add_to_guild(crew.state, box.application, guilds[-1])
    own = {(guild.id >> 22) % 2: guild for guild in guilds}
    zero = await shard(box, crew, 0)
    box.clock.advance(6)
    one = await shard(box, crew, 1)
    clients = {0: zero, 1: one}
    for client in clients.values():
        await client.drain()
    command = await crew.register()
    for number, guild in own.items():
        place = next(c for c in crew.state.channels_of(guild.id) if c.type == 0)
        await crew.use("cleo", place, command)
        await crew.cleo.say(place.id)
        assert await clients[number].heard() == ["INTERACTION_CREATE", "MESSAGE_CREATE"]
        assert await clients[1 - number].heard() == []
    await crew.use("cleo", crew.direct("cleo", "bot"), command)
    await crew.cleo.say(crew.direct("cleo", "bot").id)
    assert await zero.heard() == ["INTERACTION_CREATE", "MESSAGE_CREATE"]
    assert await one.heard() == []
    await zero.ws.close()
    await one.ws.close()


async def test_after_a_restart_the_clocks_go_on_where_they_were(crew: Crew) -> None:
    given = await crew.use("cleo", crew.channel("painting"), await crew.register())
    crew.box.clock.close()  # as if the process had ended
    crew.box.clock.offset_ms += 2000
    interactions.rearm(crew.state)
    heard = crew.listen("cleo")
    crew.box.clock.advance(1)
    assert heard.last("INTERACTION_FAILURE")["id"] == given["id"]
    crew.box.clock.advance(15 * 60)
    assert given["token"] not in crew.state.interactions


async def test_a_second_bot_hears_nothing_of_the_firsts_interactions(crew: Crew) -> None:
    second = seed.make_application(crew.state, "Second", int(crew.ada.id))
    seed.add_to_guild(crew.state, second, crew.guild)
    crew.another("second", second.id, f"Bot {second.token}")
    heard = crew.listen("second")
    given = await crew.use("cleo", crew.channel("painting"), await crew.register())
    await crew.answer(given, content="secret", flags=64)
    assert heard.names() == []
    assert (await crew.second.refused("GET", f"{crew.application_path}/commands")).code == 20012
