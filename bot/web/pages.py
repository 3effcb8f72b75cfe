"""The pages as HTML that works without a script. All that members wrote passes `escape`, in text and in attributes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from bot.store.archive import Archived
from bot.store.window import Scope, Visitor
from bot.store.words import Shape
from bot.thumbnails import SIDES
from bot.visibility import may_read
from bot.web.asked import LONGEST_WORDS, Asked
from bot.web.sealing import Seal

CARD, WHOLE = SIDES
NAME: Final = "Gallery"
_UNTOLD: Final = "A picture whose prompt its maker keeps"
_TITLE_LENGTH: Final = 90
_SCOPES: Final = {Scope.GALLERY: "Published", Scope.SERVERS: "My servers", Scope.MINE: "Mine"}
_NUMBERS: Final = ("seed", "steps", "guidance", "scheduler")


@dataclass(frozen=True, slots=True)
class Looks:
    """Who looks at a page, and what it needs to know of them."""

    visitor: Visitor
    seal: Seal
    may_sign_in: bool
    url: str

    def maker(self, picture: Archived) -> str:
        """A name for the web: not the one in Discord, which its bearer shows to their servers alone."""
        mine = picture.member_id == self.visitor.member
        return "you" if mine else f"maker {self.seal.pseudonym(picture.member_id)}"

    def about(self, picture: Archived) -> str:
        return picture.text if may_read(picture, self.visitor) else _UNTOLD


def image_address(picture: Archived, side: int) -> str:
    return f"/image/{picture.id}/{picture.sha256[:16]}-{side}.webp"


def browse_page(asked: Asked, found: Sequence[Archived], models: Sequence[str], looks: Looks, *, is_more: bool) -> str:
    cards = "".join(_card(picture, looks) for picture in found)
    older = asked.address(before=found[-1].id) if is_more and found else None
    nothing = "" if found else f'<p class="nothing">{_nothing(asked)}</p>'
    more = f'<a class="older" rel="next" href="{escape(older)}">Older pictures</a>' if older else ""
    body = f'{_filters(asked, models, looks)}{_chosen(asked)}<ol class="cards">{cards}</ol>{nothing}{more}'
    feed = escape(asked.address("/feed.xml", of=Scope.GALLERY, before=None))
    head = f'<link rel="alternate" type="application/rss+xml" title="{NAME}" href="{feed}">'
    return _page(NAME, head + _told(looks, NAME, "Pictures that members published", "/"), body, looks)


def picture_page(picture: Archived, recipe: str | None, looks: Looks) -> str:
    """`recipe` is its JSON where it may be read."""
    about, address = looks.about(picture), f"/picture/{picture.id}"
    source = escape(image_address(picture, WHOLE))
    by = Asked(by=picture.id).address()
    when = picture.created_at
    body = (
        f'<article class="picture"><img src="{source}" width="{picture.width}" height="{picture.height}" '
        f'alt="{escape(about)}"><div class="about"><h1>{escape(about)}</h1><p>{escape(looks.maker(picture))} · '
        f'<time datetime="{when.isoformat()}">{when:%d %B %Y}</time></p>{_recipe(picture, recipe)}'
        f'<p class="ways"><a href="{escape(by)}">More by this maker</a> <a href="{address}">Its own page</a></p>'
        "</div></article>"
    )
    title = _shortened(about)
    head = _told(looks, title, f"By {looks.maker(picture)}", address)
    head += f'<meta property="og:image" content="{escape(looks.url + image_address(picture, WHOLE))}">'
    head += '<meta name="twitter:card" content="summary_large_image">'
    return _page(title, head, body, looks)


def word_page(sentence: str, looks: Looks) -> str:
    body = f'<p class="nothing">{escape(sentence)} <a href="/">To the gallery</a></p>'
    return _page(NAME, "", body, looks)


def _card(picture: Archived, looks: Looks) -> str:
    about = looks.about(picture)
    scale = CARD / max(picture.width, picture.height, CARD)
    width, height = round(picture.width * scale), round(picture.height * scale)
    return (
        f'<li class="card {picture.shape}"><a href="/picture/{picture.id}">'
        f'<img loading="lazy" decoding="async" src="{escape(image_address(picture, CARD))}" width="{width}" '
        f'height="{height}" alt="{escape(about)}"><span>{escape(_shortened(about))}</span></a></li>'
    )


def _filters(asked: Asked, models: Sequence[str], looks: Looks) -> str:
    chosen = sorted({*models, asked.model} - {None, ""}, key=str)
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{escape(str(value))}">'
        for name, value in (("of", asked.of if asked.of is not Scope.GALLERY else None), ("by", asked.by))
        if value
    )
    return (
        f'<form class="filters" role="search" action="/">{kept}<input type="search" name="words" aria-label="Words" '
        f'placeholder="Search by words" maxlength="{LONGEST_WORDS}" value="{escape(asked.words)}">'
        f"{_choice('model', 'Any model', [(str(each), str(each)) for each in chosen], asked.model)}"
        f"{_choice('shape', 'Any shape', [(each.value, each.value) for each in Shape], asked.shape)}"
        f"<button>Search</button></form>{_scopes(asked, looks)}"
    )


def _scopes(asked: Asked, looks: Looks) -> str:
    if not looks.visitor.is_known:
        return ""
    links = "".join(
        f'<a href="{escape(asked.address(of=scope, by=None, before=None))}"'
        f"{' aria-current=page' if scope is asked.of else ''}>{name}</a>"
        for scope, name in _SCOPES.items()
    )
    return f'<nav class="scopes" aria-label="Whose pictures">{links}</nav>'


def _chosen(asked: Asked) -> str:
    if asked.by is None:
        return ""
    return (
        f'<p class="chosen">One maker\'s pictures · <a href="{escape(asked.address(by=None, before=None))}">All</a></p>'
    )


def _choice(name: str, every: str, values: Sequence[tuple[str, str]], now: str | None) -> str:
    options = "".join(
        f'<option value="{escape(value)}"{" selected" if value == now else ""}>{escape(shown)}</option>'
        for value, shown in values
    )
    return f'<select name="{name}" aria-label="{name.title()}"><option value="">{every}</option>{options}</select>'


def _nothing(asked: Asked) -> str:
    if asked.words or asked.model or asked.shape or asked.by:
        return 'No picture is like that. <a href="/">See all</a>'
    return "Nothing is here yet: pictures come when their makers publish them."


def _recipe(picture: Archived, recipe: str | None) -> str:
    pairs: list[tuple[str, Any]] = [("model", picture.model), ("size", f"{picture.width} × {picture.height}")]
    if recipe is not None:
        data = json.loads(recipe)
        pairs += [(name, data[name]) for name in _NUMBERS if data.get(name) is not None]
    told = "".join(f"<dt>{name}</dt><dd>{escape(str(value))}</dd>" for name, value in pairs if value != "")
    return f"<dl>{told}</dl>"


def _told(looks: Looks, title: str, about: str, path: str) -> str:
    pairs = {"title": title, "description": about, "type": "website", "url": looks.url + path, "site_name": NAME}
    return "".join(f'<meta property="og:{name}" content="{escape(value)}">' for name, value in pairs.items())


def _shortened(text: str) -> str:
    return text if len(text) <= _TITLE_LENGTH else f"{text[: _TITLE_LENGTH - 1].rstrip()}…"


def _page(title: str, head: str, body: str, looks: Looks) -> str:
    if looks.visitor.is_known:
        door = '<form method="post" action="/sign-out"><button>Sign out</button></form>'
    else:
        door = '<a href="/sign-in">Sign in with Discord</a>' if looks.may_sign_in else ""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" '
        'content="light dark"><link rel="icon" href="/page/icon.svg"><link rel="stylesheet" href="/page/style.css">'
        f'{head}<script type="module" src="/page/window.js"></script></head><body><header><a class="home" href="/">'
        f'{NAME}</a><span class="doors"><a href="/feed.xml">RSS</a>{door}</span></header><main>{body}</main>'
        '<dialog aria-label="Picture"></dialog></body></html>'
    )
