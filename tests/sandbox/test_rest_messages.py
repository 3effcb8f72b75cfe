"""Messages over REST: who may send what, replies, forwards, mentions, nonces, lists, pins and reactions."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.rules import limits
from sandbox.rules.clock import iso
from tests.sandbox.crew import Crew, png

Json = dict[str, Any]


def path_of(message: Json, end: str = "") -> str:
    return f"/channels/{message['channel_id']}/messages/{message['id']}{end}"


async def test_a_message_reaches_everyone_who_may_see_it_and_can_be_got(crew: Crew) -> None:
    general, staff = crew.channel("general"), crew.channel("staff")
    bot, cleo, ben = crew.listen("bot"), crew.listen("cleo"), crew.listen("ben")
    sent = await crew.ada.say(general.id, "hello")
    assert bot.last("MESSAGE_CREATE")["member"]["roles"] == []
    assert cleo.last("MESSAGE_CREATE")["guild_id"] == str(crew.guild.id)
    assert (await crew.cleo.get(path_of(sent)))["content"] == "hello"
    secret = await crew.ada.say(staff.id, "psst")
    assert ben.last("MESSAGE_CREATE")["id"] == secret["id"]
    assert cleo.last("MESSAGE_CREATE")["id"] == sent["id"]
    assert (await crew.cleo.refused("GET", path_of(secret))).code == 50001


async def test_edits_and_deletions_are_the_authors_and_deletions_also_the_moderators(crew: Crew) -> None:
    heard = crew.listen("bot")
    sent = await crew.cleo.say(crew.channel("general").id, "tpyo")
    edited = await crew.cleo.patch(path_of(sent), {"content": "typo"})
    assert edited["edited_timestamp"] is not None
    assert heard.last("MESSAGE_UPDATE")["content"] == "typo"
    assert (await crew.dov.refused("PATCH", path_of(sent), {"content": "x"})).code == 50005
    assert (await crew.dov.refused("DELETE", path_of(sent))).code == 50013
    assert (await crew.ben.patch(path_of(sent), {"flags": 4}))["flags"] == 4
    await crew.ben.delete(path_of(sent))
    assert heard.last("MESSAGE_DELETE")["id"] == sent["id"]
    assert (await crew.ada.refused("GET", path_of(sent))).code == 10008


async def test_the_permission_for_each_part_of_a_message_is_asked(crew: Crew) -> None:
    general = crew.channel("general")

    async def deny(bits: int) -> None:
        body = {"type": 0, "deny": str(bits)}
        await crew.ada.put(f"/channels/{general.id}/permissions/{crew.guild.id}", body)

    await deny(1 << 15)
    refusal = await crew.cleo.refused("POST", f"/channels/{general.id}/messages", {}, ("a.png", png()))
    assert refusal.code == 50013
    await deny(1 << 11)
    assert (await crew.cleo.refused("POST", f"/channels/{general.id}/messages", {"content": "x"})).code == 50013
    await deny(1 << 10)
    assert (await crew.cleo.refused("POST", f"/channels/{general.id}/messages", {"content": "x"})).code == 50001
    await deny(0)
    first = await crew.cleo.say(general.id)
    await deny(1 << 16)
    assert await crew.cleo.get(f"/channels/{general.id}/messages") == []
    reply = {"content": "x", "message_reference": {"message_id": first["id"]}}
    assert (await crew.cleo.refused("POST", f"/channels/{general.id}/messages", reply)).code == 160002


async def test_a_timed_out_member_reads_and_does_not_write(crew: Crew) -> None:
    body = {"communication_disabled_until": iso(crew.box.clock.now_ms() + 60_000)}
    await crew.ben.patch(f"{crew.guild_path}/members/{crew.cleo.id}", body)
    place = crew.channel("general").id
    assert (await crew.cleo.refused("POST", f"/channels/{place}/messages", {"content": "x"})).code == 50013
    await crew.cleo.get(f"/channels/{place}/messages")
    crew.box.clock.advance(61)
    await crew.cleo.say(place)


async def test_a_reply_shows_and_pings_whom_it_answers(crew: Crew) -> None:
    first = await crew.cleo.say(crew.channel("general").id, "question")
    reference = {"message_id": first["id"]}
    reply = await crew.dov.say(first["channel_id"], "answer", message_reference=reference)
    assert (reply["type"], reply["referenced_message"]["content"]) == (19, "question")
    assert [user["username"] for user in reply["mentions"]] == ["cleo"]
    quiet = await crew.dov.say(
        first["channel_id"], "answer", message_reference=reference, allowed_mentions={"replied_user": False}
    )
    assert quiet["mentions"] == []
    edited = await crew.dov.patch(path_of(reply), {"content": "better"})
    assert [user["username"] for user in edited["mentions"]] == ["cleo"]
    await crew.cleo.delete(path_of(first))
    assert (await crew.dov.get(path_of(reply)))["referenced_message"] is None


async def test_a_reply_to_nothing_is_refused_unless_it_may_go_without(crew: Crew) -> None:
    place = crew.channel("general").id
    body: Json = {"content": "x", "message_reference": {"message_id": "1"}}
    refusal = await crew.cleo.refused("POST", f"/channels/{place}/messages", body)
    assert refusal.at("message_reference") == ["REPLIES_UNKNOWN_MESSAGE"]
    body["message_reference"]["fail_if_not_exists"] = False
    assert (await crew.cleo.post(f"/channels/{place}/messages", body))["type"] == 0


async def test_a_forward_carries_a_snapshot_of_what_its_sender_may_read(crew: Crew) -> None:
    secret = await crew.ada.say(crew.channel("staff").id, "plans")
    place = crew.channel("general").id
    reference = {"type": 1, "message_id": secret["id"], "channel_id": secret["channel_id"]}
    body = {"message_reference": reference}
    assert (await crew.cleo.refused("POST", f"/channels/{place}/messages", body)).code == 50001
    forward = await crew.ben.post(f"/channels/{place}/messages", body)
    assert forward["message_snapshots"][0]["message"]["content"] == "plans"
    assert (forward["type"], forward["flags"] & 1 << 14) == (0, 1 << 14)
    await crew.ada.delete(path_of(secret))
    assert (await crew.cleo.get(path_of(forward)))["message_snapshots"][0]["message"]["content"] == "plans"


@pytest.mark.parametrize(
    ("allowed", "users", "roles", "everyone"),
    [
        (None, ["cleo"], True, True),
        ({"parse": []}, [], False, False),
        ({"parse": ["users"]}, ["cleo"], False, False),
        ({"parse": ["roles", "everyone"]}, [], True, True),
        ({"users": ["{cleo}"]}, ["cleo"], False, False),
        ({"users": ["1"]}, [], False, False),
        ({"roles": ["{role}"]}, [], True, False),
    ],
)
async def test_only_allowed_mentions_ping(
    crew: Crew, allowed: Json | None, users: list[str], roles: bool, everyone: bool
) -> None:
    role = str(crew.role("Patron"))
    text = f"<@{crew.cleo.id}> <@&{role}> @everyone"
    fields: Json = {}
    if allowed is not None:
        named = {"{cleo}": crew.cleo.id, "{role}": role}
        fields["allowed_mentions"] = {key: [named.get(one, one) for one in value] for key, value in allowed.items()}
    sent = await crew.ada.say(crew.channel("general").id, text, **fields)
    assert [user["username"] for user in sent["mentions"]] == users
    assert (sent["mention_roles"] == [role], sent["mention_everyone"]) == (roles, everyone)


async def test_an_ordinary_member_pings_neither_everyone_nor_a_closed_role(crew: Crew) -> None:
    role = crew.state.roles[crew.role("Patron")]
    text = f"@everyone <@&{role.id}> <@{crew.dov.id}> <@1>"
    sent = await crew.cleo.say(crew.channel("general").id, text)
    assert (sent["mention_everyone"], sent["mention_roles"]) == (False, [])
    assert [user["username"] for user in sent["mentions"]] == ["dov"]
    role.mentionable = True
    assert (await crew.cleo.say(crew.channel("general").id, text))["mention_roles"] == [str(role.id)]


async def test_an_enforced_nonce_makes_a_repeated_send_one_message(crew: Crew) -> None:
    place = crew.channel("general").id
    fields: Json = {"nonce": "job-1", "enforce_nonce": True}
    first = await crew.bot.say(place, "once", **fields)
    assert (await crew.bot.say(place, "once", **fields))["id"] == first["id"]
    assert (await crew.ada.say(place, "once", **fields))["id"] != first["id"]
    assert (await crew.bot.say(place, "once", nonce="job-1"))["id"] != first["id"]
    crew.box.clock.advance(301)
    assert (await crew.bot.say(place, "once", **fields))["id"] != first["id"]


async def test_lists_are_newest_first_and_paged_three_ways(crew: Crew) -> None:
    place = crew.channel("general").id
    ids = [(await crew.ada.say(place, str(n)))["id"] for n in range(6)]

    async def page(query: str) -> list[int]:
        return [ids.index(one["id"]) for one in await crew.cleo.get(f"/channels/{place}/messages?{query}")]

    assert await page("limit=2") == [5, 4]
    assert await page(f"limit=2&before={ids[3]}") == [2, 1]
    assert await page(f"limit=2&after={ids[1]}") == [3, 2]
    assert await page(f"limit=3&around={ids[3]}") == [4, 3, 2]
    assert await page(f"limit=1&around={ids[3]}") == [3]
    for wrong in ("limit=0", "limit=101", "limit=x", "before=x"):
        assert (await crew.cleo.refused("GET", f"/channels/{place}/messages?{wrong}")).code == 50035


async def test_bulk_deletion_takes_permission_numbers_and_recent_messages(crew: Crew) -> None:
    place = crew.channel("general").id
    heard = crew.listen("cleo")
    old = await crew.ada.say(place)
    crew.box.clock.advance(15 * 24 * 3600)
    ids = [(await crew.ada.say(place))["id"] for _ in range(3)]
    path = f"/channels/{place}/messages/bulk-delete"
    assert (await crew.cleo.refused("POST", path, {"messages": ids})).code == 50013
    assert (await crew.bot.refused("POST", path, {"messages": ids[:1]})).code == 50016
    assert (await crew.bot.refused("POST", path, {"messages": [*ids, old["id"]]})).code == 50034
    await crew.bot.post(path, {"messages": ids})
    assert heard.last("MESSAGE_DELETE_BULK")["ids"] == ids
    assert [one["id"] for one in await crew.ada.get(f"/channels/{place}/messages")] == [old["id"]]


async def test_pins_are_listed_newest_first_told_and_kept_to_a_number(crew: Crew) -> None:
    place = crew.channel("general").id
    heard = crew.listen("cleo")
    one, two = await crew.ada.say(place, "one"), await crew.ada.say(place, "two")
    assert (await crew.cleo.refused("PUT", f"/channels/{place}/messages/pins/{one['id']}")).code == 50013
    await crew.ben.put(f"/channels/{place}/messages/pins/{one['id']}")
    crew.box.clock.advance(1)
    await crew.ben.put(f"/channels/{place}/pins/{two['id']}")
    assert heard.last("MESSAGE_CREATE")["type"] == 6
    assert heard.last("MESSAGE_CREATE")["mentions"] == []
    assert heard.last("CHANNEL_PINS_UPDATE")["last_pin_timestamp"]
    page = await crew.cleo.get(f"/channels/{place}/messages/pins?limit=1")
    assert ([item["message"]["content"] for item in page["items"]], page["has_more"]) == (["two"], True)
    assert [message["content"] for message in await crew.cleo.get(f"/channels/{place}/pins")] == ["two", "one"]
    await crew.ben.delete(f"/channels/{place}/messages/pins/{two['id']}")
    assert [message["content"] for message in await crew.cleo.get(f"/channels/{place}/pins")] == ["one"]


async def test_without_the_right_to_history_nobody_finds_a_pin(crew: Crew) -> None:
    place = crew.channel("general").id
    sent = await crew.ada.say(place)
    await crew.ada.put(f"/channels/{place}/messages/pins/{sent['id']}")
    body = {"type": 0, "deny": str(1 << 16)}
    await crew.ada.put(f"/channels/{place}/permissions/{crew.guild.id}", body)
    assert await crew.cleo.get(f"/channels/{place}/pins") == []
    assert await crew.cleo.get(f"/channels/{place}/messages/pins") == {"items": [], "has_more": False}


async def test_a_link_whose_number_is_none_spoils_no_channel(crew: Crew) -> None:
    place = crew.channel("general").id
    for number in ("²", "9" * 1000):
        url = f"{crew.box.url}/cdn/attachments/1/{number}/x.png"
        await crew.bot.post(f"/channels/{place}/messages", {"embeds": [{"image": {"url": url}}]})
    assert len(await crew.bot.get(f"/channels/{place}/messages?limit=2")) == 2


@pytest.mark.parametrize("number", ["²", "9" * 5000])
async def test_an_emoji_whose_number_is_none_is_unknown(crew: Crew, number: str) -> None:
    sent = await crew.ada.say(crew.channel("general").id)
    assert (await crew.bot.refused("PUT", path_of(sent, f"/reactions/a:{quote(number)}/@me"))).code == 10014


async def test_files_of_a_refused_message_are_not_kept(crew: Crew) -> None:
    digest = hashlib.sha256(data := png(shade=77)).hexdigest()
    body = {"content": "x", "message_reference": {"message_id": "1"}}
    path = f"/channels/{crew.channel('general').id}/messages"
    assert (await crew.bot.refused("POST", path, body, ("a.png", data))).code == 50035
    assert await crew.box.storage.blob(digest) is None


async def test_reactions_are_counted_listed_and_removed_by_those_who_may(crew: Crew) -> None:
    sent = await crew.ada.say(crew.channel("general").id)
    heard = crew.listen("bot")
    thumb = path_of(sent, "/reactions/" + quote("👍"))
    await crew.cleo.put(thumb + "/@me")
    await crew.cleo.put(thumb + "/@me")
    await crew.dov.put(thumb + "/@me")
    added = heard.last("MESSAGE_REACTION_ADD")
    assert (added["message_author_id"], added["member"]["user"]["username"]) == (crew.ada.id, "dov")
    assert len(heard.all("MESSAGE_REACTION_ADD")) == 2
    shown = (await crew.cleo.get(path_of(sent)))["reactions"][0]
    assert (shown["count"], shown["me"], shown["emoji"]) == (2, True, {"id": None, "name": "👍"})
    assert not (await crew.ada.get(path_of(sent)))["reactions"][0]["me"]
    users = await crew.cleo.get(f"{thumb}?limit=1&after={crew.cleo.id}")
    assert [user["username"] for user in users] == ["dov"]
    assert (await crew.cleo.refused("DELETE", f"{thumb}/{crew.dov.id}")).code == 50013
    await crew.ben.delete(f"{thumb}/{crew.dov.id}")
    await crew.cleo.delete(thumb + "/@me")
    assert "reactions" not in await crew.cleo.get(path_of(sent))
    assert (await crew.cleo.refused("DELETE", thumb + "/@me")).code == 10014
    await crew.cleo.put(thumb + "/@me")
    await crew.ben.delete(thumb)
    assert heard.last("MESSAGE_REACTION_REMOVE_EMOJI")["emoji"]["name"] == "👍"
    await crew.ben.delete(path_of(sent, "/reactions"))
    assert "MESSAGE_REACTION_REMOVE_ALL" in heard.names()


async def test_twenty_different_reactions_fit_on_a_message_and_old_ones_can_be_joined_without_permission(
    crew: Crew,
) -> None:
    sent = await crew.ada.say(crew.channel("general").id)
    for n in range(limits.REACTIONS):
        await crew.cleo.put(path_of(sent, f"/reactions/{quote(chr(0x1F600 + n))}/@me"))
    refusal = await crew.cleo.refused("PUT", path_of(sent, f"/reactions/{quote('🎨')}/@me"))
    assert refusal.code == 30010
    body = {"type": 0, "deny": str(1 << 6)}
    await crew.ada.put(f"/channels/{sent['channel_id']}/permissions/{crew.guild.id}", body)
    await crew.dov.put(path_of(sent, f"/reactions/{quote(chr(0x1F600))}/@me"))


async def test_a_member_with_closed_direct_messages_gets_none_from_bots(crew: Crew) -> None:
    await crew.sim("PATCH", f"/people/{crew.cleo.id}", {"dms_closed": True})
    place = crew.direct("cleo", "bot")
    assert (await crew.bot.refused("POST", f"/channels/{place.id}/messages", {"content": "x"})).code == 50007
    await crew.cleo.say(place.id)
    await crew.dov.say(crew.direct("cleo", "dov").id)


async def test_typing_is_told_to_those_in_the_channel(crew: Crew) -> None:
    heard = crew.listen("cleo")
    await crew.bot.post(f"/channels/{crew.channel('general').id}/typing")
    assert heard.last("TYPING_START")["user_id"] == crew.bot.id


async def test_a_channel_that_takes_no_text_refuses_it(crew: Crew) -> None:
    for name, code in (("gallery", 40058), ("text", 50008)):
        path = f"/channels/{crew.channel(name).id}/messages"
        assert (await crew.ada.refused("POST", path, {"content": "x"})).code == code
