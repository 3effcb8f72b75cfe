"""Threads and forum posts: opened, tagged, archived, woken, listed, joined."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.world import threads
from tests.sandbox.crew import Crew, png

Json = dict[str, Any]


async def a_thread(crew: Crew, who: str = "cleo", **fields: Any) -> Json:
    first = await crew.callers[who].say(crew.channel("general").id, "start")
    path = f"/channels/{first['channel_id']}/messages/{first['id']}/threads"
    thread: Json = await crew.callers[who].post(path, {"name": "aside", **fields})
    return thread


async def a_private_thread(crew: Crew, who: str = "cleo") -> Json:
    path = f"/channels/{crew.channel('general').id}/threads"
    thread: Json = await crew.callers[who].post(path, {"name": "closed", "type": 12})
    return thread


async def test_a_thread_from_a_message_shares_its_id_and_marks_it(crew: Crew) -> None:
    heard = crew.listen("dov")
    thread = await a_thread(crew)
    assert heard.last("THREAD_CREATE")["newly_created"]
    message = await crew.dov.get(f"/channels/{thread['parent_id']}/messages/{thread['id']}")
    assert message["flags"] & 32
    assert message["thread"]["id"] == thread["id"]
    assert thread["member"]["user_id"] == crew.cleo.id
    again = f"/channels/{thread['parent_id']}/messages/{thread['id']}/threads"
    assert (await crew.cleo.refused("POST", again, {"name": "x"})).code == 160004
    starter = (await crew.dov.get(f"/channels/{thread['id']}/messages"))[0]
    assert (starter["type"], starter["referenced_message"]["content"]) == (21, "start")


async def test_who_writes_in_a_thread_joins_it(crew: Crew) -> None:
    thread = await a_thread(crew)
    heard = crew.listen("cleo")
    await crew.dov.say(thread["id"])
    assert heard.last("THREAD_MEMBERS_UPDATE")["added_members"][0]["user_id"] == crew.dov.id
    shown = await crew.dov.get(f"/channels/{thread['id']}")
    assert (shown["member_count"], shown["message_count"], shown["total_message_sent"]) == (2, 1, 1)
    await crew.dov.delete(f"/channels/{thread['id']}/thread-members/@me")
    members = await crew.cleo.get(f"/channels/{thread['id']}/thread-members?with_member=true")
    assert [member["member"]["user"]["username"] for member in members] == ["cleo"]
    assert (await crew.cleo.refused("GET", f"/channels/{thread['id']}/thread-members/{crew.dov.id}")).code == 10007
    await crew.cleo.put(f"/channels/{thread['id']}/thread-members/{crew.dov.id}")
    assert (await crew.cleo.get(f"/channels/{thread['id']}/thread-members/{crew.dov.id}"))["id"] == thread["id"]


async def test_a_private_thread_is_seen_by_its_members_and_moderators(crew: Crew) -> None:
    thread = await a_private_thread(crew)
    await crew.ben.get(f"/channels/{thread['id']}")
    assert (await crew.dov.refused("GET", f"/channels/{thread['id']}")).code == 50001
    await crew.cleo.put(f"/channels/{thread['id']}/thread-members/{crew.dov.id}")
    await crew.dov.get(f"/channels/{thread['id']}")
    await crew.cleo.delete(f"/channels/{thread['id']}/thread-members/{crew.dov.id}")
    assert (await crew.dov.refused("GET", f"/channels/{thread['id']}")).code == 50001


async def test_a_silent_thread_is_archived_and_a_message_wakes_it(crew: Crew) -> None:
    thread = await a_thread(crew, auto_archive_duration=60)
    heard = crew.listen("dov")
    crew.box.clock.advance(61 * 60)
    assert heard.last("THREAD_UPDATE")["thread_metadata"]["archived"]
    message = (await crew.cleo.get(f"/channels/{thread['id']}/messages"))[0]
    react = f"/channels/{thread['id']}/messages/{message['id']}/reactions/%F0%9F%91%8D/@me"
    assert (await crew.cleo.refused("PUT", react)).code == 50083
    await crew.dov.say(thread["id"])
    assert not (await crew.cleo.get(f"/channels/{thread['id']}"))["thread_metadata"]["archived"]


async def test_a_message_in_an_archived_thread_is_neither_edited_nor_deleted(crew: Crew) -> None:
    thread = await a_thread(crew)
    sent, other = await crew.cleo.say(thread["id"]), await crew.cleo.say(thread["id"])
    await crew.cleo.patch(f"/channels/{thread['id']}", {"archived": True})
    assert (
        await crew.cleo.refused("PATCH", f"/channels/{thread['id']}/messages/{sent['id']}", {"content": "x"})
    ).code == 50083
    assert (await crew.cleo.refused("PATCH", f"/channels/{thread['id']}", {"name": "x"})).code == 50083
    said = f"/channels/{thread['id']}/messages"
    assert (await crew.cleo.refused("DELETE", f"{said}/{sent['id']}")).code == 50083
    both = {"messages": [sent["id"], other["id"]]}
    assert (await crew.ben.refused("POST", f"{said}/bulk-delete", both)).code == 50083
    woken = await crew.dov.patch(f"/channels/{thread['id']}", {"archived": False})
    assert not woken["thread_metadata"]["archived"]
    await crew.cleo.delete(f"{said}/{sent['id']}")


async def test_a_locked_thread_is_written_and_woken_by_moderators_only(crew: Crew) -> None:
    thread = await a_thread(crew)
    assert (await crew.cleo.refused("PATCH", f"/channels/{thread['id']}", {"locked": True})).code == 50013
    await crew.ben.patch(f"/channels/{thread['id']}", {"locked": True, "archived": True})
    assert (await crew.cleo.refused("POST", f"/channels/{thread['id']}/messages", {"content": "x"})).code == 50013
    for one in (crew.dov, crew.cleo):  # it is Cleo's own
        assert (await one.refused("PATCH", f"/channels/{thread['id']}", {"archived": False})).code == 50013
    await crew.ben.say(thread["id"])


async def test_the_owner_renames_and_others_do_not(crew: Crew) -> None:
    thread = await a_thread(crew)
    assert (await crew.cleo.patch(f"/channels/{thread['id']}", {"name": "better"}))["name"] == "better"
    assert (await crew.dov.refused("PATCH", f"/channels/{thread['id']}", {"name": "x"})).code == 50013
    assert (await crew.cleo.refused("DELETE", f"/channels/{thread['id']}")).code == 50013
    await crew.ben.delete(f"/channels/{thread['id']}")
    assert (await crew.cleo.refused("GET", f"/channels/{thread['id']}")).code == 10003


async def test_a_forum_post_is_a_thread_and_its_first_message_in_one(crew: Crew) -> None:
    gallery = crew.channel("gallery")
    tags = [str(tag.id) for tag in gallery.tags]
    heard = crew.listen("dov")
    body: Json = {"name": "a red house", "message": {"content": "look"}, "applied_tags": tags[:2]}
    post = await crew.bot.post(f"/channels/{gallery.id}/threads", body, ("a.png", png()))
    assert post["message"]["id"] == post["id"]
    assert post["applied_tags"] == tags[:2]
    assert post["message"]["attachments"][0]["width"] == 3
    assert [name for name in heard.names() if name in ("THREAD_CREATE", "MESSAGE_CREATE")] == [
        "THREAD_CREATE",
        "MESSAGE_CREATE",
    ]
    retagged = await crew.bot.patch(f"/channels/{post['id']}", {"applied_tags": tags[2:]})
    assert retagged["applied_tags"] == tags[2:]
    pinned = await crew.ben.patch(f"/channels/{post['id']}", {"flags": 2})
    assert pinned["flags"] == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"applied_tags": ["1"]}, 10087),
        ({"applied_tags": []}, 40067),
        ({"name": ""}, 50035),
        ({"message": None}, 50035),
        ({"message": {}}, 50006),
    ],
)
async def test_a_wrong_post_is_refused(crew: Crew, fields: Json, code: int) -> None:
    gallery = crew.channel("gallery")
    await crew.ada.patch(f"/channels/{gallery.id}", {"flags": 1 << 4})
    body: Json = {"name": "x", "message": {"content": "x"}, "applied_tags": [str(gallery.tags[0].id)]} | fields
    assert (await crew.cleo.refused("POST", f"/channels/{gallery.id}/threads", body)).code == code


async def test_a_moderated_tag_is_for_moderators(crew: Crew) -> None:
    gallery = crew.channel("gallery")
    shown = await crew.ada.patch(
        f"/channels/{gallery.id}", {"available_tags": [{"name": "official", "moderated": True}]}
    )
    body = {"name": "x", "message": {"content": "x"}, "applied_tags": [shown["available_tags"][0]["id"]]}
    assert (await crew.cleo.refused("POST", f"/channels/{gallery.id}/threads", body)).code == 50013
    await crew.ben.post(f"/channels/{gallery.id}/threads", body)


async def test_lists_of_threads_tell_open_from_archived_and_public_from_private(crew: Crew) -> None:
    open_one, archived, private = await a_thread(crew), await a_thread(crew), await a_private_thread(crew)
    await crew.cleo.patch(f"/channels/{archived['id']}", {"archived": True})
    active = await crew.dov.get(f"{crew.guild_path}/threads/active")
    assert [thread["id"] for thread in active["threads"]] == [open_one["id"]]
    place = f"/channels/{open_one['parent_id']}"
    public = await crew.dov.get(f"{place}/threads/archived/public")
    assert ([thread["id"] for thread in public["threads"]], public["has_more"]) == ([archived["id"]], False)
    await crew.cleo.patch(f"/channels/{private['id']}", {"archived": True})
    assert (await crew.dov.refused("GET", f"{place}/threads/archived/private")).code == 50013
    listed = await crew.ben.get(f"{place}/threads/archived/private")
    assert [thread["id"] for thread in listed["threads"]] == [private["id"]]
    own = await crew.cleo.get(f"{place}/users/@me/threads/archived/private")
    assert [member["user_id"] for member in own["members"]] == [crew.cleo.id]


async def test_the_archive_check_leaves_busy_threads_alone(crew: Crew) -> None:
    thread = await a_thread(crew, auto_archive_duration=60)
    crew.box.clock.offset_ms += 50 * 60_000
    await crew.cleo.say(thread["id"])
    crew.box.clock.offset_ms += 50 * 60_000
    threads.archive_idle(crew.state)
    details = crew.state.channels[int(thread["id"])].thread
    assert details is not None
    assert not details.archived
