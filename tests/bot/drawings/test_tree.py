"""The drawing of a family: what it shows can be read off its pixels."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageColor

from bot.drawings.tree import ADDED, ASKED, NARROWEST, REMOVED, Node, draw_tree, plain

RED, BLUE = (200, 10, 10), (10, 10, 200)


def node(
    name: str, parent: str | None = None, *, pictures: int = 1, colour: tuple[int, ...] = RED, **told: str
) -> Node:
    shown = {cell: Image.new("RGB", (40, 40), colour) for cell in range(pictures)}
    return Node(id=name, parent=parent, number=1, step="once more" if parent else "", pictures=shown, **told)  # type: ignore[arg-type]


def drawn(*nodes: Node, asked: str = "a") -> Image.Image:
    with Image.open(io.BytesIO(draw_tree("A red house", "2 steps", nodes, asked, "a legend"))) as opened:
        return opened.convert("RGB")


def pixels(picture: Image.Image, colour: str | tuple[int, ...]) -> int:
    wanted = ImageColor.getrgb(colour) if isinstance(colour, str) else colour
    return sum(count for count, found in picture.getcolors(1 << 24) or () if found == wanted)


def test_every_step_shows_its_picture() -> None:
    picture = drawn(node("a"), node("b", "a", colour=BLUE))
    assert pixels(picture, RED) > 20_000
    assert pixels(picture, BLUE) > 20_000


def test_a_grid_shows_its_four_pictures_and_a_cell_that_is_gone_leaves_its_place() -> None:
    whole, three = drawn(node("a", pictures=4)), drawn(node("a", pictures=3))
    assert pixels(three, RED) == pytest.approx(0.75 * pixels(whole, RED), rel=0.05)


def test_the_one_that_was_asked_for_is_framed() -> None:
    family = (node("a"), node("b", "a", colour=BLUE))
    framed = drawn(*family, asked="b")
    assert pixels(framed, ASKED) > 2000
    assert pixels(framed.crop((0, 0, framed.width, framed.height // 2 - 60)), ASKED) == 0


def test_words_that_came_and_went_stand_on_the_edge() -> None:
    assert pixels(drawn(node("a"), node("b", "a")), ADDED) == 0
    told = drawn(node("a"), node("b", "a", added="blue barn", removed="red house"))
    assert pixels(told, ADDED) > 0
    assert pixels(told, REMOVED) > 0


def test_a_step_whose_parent_is_not_drawn_hangs_on_the_end_of_a_line() -> None:
    assert drawn(node("a", "elsewhere")).height > drawn(node("a")).height


def test_it_is_never_narrower_than_its_words_and_widens_with_its_branches() -> None:
    assert drawn(node("a")).width == NARROWEST
    assert drawn(node("a"), *(node(f"c{number}", "a") for number in range(7))).width > 2 * NARROWEST - 200


def test_words_that_cannot_be_written_become_dots() -> None:
    assert plain("un café rouge") == "un cafe rouge"
    assert plain("a 木の家 at dusk") == "a … at dusk"
    assert plain("it’s “red” …") == "it’s “red” …"
