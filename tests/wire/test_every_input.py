"""Everything that a member can give a bot, given once: discord.py must understand all of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.member import File, Member, Refused
from sandbox.rules.kinds import SkuType
from sandbox.server import Sandbox
from sandbox.world import commerce
from tests.wire.openapi import Description
from tests.wire.process import BotProcess, python_bot, running, until
from tests.wire.story import ROOM, environment, hold_against, recorded_sandbox

COMMANDS = 8


@dataclass(frozen=True, slots=True)
class Scene:
    box: Sandbox
    bot: BotProcess
    cleo: Member
    picture: Path

    @property
    def guild_id(self) -> int:
        return next(iter(self.box.state.guilds))

    def role(self, name: str) -> str:
        return next(str(role.id) for role in self.box.state.roles.values() if role.name == name)

    def person(self, name: str) -> str:
        return str(self.box.person(name).id)


@pytest.fixture
async def scene(description_at_hand: Description | None, picture: Path) -> AsyncIterator[Scene]:
    """A bot that is ready and a member; afterwards all that they said is held against the description."""
    async with recorded_sandbox() as box:
        async with running(python_bot("wide"), **environment(box, picture)) as bot, Member.of(box.url, "cleo") as cleo:
            await bot.saw("ready")
            await until(lambda: len(box.state.commands) == COMMANDS, "the bot registered its commands")
            yield Scene(box, bot, cleo, picture)
        hold_against(description_at_hand, box)


async def test_every_kind_of_option_arrives(scene: Scene) -> None:
    ben, patron = scene.person("ben"), scene.role("Patron")
    outcome = await scene.cleo.command(
        ROOM,
        "everything at-once",
        words="x" * 6000,
        count=7,
        ratio=0.5,
        sure=True,
        who=ben,
        place=await scene.cleo.channel_id("general"),
        role=patron,
        whoever=patron,
        file=File("house.png", scene.picture.read_bytes()),
        tone="cold",
    )
    assert outcome.status == "answered"
    seen = await scene.bot.saw("options")
    assert seen | {"event": "options"} == {
        "event": "options",
        "words": 6000,
        "count": 7,
        "ratio": 0.5,
        "sure": True,
        "who": "Member ben",
        "place": "TextChannel general",
        "role": "Role Patron",
        "whoever": "Role Patron",
        "file": ["house.png", scene.picture.stat().st_size, 8, True],
        "tone": "cold",
        "permissions": True,
    }


async def test_option_that_the_command_does_not_allow_is_refused(scene: Scene) -> None:
    for wrong in ({"count": 11}, {"words": ""}, {"tone": "loud"}, {"who": "1"}, {}):
        with pytest.raises(Refused) as refusal:
            await scene.cleo.command(ROOM, "everything at-once", **{"words": "x", "count": 1, **wrong})
        assert refusal.value.status == 400


async def test_every_kind_of_select_arrives(scene: Scene) -> None:
    cleo, patron = scene.cleo, scene.role("Patron")
    options = {"words": "x", "count": 1, "ratio": 1, "sure": False, "who": cleo.user_id, "role": patron}
    options |= {"place": await cleo.channel_id("general"), "whoever": cleo.user_id, "tone": "warm"}
    await cleo.command(ROOM, "everything at-once", file=File("a.txt", b"a"), **options)
    message = await cleo.wait_for(ROOM, lambda m: len(m["components"]) == 4)
    ben = scene.person("ben")
    for menu, given, seen in (
        ("users", [ben, cleo.user_id], ["Member ben", "Member cleo"]),
        ("roles", [patron], ["Role Patron"]),
        ("mentionables", [ben, patron], ["Member ben", "Role Patron"]),
        ("channels", [options["place"]], ["AppCommandChannel general"]),
    ):
        assert (await cleo.select(message, menu, *given)).status == "answered"
        chosen = await scene.bot.saw("chosen", menu=menu)
        assert sorted(chosen["values"]) == sorted(seen)


async def test_every_component_of_a_modal_arrives(scene: Scene) -> None:
    cleo = scene.cleo
    await cleo.command(ROOM, "dialogs")
    message = await cleo.wait_for(ROOM, lambda m: len(m["components"]) == 5)
    one = (await cleo.click(message, "One")).modal
    assert one is not None
    place = await cleo.channel_id("general")
    values = {"words": "two\nlines", "size": ["S", "L"], "role": [scene.role("Patron")], "place": [place]}
    assert (await cleo.submit(one, values)).status == "answered"
    seen = await scene.bot.saw("first", words="two\nlines", size=["S", "L"], role="Role Patron")
    assert seen["place"] == "general"
    two = (await cleo.click(message, "Two")).modal
    assert two is not None
    ben = scene.person("ben")
    chosen = {"who": [ben], "whoever": [ben], "tone": "cold", "extras": ["sky", "sun"], "sure": True}
    assert (await cleo.submit(two, chosen)).is_private
    await scene.bot.saw("second", who="Member ben", tone="cold", extras=["sky", "sun"], sure=True)


async def test_menus_of_members_and_messages_arrive(scene: Scene) -> None:
    said = await scene.cleo.send(ROOM, "a line worth keeping")
    await scene.bot.saw("message", channel=f"TextChannel {ROOM}", content="")
    assert (await scene.cleo.use_on_user(ROOM, "Look at", scene.person("ben"))).is_private
    await scene.bot.saw("looked at", who="Member ben")
    await scene.cleo.use_on_message("Quote", said)
    # Without MESSAGE_CONTENT the bot reads a message only where it is handed to it, as here.
    await scene.bot.saw("quoted", content="a line worth keeping", author="cleo")


async def test_private_answer_is_seen_by_nobody_else(scene: Scene) -> None:
    outcome = await scene.cleo.use_on_user(ROOM, "Look at", scene.person("ben"))
    assert outcome.message is not None
    whispered = outcome.message["id"]
    assert whispered in [message["id"] for message in await scene.cleo.messages(ROOM)]
    async with Member.of(scene.box.url, "ben") as ben:
        assert whispered not in [message["id"] for message in await ben.messages(ROOM)]


async def test_direct_messages_are_a_context_of_their_own(scene: Scene) -> None:
    await scene.cleo.command(ROOM, "here")
    await scene.bot.saw("here", context="guild", guild=True)
    await scene.cleo.command("@Painter", "here")
    await scene.bot.saw("here", context="dm")
    await scene.cleo.send("@Painter", "just between us")
    await scene.bot.saw("message", content="just between us")  # there, content needs no intent


async def test_forum_post_is_made_and_answered(scene: Scene) -> None:
    assert (await scene.cleo.command(ROOM, "show")).status == "answered"
    shown = await scene.bot.saw("shown", tags=["portrait"])
    thread = str(shown["thread"])
    posted = await scene.cleo.messages(thread)
    assert [m["content"] for m in posted if m["type"] == 0] == ["Look"]
    reply = await scene.cleo.send(thread, "Lovely")
    await scene.bot.saw("message", channel="Thread A redder house")
    await scene.cleo.react(reply, "🎈")
    await scene.cleo.unreact(reply, "🎈")
    await scene.bot.saw("unreacted", emoji="🎈")
    await scene.cleo.delete(reply)
    await scene.bot.saw("deleted", id=int(reply["id"]))


async def test_purchase_is_told_and_shown_in_interactions(scene: Scene) -> None:
    state = scene.box.state
    sku = commerce.make_sku(state, scene.box.application, SkuType.SUBSCRIPTION, "Gold")
    commerce.buy(state, sku, int(scene.cleo.user_id))
    await scene.bot.saw("bought", sku=sku.id, user=int(scene.cleo.user_id))
    await scene.cleo.command(ROOM, "here")
    await scene.bot.saw("here")
    told = [d.data for d in scene.box.journal.dispatches if d.name == "INTERACTION_CREATE" and "entitlements" in d.data]
    assert [one["sku_id"] for one in told[-1]["entitlements"]] == [str(sku.id)]


async def test_library_that_reads_the_headers_meets_no_refusal(scene: Scene) -> None:
    """Seven followups at once into a bucket of five in two seconds: the library waits, the sandbox need not refuse."""
    await scene.cleo.command(ROOM, "burst")
    await scene.bot.saw("burst", ids=7)
    statuses = [exchange.status for exchange in scene.box.journal.exchanges]
    assert 429 not in statuses


async def test_send_that_was_stored_before_it_failed_is_not_repeated(scene: Scene) -> None:
    """The library tries again after a 502; by its nonce the sandbox knows the message."""
    order = {"kind": "http", "method": "POST", "path": "/channels/*/messages", "status": 502, "stored": True}
    fault = scene.box.faults.add(order)
    await scene.cleo.command(ROOM, "once")
    seen = await scene.bot.saw("once")
    assert fault.fired == 1
    found = [message["id"] for message in await scene.cleo.messages(ROOM) if message["content"] == "only once"]
    assert found == [str(seen["id"])]
