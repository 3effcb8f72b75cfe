"""`/setup`: how those who manage a server want the bot there."""

from __future__ import annotations

from sandbox.member import Member
from tests.product.house import House, Json, painted, until

WHERE, WHO = "Where I paint (none: everywhere)", "Who may paint (none: everyone)"
MODEL, BAR = "The model", "Reactions under each grid"


async def menus_of(member: Member) -> Json:
    """The message with the four menus."""
    outcome = await member.command("general", "setup")
    assert outcome.is_private
    assert outcome.message is not None
    return outcome.message


def chosen(message: Json, menu: str) -> list[str]:
    """What a menu shows as chosen."""
    (found,) = [
        row["components"][0] for row in message["components"] if row["components"][0].get("placeholder") == menu
    ]
    if "options" in found:
        return [option["value"] for option in found["options"] if option.get("default")]
    return [value["id"] for value in found.get("default_values", [])]


async def choose(member: Member, menu: str, *values: str) -> Json:
    """The menus after a choice, as they show it."""
    outcome = await member.select(await menus_of(member), menu, *values)
    assert outcome.message is not None, outcome
    return outcome.message


async def test_channels_are_chosen_shown_kept_and_taken_back(house: House, ada: Member, cleo: Member) -> None:
    painting, general = await ada.channel_id("painting"), await ada.channel_id("general")
    after = await choose(ada, WHERE, painting, general)
    assert chosen(after, WHERE) == [painting, general]
    await house.restart()
    assert chosen(await menus_of(ada), WHERE) == [painting, general]
    refused = await cleo.command("more-painting", "imagine", prompt="a boat")
    assert refused.message is not None
    assert refused.message["content"] == f"On this server I paint in <#{painting}>, <#{general}>."
    assert chosen(await choose(ada, WHERE), WHERE) == []
    await painted(cleo, channel="more-painting")


async def test_roles_are_chosen_and_others_are_told_which(house: House, ada: Member, cleo: Member) -> None:
    (guild,) = house.client.guilds
    patron = next(role for role in guild.roles if role.name == "Patron")
    assert chosen(await choose(ada, WHO, str(patron.id)), WHO) == [str(patron.id)]
    refused = await cleo.command("painting", "imagine", prompt="a boat")
    assert refused.message is not None
    assert f"I paint for <@&{patron.id}>" in refused.message["content"]
    await ada.request("PUT", f"/guilds/{guild.id}/members/{cleo.user_id}/roles/{patron.id}")
    await painted(cleo)


async def test_model_offers_only_what_can_be_painted_with_here(ada: Member) -> None:
    message = await menus_of(ada)
    (menu,) = [
        row["components"][0] for row in message["components"] if row["components"][0].get("placeholder") == MODEL
    ]
    assert {option["value"] for option in menu["options"]} == {"swatch", "slow"}  # slow is the tests' own card
    assert all(option["label"].startswith("The model: ") for option in menu["options"])  # once chosen, it says of what
    assert chosen(await choose(ada, MODEL, "swatch"), MODEL) == ["swatch"]


async def test_bar_of_up_to_four_reactions_appears_under_the_next_grid(ada: Member, cleo: Member) -> None:
    assert chosen(await choose(ada, BAR, "1️⃣", "🔄", "✉️", "⭐"), BAR) == ["1️⃣", "🔄", "✉️", "⭐"]
    grid = await painted(cleo)
    shown = await until(cleo, grid, lambda message: len(message.get("reactions", [])) == 4)
    assert [reaction["emoji"]["name"] for reaction in shown["reactions"]] == ["1️⃣", "🔄", "✉️", "⭐"]


async def test_those_who_do_not_manage_the_server_set_nothing_up(ada: Member, ben: Member, cleo: Member) -> None:
    offered = {command["name"] for command in await cleo.commands("general")}
    assert "imagine" in offered
    assert not {"setup", "admin"} & offered
    hello = await cleo.wait_for("general", lambda message: "Hello!" in message["content"])
    outcome = await ben.click(hello, "Set me up")
    assert outcome.is_private
    assert outcome.message is not None
    assert outcome.message["content"] == "Only those who manage this server may do that."
    assert (await ada.click(hello, "Set me up")).is_private


async def test_a_servers_model_that_the_operator_took_away_is_told_of_with_the_remedy(
    house: House, ada: Member, cleo: Member
) -> None:
    await choose(ada, MODEL, "slow")
    await house.restart(ATELIER_CATALOGS="")
    for command in ("help", "info"):
        shown = (await cleo.command("painting", command)).message
        assert shown is not None
        assert "chooses another with </setup:" in shown["content"]
    refused = (await cleo.command("painting", "imagine", prompt="a boat")).message
    assert refused is not None
    assert "chooses another with `/setup`" in refused["content"]
    await choose(ada, MODEL, "swatch")
    await painted(cleo)
