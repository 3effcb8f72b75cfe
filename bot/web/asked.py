"""What an address of the page asks for, both ways: from its query, and into links to other pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, Self
from urllib.parse import urlencode

from bot.store.window import Scope
from bot.store.words import Shape

LONGEST_WORDS: Final = 200
_LONGEST_MODEL: Final = 64


class AskedError(Exception):
    """An address that is none of this page's, as a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`by` is a picture of the maker whose pictures are meant: their id stands nowhere."""

    words: str = ""
    model: str | None = None
    shape: Shape | None = None
    by: int | None = None
    of: Scope = Scope.GALLERY
    before: int | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """Raises AskedError."""
        try:
            return cls(
                words=query.get("words", "").strip()[:LONGEST_WORDS],
                model=query.get("model", "")[:_LONGEST_MODEL] or None,
                shape=Shape(query["shape"]) if query.get("shape") else None,
                by=_whole(query.get("by")),
                of=Scope(query.get("of") or Scope.GALLERY),
                before=_whole(query.get("before")),
            )
        except ValueError:
            raise AskedError(
                "This address has a filter that does not exist here; start again from the gallery."
            ) from None

    def address(self, path: str = "/", **changes: Any) -> str:
        """Of a page like this one with these changes."""
        values = {each.name: getattr(self, each.name) for each in fields(self)} | changes
        if values["of"] is Scope.GALLERY:
            del values["of"]
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{path}?{query}" if query else path


def _whole(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError
    return int(text)
