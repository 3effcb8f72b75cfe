"""A channel's webhooks: who manages them, what they say, and what they may not."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.world.entities import Channel
from tests.sandbox.crew import Crew, data_uri, png

Json = dict[str, Any]


async def a_hook(crew: Crew, channel: Channel | None = None, who: str = "ada", **fields: Any) -> Json:
    place = channel or crew.channel("general")
    hook: Json = await crew.callers[who].post(f"/channels/{place.id}/webhooks", {"name": "Herald", **fields})
    return hook


def path_of(hook: Json, end: str = "") -> str:
    return f"/webhooks/{hook['id']}/{hook['token']}{end}"


async def allow_bot(crew: Crew) -> None:
    """The bot's own role does not hold MANAGE_WEBHOOKS."""
    role = next(role for role in crew.state.roles_of(crew.guild.id) if role.managed_by is not None)
    role.permissions |= 1 << 29
    crew.state.save(role)


async def test_a_webhook_is_made_listed_changed_and_deleted_and_each_change_is_told(crew: Crew) -> None:
    heard = crew.listen("bot")
    hook = await a_hook(crew, avatar=data_uri(png()))
    assert (hook["type"], hook["name"], hook["application_id"]) == (1, "Herald", None)
    assert hook["user"]["username"] == "ada"
    assert hook["url"].endswith(path_of(hook))
    assert [one["id"] for one in await crew.ada.get(f"/channels/{hook['channel_id']}/webhooks")] == [hook["id"]]
    assert [one["id"] for one in await crew.ada.get(f"{crew.guild_path}/webhooks")] == [hook["id"]]
    painting = crew.channel("painting")
    moved = await crew.ada.patch(f"/webhooks/{hook['id']}", {"name": "Crier", "channel_id": str(painting.id)})
    assert (moved["name"], moved["channel_id"], moved["avatar"]) == ("Crier", str(painting.id), hook["avatar"])
    await crew.ada.delete(f"/webhooks/{hook['id']}")
    assert (await crew.ada.refused("GET", f"/webhooks/{hook['id']}")).code == 10015
    told = [data["channel_id"] for data in heard.all("WEBHOOKS_UPDATE")]
    assert told == [hook["channel_id"], hook["channel_id"], str(painting.id), str(painting.id)]


async def test_only_who_may_manage_webhooks_makes_or_sees_them(crew: Crew) -> None:
    hook = await a_hook(crew)
    for method, path in (("POST", f"/channels/{hook['channel_id']}/webhooks"), ("GET", f"/webhooks/{hook['id']}")):
        assert (await crew.cleo.refused(method, path, {"name": "x"} if method == "POST" else None)).code == 50013
    assert (await crew.cleo.refused("GET", f"{crew.guild_path}/webhooks")).code == 50013


async def test_an_application_sees_to_its_own_webhook_without_the_permission(crew: Crew) -> None:
    await allow_bot(crew)
    hook = await a_hook(crew, who="bot")
    assert hook["application_id"] == crew.bot.id
    role = next(role for role in crew.state.roles_of(crew.guild.id) if role.managed_by is not None)
    role.permissions &= ~(1 << 29)
    crew.state.save(role)
    assert (await crew.bot.get(f"/webhooks/{hook['id']}"))["token"] == hook["token"]


async def test_a_channel_has_at_most_fifteen_webhooks(crew: Crew) -> None:
    for _ in range(15):
        await a_hook(crew)
    refusal = await crew.ada.refused("POST", f"/channels/{crew.channel('general').id}/webhooks", {"name": "x"})
    assert (refusal.status, refusal.code) == (400, 30007)


async def test_a_direct_message_has_no_webhooks(crew: Crew) -> None:
    place = crew.direct("ada", "bot")
    assert (await crew.ada.refused("POST", f"/channels/{place.id}/webhooks", {"name": "x"})).code == 50003


async def test_with_the_token_nobody_needs_an_account_and_no_creator_is_shown(crew: Crew) -> None:
    hook = await a_hook(crew)
    assert "user" not in await crew.nobody.get(path_of(hook))
    changed = await crew.nobody.patch(path_of(hook), {"name": "Crier", "channel_id": "1"})
    assert (changed["name"], changed["channel_id"]) == ("Crier", hook["channel_id"])
    wrong = await crew.nobody.refused("GET", f"/webhooks/{hook['id']}/wrong")
    assert (wrong.status, wrong.code) == (401, 50027)
    await crew.nobody.delete(path_of(hook))
    assert (await crew.nobody.refused("POST", path_of(hook), {"content": "x"})).code == 10015


