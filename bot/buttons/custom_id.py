"""The one codec for custom ids: what was pressed, signed, so that whoever presses can only press what was posted.
Format: `a1:KEY:ACTION:JOB:CELL:EXTRA:MAC`. Knows no member: who may press is asked of the database, not of the id.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Final

LONGEST: Final = 100  # Discord's limit
VERSION: Final = "a1"
PATTERN: Final = re.compile(r"a\d+:.*", re.DOTALL)  # every version: one that cannot be read is answered, too
MOST_CELLS: Final = 100
LARGEST_KEY: Final = 10**9 - 1
SECRET_BYTES: Final = 32
_MAC_BYTES: Final = 12  # a multiple of three, so that base64 has no spare bits which could change unnoticed
_JOB: Final = re.compile(r"(?:[0-9A-Za-z]{12})?")
_EXTRA: Final = re.compile(r"[0-9A-Za-z._~-]{0,24}")


@unique
class Action(StrEnum):
    """What a press asks for. The value is its code in the id: never give one away again for something else."""

    SINGLE = "U"
    VARY = "V"
    REROLL = "R"
    CANCEL = "X"
    UPSCALE_SUBTLE = "us"
    UPSCALE_CREATIVE = "uc"
    VARY_SUBTLE = "vs"
    VARY_STRONG = "vx"
    BOOKMARK = "bm"
    PUBLISH = "pu"
    RECIPE = "re"
    DELETE = "de"
    REMIX = "mx"
    REDO = "rd"
    CONFIRM = "ok"
    DISMISS = "no"
    HELP = "he"
    QUEUE = "qu"
    DIRECT = "dm"
    SETTINGS = "st"
    SETUP = "su"
    GALLERY = "ga"  # a page: `job` is the number of its view
    EXHIBIT = "gx"  # one picture on it
    SUBSCRIBE = "sb"
    TAKE_AWAY = "ra"  # what was reported
    CLOSE_REPORT = "rx"
    DESK = "dk"
    SHORTEN = "sh"
    OFFER_TAKE = "oa"
    OFFER_DROP = "od"
    OFFER_RELAXED = "or"
    HIDE_EXHIBIT = "gh"
    RESTORE_EXHIBIT = "gr"
    MAKE_GALLERY = "gm"
    TREE = "tr"
    DAILY = "dy"  # `extra` says what of a day
    TOP = "tp"
    FOLLOW = "fo"
    COMMUNITY = "cm"


@dataclass(frozen=True, slots=True)
class Press:
    """`job` may be empty (help, a page of the queue) or an offer, `cell` counts from 0, `extra` is a page, a choice, a
    kind."""

    action: Action
    job: str = ""
    cell: int = 0
    extra: str = ""

    def __post_init__(self) -> None:
        if not _JOB.fullmatch(self.job):
            raise ValueError(f"{self.job!r} is no job's id; those have 12 letters and digits, or none.")
        if not 0 <= self.cell < MOST_CELLS:
            raise ValueError(f"{self.cell} is no cell; use 0 to {MOST_CELLS - 1}.")
        if not _EXTRA.fullmatch(self.extra):
            raise ValueError(f"{self.extra!r} does not fit an id; use up to 24 letters, digits and . _ ~ -")


@dataclass(frozen=True, slots=True)
class Key:
    """Made once and kept in the data folder. `id` tells which one signed."""

    id: int
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.id <= LARGEST_KEY:
            raise ValueError(f"{self.id} is no key's id; use 0 to {LARGEST_KEY}.")
        if len(self.secret) < SECRET_BYTES:
            raise ValueError(f"A key needs {SECRET_BYTES} bytes or more, and this one has {len(self.secret)}.")


class CustomIdError(Exception):
    """An id that was not read. What it said is not repeated: nobody vouches for it."""


class UnknownVersionError(CustomIdError):
    def __init__(self) -> None:
        super().__init__("This button was made by another version of the bot; ask for the picture anew with /show.")


class UnknownKeyError(CustomIdError):
    def __init__(self) -> None:
        super().__init__("This button was signed with a key that is not in this data folder; restore it from a backup.")


class ForgedIdError(CustomIdError):
    def __init__(self) -> None:
        super().__init__("This button's id was not made by this bot, or was changed; refuse the press.")


class Signer:
    """Signs with the newest of `keys`, reads what any of them signed."""

    def __init__(self, keys: Sequence[Key]) -> None:
        if not keys:
            raise ValueError("A signer needs a key; make one and keep it with the data.")
        self._secrets = {key.id: key.secret for key in keys}
        if len(self._secrets) < len(keys):
            raise ValueError("Two keys have the same id; give each its own.")
        self._newest = max(self._secrets)

    def sign(self, press: Press) -> str:
        body = f"{VERSION}:{self._newest}:{press.action}:{press.job}:{press.cell}:{press.extra}"
        return f"{body}:{_mac(self._secrets[self._newest], body)}"

    def read(self, text: str) -> Press:
        """Raises UnknownVersionError, UnknownKeyError, or ForgedIdError for all else that was not signed here."""
        version, _, rest = text.partition(":")
        if version != VERSION:
            raise UnknownVersionError if PATTERN.fullmatch(text) else ForgedIdError
        body, _, mac = text.rpartition(":")
        number = rest.partition(":")[0]
        if len(text) > LONGEST or not text.isascii() or not number.isdigit() or len(number) > 9:
            raise ForgedIdError
        secret = self._secrets.get(int(number))
        if secret is None:
            raise UnknownKeyError
        # All that follows trusts the text, so nothing of it is looked at before this.
        if not hmac.compare_digest(_mac(secret, body), mac):
            raise ForgedIdError
        return _press(body)


def _mac(secret: bytes, body: str) -> str:
    digest = hmac.digest(secret, body.encode(), hashlib.sha256)
    return urlsafe_b64encode(digest[:_MAC_BYTES]).decode()


def _press(body: str) -> Press:
    _, _, code, job, cell, extra = body.split(":")
    try:
        return Press(Action(code), job, int(cell), extra)
    except ValueError:  # signed here, by a version that knew more actions
        raise UnknownVersionError from None
