"""The plot of GPU time: what it shows can be read off its pixels."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from PIL import Image, ImageChops, ImageColor

from bot.drawings.usage import BOTTOM, COLOURS, HEIGHT, INK, PANEL, TOP, WIDTH, Series, draw_usage

START = date(2027, 3, 1)
HOUR_MS = 3_600_000
Pixel = tuple[int, ...]


def days(count: int) -> list[date]:
    return [START + timedelta(days=number) for number in range(count)]


def plot(*series: Series) -> Image.Image:
    data = draw_usage("GPU time a day", "March", days(len(series[0].gpu_ms) if series else 1), series)
    with Image.open(io.BytesIO(data)) as opened:
        return opened.convert("RGB")


def pixels(picture: Image.Image, colour: str) -> int:
    """Of exactly this colour, where bars are."""
    wanted = ImageColor.getrgb(colour)
    part = picture.crop((0, TOP, WIDTH, HEIGHT - BOTTOM))
    return sum(count for count, found in part.getcolors(1 << 20) or () if found == wanted)


def test_bars_are_as_high_as_what_they_show() -> None:
    drawn = plot(Series("one", (HOUR_MS, 0, 2 * HOUR_MS)), Series("two", (0, 2 * HOUR_MS, HOUR_MS)))
    one, two = (pixels(drawn, colour) for colour in COLOURS[:2])
    assert one == pytest.approx(two, rel=0.03)
    single = plot(Series("one", (HOUR_MS, 3 * HOUR_MS, 0)), Series("two", (0, 0, 2 * HOUR_MS)))
    assert pixels(single, COLOURS[0]) == pytest.approx(2 * pixels(single, COLOURS[1]), rel=0.03)


@pytest.mark.parametrize("count", [1, 2, 31, 92, 366])
@pytest.mark.parametrize("most_ms", [0, 900, 70_000, 26 * HOUR_MS, 9000 * HOUR_MS])
def test_any_number_of_days_and_any_amount_is_drawn(count: int, most_ms: int) -> None:
    drawn = plot(Series("sdxl", tuple(most_ms * (day % 2) for day in range(count))))
    assert drawn.size == (WIDTH, HEIGHT)
    bars = drawn.crop((0, TOP, WIDTH, HEIGHT - BOTTOM))
    red, _, blue = bars.split()
    bluer = ImageChops.subtract(blue, red).point(lambda by: 255 * (by > 60))  # thin bars are mixed with the ground
    assert (bluer.getbbox() is not None) == (most_ms > 0 and count > 1)


def test_nothing_is_drawn_outside_of_the_frame_however_long_a_name_is() -> None:
    drawn = plot(*(Series("a model with a name " * 4 + str(n), (HOUR_MS,) * 40) for n in range(len(COLOURS))))
    edge = {drawn.getpixel((x, y)) for x in (0, 5, WIDTH - 6, WIDTH - 1) for y in range(HEIGHT)}
    assert len(edge) == 1


def test_letters_stand_out_from_the_ground_by_as_much_as_they_should() -> None:
    """4.5 is what the Web Content Accessibility Guidelines ask of text, 3 of what is drawn."""
    assert contrast(INK, PANEL) > 4.5
    assert all(contrast(colour, PANEL) > 3 for colour in COLOURS)


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [value / 255 for value in ImageColor.getrgb(colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("series", [[Series("a", (1, 2))], [Series("a", (1,))] * 8])
def test_series_that_do_not_fit_are_refused(series: list[Series]) -> None:
    with pytest.raises(ValueError, match="give each a number a day"):
        draw_usage("", "", days(1), series)
