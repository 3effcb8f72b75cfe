"""Whose GPU it is: servers that may have the bot and servers that may not, and every place where it can be asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.store import ledger, servers
from bot.store.words import Origin
from sandbox.member import Member, Outcome
from sandbox.server import Sandbox
from tests.product.house import IDENTIFY_SECONDS, PATIENCE, House, Json, labels, painted, press, until_ended

ATTACH_FILES, SEND_MESSAGES = 1 << 15, 1 << 11
LATER = 16 * 60.0  # an interaction's token is over by then


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox(port=0) as running:
        yield running


@pytest.fixture
async def studio(box: Sandbox, tmp_path: Path) -> AsyncIterator[House]:
    """Only the ready-made server may have the bot."""
    (guild,) = box.state.guilds
    async with House(box, tmp_path / "data", {"ALLOWED_SERVERS": str(guild)}) as opened:
        yield opened


async def second_server(house: House, *, has_bot: bool = True) -> tuple[Json, str]:
    """A server of Cleo's, and its first channel."""
    order: Json = {"name": "Second", "owner_id": str(house.box.person("cleo").id)}
    if has_bot:
        order["application_ids"] = [str(house.box.application_id)]
    guild = await house.control("guilds", order)
    channels = house.box.state.channels_of(int(guild["id"]))
    return guild, str(next(channel.id for channel in channels if channel.name == "general"))


async def second_gallery(house: House, cleo: Member) -> tuple[Json, str]:
    """The same, with its first channel as its gallery."""
    guild, channel = await second_server(house)
    await cleo.wait_for(channel, lambda message: "Hello!" in message["content"])
    async with house.desk.store.write() as tx:
        server = await servers.find(tx, int(guild["id"]))
        assert server is not None
        await servers.save(tx, replace(server, gallery_channel_id=int(channel)))
    return guild, channel


async def install_for(house: House, member: Member) -> None:
    await house.control(f"applications/{house.box.application_id}/install", {"user_id": member.user_id})


def sentence(outcome: Outcome) -> str:
    """What one member alone was told."""
    assert outcome.is_private
    assert outcome.message is not None
    return str(outcome.message["content"])


async def ask(member: Member, channel: str, prompt: str = "a boat --steps 2") -> Outcome:
    return await member.command(channel, "imagine", prompt=prompt)


# -- who may have it --------------------------------------------------------------------------------------------------


async def test_server_that_may_have_the_bot_is_greeted_once_with_help_and_setup(house: House) -> None:
    cleo = await house.member("cleo")
    _, channel = await second_server(house)
    hello = await cleo.wait_for(channel, lambda message: "Hello!" in message["content"])
    assert "/imagine" in hello["content"]
    assert "/setup" in hello["content"]
    assert labels(hello) == ["Show me how", "Set me up"]
    assert "Painting by words" in (await press(cleo, hello, "Show me how"))["content"]
    assert "How I work on this server" in (await press(cleo, hello, "Set me up"))["content"]
    await house.restart()
    said = [message for message in await cleo.messages(channel) if "Hello!" in message["content"]]
    assert len(said) == 1


async def test_stranger_server_hears_a_polite_word_and_the_bot_leaves(studio: House) -> None:
    cleo = await studio.member("cleo")
    guild, channel = await second_server(studio)
    word = await cleo.wait_for(channel, lambda message: message["author"].get("bot"))
    assert word["content"].startswith("Thank you for the invitation!")
    assert "ALLOWED_SERVERS" in word["content"]
    await left(studio, int(guild["id"]))
    assert len(studio.client.guilds) == 1


async def test_server_that_is_listed_soon_after_the_bot_has_left_it_is_greeted(studio: House) -> None:
    """To Discord the greeting is another message than the farewell, though the nonce of that is known for minutes."""
    cleo = await studio.member("cleo")
    (first,) = studio.box.state.guilds
    guild, channel = await second_server(studio)
    await cleo.wait_for(channel, lambda message: "I leave again" in message["content"])
    await left(studio, int(guild["id"]))
    await studio.restart(ALLOWED_SERVERS=f"{first},{guild['id']}")
    await studio.control(f"applications/{studio.box.application_id}/install", {"guild_id": guild["id"]})
    await cleo.wait_for(channel, lambda message: "Hello!" in message["content"])