async def test_it_speaks_under_its_own_name_or_the_messages(crew: Crew) -> None:
    hook = await a_hook(crew, avatar=data_uri(png()))
    assert await crew.nobody.post(path_of(hook), {"content": "silent"}) is None
    plain = await crew.nobody.post(path_of(hook, "?wait=true"), {"content": "hear"})
    named = await crew.nobody.post(path_of(hook, "?wait=1"), {"content": "hear", "username": "The King"})
    assert (plain["author"]["username"], plain["author"]["avatar"]) == ("Herald", hook["avatar"])
    assert plain["author"]["bot"]
    assert plain["author"]["discriminator"] == "0000"
    assert (plain["webhook_id"], plain["author"]["id"]) == (hook["id"], hook["id"])
    assert named["author"]["username"] == "The King"
    seen = await crew.cleo.get(f"/channels/{hook['channel_id']}/messages?limit=3")
    assert [message["content"] for message in seen] == ["hear", "hear", "silent"]


async def test_an_avatar_url_into_the_sandbox_is_taken_and_others_are_not_fetched(crew: Crew) -> None:
    hook = await a_hook(crew)
    place = crew.channel("general")
    sent = await crew.ada.post(f"/channels/{place.id}/messages", {}, ("face.png", png(shade=9)))
    ours = {"content": "x", "avatar_url": sent["attachments"][0]["url"]}
    shown = await crew.nobody.post(path_of(hook, "?wait=true"), ours)
    status, data = await crew.download(f"{crew.box.url}/cdn/avatars/{hook['id']}/{shown['author']['avatar']}.png")
    assert (status, data) == (200, png(shade=9))
    theirs = {"content": "x", "avatar_url": "https://example.com/face.png"}
    assert (await crew.nobody.post(path_of(hook, "?wait=true"), theirs))["author"]["avatar"] is None


async def test_its_messages_are_got_edited_with_files_and_deleted_by_the_token(crew: Crew) -> None:
    hook = await a_hook(crew)
    sent = await crew.nobody.post(path_of(hook, "?wait=true"), {"content": "one"}, ("a.png", png()))
    one = path_of(hook, f"/messages/{sent['id']}")
    assert (await crew.nobody.get(one))["attachments"][0]["width"] == 3
    edited = await crew.nobody.patch(one, {"content": "two", "attachments": []})
    assert (edited["content"], edited["attachments"]) == ("two", [])
    assert edited["edited_timestamp"] is not None
    await crew.nobody.delete(one)
    assert (await crew.nobody.refused("GET", one)).code == 10008


async def test_one_webhook_cannot_touch_anothers_messages(crew: Crew) -> None:
    mine, other = await a_hook(crew), await a_hook(crew)
    sent = await crew.nobody.post(path_of(mine, "?wait=true"), {"content": "mine"})
    assert (await crew.nobody.refused("DELETE", path_of(other, f"/messages/{sent['id']}"))).code == 10008


async def test_it_speaks_in_a_thread_of_its_channel_and_wakes_it(crew: Crew) -> None:
    hook = await a_hook(crew)
    first = await crew.ada.say(hook["channel_id"])
    thread = await crew.ada.post(f"/channels/{hook['channel_id']}/messages/{first['id']}/threads", {"name": "aside"})
    await crew.ada.patch(f"/channels/{thread['id']}", {"archived": True})
    sent = await crew.nobody.post(path_of(hook, f"?wait=true&thread_id={thread['id']}"), {"content": "x"})
    assert sent["channel_id"] == thread["id"]
    details = crew.state.channels[int(thread["id"])].thread
    assert details is not None
    assert not details.archived
    assert int(hook["id"]) not in details.members
    end = f"/messages/{sent['id']}?thread_id={thread['id']}"
    assert (await crew.nobody.patch(path_of(hook, end), {"content": "y"}))["content"] == "y"
    elsewhere = crew.channel("painting").id
    refusal = await crew.nobody.refused("POST", path_of(hook, f"?thread_id={elsewhere}"), {"content": "x"})
    assert (refusal.status, refusal.code) == (400, 10003)


