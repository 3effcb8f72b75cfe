"""Addresses in a body: what is a URL, and whether `attachment://name` names a file that comes with the message."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from sandbox.rules import limits
from sandbox.rules.checks.form import Check, check_length, object_of, shown
from sandbox.rules.errors import Faults, Path

ATTACHMENT = "attachment://"
WEB = ("http", "https")
PICTURE = ("http", "https", "attachment")
LINK = ("http", "https", "discord")


def url(schemes: tuple[str, ...] = WEB, high: int = limits.URL_CHARACTERS) -> Check:
    def check(value: object, path: Path, faults: Faults) -> None:
        if not isinstance(value, str):
            faults.add(path, "STRING_TYPE_CONVERT", f'Could not interpret "{shown(value)}" as string.')
            return
        if not check_length(len(value), 0, high, path, faults):
            return
        scheme = scheme_of(value)
        if scheme is None:
            faults.add(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        elif scheme not in schemes:
            message = f'Scheme "{shown(scheme)}" is not supported. Scheme must be one of {schemes}.'
            faults.add(path, "URL_TYPE_INVALID_SCHEME", message)

    return check


def scheme_of(value: str) -> str | None:
    """The scheme of a well formed URL, or None. A file name behind `attachment://` may hold anything."""
    if value.startswith(ATTACHMENT) and len(value) > len(ATTACHMENT):
        return "attachment"
    if re.search(r"\s", value.strip()):
        return None
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        return None
    return parts.scheme if parts.scheme and (parts.netloc or parts.path.strip("/")) else None


def clean_name(name: str) -> str:
    """A file name as Discord stores it; references are cleaned in the same way ([I] 7754)."""
    return re.sub(r"[^\w.\-]+", "_", name.strip()).lstrip("._") or "unknown"


def check_reference(value: str | None, names: Collection[str], path: Path, faults: Faults) -> None:
    """`names` are cleaned names of the files that the message has or is being given."""
    if value and value.startswith(ATTACHMENT) and clean_name(value[len(ATTACHMENT) :]) not in names:
        message = f'The referenced attachment ("{shown(value)}") was not found'
        faults.add(path, "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", message)


MEDIA = object_of({"url": url(PICTURE)})
FILE = object_of({"url": url(("attachment",))})
