"""What is kept of a picture that a member brings: its pixels, upright, no larger than any model paints."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib

import pytest
from PIL import ExifTags, Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from bot.intake.uploads import LONGEST, cleaned
from engine import SourceError

SECRET = "made at home"


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def png_of(width: int, height: int) -> bytes:
    """A few bytes that say they are so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_each_kind_of_picture_is_kept_as_a_png(kind: str) -> None:
    kept = opened(cleaned(encoded(Image.new("RGB", (40, 30), "red"), kind)))
    assert (kept.format, kept.mode, kept.size) == ("PNG", "RGB", (40, 30))
    red, green, blue = kept.getpixel((5, 5))  # type: ignore[misc]
    assert red > 200 > 50 > max(green, blue)


def test_picture_is_turned_upright_and_loses_all_but_its_pixels() -> None:
    picture = Image.new("RGB", (40, 20), "blue")
    ImageDraw.Draw(picture).rectangle((0, 0, 19, 19), fill="red")
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # to be turned to the right
    exif[ExifTags.Base.ImageDescription] = SECRET
    data = encoded(picture, "JPEG", exif=exif, comment=SECRET, quality=95)
    assert SECRET.encode() in data
    clean = cleaned(data)
    kept = opened(clean)
    assert kept.size == (20, 40)
    assert kept.getpixel((10, 5))[0] > 200  # type: ignore[index]
    assert SECRET.encode() not in clean
    assert not kept.getexif()
    assert not kept.info


def test_words_inside_a_png_are_not_kept() -> None:
    info = PngInfo()
    info.add_text("parameters", SECRET)
    data = encoded(Image.new("RGB", (8, 8)), "PNG", pnginfo=info, icc_profile=b"x" * 200)
    assert SECRET.encode() in data
    assert opened(cleaned(data)).info == {}


def test_of_a_moving_picture_the_first_frame_is_kept() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    kept = opened(cleaned(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])))
    assert kept.getpixel((4, 4)) == (255, 0, 0)


def test_large_picture_is_kept_no_larger_than_any_model_paints() -> None:
    kept = opened(cleaned(encoded(Image.new("RGB", (4000, 1000), "red"), "JPEG")))
    assert kept.size == (LONGEST, LONGEST // 4)


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (12_000, 12_000), (5001, 5000), (2**31 - 1, 1)])
def test_bomb_is_refused_before_it_is_opened(width: int, height: int) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(SourceError, match="too large; send one of at most 5000 x 5000"):
            cleaned(png_of(width, height))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**20


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><body>Not found</body></html>",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>',
        b"%PDF-1.7\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"8BPS\x00\x01" + bytes(20),
        encoded(Image.new("RGB", (8, 8)), "TIFF"),
        encoded(Image.new("RGB", (8, 8)), "BMP"),
        b"GIF89a",
        b"\xff\xd8\xff\xe0",
        b"RIFF\x10\x00\x00\x00WEBPVP8 ",
    ],
)
def test_what_is_no_picture_is_refused_with_what_would_be_one(data: bytes) -> None:
    with pytest.raises(SourceError, match=r"send one of PNG, JPEG, WEBP or GIF|save it anew"):
        cleaned(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_half_a_file_is_refused(kind: str) -> None:
    noise = Image.effect_noise((200, 200), 80).convert("RGB")
    whole = encoded(noise, kind)
    for share in (0.1, 0.5, 0.9):
        with pytest.raises(SourceError):
            cleaned(whole[: round(len(whole) * share)])


def test_bomb_of_words_is_refused() -> None:
    words = zlib.compress(b"a" * 200_000_000, 9)
    chunk = b"zTXt" + b"k\0\0" + words
    bomb = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    plain = encoded(Image.new("RGB", (8, 8)), "PNG")
    with pytest.raises(SourceError):
        cleaned(plain[:33] + bomb + plain[33:])
