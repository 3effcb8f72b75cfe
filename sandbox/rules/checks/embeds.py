"""Rich embeds: their form, their common budget of characters, and the files that they show."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sandbox.rules import limits
from sandbox.rules.checks import media
from sandbox.rules.checks.form import anything, boolean, integer, list_of, moment, object_of, require, text
from sandbox.rules.errors import Faults, Json, Path

PICTURE = object_of({}, {"url": media.url(media.PICTURE)})

EMBED = object_of(
    {},
    {
        "type": text(),
        "url": media.url(),
        "title": text(0, limits.EMBED_TITLE),
        "color": integer(*limits.COLOR),
        "timestamp": moment,
        "description": text(0, limits.EMBED_DESCRIPTION),
        "author": object_of(
            {}, {"name": text(0, limits.EMBED_AUTHOR), "url": media.url(), "icon_url": media.url(media.PICTURE)}
        ),
        "image": PICTURE,
        "thumbnail": PICTURE,
        "footer": object_of({}, {"text": text(0, limits.EMBED_FOOTER), "icon_url": media.url(media.PICTURE)}),
        "fields": list_of(
            object_of(
                {
                    "name": text(0, limits.EMBED_FIELD_NAME, filled=True),
                    "value": text(0, limits.EMBED_FIELD_VALUE, filled=True),
                },
                {"inline": boolean},
            ),
            0,
            limits.EMBED_FIELDS,
        ),
        "provider": anything,
        "video": anything,
    },
)

EMBEDS = list_of(EMBED, 0, limits.EMBEDS)


def count_characters(embed: Json) -> int:
    """What counts towards 6000: title, description, field names and values, footer and author."""
    texts: list[Any] = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for field in embed.get("fields") or []:
        texts += [field["name"], field["value"]]
    return sum(len(each.strip()) for each in texts if each)


def is_empty(embed: Json) -> bool:
    """Nothing to show: Discord asks such an embed for a description."""
    pictures = [(embed.get(name) or {}).get("url") for name in ("image", "thumbnail")]
    return not count_characters(embed) and not any(pictures)


def check_embeds(embeds: list[Json], names: Collection[str], path: Path, faults: Faults) -> None:
    """The rules beyond the form, for embeds that have passed it."""
    if sum(map(count_characters, embeds)) > limits.EMBEDS_CHARACTERS:
        message = f"Embed size exceeds maximum size of {limits.EMBEDS_CHARACTERS}"
        faults.add(path, "MAX_EMBED_SIZE_EXCEEDED", message)
    for index, embed in enumerate(embeds):
        if is_empty(embed):
            require((*path, index, "description"), faults)
        for part, key in (("image", "url"), ("thumbnail", "url"), ("author", "icon_url"), ("footer", "icon_url")):
            media.check_reference((embed.get(part) or {}).get(key), names, (*path, index, part, key), faults)
