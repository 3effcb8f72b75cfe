"""What the world forgets: messages past `keep`, and bytes that nothing names any more."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sandbox.rules.errors import ApiError
from sandbox.server import Sandbox
from sandbox.world import files, messages
from sandbox.world.files import Upload
from tests.sandbox.crew import Crew, png


@pytest.fixture
async def small() -> AsyncIterator[Crew]:
    """Remembers five messages a channel."""
    async with Sandbox(port=0, keep=5) as box, Crew.of(box) as crew:
        yield crew


async def test_a_channel_keeps_its_newest_messages_and_all_pinned_ones(small: Crew) -> None:
    place = small.channel("general")
    first = await small.ada.say(place.id, "pinned")
    await small.ada.put(f"/channels/{place.id}/messages/pins/{first['id']}")
    for n in range(10):
        await small.ada.say(place.id, str(n))
    kept = [message.content for message in small.state.messages[place.id].values()]
    assert kept == ["pinned", "6", "7", "8", "9"]
    other = small.channel("painting")
    await small.ada.say(other.id, "x")
    assert len(small.state.messages[other.id]) == 1


async def test_what_a_post_begins_with_stays(small: Crew) -> None:
    post = await small.cleo.post(
        f"/channels/{small.channel('gallery').id}/threads", {"name": "mine", "message": {"content": "look"}}
    )
    for n in range(10):
        await small.cleo.say(post["id"], str(n))
    kept = [message.content for message in small.state.messages[int(post["id"])].values()]
    assert kept == ["look", "6", "7", "8", "9"]


async def test_the_bytes_of_forgotten_messages_are_released(small: Crew) -> None:
    place = small.channel("general")
    for n in range(8):
        await small.ada.post(f"/channels/{place.id}/messages", {}, ("a.png", png(shade=n)))
    used = [n for n in range(8) if small.state.is_blob_used(small.state.keep_blob(png(shade=n)))]
    assert used == [3, 4, 5, 6, 7]
    assert len(small.state.files) == 5


async def test_bytes_that_two_messages_share_stay_until_both_are_gone(crew: Crew) -> None:
    place = crew.channel("general")
    sent = [await crew.ada.post(f"/channels/{place.id}/messages", {}, ("a.png", png())) for _ in range(2)]
    digest = crew.message(sent[0]).attachments[0].blob
    await crew.ada.delete(f"/channels/{place.id}/messages/{sent[0]['id']}")
    assert await crew.state.storage.blob(digest) == png()
    await crew.ada.delete(f"/channels/{place.id}/messages/{sent[1]['id']}")
    assert await crew.state.storage.blob(digest) is None
    assert not crew.state.is_blob_used(digest)


async def test_an_edited_out_file_releases_its_bytes(crew: Crew) -> None:
    place = crew.channel("general")
    sent = await crew.ada.post(f"/channels/{place.id}/messages", {"content": "x"}, ("a.png", png()))
    digest = crew.message(sent).attachments[0].blob
    await crew.ada.patch(f"/channels/{place.id}/messages/{sent['id']}", {"attachments": []})
    assert not crew.state.is_blob_used(digest)


async def test_an_interactions_files_go_with_its_token(crew: Crew) -> None:
    command = await crew.register(options=[{"type": 11, "name": "picture", "description": "x"}])
    body = {"type": 2, "application_id": crew.bot.id, "channel_id": str(crew.channel("painting").id)}
    option = {"type": 11, "name": "picture", "value": "0"}
    data = {"id": command["id"], "name": "imagine", "type": 1, "options": [option]}
    await crew.begin("cleo", body | {"data": data}, ("in.png", png(shade=77)))
    digest = crew.state.keep_blob(png(shade=77))
    assert crew.state.is_blob_used(digest)
    crew.box.clock.advance(15 * 60)
    assert not crew.state.is_blob_used(digest)


async def test_a_deleted_channel_takes_everything_in_it_along(crew: Crew) -> None:
    place = crew.channel("painting")
    command = await crew.register()
    given = await crew.use("cleo", place, command)
    await crew.answer(given, 4, ("a.png", png()), content="x")
    first = await crew.ada.say(place.id)
    thread = await crew.ada.post(f"/channels/{place.id}/messages/{first['id']}/threads", {"name": "aside"})
    await crew.ada.post(f"/channels/{thread['id']}/messages", {}, ("b.png", png(shade=5)))
    heard = crew.listen("cleo")
    await crew.ada.delete(f"/channels/{place.id}")
    assert heard.names() == ["THREAD_DELETE", "CHANNEL_DELETE"]
    assert int(thread["id"]) not in crew.state.channels
    assert crew.state.files == {}
    assert given["token"] not in crew.state.interactions
    assert (await crew.nobody.refused("POST", crew.hook(given), {"content": "x"})).status == 401


async def test_looking_for_what_is_not_there_makes_nothing(crew: Crew) -> None:
    before = len(crew.state.messages), len(crew.state.members)
    with pytest.raises(ApiError, match="10008"):
        crew.state.message(1, 1)
    with pytest.raises(ApiError, match="10007"):
        crew.state.member(1, 1)
    assert crew.state.find_member(1, 1) is None
    assert before == (len(crew.state.messages), len(crew.state.members))


async def test_a_message_made_in_the_state_looks_as_one_made_over_http(crew: Crew) -> None:
    upload = Upload("a.png", png())
    message = messages.send(crew.state, crew.channel("general"), int(crew.bot.id), {"content": "x"}, {0: upload})
    shown = await crew.cleo.get(f"/channels/{message.channel_id}/messages/{message.id}")
    assert shown["attachments"][0]["width"] == 3
    assert files.attachment_id_in(crew.state, shown["attachments"][0]["url"]) == message.attachments[0].id
