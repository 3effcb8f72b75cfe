"""The prompt desk: a prompt by menus, painted as if it had been typed."""

from __future__ import annotations

from engine import read_recipes
from sandbox.member import File, Member
from tests.product.gate import Gate
from tests.product.house import EPHEMERAL, House, Json, labels, press, said_aside, until_ended
from tests.product.looking import data_of
from tests.product.test_image_prompts import link_of
from tests.product.test_settings import chosen


async def desk(member: Member) -> Json:
    outcome = await member.command("painting", "desk")
    assert outcome.is_private
    assert outcome.message is not None
    return outcome.message


async def choose(member: Member, panel: Json, menu: str, *values: str) -> Json:
    outcome = await member.select(panel, menu, *values)
    assert outcome.message is not None, outcome
    return outcome.message


async def paint(member: Member, panel: Json, words: str) -> Json:
    dialog = await member.click(panel, "Say what to paint")
    assert dialog.modal is not None
    submitted = await member.submit(dialog.modal, {"prompt": words})
    assert submitted.message is not None, submitted
    return submitted.message


async def test_what_was_chosen_stands_behind_the_words_for_all_to_see(cleo: Member) -> None:
    panel = await choose(cleo, await desk(cleo), "Shape", "3:2")
    panel = await choose(cleo, panel, "Chaos", "25")
    panel = await press(cleo, panel, "Relax")
    assert "-# --ar 3:2 --chaos 25 --relax" in panel["content"]
    first = await paint(cleo, panel, "a red house --steps 2")
    assert not first["flags"] & EPHEMERAL
    last = await until_ended(cleo, first)
    assert "a red house --steps 2 --ar 3:2 --chaos 25 --relax" in last["content"]
    assert "relax, " in last["content"]
    (recipe, *_) = read_recipes(await data_of(cleo, last))
    assert (recipe.chaos, recipe.width > recipe.height) == (25, True)


async def test_the_desk_keeps_what_lies_on_it(house: House, cleo: Member) -> None:
    panel = await choose(cleo, await desk(cleo), "Style", "250")
    await house.restart()
    panel = await press(cleo, panel, "Turbo")
    assert chosen(panel, "Style") == ["250"]
    panel = await press(cleo, panel, "Fast")
    assert "-# --stylize 250 --fast" in (await desk(cleo))["content"]
    panel = await press(cleo, panel, "Fast")
    panel = await choose(cleo, panel, "Style", "usual")
    assert "Nothing is chosen" in panel["content"]


async def test_a_style_lies_beside_a_level_and_either_is_changed_alone(cleo: Member) -> None:
    panel = await choose(cleo, await desk(cleo), "Style", "250", "style:raw")
    assert "-# --style raw --stylize 250" in panel["content"]
    panel = await choose(cleo, panel, "Style", "250", "style:raw", "750")
    assert "-# --style raw --stylize 750" in panel["content"]
    panel = await choose(cleo, panel, "Style", "style:raw")
    assert "-# --style raw" in panel["content"]
    assert "a red house --steps 2 --style raw" in (await paint(cleo, panel, "a red house --steps 2"))["content"]


async def test_words_that_say_it_themselves_win(cleo: Member) -> None:
    await cleo.command("painting", "prefer option set", name="wide", value="--ar 16:9")
    panel = await choose(cleo, await desk(cleo), "Shape", "3:2")
    first = await paint(cleo, panel, "a red house --wide --steps 2")
    assert "a red house --ar 16:9 --steps 2" in first["content"]
    assert "3:2" not in first["content"]


async def test_help_and_the_newcomers_hint_lead_to_the_desk(cleo: Member) -> None:
    await until_ended(cleo, await paint(cleo, await desk(cleo), "a red house --steps 2"))
    hint = await said_aside(cleo, "painting", "Your first picture")
    assert "The prompt desk" in (await press(cleo, hint, "Choose from menus"))["content"]
    shown = (await cleo.command("painting", "help")).message
    assert shown is not None
    assert labels(await press(cleo, shown, "Choose from menus")) == ["Say what to paint", "Turbo", "Fast", "Relax"]


async def test_words_with_a_slow_picture_are_promised_an_answer_in_time(cleo: Member, gate: Gate) -> None:
    panel, link = await desk(cleo), await link_of(cleo)
    promise = await paint(cleo, panel, f"{link} a barn --steps 2")
    assert not promise["content"]  # is thinking
    gate.open.set()
    grid = await until_ended(cleo, promise)
    assert "a barn" in grid["content"]
    assert not grid["flags"] & EPHEMERAL


async def test_what_is_wrong_with_a_slow_picture_is_told(cleo: Member, gate: Gate) -> None:
    panel, link = await desk(cleo), await link_of(cleo, File("photo.jpg", b"no picture"))
    await paint(cleo, panel, f"{link} a barn --steps 2")
    gate.open.set()
    await said_aside(cleo, "painting", "no picture that can be read")
