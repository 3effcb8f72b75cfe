"""What was published last, as RSS 2.0: only what everybody may see, whoever asks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.utils import format_datetime
from typing import Final
from xml.sax.saxutils import escape

from bot.store.archive import Archived
from bot.web.pages import CARD, NAME, Looks, image_address

_NOT_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_feed(found: Sequence[Archived], looks: Looks) -> str:
    items = "".join(_item(picture, looks) for picture in found)
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>'
        f"<title>{NAME}</title><link>{_clean(looks.url)}/</link><description>Pictures that members published"
        f"</description>{items}</channel></rss>"
    )


def _item(picture: Archived, looks: Looks) -> str:
    link = f"{_clean(looks.url)}/picture/{picture.id}"
    shown = f'<a href="{link}"><img alt="" src="{_clean(looks.url + image_address(picture, CARD))}"></a>'
    return (
        f"<item><title>{_clean(looks.about(picture))}</title><link>{link}</link>"
        f'<guid isPermaLink="true">{link}</guid><pubDate>{format_datetime(picture.created_at, usegmt=True)}</pubDate>'
        f"<description>{escape(shown)}</description></item>"
    )


def _clean(text: str) -> str:
    """XML has no way to write most control characters."""
    return escape(_NOT_XML.sub("", text), {'"': "&quot;"})
