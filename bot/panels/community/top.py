"""What a server's gallery has by votes, and what one maker has made, as far as the viewer may see it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import discord
from discord import ui

from bot import visibility
from bot.asking import Asker
from bot.buttons.custom_id import Action, Press
from bot.desk import Desk
from bot.messages.exhibiting import link_of
from bot.panels.gallery.drawing import Drawn, button, layout
from bot.replies import community as words
from bot.replies import shortened
from bot.store import archive, candidates, follows, rankings
from bot.store.archive import Archived, Viewer, Wanted
from bot.store.rankings import Ranked
from bot.store.transactions import Reading
from bot.store.words import Audience
from bot.thumbnails import SMALL

LONGEST: Final = 10  # as many pictures as Discord shows together
BEST: Final = 4
LOOKED_AT: Final = 500  # newest pictures of a maker, for what they mostly do
MOST_STYLES: Final = 4
COUNTED: Final = 1000  # posts of a maker whose votes are added up, the best first
DAYS: Final = {"day": 1, "week": 7, "month": 30}


async def draw_top(desk: Desk, asker: Asker, server: int, period: str) -> Drawn:
    since = desk.now() - timedelta(days=DAYS[period])
    async with desk.store.read() as tx:
        viewer = await visibility.viewer_of(tx, asker)
        found = await rankings.best(tx, viewer, server, LONGEST, since=since)
    parts: list[ui.Item[Any]] = [ui.TextDisplay(shortened(words.top(period, _lines(found, viewer)), 3500))]
    files = await _pictures(desk, found, viewer, parts)
    style = discord.ButtonStyle
    look = {True: style.primary, False: style.secondary}
    row = [
        button(desk.signer, Press(Action.TOP, extra=name), name.capitalize(), style=look[name == period])
        for name in DAYS
    ]
    parts.append(ui.ActionRow(*row))
    return Drawn(layout(*parts), files)


async def draw_profile(
    desk: Desk, asker: Asker, server: int, maker: int, joined: datetime | None, *, can_follow: bool
) -> Drawn:
    async with desk.store.read() as tx:
        viewer = await visibility.viewer_of(tx, asker)
        voted = await rankings.best(tx, viewer, server, COUNTED, maker=maker)
        counts = await _counts(tx, viewer, server, maker, voted)
        shown = voted[:BEST] or await rankings.newest(tx, viewer, server, maker, BEST)
        latest = await archive.browse(tx, viewer, Wanted(maker=maker, server=server), LOOKED_AT)
        followed = await follows.of_maker(tx, asker.member, server, maker)
    heading = words.BEST if voted else words.NEWEST
    text = words.profile(
        maker, joined, counts, _styles(latest, viewer), [heading, *_lines(shown, viewer)] if shown else []
    )
    parts: list[ui.Item[Any]] = [ui.TextDisplay(text)]
    files = await _pictures(desk, shown, viewer, parts)
    if can_follow and maker != asker.member:
        press = Press(Action.FOLLOW, extra=f"m.{maker}" if followed is None else f"x.{followed.id}")
        parts.append(ui.ActionRow(button(desk.signer, press, words.UNFOLLOW if followed else words.FOLLOW)))
    return Drawn(layout(*parts), files)


async def _counts(
    tx: Reading, viewer: Viewer, server: int, maker: int, voted: Sequence[Ranked]
) -> tuple[int, int, int, int]:
    """Of each only what the viewer sees."""
    wanted = Wanted(maker=maker, server=server)
    hung = Wanted(maker=maker, server=server, audience=Audience.GALLERY)
    won = await archive.among(tx, viewer, await candidates.wins(tx, server, maker))
    return (
        await archive.count(tx, viewer, wanted),
        await archive.count(tx, viewer, hung),
        sum(one.exhibit.votes for one in voted),
        len(won),
    )


def _styles(newest: Sequence[Archived], viewer: Viewer) -> list[tuple[str, int]]:
    """Models and named styles; the latter are words, and so are private where those are."""
    found = Counter(picture.model for picture in newest if picture.model)
    found.update(picture.style for picture in newest if picture.style and visibility.may_read(picture, viewer))
    return found.most_common(MOST_STYLES)


def _lines(found: Sequence[Ranked], viewer: Viewer) -> list[str]:
    lines = []
    for place, one in enumerate(found, 1):
        first = one.pictures[0]
        text = first.text if all(visibility.may_read(each, viewer) for each in one.pictures) else None
        lines.append(words.line(place, text, first.member_id, one.exhibit.votes, link_of(one.exhibit)))
    return lines


async def _pictures(
    desk: Desk, found: Sequence[Ranked], viewer: Viewer, parts: list[ui.Item[Any]]
) -> list[discord.File]:
    """Below the words; the first of those that a post shows together."""
    shown = [one.pictures[0] for one in found]
    small = await desk.thumbnails.several([picture.sha256 for picture in shown], SMALL)
    files, items = [], []
    for picture in shown:
        if (data := small.get(picture.sha256)) is not None:
            alt = visibility.alt_of(picture, viewer)
            files.append(discord.File(io.BytesIO(data), filename=f"{picture.id}.webp", description=alt))
            items.append(discord.MediaGalleryItem(f"attachment://{picture.id}.webp", description=alt))
    if items:
        parts.append(ui.MediaGallery(*items))
    return files