async def test_server_that_was_added_while_the_bot_was_away_is_left_or_greeted_at_the_next_start(
    studio: House,
) -> None:
    cleo = await studio.member("cleo")
    await studio.close()
    guild, channel = await second_server(studio)
    await studio.pass_time(IDENTIFY_SECONDS)
    await studio.open()
    await cleo.wait_for(channel, lambda message: "I leave again" in message["content"])
    await left(studio, int(guild["id"]))


async def test_server_that_discord_tells_of_late_is_greeted_all_the_same(house: House) -> None:
    cleo = await house.member("cleo")
    await house.close()
    _, channel = await second_server(house)
    await house.pass_time(IDENTIFY_SECONDS)
    await house.control("faults", {"kind": "event_delay", "event": "GUILD_CREATE", "seconds": 0.5})
    await house.open()
    await cleo.wait_for(channel, lambda message: "Hello!" in message["content"])


async def test_greeting_that_was_lost_on_its_way_is_said_again(house: House) -> None:
    cleo = await house.member("cleo")
    lost = {"kind": "http", "method": "POST", "path": "/channels/*/messages", "drop": True, "times": 2}
    await house.control("faults", lost)
    _, channel = await second_server(house)
    await cleo.wait_for(channel, lambda message: "Hello!" in message["content"])


async def test_server_that_throws_the_bot_out_before_it_is_entered_stays_one_that_it_left(house: House) -> None:
    """At a start all servers come at once, and each waits for the one before it to be greeted."""
    cleo = await house.member("cleo")
    await house.control("faults", {"kind": "http", "path": "/channels/*/messages", "delay_seconds": 1.0})
    await second_server(house)
    guild, _ = await second_server(house)
    await cleo.request("DELETE", f"/guilds/{guild['id']}/members/{house.box.application_id}")
    _, channel = await second_server(house)
    await cleo.wait_for(channel, lambda message: "Hello!" in message["content"])
    async with house.desk.store.read() as tx:
        server = await servers.find(tx, int(guild["id"]))
    assert server is not None
    assert server.left_at is not None


async def left(house: House, guild: int) -> None:
    """Until the bot is no member there."""
    client = house.client
    while client.get_guild(guild) is not None:
        await client.wait_for("guild_remove", timeout=PATIENCE)
    assert house.box.state.find_member(guild, house.box.application_id) is None


async def test_strangers_paint_where_their_plan_is_open(box: Sandbox, tmp_path: Path) -> None:
    (guild,) = box.state.guilds
    settings = {"ALLOWED_SERVERS": str(guild), "STRANGERS_PLAN": "open"}
    async with House(box, tmp_path / "data", settings) as house:
        cleo = await house.member("cleo")
        _, channel = await second_server(house)
        await painted(cleo, channel=channel)


# -- where it can be asked --------------------------------------------------------------------------------------------


async def test_thread_gets_its_pictures_and_their_children(house: House, cleo: Member) -> None:
    first = await cleo.send("painting", "Let us talk about boats")
    path = f"/channels/{first['channel_id']}/messages/{first['id']}/threads"
    thread = (await cleo.request("POST", path, {"name": "boats"}))["id"]
    grid = await painted(cleo, channel=thread)
    assert grid["channel_id"] == thread
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    assert single["channel_id"] == thread


async def test_forum_post_gets_its_pictures_and_edits_after_the_token_is_over(house: House, cleo: Member) -> None:
    post = await cleo.post("gallery", "My boats", "Here they come")
    grid = await painted(cleo, channel=post["id"])
    await house.pass_time(LATER)
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    assert single["channel_id"] == post["id"]


async def test_restricted_channel_is_refused_with_the_way_to_the_right_one_and_its_threads_are_open(
    house: House, cleo: Member
) -> None:
    ada = await house.member("ada")
    painting = await cleo.channel_id("painting")
    menus = await ada.command("general", "setup")
    assert menus.message is not None
    await ada.select(menus.message, "Where I paint (none: everywhere)", painting)
    assert f"<#{painting}>" in sentence(await ask(cleo, "general"))
    first = await cleo.send("painting", "Boats")
    path = f"/channels/{painting}/messages/{first['id']}/threads"
    await painted(cleo, channel=(await cleo.request("POST", path, {"name": "boats"}))["id"])


async def test_direct_messages_are_for_those_who_asked_on_a_listed_server(studio: House) -> None:
    cleo = await studio.member("cleo")
    assert "on one that my operator has listed" in sentence(await ask(cleo, "@Painter"))
    await cleo.command("@Painter", "settings")  # being met is not enough
    assert "on one that my operator has listed" in sentence(await ask(cleo, "@Painter"))
    await painted(cleo)
    grid = await painted(cleo, channel="@Painter")
    single = await until_ended(cleo, await press(cleo, grid, "U2"))
    assert single["channel_id"] == grid["channel_id"]


