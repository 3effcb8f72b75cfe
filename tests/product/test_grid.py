"""`/imagine`, and the buttons under a grid."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from bot.store import ledger
from bot.store.words import Account
from engine.paint.easel import Easel
from engine.paint.painters import swatch
from sandbox.member import Member
from tests.product.house import House, imagine, labels, painted, press, until, until_ended

GRID = ["U1", "U2", "U3", "U4", "🔄", "V1", "V2", "V3", "V4"]


async def test_a_prompt_is_answered_at_once_and_ends_in_a_grid_with_its_buttons(house: House, cleo: Member) -> None:
    first = await imagine(cleo, "a red house")
    assert "a red house" in first["content"]
    assert cleo.user_id in first["content"]
    assert labels(first) == ["Cancel"]
    last = await until_ended(cleo, first)
    assert labels(last) == GRID
    grid = Image.open(io.BytesIO(await cleo.download(last["attachments"][0]["url"])))
    assert grid.size == (512, 512)


async def test_u_gives_that_cell_alone_at_once_as_an_answer_to_the_grid(house: House, cleo: Member) -> None:
    grid = await painted(cleo)
    single = await until_ended(cleo, await press(cleo, grid, "U2"))
    assert single["message_reference"]["message_id"] == grid["id"]
    assert "picture 2" in single["content"]
    whole = Image.open(io.BytesIO(await cleo.download(grid["attachments"][0]["url"]))).convert("RGB")
    one = Image.open(io.BytesIO(await cleo.download(single["attachments"][0]["url"]))).convert("RGB")
    assert one.tobytes() == whole.crop((256, 0, 512, 256)).tobytes()


async def test_v_varies_that_very_cell(house: House, cleo: Member) -> None:
    grid = await painted(cleo)
    varied = await until_ended(cleo, await press(cleo, grid, "V3"))
    assert "of picture 3" in varied["content"]
    assert varied["message_reference"]["message_id"] == grid["id"]
    assert labels(varied) == GRID


async def test_pressed_buttons_show_it(house: House, cleo: Member) -> None:
    grid = await painted(cleo)
    await until_ended(cleo, await press(cleo, grid, "U1"))
    shown = await until(cleo, grid, lambda message: message["components"][0]["components"][0]["style"] == 1)
    styles = [button["style"] for button in shown["components"][0]["components"]]
    assert styles == [1, 2, 2, 2, 2]


async def test_every_button_works_after_a_restart(house: House, cleo: Member) -> None:
    grid = await painted(cleo)
    await house.restart()
    single = await until_ended(cleo, await press(cleo, grid, "U4"))
    again = await until_ended(cleo, await press(cleo, grid, "🔄"))
    await house.restart()
    assert labels(again) == GRID
    enlarged = await until_ended(cleo, await press(cleo, single, "Upscale (Subtle)"))
    assert enlarged["attachments"][0]["width"] == 1024


async def test_a_picture_too_large_for_the_device_is_told_as_such_and_costs_nothing(
    house: House, cleo: Member, ada: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    class OutOfMemoryError(RuntimeError):
        """As torch names it, which colour cards do not load."""

    draw = swatch._draw

    def draw_if_it_fits(easel: Easel, share: float) -> Image.Image:
        if easel.recipe.width != easel.recipe.height:
            raise OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return draw(easel, share)

    monkeypatch.setattr(swatch, "_draw", draw_if_it_fits)
    wide, square = await imagine(cleo, "a red house --ar 2:1"), await imagine(ada, "a red house")
    told = await until(cleo, wide, lambda message: "Cancel" not in labels(message))
    assert "needs more memory than there is; try a smaller size or a smaller model" in told["content"]
    assert not told["attachments"]
    assert labels(await until_ended(ada, square)) == GRID, "the next one does not suffer from it"
    async with house.desk.store.read() as tx:
        assert await ledger.audit(tx) == []
        balances = await ledger.balances(tx, int(cleo.user_id))
    assert (balances[Account.HELD], balances[Account.SPENT]) == (0, 0)
