"""`/settings`: menus and buttons for how one wants to be served, and the prompts that come of it."""

from __future__ import annotations

from sandbox.member import Member
from tests.product.house import House, Json, imagine, labels, painted, press, until_ended

MODEL, STYLE, MODE, VISIBILITY = "Model", "Style", "Mode", "Visibility"


async def settings(member: Member) -> Json:
    outcome = await member.command("painting", "settings")
    assert outcome.is_private
    assert outcome.message is not None
    return outcome.message


async def choose(member: Member, menu: str, *values: str) -> Json:
    """The panel after a choice."""
    outcome = await member.select(await settings(member), menu, *values)
    assert outcome.message is not None, outcome
    return outcome.message


def chosen(message: Json, menu: str) -> list[str]:
    menus = [row["components"][0] for row in message["components"] if "options" in row["components"][0]]
    (found,) = [one for one in menus if one["placeholder"] == menu]
    return [option["value"] for option in found["options"] if option.get("default")]


async def test_the_panel_has_four_menus_and_five_buttons(cleo: Member) -> None:
    shown = await settings(cleo)
    assert labels(shown) == ["Remix: off", "Mention me: on", "Auto DM: off", "V: strong", "Reset"]
    assert [chosen(shown, menu) for menu in (MODEL, STYLE, MODE, VISIBILITY)] == [["usual"]] * 4


async def test_model_and_style_become_part_of_the_prompt_and_are_seen(house: House, cleo: Member) -> None:
    await choose(cleo, STYLE, "250")
    shown = await choose(cleo, MODEL, "swatch")
    assert "Behind each prompt: --model swatch --stylize 250" in shown["content"]
    await house.restart()
    assert chosen(await settings(cleo), STYLE) == ["250"]
    grid = await painted(cleo)
    assert "-# ↳ a red house --steps 2 --model swatch --stylize 250" in grid["content"]
    own = await painted(cleo, "a red house --s 50 --model slow")
    assert "--model slow --steps 2" in own["content"]
    assert "swatch" not in own["content"]
    assert "--stylize 250" not in own["content"]


async def test_a_style_by_name_stands_beside_a_level(cleo: Member) -> None:
    shown = await choose(cleo, STYLE, "style:raw")
    assert chosen(await choose(cleo, STYLE, "style:raw", "100"), STYLE) == ["100", "style:raw"]
    assert "Behind each prompt: --style raw" in shown["content"]
    assert "-# ↳ a red house --steps 2 --style raw --stylize 100" in (await painted(cleo))["content"]
    assert chosen(await choose(cleo, STYLE, "usual", "100", "style:raw"), STYLE) == ["usual"]


async def test_what_is_chosen_can_be_taken_back(cleo: Member) -> None:
    await choose(cleo, STYLE, "250")
    assert chosen(await choose(cleo, STYLE, "usual"), STYLE) == ["usual"]
    assert "↳" not in (await painted(cleo))["content"]


async def test_the_mode_is_how_urgent_ones_jobs_are(cleo: Member) -> None:
    assert chosen(await choose(cleo, MODE, "relax"), MODE) == ["relax"]
    assert "relax, " in (await painted(cleo))["content"]
    assert "fast, " in (await painted(cleo, "a blue house --fast"))["content"]


async def test_stealth_in_the_settings_hides_what_comes(cleo: Member, dov: Member) -> None:
    assert chosen(await choose(cleo, VISIBILITY, "stealth"), VISIBILITY) == ["stealth"]
    await imagine(cleo, "a secret house")
    assert not [message for message in await dov.messages("painting") if "secret" in message["content"]]
    assert chosen(await choose(cleo, VISIBILITY, "usual"), VISIBILITY) == ["usual"]


async def test_v_varies_as_the_settings_say(cleo: Member) -> None:
    assert "V: subtle" in labels(await press(cleo, await settings(cleo), "V: strong"))
    grid = await painted(cleo)
    assert "subtle variations" in (await press(cleo, grid, "V1"))["content"]


async def test_reset_takes_all_settings_back_and_leaves_suffix_and_options(cleo: Member) -> None:
    await cleo.command("painting", "prefer suffix", parameters="--chaos 20")
    await choose(cleo, STYLE, "250")
    await choose(cleo, MODE, "relax")
    await press(cleo, await settings(cleo), "Remix: off")
    await press(cleo, await settings(cleo), "V: strong")
    shown = await press(cleo, await settings(cleo), "Reset")
    assert labels(shown) == ["Remix: off", "Mention me: on", "Auto DM: off", "V: strong", "Reset"]
    assert [chosen(shown, menu) for menu in (MODEL, STYLE, MODE, VISIBILITY)] == [["usual"]] * 4
    ended = await until_ended(cleo, await imagine(cleo, "a red house"))
    assert "-# ↳ a red house --steps 2 --chaos 20" in ended["content"]