async def test_user_installed_bot_paints_where_it_is_no_member_by_tokens_alone(studio: House) -> None:
    cleo = await studio.member("cleo")
    await painted(cleo)  # on the listed server, so that she is known
    await install_for(studio, cleo)
    _, channel = await second_server(studio, has_bot=False)
    grid = await painted(cleo, channel=channel)
    single = await until_ended(cleo, await press(cleo, grid, "U3"))
    assert single["channel_id"] == channel
    journal = await log(studio)
    by_bot = [one["path"] for one in journal if (one["actor"] or {}).get("kind") == "bot"]
    assert by_bot
    assert not [path for path in by_bot if f"/channels/{channel}" in path]


async def test_user_installed_bot_tells_a_late_picture_by_direct_message(studio: House) -> None:
    cleo = await studio.member("cleo")
    await painted(cleo)
    await install_for(studio, cleo)
    _, channel = await second_server(studio, has_bot=False)
    await studio.restart(ATELIER_SWATCH_SECONDS="60")
    begun = (await ask(cleo, channel, "a slow boat")).message
    assert begun is not None
    await studio.restart(LATER, ATELIER_SWATCH_SECONDS="0")
    told = await cleo.wait_for("@Painter", lambda message: "a slow boat" in message["content"])
    assert "U1" in labels(told)
    assert not (await cleo.refresh(begun))["attachments"]


async def test_where_the_bot_is_no_member_no_gpu_time_can_be_lost_in_a_pool(studio: House) -> None:
    """Jobs there are their members' alone, so nobody could ever draw what was given."""
    cleo = await studio.member("cleo")
    await painted(cleo)
    await install_for(studio, cleo)
    _, channel = await second_server(studio, has_bot=False)
    async with studio.desk.store.write() as tx:
        await ledger.grant(tx, int(cleo.user_id), 7_200_000, "bought", studio.desk.now(), origin=Origin.BOUGHT)
    with pytest.raises(KeyError, match="not offered"):
        await cleo.command(channel, "pool give", time="1 h")
    async with studio.desk.store.read() as tx:
        assert await ledger.available(tx, int(cleo.user_id), studio.desk.now()) == 7_200_000
    given = await cleo.command("painting", "pool give", time="1 h")  # on the listed server, where it is one
    assert sentence(given).startswith("Thank you!")


async def test_stranger_who_installed_the_bot_is_refused_outside_of_listed_servers(studio: House) -> None:
    cleo = await studio.member("cleo")
    await install_for(studio, cleo)
    _, channel = await second_server(studio, has_bot=False)
    assert "on one that my operator has listed" in sentence(await ask(cleo, channel))


# -- where something is missing ---------------------------------------------------------------------------------------


async def deny(house: House, channel: str, permissions: int) -> None:
    """The bot's role may no longer do that in this channel."""
    ada = await house.member("ada")
    (guild,) = house.box.state.guilds
    role = next(role for role in house.box.state.roles_of(guild) if role.managed_by)
    place = await ada.channel_id(channel)
    body = {"type": 0, "allow": "0", "deny": str(permissions)}
    await ada.request("PUT", f"/channels/{place}/permissions/{role.id}", body)


async def test_channel_where_files_are_forbidden_is_told_before_any_work(house: House, cleo: Member) -> None:
    await deny(house, "painting", ATTACH_FILES)
    assert "I may not attach files in this channel" in sentence(await ask(cleo, "painting"))
    view = await house.desk.intake.queue_view()
    assert (view.running, view.waiting) == ((), ())
    await painted(cleo, channel="general")


async def test_channel_where_the_bot_may_not_write_gets_its_pictures_by_token(house: House, cleo: Member) -> None:
    await deny(house, "painting", SEND_MESSAGES)
    grid = await painted(cleo)
    await until_ended(cleo, await press(cleo, grid, "U1"))


async def log(house: House) -> list[Any]:
    """All requests that the sandbox remembers."""
    async with AsyncExitStack() as stack:
        ada = await stack.enter_async_context(Member.of(house.box.url, "ada"))
        async with ada._http.get(f"{house.box.url}/_sim/log?kinds=request&limit=500") as response:
            return list((await response.json())["entries"])
