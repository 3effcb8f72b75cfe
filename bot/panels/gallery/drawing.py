"""Pages and pictures of the gallery as Discord's components. Nothing is asked here: all that is shown was given."""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bot import visibility
from bot.buttons.custom_id import Action, Press, Signer
from bot.panels.gallery.deeds import options
from bot.panels.gallery.page import RANKED, Page
from bot.replies import gallery as replies
from bot.replies import shortened
from bot.store.archive import Archived
from bot.store.words import Scope

ACCENT = 0x5865F2
MOST_OPTIONS = 25
Choice = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What sending and editing take."""

    view: ui.LayoutView
    files: Sequence[discord.File]


def button(signer: Signer, press: Press, label: str = "", emoji: str = "", **look: Any) -> ui.Button[Any]:
    look.setdefault("style", discord.ButtonStyle.secondary)
    return ui.Button(label=label or None, emoji=emoji or None, custom_id=signer.sign(press), **look)


def menu(signer: Signer, press: Press, title: str, choices: Sequence[Choice], *chosen: str, most: int = 1) -> Any:
    """A row with one list to choose from."""
    listed = [
        discord.SelectOption(label=label[:100], value=value, default=value in chosen)
        for value, label in choices[:MOST_OPTIONS]
    ]
    box: ui.Select[Any] = ui.Select(
        custom_id=signer.sign(press), placeholder=title, options=listed, max_values=min(most, len(listed)), min_values=1
    )
    return ui.ActionRow(box)


def layout(*parts: ui.Item[Any]) -> ui.LayoutView:
    """Stopped at once: the library would keep it in memory, and it is answered by its ids."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=ACCENT))
    view.stop()
    return view


def draw_page(signer: Signer, page: Page, small: Mapping[str, bytes], told: str = "") -> Drawn:
    files, items = [], []
    for picture in page.leaf.shown:
        if (data := small.get(picture.sha256)) is None:
            continue
        alt = visibility.alt_of(picture, page.viewer)
        files.append(discord.File(io.BytesIO(data), filename=f"{picture.id}.webp", description=alt))
        items.append(discord.MediaGalleryItem(f"attachment://{picture.id}.webp", description=alt))
    view = page.view
    shape = replies.SHAPES.get(view.shape) if view.shape else None
    filters = [name for name in (view.model, view.style, shape) if name]
    filters += [one.name for one in page.collections if one.id == view.collection_id]
    parts: list[ui.Item[Any]] = [ui.TextDisplay(replies.heading(view.scope, page.leaf.total, view.words, filters))]
    if items:
        parts.append(ui.MediaGallery(*items))
    parts.append(ui.TextDisplay(shortened(_list(page), 3500)))
    parts += _menus(signer, page)
    if told:
        parts.append(ui.TextDisplay(f"-# {told}"))
    return Drawn(layout(*parts), files)


def _list(page: Page) -> str:
    if not page.leaf.shown:
        return replies.NOTHING_YET if page.view.scope is Scope.MINE and not page.view.words else replies.NOTHING

    def alike(numbered: tuple[int, Archived]) -> tuple[str, bool, bool, str, int]:
        _, picture = numbered
        note, votes = page.notes.get(picture.id, ""), page.leaf.votes.get(picture.id, 0)
        return picture.job_id, picture.hidden_at is not None, picture.words_hidden, note, votes

    lines = []
    for (_, _, _, note, votes), group in itertools.groupby(enumerate(page.leaf.shown, 1), alike):
        (first, picture), *_ = numbered = list(group)
        is_own, readable = picture.member_id == page.viewer.member, visibility.may_read(picture, page.viewer)
        about = {"is_own": is_own, "readable": readable}
        lines.append(replies.line(first, numbered[-1][0], picture, note=note, votes=votes, **about))
    return "\n".join(lines)


def _menus(signer: Signer, page: Page) -> list[ui.Item[Any]]:
    def press(verb: str) -> Press:
        return Press(Action.GALLERY, page.view.id, extra=f"{verb}.{page.leaf.place}")

    rows: list[ui.Item[Any]] = []
    listed = [
        (str(picture.id), replies.option(number, picture, readable=visibility.may_read(picture, page.viewer)))
        for number, picture in enumerate(page.leaf.shown, 1)
    ]
    if listed:
        rows.append(menu(signer, press("op"), replies.OPEN, listed))
        if page.view.scope in (Scope.MINE, Scope.DELETED) or page.viewer.rules:
            chosen = [str(picture.id) for picture in page.chosen]
            rows.append(menu(signer, press("ch"), replies.CHOOSE, listed, *chosen, most=len(listed)))
    if page.chosen and (deeds := options(page.chosen, page.viewer, page.own_collections)):
        rows.append(menu(signer, press("do"), replies.DO_ALL, deeds))
    scopes = [(scope.value, replies.SCOPES[scope]) for scope in Scope]
    if not page.view.found:
        scopes = [one for one in scopes if one[0] != Scope.LIKE]
    if page.viewer.server is None:
        scopes = [one for one in scopes if one[0] != Scope.SERVER]
    rows.append(menu(signer, press("sc"), replies.WHERE, scopes, page.view.scope))
    if page.view.unfolded:
        rows += _filters(signer, page, press)
    rows.append(_leafing(signer, page, press))
    return rows


