"""How things look on the wire: what libraries trip over when it is absent, null or of another type."""

from __future__ import annotations

from typing import Any

from sandbox.world import views
from sandbox.world.actors import Actor, ActorKind
from sandbox.world.entities import Application, Channel, Entity, from_json, to_json
from sandbox.world.views import (
    application_view,
    channel_view,
    guild_create_view,
    guild_view,
    message_view,
    ready_view,
    user_view,
)
from tests.sandbox.crew import Crew

Json = dict[str, Any]


def ids_are_texts(value: Any, path: str = "") -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            is_id = key == "id" or key.endswith("_id")
            # A component's id is a number, and so is that of an attachment's request.
            if is_id and isinstance(inner, int) and "components" not in path:
                raise AssertionError(f"{path}/{key} is a number: {inner}")
            ids_are_texts(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for inner in value:
            ids_are_texts(inner, path)


async def test_ids_are_texts_everywhere(crew: Crew) -> None:
    actor = Actor(ActorKind.BOT, int(crew.bot.id), int(crew.bot.id))
    for user in crew.state.users.values():
        ids_are_texts(user_view(user))
    ids_are_texts(guild_create_view(crew.state, crew.guild, actor))
    ids_are_texts(ready_view(crew.state, actor))
    ids_are_texts(ready_view(crew.state, Actor(ActorKind.PERSON, int(crew.cleo.id))))
    ids_are_texts(application_view(crew.state, crew.box.application))


async def test_an_application_has_no_nulls_where_discord_leaves_fields_out(crew: Crew) -> None:
    shown = application_view(crew.state, crew.box.application)
    assert not {"install_params", "cover_image", "slug", "guild_id", "primary_sku_id"} & set(shown)


async def test_a_bot_is_told_of_every_channel_and_a_person_of_those_they_see(crew: Crew) -> None:
    bot = guild_create_view(crew.state, crew.guild, Actor(ActorKind.BOT, int(crew.bot.id), int(crew.bot.id)))
    cleo = guild_create_view(crew.state, crew.guild, Actor(ActorKind.PERSON, int(crew.cleo.id)))
    assert "staff" in [channel["name"] for channel in bot["channels"]]
    assert "staff" not in [channel["name"] for channel in cleo["channels"]]
    assert len(bot["members"]) == bot["member_count"] == 5


async def test_ready_gives_a_bot_unavailable_servers_and_a_person_all_of_them(crew: Crew) -> None:
    bot = ready_view(crew.state, Actor(ActorKind.BOT, int(crew.bot.id), int(crew.bot.id)))
    assert bot["guilds"] == [{"id": str(crew.guild.id), "unavailable": True}]
    assert bot["application"]["id"] == crew.bot.id
    cleo = ready_view(crew.state, Actor(ActorKind.PERSON, int(crew.cleo.id)))
    assert cleo["guilds"][0]["name"] == "The Studio"
    assert len(cleo["private_channels"]) == 2


async def test_a_direct_message_shows_the_other(crew: Crew) -> None:
    place = crew.direct("cleo", "bot")
    assert [user["username"] for user in channel_view(crew.state, place, int(crew.bot.id))["recipients"]] == ["cleo"]


async def test_a_message_shows_own_reactions_as_ones_own(crew: Crew) -> None:
    sent = await crew.ada.say(crew.channel("general").id)
    await crew.cleo.put(f"/channels/{sent['channel_id']}/messages/{sent['id']}/reactions/%F0%9F%91%8D/@me")
    message = crew.message(sent)
    assert message_view(crew.state, message, int(crew.cleo.id))["reactions"][0]["me"]
    assert not message_view(crew.state, message, int(crew.dov.id))["reactions"][0]["me"]


async def test_boosts_are_counted(crew: Crew) -> None:
    crew.state.member(crew.guild.id, int(crew.cleo.id)).boosting_since_ms = 1
    assert guild_view(crew.state, crew.guild)["premium_subscription_count"] == 1


async def test_every_entity_survives_the_way_through_json(crew: Crew) -> None:
    first = await crew.ada.say(crew.channel("general").id)
    await crew.ada.post(f"/channels/{first['channel_id']}/messages/{first['id']}/threads", {"name": "aside"})
    await crew.ada.post(f"/channels/{first['channel_id']}/webhooks", {"name": "Herald"})
    await crew.ada.post(f"/channels/{first['channel_id']}/invites", {})
    await crew.use("cleo", crew.channel("painting"), await crew.register())
    seen: set[type[Entity]] = set()
    for entity in crew.state.everything():
        assert from_json(type(entity), to_json(entity)) == entity
        seen.add(type(entity))
    assert len(seen) >= 10


def test_an_entity_from_an_older_file_gets_the_defaults_of_new_fields() -> None:
    known = from_json(Application, {"id": 1, "name": "x", "token": "t", "client_secret": "s", "gone": True})
    assert known.redirect_uris == []
    assert from_json(Channel, {"id": 1, "type": 0}).overwrites == []


def test_every_view_is_offered_by_the_rooms_door() -> None:
    assert sorted(views.__all__) == views.__all__
    assert all(callable(getattr(views, name)) for name in views.__all__)
