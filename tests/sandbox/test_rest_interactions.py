"""Interactions end to end over REST: clocks, tokens, first answers, follow-ups, components, modals, autocomplete."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import pytest

from sandbox.member import File, Member
from sandbox.world.events import Event
from tests.sandbox.crew import Crew, Refusal, data_uri, png

Json = dict[str, Any]
ROW = {"type": 1, "components": [{"type": 2, "style": 1, "label": "U1", "custom_id": "u1"}]}
MODAL = {
    "title": "Remix",
    "custom_id": "remix",
    "components": [
        {"type": 18, "label": "Prompt", "component": {"type": 4, "custom_id": "prompt", "style": 1, "required": True}},
        {"type": 18, "label": "Picture", "component": {"type": 19, "custom_id": "file", "required": False}},
    ],
}


async def given_to(crew: Crew, who: str = "cleo", channel: str = "painting") -> Json:
    return await crew.use(who, crew.channel(channel), await crew.register())


async def test_an_interaction_carries_what_a_bot_needs(crew: Crew) -> None:
    given = await given_to(crew)
    assert given["type"] == 2
    assert given["member"]["user"]["username"] == "cleo"
    assert int(given["member"]["permissions"]) & (1 << 11)
    assert int(given["app_permissions"]) & (1 << 15)
    assert (given["context"], given["locale"], given["guild_locale"]) == (0, "en-US", "en-US")
    assert given["authorizing_integration_owners"] == {"0": str(crew.guild.id)}
    assert given["attachment_size_limit"] == 10 * 1024 * 1024
    assert given["channel"]["name"] == "painting"
    assert given["data"]["name"] == "imagine"


async def test_after_three_seconds_without_an_answer_the_token_is_void(crew: Crew) -> None:
    heard = crew.listen("cleo")
    given = await given_to(crew)
    crew.box.clock.advance(3)
    assert heard.last("INTERACTION_FAILURE")["id"] == given["id"]
    with pytest.raises(Refusal, match="10062"):
        await crew.answer(given, content="late")


async def test_whoever_waits_for_an_answer_in_a_channel_that_is_deleted_is_told_that_none_comes(crew: Crew) -> None:
    channel, command = crew.channel("more-painting"), await crew.register()
    answered, waiting = await crew.use("cleo", channel, command), asyncio.Event()
    await crew.answer(answered, content="x")
    heard = crew.listen("cleo")

    class Bot:
        def hear(self, event: Event) -> None:
            if event.name == "INTERACTION_CREATE" and event.bots_only:
                waiting.set()

    bot = Bot()
    crew.state.hub.join(bot)
    async with Member.of(crew.box.url, "cleo") as cleo, asyncio.timeout(10):
        asked = asyncio.create_task(cleo.command("more-painting", command["name"]))
        await waiting.wait()
        await crew.ada.delete(f"/channels/{channel.id}")
        assert (await asked).status == "failed"
    crew.state.hub.leave(bot)
    assert heard.names().count("INTERACTION_FAILURE") == 1
    crew.box.clock.advance(3)
    assert heard.names().count("INTERACTION_FAILURE") == 1


async def test_a_second_first_answer_is_refused(crew: Crew) -> None:
    given = await given_to(crew)
    await crew.answer(given, content="one")
    with pytest.raises(Refusal, match="40060"):
        await crew.answer(given, content="two")


async def test_a_token_lives_fifteen_minutes(crew: Crew) -> None:
    given = await given_to(crew)
    await crew.answer(given, content="x")
    crew.box.clock.advance(14 * 60)
    await crew.nobody.patch(crew.hook(given, "/messages/@original"), {"content": "y"})
    crew.box.clock.advance(61)
    refusal = await crew.nobody.refused("PATCH", crew.hook(given, "/messages/@original"), {"content": "z"})
    assert (refusal.status, refusal.code) == (401, 50027)


async def test_deferred_it_says_thinking_and_the_edit_leaves_no_mark(crew: Crew) -> None:
    heard = crew.listen("cleo")
    given = await given_to(crew)
    outcome = await crew.answer(given, 5)
    assert outcome["interaction"]["response_message_loading"]
    assert heard.last("MESSAGE_CREATE")["flags"] & 128
    edited = await crew.nobody.patch(crew.hook(given, "/messages/@original"), {"content": "done"})
    assert (edited["content"], edited["flags"], edited["edited_timestamp"]) == ("done", 0, None)
    again = await crew.nobody.patch(crew.hook(given, "/messages/@original"), {"content": "again"})
    assert again["edited_timestamp"] is not None


async def test_the_first_follow_up_takes_the_place_of_thinking_and_keeps_its_privacy(crew: Crew) -> None:
    given = await given_to(crew)
    outcome = await crew.answer(given, 5, flags=64)
    first = await crew.nobody.post(crew.hook(given), {"content": "for you"})
    assert first["id"] == outcome["interaction"]["response_message_id"]
    assert first["flags"] & 64
    second = await crew.nobody.post(crew.hook(given), {"content": "for all"})
    assert (second["type"], second["flags"]) == (19, 0)
    assert second["message_reference"]["message_id"] == first["id"]
    assert second["interaction_metadata"]["original_response_message_id"] == first["id"]


async def test_an_ephemeral_answer_is_seen_by_its_one_reader_only(crew: Crew) -> None:
    cleo, dov = crew.listen("cleo"), crew.listen("dov")
    given = await given_to(crew)
    outcome = await crew.answer(given, content="secret", flags=64)
    message = outcome["resource"]["message"]
    assert "MESSAGE_CREATE" in cleo.names()
    assert "MESSAGE_CREATE" not in dov.names()
    path = f"/channels/{message['channel_id']}/messages"
    assert message["id"] in [one["id"] for one in await crew.cleo.get(path)]
    for other in (crew.dov, crew.bot):
        assert message["id"] not in [one["id"] for one in await other.get(path)]
        assert (await other.refused("GET", f"{path}/{message['id']}")).code == 10008
    assert (await crew.cleo.refused("PUT", f"{path}/{message['id']}/reactions/%F0%9F%91%8D/@me")).code == 10008
    assert (await crew.bot.refused("PATCH", f"{path}/{message['id']}", {"content": "x"})).code == 10008
    await crew.nobody.delete(crew.hook(given, "/messages/@original"))


async def test_an_answer_names_its_command_and_a_menu_command_its_target(crew: Crew) -> None:
    command = await crew.register("Use as Prompt", type=3, description="")
    said = await crew.dov.say(crew.channel("painting").id, "a red house")
    given = await crew.use("cleo", crew.channel("painting"), command, target_id=said["id"])
    assert given["data"]["resolved"]["messages"][said["id"]]["content"] == "a red house"
    message = (await crew.answer(given, content="x"))["resource"]["message"]
    assert (message["type"], message["interaction_metadata"]["target_message_id"]) == (23, said["id"])
    command = await crew.register("Whois", type=2, description="")
    given = await crew.use("cleo", crew.channel("painting"), command, target_id=crew.dov.id)
    assert given["data"]["resolved"]["members"][crew.dov.id]["permissions"]
    message = (await crew.answer(given, content="x"))["resource"]["message"]
    assert message["interaction_metadata"]["target_user"]["username"] == "dov"


async def test_options_are_resolved_and_files_come_as_private_links(crew: Crew) -> None:
    options = [
        {"type": 11, "name": "picture", "description": "x", "required": True},
        {"type": 6, "name": "who", "description": "x"},
        {"type": 7, "name": "where", "description": "x"},
        {"type": 8, "name": "role", "description": "x"},
    ]
    command = await crew.register(options=options)
    place = crew.channel("painting")
    body: Json = {"type": 2, "application_id": crew.bot.id, "channel_id": str(place.id)}
    chosen = [
        {"type": 11, "name": "picture", "value": "0"},
        {"type": 6, "name": "who", "value": crew.dov.id},
        {"type": 7, "name": "where", "value": str(place.id)},
        {"type": 8, "name": "role", "value": str(crew.role("Patron"))},
    ]
    body["data"] = {"id": command["id"], "name": "imagine", "type": 1, "options": chosen}
    given = await crew.begin("cleo", body, ("in.png", png()))
    resolved = given["data"]["resolved"]
    file = resolved["attachments"][given["data"]["options"][0]["value"]]
    assert (file["width"], file["content_type"], file["ephemeral"]) == (3, "image/png", True)
    assert "/ephemeral-attachments/" in file["url"]
    assert await crew.download(file["url"]) == (200, png())
    assert resolved["users"][crew.dov.id]["username"] == "dov"
    assert resolved["channels"][str(place.id)]["permissions"]
    assert resolved["roles"][str(crew.role("Patron"))]["name"] == "Patron"
    unknown = [chosen[0], {"type": 6, "name": "who", "value": "1"}]
    body["data"]["options"] = unknown
    assert (await crew.cleo.refused("POST", "/interactions", body, ("in.png", png()))).code == 50035


async def test_a_click_is_answered_by_changing_the_message_or_quietly(crew: Crew) -> None:
    message = (await crew.answer(await given_to(crew), content="grid", components=[ROW]))["resource"]["message"]
    clicked = await crew.click("dov", message, "u1")
    assert (clicked["type"], clicked["message"]["id"], clicked["data"]["custom_id"]) == (3, message["id"], "u1")
    assert clicked["member"]["user"]["username"] == "dov"
    outcome = await crew.answer(clicked, 7, content="chosen", components=[])
    assert outcome["resource"]["message"]["id"] == message["id"]
    assert outcome["resource"]["message"]["content"] == "chosen"
    with pytest.raises(Refusal, match="COMPONENT_VALIDATION_FAILED"):
        await crew.click("dov", outcome["resource"]["message"], "u1")


async def test_a_quiet_answer_keeps_the_message_and_follow_ups_reply_to_it(crew: Crew) -> None:
    message = (await crew.answer(await given_to(crew), content="grid", components=[ROW]))["resource"]["message"]
    clicked = await crew.click("dov", message, "u1")
    outcome = await crew.answer(clicked, 6)
    assert outcome["interaction"]["response_message_id"] == message["id"]
    edited = await crew.nobody.patch(crew.hook(clicked, "/messages/@original"), {"content": "busy"})
    assert edited["id"] == message["id"]
    reply = await crew.nobody.post(crew.hook(clicked), {"content": "here"})
    assert reply["message_reference"]["message_id"] == message["id"]
    assert reply["interaction_metadata"]["interacted_message_id"] == message["id"]


async def test_a_new_answer_to_a_click_replies_to_the_message(crew: Crew) -> None:
    message = (await crew.answer(await given_to(crew), content="grid", components=[ROW]))["resource"]["message"]
    answer = (await crew.answer(await crew.click("dov", message, "u1"), content="x"))["resource"]["message"]
    assert (answer["type"], answer["referenced_message"]["id"]) == (19, message["id"])
    assert answer["mentions"] == []


async def test_a_button_on_an_ephemeral_message_is_its_readers_alone(crew: Crew) -> None:
    given = await given_to(crew)
    message = (await crew.answer(given, content="x", flags=64, components=[ROW]))["resource"]["message"]
    with pytest.raises(Refusal, match="10008"):
        await crew.click("dov", message, "u1")
    clicked = await crew.click("cleo", message, "u1")
    changed = await crew.answer(clicked, 7, content="y")
    assert changed["resource"]["message"]["flags"] & 64


async def test_a_select_gives_its_values_and_what_they_stand_for(crew: Crew) -> None:
    menu = {"type": 1, "components": [{"type": 5, "custom_id": "who", "max_values": 2}]}
    message = (await crew.answer(await given_to(crew), content="x", components=[menu]))["resource"]["message"]
    chosen = await crew.click("cleo", message, "who", crew.dov.id, crew.ben.id)
    assert chosen["data"]["values"] == [crew.dov.id, crew.ben.id]
    assert set(chosen["data"]["resolved"]["users"]) == {crew.dov.id, crew.ben.id}
    with pytest.raises(Refusal, match="50035"):
        await crew.click("cleo", message, "who")


async def test_ids_that_a_library_sends_as_numbers_are_told_as_texts(crew: Crew) -> None:
    """discord.py sends them so, and JavaScript would round them."""
    channel = int(crew.channel("painting").id)
    made = await crew.ada.post(f"{crew.guild_path}/emojis", {"name": "smile", "image": data_uri(png())})
    chosen, smile = [{"id": channel, "type": "channel"}], {"id": int(made["id"]), "name": "smile"}
    options = [{"label": "a", "value": "a", "emoji": smile}]
    rows = [
        {"type": 1, "components": [{"type": 8, "custom_id": "where", "default_values": chosen}]},
        {"type": 1, "components": [{"type": 3, "custom_id": "what", "options": options}]},
        {"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "press", "emoji": smile}]},
    ]
    message = (await crew.answer(await given_to(crew), content="x", components=rows))["resource"]["message"]
    where, what, press = (row["components"][0] for row in message["components"])
    assert where["default_values"] == [{"id": str(channel), "type": "channel"}]
    assert (what["options"][0]["emoji"]["id"], press["emoji"]["id"]) == (made["id"], made["id"])


async def test_a_modal_is_filled_in_and_its_answer_can_change_the_message_behind_it(crew: Crew) -> None:
    cleo = crew.listen("cleo")
    message = (await crew.answer(await given_to(crew), content="grid", components=[ROW]))["resource"]["message"]
    clicked = await crew.click("cleo", message, "u1")
    await crew.answer(clicked, 9, **MODAL)
    shown = cleo.last("INTERACTION_MODAL_CREATE")
    assert (shown["title"], shown["custom_id"], shown["id"]) == ("Remix", "remix", clicked["id"])
    tree = [
        {"type": 18, "id": 1, "component": {"type": 4, "custom_id": "prompt", "value": "a blue house"}},
        {"type": 18, "id": 3, "component": {"type": 19, "custom_id": "file", "values": ["0"]}},
    ]
    body: Json = {"type": 5, "application_id": crew.bot.id, "channel_id": message["channel_id"]}
    body["data"] = {"id": clicked["id"], "custom_id": "remix", "components": tree}
    submitted = await crew.begin("cleo", body, ("in.png", png()))
    assert submitted["type"] == 5
    assert submitted["data"]["components"][0]["component"]["value"] == "a blue house"
    file_id = submitted["data"]["components"][1]["component"]["values"][0]
    assert submitted["data"]["resolved"]["attachments"][file_id]["filename"] == "in.png"
    assert submitted["message"]["id"] == message["id"]
    outcome = await crew.answer(submitted, 7, content="remixed")
    assert outcome["resource"]["message"]["id"] == message["id"]
    follow = await crew.nobody.post(crew.hook(submitted), {"content": "x"})
    origin = follow["interaction_metadata"]["triggering_interaction_metadata"]
    assert (origin["id"], origin["interacted_message_id"]) == (clicked["id"], message["id"])


async def test_a_modal_cannot_answer_a_modal_nor_be_submitted_by_another(crew: Crew) -> None:
    given = await given_to(crew)
    await crew.answer(given, 9, **MODAL)
    tree = [{"type": 18, "component": {"type": 4, "custom_id": "prompt", "value": "x"}}]
    body: Json = {"type": 5, "application_id": crew.bot.id, "channel_id": given["channel_id"]}
    body["data"] = {"id": given["id"], "custom_id": "remix", "components": tree}
    assert (await crew.dov.refused("POST", "/interactions", body)).code == 10062
    submitted = await crew.begin("cleo", body)
    with pytest.raises(Refusal, match="50035"):
        await crew.answer(submitted, 9, **MODAL)
    answer = (await crew.answer(submitted, content="x"))["resource"]["message"]
    assert answer["type"] == 20


async def test_a_modal_without_a_required_text_is_not_taken(crew: Crew) -> None:
    given = await given_to(crew)
    await crew.answer(given, 9, **MODAL)
    tree = [{"type": 18, "component": {"type": 4, "custom_id": "prompt", "value": ""}}]
    body: Json = {"type": 5, "application_id": crew.bot.id, "channel_id": given["channel_id"]}
    body["data"] = {"id": given["id"], "custom_id": "remix", "components": tree}
    assert (await crew.cleo.refused("POST", "/interactions", body)).code == 50035


async def test_autocomplete_is_answered_with_choices_and_nothing_else(crew: Crew) -> None:
    cleo = crew.listen("cleo")
    option = {"type": 3, "name": "style", "description": "x", "autocomplete": True}
    command = await crew.register(options=[option])
    typed = {"type": 3, "name": "style", "value": "oi", "focused": True}
    given = await crew.use("cleo", crew.channel("painting"), command, typed, kind=4)
    assert given["data"]["options"][0]["focused"]
    with pytest.raises(Refusal, match="50035"):
        await crew.answer(given, content="x")
    await crew.answer(given, 8, choices=[{"name": "Oil", "value": "oil"}])
    told = cleo.last("APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE")
    assert told["choices"] == [{"name": "Oil", "value": "oil"}]


async def test_the_answers_body_says_what_was_made(crew: Crew) -> None:
    given = await given_to(crew)
    path = f"/interactions/{given['id']}/{given['token']}/callback"
    assert await crew.nobody.post(path, {"type": 5}) is None
    given = await given_to(crew)
    outcome = await crew.answer(given, 5)
    assert set(outcome) == {"interaction"}
    given = await given_to(crew)
    outcome = await crew.answer(given, content="x")
    assert outcome["resource"]["type"] == 4
    assert outcome["interaction"]["id"] == given["id"]


async def test_files_of_an_answer_may_be_as_large_as_the_server_allows(crew: Crew) -> None:
    given = await given_to(crew)
    large = png() + bytes(10 * 1024 * 1024)
    with pytest.raises(Refusal, match="40005"):
        await crew.answer(given, 4, ("a.png", large), content="x")
    crew.guild.premium_tier = 2
    outcome = await crew.answer(given, 4, ("a.png", large), content="x")
    assert outcome["resource"]["message"]["attachments"][0]["size"] == len(large)


async def test_a_member_over_http_uses_a_bot_as_a_person_would(crew: Crew) -> None:
    command = await crew.register(options=[{"type": 11, "name": "picture", "description": "x"}])
    async with Member.of(crew.box.url, "cleo") as cleo:
        assert [one["id"] for one in await cleo.commands("painting")] == [command["id"]]
        painting = crew.channel("painting")
        given = await crew.use("cleo", painting, command)
        await crew.answer(given, content="x", components=[ROW])
        message = await cleo.wait_for("painting", lambda one: one["content"] == "x")
        await cleo.react(message, "👍")
        assert (await cleo.refresh(message))["reactions"][0]["me"]
        sent = await cleo.send("painting", "look", File("a.png", png()))
        assert await cleo.download(sent["attachments"][0]["url"]) == png()


async def test_files_of_a_refused_command_are_not_kept(crew: Crew) -> None:
    option = {"type": 11, "name": "picture", "description": "x", "required": True}
    command = await crew.register("describe", options=[option])
    body = {"type": 2, "application_id": command["application_id"], "channel_id": str(crew.channel("general").id)}
    body["data"] = {
        "id": command["id"],
        "name": "describe",
        "type": 1,
        "options": [{"type": 11, "name": "other", "value": 0}],
    }
    data = png(shade=77)
    assert (await crew.cleo.refused("POST", "/interactions", body, ("a.png", data))).status == 400
    assert await crew.state.storage.blob(hashlib.sha256(data).hexdigest()) is None


async def test_an_autocompletion_is_forgotten_after_its_three_seconds(crew: Crew) -> None:
    option = {"type": 3, "name": "style", "description": "x", "autocomplete": True}
    command = await crew.register("paint", options=[option])
    typed = {"type": 3, "name": "style", "value": "wa", "focused": True}
    for _ in range(2):
        await crew.use("cleo", crew.channel("general"), command, typed, kind=4)
    assert len(crew.state.interactions) == 2
    crew.box.clock.advance(4)
    assert len(crew.state.interactions) == len(crew.state.interaction_tokens) == 0
