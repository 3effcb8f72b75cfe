"""What a bot reads and does about its sales."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rules.kinds import SkuType
from sandbox.world import commerce, seed
from sandbox.world.entities import Sku
from tests.sandbox.crew import Crew

Json = dict[str, Any]


def a_sku(crew: Crew, kind: SkuType = SkuType.SUBSCRIPTION, name: str = "Pro", **fields: Any) -> Sku:
    return commerce.make_sku(crew.state, crew.box.application, kind, name, **fields)


def entitlements(crew: Crew) -> str:
    return f"{crew.application_path}/entitlements"


async def test_a_bot_sees_its_own_skus_only(crew: Crew) -> None:
    sku = a_sku(crew)
    other = seed.make_application(crew.state, "Other", int(crew.ada.id))
    commerce.make_sku(crew.state, other, SkuType.DURABLE, "Theirs")
    shown = await crew.bot.get(f"{crew.application_path}/skus")
    assert [(one["id"], one["type"], one["slug"]) for one in shown] == [(str(sku.id), 5, "pro")]
    assert (await crew.bot.refused("GET", f"/applications/{other.id}/skus")).code == 20012
    assert (await crew.bot.refused("GET", "/applications/1/skus")).code == 10002


async def test_test_entitlements_have_no_dates_and_can_be_taken_back(crew: Crew) -> None:
    heard, sku = crew.listen("bot"), a_sku(crew)
    body = {"sku_id": str(sku.id), "owner_id": crew.cleo.id, "owner_type": 2}
    made = await crew.bot.post(entitlements(crew), body)
    assert (made["type"], made["user_id"], made["starts_at"], made["ends_at"]) == (8, crew.cleo.id, None, None)
    assert "subscription_id" not in made
    of_pack = await crew.bot.post(
        entitlements(crew), body | {"sku_id": str(a_sku(crew, SkuType.CONSUMABLE, "Hours").id)}
    )
    assert (of_pack["type"], of_pack["starts_at"]) == (4, None)
    await crew.bot.delete(f"{entitlements(crew)}/{of_pack['id']}")
    for_guild = await crew.bot.post(entitlements(crew), body | {"owner_id": str(crew.guild.id), "owner_type": 1})
    assert for_guild["guild_id"] == str(crew.guild.id)
    await crew.bot.delete(f"{entitlements(crew)}/{made['id']}")
    assert heard.last("ENTITLEMENT_DELETE")["id"] == made["id"]
    assert heard.last("ENTITLEMENT_DELETE")["deleted"]
    assert (await crew.bot.refused("DELETE", f"{entitlements(crew)}/{made['id']}")).code == 10029
    assert [one["id"] for one in await crew.bot.get(entitlements(crew))] == [for_guild["id"]]


async def test_a_test_entitlement_needs_an_owner_and_a_sku_that_exist(crew: Crew) -> None:
    sku = a_sku(crew)
    body = {"sku_id": str(sku.id), "owner_id": "1", "owner_type": 2}
    assert (await crew.bot.refused("POST", entitlements(crew), body)).code == 10013
    assert (await crew.bot.refused("POST", entitlements(crew), body | {"owner_type": 1})).code == 10004
    assert (await crew.bot.refused("POST", entitlements(crew), body | {"sku_id": "1"})).code == 10027


async def test_what_was_paid_for_is_not_the_applications_to_delete(crew: Crew) -> None:
    bought, _ = commerce.buy(crew.state, a_sku(crew, SkuType.DURABLE), int(crew.cleo.id))
    assert (await crew.bot.refused("DELETE", f"{entitlements(crew)}/{bought.id}")).status == 404
    assert not bought.deleted


async def test_entitlements_are_filtered(crew: Crew) -> None:
    pro, hours, hall = a_sku(crew), a_sku(crew, SkuType.CONSUMABLE, "Hours"), a_sku(crew, name="Hall", for_guilds=True)
    cleos, subscription = commerce.buy(crew.state, pro, int(crew.cleo.id))
    dovs, _ = commerce.buy(crew.state, hours, int(crew.dov.id))
    guilds, _ = commerce.buy(crew.state, hall, int(crew.ada.id), crew.guild.id)
    test = commerce.grant_test(crew.state, hours, user_id=int(crew.cleo.id), guild_id=None)
    assert subscription is not None
    commerce.move(crew.state, subscription, "expire")
    commerce.delete_entitlement(crew.state, test)

    async def found(query: str = "") -> list[int]:
        return [int(one["id"]) for one in await crew.bot.get(f"{entitlements(crew)}?{query}")]

    everything = [cleos.id, dovs.id, guilds.id]
    assert await found() == everything
    assert await found("exclude_deleted=false") == [*everything, test.id]
    assert await found("exclude_ended=true") == [dovs.id, guilds.id]
    assert await found(f"user_id={crew.dov.id}") == [dovs.id]
    assert await found(f"guild_id={crew.guild.id}") == [guilds.id]
    assert await found(f"sku_ids={pro.id},{hall.id}") == [cleos.id, guilds.id]
    assert await found(f"sku_ids={pro.id}&sku_ids={hours.id}") == [cleos.id, dovs.id]
    assert await found(f"after={cleos.id}&limit=1") == [dovs.id]
    assert await found(f"before={guilds.id}&limit=1") == [dovs.id]
    assert (await crew.bot.refused("GET", f"{entitlements(crew)}?limit=101")).at("limit") == ["NUMBER_TYPE_MAX"]
    assert (await crew.bot.refused("GET", f"{entitlements(crew)}?sku_ids=x")).code == 50035


async def test_only_consumables_are_consumed_and_once(crew: Crew) -> None:
    heard = crew.listen("bot")
    hours, _ = commerce.buy(crew.state, a_sku(crew, SkuType.CONSUMABLE, "Hours"), int(crew.cleo.id))
    for_ever, _ = commerce.buy(crew.state, a_sku(crew, SkuType.DURABLE, "For ever"), int(crew.cleo.id))
    path = f"{entitlements(crew)}/{hours.id}"
    assert not (await crew.bot.get(path))["consumed"]
    assert await crew.bot.post(f"{path}/consume") is None
    assert await crew.bot.post(f"{path}/consume") is None
    assert (await crew.bot.get(path))["consumed"]
    assert len(heard.all("ENTITLEMENT_UPDATE")) == 1
    assert (await crew.bot.refused("POST", f"{entitlements(crew)}/{for_ever.id}/consume")).code == 50057


async def test_subscriptions_are_listed_for_one_sku_and_one_user(crew: Crew) -> None:
    sku = a_sku(crew)
    made = [commerce.buy(crew.state, sku, int(crew.cleo.id))[1] for _ in range(3)]
    commerce.buy(crew.state, sku, int(crew.dov.id))
    ids = [str(one.id) for one in made if one is not None]
    path = f"/skus/{sku.id}/subscriptions"
    assert [one["id"] for one in await crew.bot.get(f"{path}?user_id={crew.cleo.id}")] == ids
    assert [one["id"] for one in await crew.bot.get(f"{path}?user_id={crew.cleo.id}&after={ids[0]}&limit=1")] == ids[
        1:2
    ]
    assert [one["id"] for one in await crew.bot.get(f"{path}?user_id={crew.cleo.id}&before={ids[2]}&limit=1")] == ids[
        1:2
    ]
    assert (await crew.bot.refused("GET", path)).at("user_id") == ["BASE_TYPE_REQUIRED"]
    one = await crew.bot.get(f"{path}/{ids[0]}")
    assert (one["user_id"], one["sku_ids"], one["status"], one["canceled_at"]) == (crew.cleo.id, [str(sku.id)], 0, None)
    assert (await crew.bot.refused("GET", f"{path}/1")).code == 10100
    assert (await crew.bot.refused("GET", "/skus/1/subscriptions?user_id=1")).code == 10027


async def test_people_cannot_read_an_applications_sales(crew: Crew) -> None:
    assert (await crew.ada.refused("GET", entitlements(crew))).code == 20002


@pytest.mark.parametrize("where", ["a message", "an edit", "an answer", "a follow-up", "a forum post"])
async def test_a_premium_button_sells_only_what_the_application_has(crew: Crew, where: str) -> None:
    sku = a_sku(crew)
    theirs = commerce.make_sku(
        crew.state, seed.make_application(crew.state, "Other", int(crew.ada.id)), SkuType.DURABLE, "Theirs"
    )

    async def offer(sku_id: int) -> Any:
        row = {"type": 1, "components": [{"type": 2, "style": 6, "sku_id": str(sku_id)}]}
        body: Json = {"content": "Buy", "components": [row]}
        place = crew.channel("painting")
        if where == "a message":
            return await crew.bot.post(f"/channels/{place.id}/messages", body)
        if where == "an edit":
            sent = await crew.bot.say(place.id)
            return await crew.bot.patch(f"/channels/{place.id}/messages/{sent['id']}", body)
        if where == "a forum post":
            return await crew.bot.post(
                f"/channels/{crew.channel('gallery').id}/threads", {"name": "x", "message": body}
            )
        given = await crew.use("cleo", place, await crew.register())
        if where == "an answer":
            return await crew.answer(given, 4, **body)
        await crew.answer(given, 4, content="x")
        return await crew.nobody.post(crew.hook(given), body)

    await offer(sku.id)
    with pytest.raises(Exception, match="BUTTON_COMPONENT_INVALID_APPLICATION"):
        await offer(theirs.id)


async def test_an_interaction_brings_what_its_user_and_server_are_entitled_to(crew: Crew) -> None:
    pro, hall = a_sku(crew), a_sku(crew, name="Hall", for_guilds=True)
    mine, subscription = commerce.buy(crew.state, pro, int(crew.cleo.id))
    halls, _ = commerce.buy(crew.state, hall, int(crew.ada.id), crew.guild.id)
    commerce.buy(crew.state, pro, int(crew.dov.id))
    command = await crew.register()
    given = await crew.use("cleo", crew.channel("painting"), command)
    assert [one["id"] for one in given["entitlements"]] == [str(mine.id), str(halls.id)]
    assert subscription is not None
    commerce.move(crew.state, subscription, "expire")
    given = await crew.use("cleo", crew.channel("painting"), command)
    assert [one["id"] for one in given["entitlements"]] == [str(halls.id)]
