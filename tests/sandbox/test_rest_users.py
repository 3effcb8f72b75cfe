"""Oneself, others, pictures, and direct messages."""

from __future__ import annotations

from tests.sandbox.crew import Crew, data_uri, png


async def test_one_sees_and_changes_oneself_and_others_hear_of_nothing_but_the_change(crew: Crew) -> None:
    heard = crew.listen("cleo")
    own = await crew.cleo.get("/users/@me")
    assert (own["username"], own["locale"], own["discriminator"]) == ("cleo", "en-US", "0")
    changed = await crew.cleo.patch("/users/@me", {"avatar": data_uri(png(shade=3))})
    assert await crew.download(f"{crew.box.url}/cdn/avatars/{crew.cleo.id}/{changed['avatar']}.png") == (
        200,
        png(shade=3),
    )
    assert heard.last("USER_UPDATE")["avatar"] == changed["avatar"]
    assert (await crew.dov.get(f"/users/{crew.cleo.id}"))["avatar"] == changed["avatar"]
    assert (await crew.cleo.patch("/users/@me", {"avatar": None}))["avatar"] is None
    assert (await crew.cleo.refused("GET", "/users/1")).code == 10013
    assert (await crew.cleo.refused("PATCH", "/users/@me", {"username": "x"})).code == 50035


async def test_a_default_avatar_is_drawn_for_those_without_one(crew: Crew) -> None:
    status, data = await crew.download(f"{crew.box.url}/cdn/embed/avatars/3.png")
    assert status == 200
    assert data.startswith(b"\x89PNG")


async def test_ones_servers_come_with_what_one_may_do_there(crew: Crew) -> None:
    mine = (await crew.ada.get("/users/@me/guilds"))[0]
    theirs = (await crew.cleo.get("/users/@me/guilds?with_counts=true"))[0]
    assert (mine["owner"], theirs["owner"]) == (True, False)
    assert int(mine["permissions"]) & 8
    assert not int(theirs["permissions"]) & 8
    assert theirs["approximate_member_count"] == 5
    assert await crew.cleo.get(f"/users/@me/guilds?after={mine['id']}") == []


async def test_direct_messages_are_opened_once_and_told_to_both(crew: Crew) -> None:
    ada, dov = crew.listen("ada"), crew.listen("dov")
    first = await crew.ada.post("/users/@me/channels", {"recipient_id": crew.dov.id})
    again = await crew.dov.post("/users/@me/channels", {"recipient_id": crew.ada.id})
    assert first["id"] == again["id"]
    assert [user["username"] for user in first["recipients"]] == ["dov"]
    assert [user["username"] for user in again["recipients"]] == ["ada"]
    assert (ada.names(), dov.names()) == (["CHANNEL_CREATE"], ["CHANNEL_CREATE"])
    assert first["id"] in [channel["id"] for channel in await crew.dov.get("/users/@me/channels")]
    assert await crew.bot.get("/users/@me/channels") == []
    assert (await crew.ada.refused("POST", "/users/@me/channels", {"recipient_id": crew.ada.id})).code == 50033
    assert (await crew.cleo.refused("GET", f"/channels/{first['id']}")).code == 50001


async def test_a_closed_direct_message_stays(crew: Crew) -> None:
    place = crew.direct("cleo", "bot")
    await crew.cleo.delete(f"/channels/{place.id}")
    assert (await crew.bot.say(place.id, "still there"))["content"] == "still there"


async def test_tokens_say_who_one_is_and_a_wrong_one_nobody(crew: Crew) -> None:
    for token in ("", "Bot x", "x.y.z", "Bearer nothing", f"Bot {crew.bot.authorization}x", "Bot ÿ.y.z"):
        caller = crew.another("wrong", 0, token)
        assert (await caller.refused("GET", "/users/@me")).status == 401
    assert (await crew.another("bare", 0, crew.box.bot_token).get("/users/@me"))["bot"]
    await crew.sim("POST", "/token", {"application_id": crew.bot.id, "revoked": True})
    assert (await crew.bot.refused("GET", "/users/@me")).status == 401


async def test_what_is_not_served_names_itself(crew: Crew) -> None:
    for method, path in (("GET", "/guilds/1/integrations"), ("GET", "/voice/regions"), ("POST", "/nonsense/at/all")):
        refusal = await crew.bot.refused(method, path)
        assert refusal.status == 501
        assert path in refusal.body["message"]
    assert (await crew.bot.refused("DELETE", "/users/@me")).status == 405


async def test_only_what_somebody_shows_can_be_had_by_its_hash(crew: Crew) -> None:
    """The hash of a file is no key to it: attachments have signed links that expire."""
    private = await crew.ada.post(f"/channels/{crew.channel('staff').id}/messages", {}, ("secret.png", png(shade=5)))
    digest = crew.message(private).attachments[0].blob
    for kind, owner in (("avatars", crew.ada.id), ("icons", crew.guild.id), ("avatars", "1"), ("icons", "x")):
        assert (await crew.download(f"{crew.box.url}/cdn/{kind}/{owner}/{digest}.png"))[0] == 404
    hook = await crew.ada.post(f"/channels/{crew.channel('general').id}/webhooks", {"name": "w"})
    forged = {"content": "x", "avatar_url": f"{crew.state.cdn_url}/avatars/{crew.ada.id}/{digest}.png"}
    shown = await crew.nobody.post(f"/webhooks/{hook['id']}/{hook['token']}?wait=true", forged)
    assert shown["author"]["avatar"] is None
