import dataclasses
import time

import numpy as np
import pytest
from PIL import Image

from engine.pocket.world import COLORS, KINDS, Place, Scene, Style, Thing, cast, edges, in_style, paint, render


def alone(kind: str, color: str, style: Style = Style.FLAT, size: float = 0.6, backdrop: str = "white") -> Scene:
    return Scene(7, Place.PLAIN, (Thing(kind, color, 0.5, 0.5, size, seed=3),), style, backdrop)


def pixels(image: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    return np.asarray(image, np.int16)


def test_the_same_scene_gives_the_same_pixels() -> None:
    scene = cast(41)
    assert render(scene, 96, 96).tobytes() == render(scene, 96, 96).tobytes()


@pytest.mark.parametrize("size", [(64, 64), (128, 192), (160, 96), (250, 70)])
def test_a_picture_has_the_size_that_was_asked(size: tuple[int, int]) -> None:
    for number in range(6):
        picture = paint(cast(number, aspect=size[0] / size[1]), *size)
        assert picture.image.size == size
        assert all(mask.size == size for mask in picture.masks)


def test_there_are_at_least_forty_kinds_ten_styles_and_twelve_colors() -> None:
    assert len(KINDS) >= 40
    assert len(Style) >= 10
    assert len(COLORS) == 12


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_fills_its_square_and_shows_its_color(kind: str) -> None:
    picture = paint(alone(kind, "red"), 96, 96)
    covered = np.asarray(picture.masks[0]) > 128
    assert 0.05 < covered.mean() < 0.6
    inside = pixels(picture.image)[covered]
    red = (inside[:, 0] > inside[:, 1] + 60) & (inside[:, 0] > inside[:, 2] + 60)
    assert red.mean() > 0.1


def test_no_two_kinds_have_the_same_outline() -> None:
    shapes = {kind: np.asarray(paint(alone(kind, "blue"), 48, 48).masks[0]) > 128 for kind in KINDS}
    names = list(shapes)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            both, either = (shapes[a] & shapes[b]).sum(), (shapes[a] | shapes[b]).sum()
            assert both / either < 0.95, f"{a} and {b}"


@pytest.mark.parametrize("style", Style)
def test_every_style_changes_the_picture_but_not_the_masks(style: Style) -> None:
    scene = in_style(cast(3), Style.FLAT)
    other = in_style(scene, style)
    flat, styled = paint(scene, 96, 96), paint(other, 96, 96)
    if style is not Style.FLAT:
        assert np.abs(pixels(flat.image) - pixels(styled.image)).mean() > 2
    for a, b in zip(flat.masks, styled.masks, strict=True):
        assert np.abs(pixels(a) - pixels(b)).mean() < 14  # contours reach a little farther


@pytest.mark.parametrize("style", Style)
def test_every_style_works_at_any_size(style: Style) -> None:
    for size in ((48, 48), (200, 120), (900, 60)):
        assert render(in_style(cast(11), style), *size).size == size


def test_changing_one_color_changes_only_that_thing() -> None:
    scene = alone("house", "red")
    other = dataclasses.replace(scene, things=(dataclasses.replace(scene.things[0], color="blue"),))
    a, b = paint(scene, 96, 96), paint(other, 96, 96)
    changed = np.abs(pixels(a.image) - pixels(b.image)).max(2) > 0
    assert changed.any()
    assert not changed[np.asarray(a.masks[0]) == 0].any()


def test_a_thing_in_front_hides_what_it_covers_in_the_masks() -> None:
    near, far = Thing("ball", "red", 0.5, 0.5, 0.3), Thing("house", "blue", 0.5, 0.5, 0.7)
    front, back = paint(Scene(1, Place.PLAIN, (near, far)), 96, 96).masks
    assert (np.minimum(pixels(front), pixels(back)) < 200).all()
    assert pixels(back)[48, 48] == 0


def test_edges_are_those_of_the_shapes_whatever_the_style() -> None:
    scene = alone("star", "blue")
    contour = pixels(edges(scene, 96, 96)) > 0
    assert 0.005 < contour.mean() < 0.2
    assert (contour == (pixels(edges(in_style(scene, Style.OIL), 96, 96)) > 0)).all()


def test_a_core_draws_two_hundred_small_pictures_a_second() -> None:
    scenes = [cast(number) for number in range(120)]
    for scene in scenes[:60]:
        render(scene, 128, 128)  # fills the banks of grain
    began = time.process_time()
    for scene in scenes:
        render(scene, 128, 128)
    assert len(scenes) / (time.process_time() - began) > 200