def _filters(signer: Signer, page: Page, press: Any) -> list[ui.Item[Any]]:
    view = page.view
    any_one = ("-", replies.ANY)
    shapes = [any_one, *((shape.value, name) for shape, name in replies.SHAPES.items())]
    rows = [menu(signer, press("sh"), replies.SHAPE, shapes, view.shape or "")]
    if page.models:
        models = [any_one, *((name, name) for name in page.models)]
        rows.append(menu(signer, press("mo"), replies.MODEL, models, view.model or ""))
    if page.styles:
        styles = [any_one, *((name, name) for name in page.styles)]
        rows.append(menu(signer, press("sy"), replies.STYLE, styles, view.style or ""))
    if page.collections:
        own = page.own_collections  # of others' not even the number of pictures is told
        named = [(str(one.id), f"{one.name} ({one.count})" if one in own else one.name) for one in page.collections]
        held = [any_one, *named]
        rows.append(menu(signer, press("co"), replies.COLLECTION, held, str(view.collection_id)))
    kind = discord.SelectDefaultValueType.user
    chosen = [discord.SelectDefaultValue(id=view.maker, type=kind)] if view.maker is not None else []
    makers: ui.UserSelect[Any] = ui.UserSelect(
        custom_id=signer.sign(press("mk")), placeholder=replies.MAKER, min_values=0, default_values=chosen
    )
    return [*rows, ui.ActionRow(makers)]


def _leafing(signer: Signer, page: Page, press: Any) -> ui.ActionRow[Any]:
    newer = Press(Action.GALLERY, page.view.id, extra=f"ne.{page.leaf.newer}")
    older = Press(Action.GALLERY, page.view.id, extra=f"ol.{page.leaf.older}")
    back, on = replies.RANKED_WAYS if page.view.scope in RANKED else replies.WAYS
    look = discord.ButtonStyle.primary if page.view.unfolded else discord.ButtonStyle.secondary
    return ui.ActionRow(
        button(signer, newer, back, "◀️", disabled=page.leaf.is_first),
        button(signer, older, on, "▶️", disabled=page.leaf.is_last),
        button(signer, press("fi"), "Filters", "🔎", style=look),
    )


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One picture, opened from a page. `has_others`: it is one of a grid; `can_post`: into its channel once more."""

    view_id: str
    picture: Archived
    note: str
    deeds: Sequence[Choice]
    gone_at: Any
    is_own: bool
    readable: bool
    has_others: bool
    can_post: bool


def draw_exhibit(signer: Signer, exhibit: Exhibit, file: discord.File | None, told: str = "") -> Drawn:
    picture = exhibit.picture
    parts: list[ui.Item[Any]] = []
    if file is not None:
        shown = discord.MediaGalleryItem(f"attachment://{file.filename}", description=file.description)
        parts.append(ui.MediaGallery(shown))
    text = replies.about(
        picture, is_own=exhibit.is_own, readable=exhibit.readable, note=exhibit.note, gone_at=exhibit.gone_at
    )
    parts.append(ui.TextDisplay(text if file is not None else f"{text}\n{replies.FILE_LOST}"))
    parts += _exhibit_rows(signer, exhibit)
    if told:
        parts.append(ui.TextDisplay(f"-# {told}"))
    return Drawn(layout(*parts), [file] if file is not None else [])


def _exhibit_rows(signer: Signer, exhibit: Exhibit) -> list[ui.Item[Any]]:
    picture = exhibit.picture

    def own(verb: str, label: str, emoji: str = "") -> ui.Button[Any]:
        press = Press(Action.EXHIBIT, exhibit.view_id, extra=f"{verb}.{picture.id}")
        return button(signer, press, label, emoji)

    def job(action: Action, label: str = "", emoji: str = "") -> ui.Button[Any]:
        return button(signer, Press(action, picture.job_id, picture.cell), label, emoji)

    rows: list[ui.Item[Any]] = []
    if picture.deleted_at is None and exhibit.readable:
        single = [job(Action.SINGLE, f"U{picture.cell + 1}")] if exhibit.has_others else []
        varied = [job(Action.VARY_SUBTLE, "Vary (Subtle)"), job(Action.VARY_STRONG, "Vary (Strong)")]
        larger = [job(Action.UPSCALE_SUBTLE, "Upscale (Subtle)"), job(Action.UPSCALE_CREATIVE, "Upscale (Creative)")]
        rows.append(ui.ActionRow(*single, *varied, *larger))
    if picture.deleted_at is None:
        words = [job(Action.RECIPE, "Recipe"), own("us", "Use this prompt")] if exhibit.readable else []
        rows.append(
            ui.ActionRow(job(Action.BOOKMARK, "", "❤️"), *words, own("sr", "Share", "📣"), own("no", "Note", "📝"))
        )
    if exhibit.deeds:
        press = Press(Action.EXHIBIT, exhibit.view_id, extra=f"do.{picture.id}")
        rows.append(menu(signer, press, replies.DO_ONE, exhibit.deeds))
    can_publish = (
        exhibit.is_own and picture.deleted_at is None and not exhibit.has_others
    )  # it would publish the others
    star = [job(Action.PUBLISH, "", "⭐")] if can_publish else []
    again = [own("pa", "Post it again")] if exhibit.can_post else []
    like = [own("li", "More like this", "✨")] if picture.deleted_at is None else []
    rows.append(ui.ActionRow(own("bk", "Back", "◀️"), *like, *star, *again))
    return rows