async def test_in_a_forum_it_opens_posts(crew: Crew) -> None:
    gallery = crew.channel("gallery")
    hook = await a_hook(crew, gallery)
    assert (await crew.nobody.refused("POST", path_of(hook), {"content": "x"})).code == 220001
    tag = str(gallery.tags[0].id)
    body = {"content": "look", "thread_name": "a red house", "applied_tags": [tag]}
    sent = await crew.nobody.post(path_of(hook, "?wait=true"), body)
    post = await crew.cleo.get(f"/channels/{sent['channel_id']}")
    assert (post["name"], post["id"], post["applied_tags"]) == ("a red house", sent["id"], [tag])
    both = {"content": "x", "thread_name": "y"}
    assert (await crew.nobody.refused("POST", path_of(hook, f"?thread_id={post['id']}"), both)).code == 220002
    plain = await a_hook(crew)
    assert (await crew.nobody.refused("POST", path_of(plain), both)).code == 220003


async def test_without_an_application_it_shows_components_only_when_asked_and_none_to_click(crew: Crew) -> None:
    hook = await a_hook(crew)
    link = {"type": 1, "components": [{"type": 2, "style": 5, "label": "Go", "url": "https://example.com"}]}
    press = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}
    quiet = await crew.nobody.post(path_of(hook, "?wait=true"), {"content": "x", "components": [press]})
    assert quiet["components"] == []
    shown = await crew.nobody.post(
        path_of(hook, "?wait=true&with_components=true"), {"content": "x", "components": [link]}
    )
    assert shown["components"][0]["components"][0]["label"] == "Go"
    refusal = await crew.nobody.refused(
        "POST", path_of(hook, "?with_components=true"), {"content": "x", "components": [press]}
    )
    assert refusal.code == 50035


async def test_a_click_at_an_applications_webhook_reaches_the_application(crew: Crew) -> None:
    await allow_bot(crew)
    hook = await a_hook(crew, who="bot")
    press = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}
    sent = await crew.nobody.post(path_of(hook, "?wait=true"), {"content": "x", "components": [press]})
    assert sent["application_id"] == crew.bot.id
    given = await crew.click("cleo", sent, "go")
    assert (given["data"]["custom_id"], given["message"]["id"]) == ("go", sent["id"])


async def test_it_pings_whom_its_message_allows(crew: Crew) -> None:
    hook = await a_hook(crew)
    loud = await crew.nobody.post(path_of(hook, "?wait=true"), {"content": "@everyone"})
    quiet = {"content": "@everyone", "allowed_mentions": {"parse": []}}
    assert loud["mention_everyone"]
    assert not (await crew.nobody.post(path_of(hook, "?wait=true"), quiet))["mention_everyone"]


async def test_it_goes_with_its_channel(crew: Crew) -> None:
    hook = await a_hook(crew)
    await crew.ada.delete(f"/channels/{hook['channel_id']}")
    assert (await crew.nobody.refused("GET", path_of(hook))).code == 10015


async def test_a_webhook_has_rate_limits_of_its_own(crew: Crew) -> None:
    hook, other = await a_hook(crew), await a_hook(crew)
    for _ in range(5):
        await crew.nobody.post(path_of(hook), {"content": "x"})
    assert (await crew.nobody.refused("POST", path_of(hook), {"content": "x"})).status == 429
    await crew.nobody.post(path_of(other), {"content": "x"})
    crew.box.clock.advance(2)
    await crew.nobody.post(path_of(hook), {"content": "x"})


async def test_an_interactions_token_stands_for_the_applications_webhook(crew: Crew) -> None:
    given = await crew.use("cleo", crew.channel("painting"), await crew.register())
    await crew.answer(given, content="x")
    shown = await crew.nobody.get(crew.hook(given))
    assert (shown["type"], shown["id"], shown["channel_id"]) == (3, crew.bot.id, None)


@pytest.mark.parametrize(
    ("fields", "place"),
    [({"name": "x" * 81}, "name"), ({"name": "Clyde"}, "name"), ({"name": "x", "avatar": "y"}, "avatar")],
)
async def test_a_wrong_form_is_refused_with_its_place(crew: Crew, fields: Json, place: str) -> None:
    refusal = await crew.ada.refused("POST", f"/channels/{crew.channel('general').id}/webhooks", fields)
    assert refusal.code == 50035
    assert refusal.at(place)
