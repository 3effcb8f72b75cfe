"""Cookies that only this bot can have made: signed, and over at their time. What stands in them can be read by whoever
holds them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

_LONGEST: Final = 4096  # of what browsers keep


class Seal:
    """Signs with the first of `secrets`, opens what any of them signed."""

    def __init__(self, secrets: Sequence[bytes], now: Callable[[], datetime]) -> None:
        # Of their own: nothing that was signed for a button may ever pass for a session.
        self._secrets = [hmac.digest(secret, b"atelier gallery window", hashlib.sha256) for secret in secrets]
        self._now = now

    def close(self, purpose: str, told: dict[str, Any], lasts: timedelta) -> str:
        until = int((self._now() + lasts).timestamp())
        body = urlsafe_b64encode(json.dumps(told | {"until": until}, separators=(",", ":")).encode()).decode()
        return f"{body}.{self._mac(self._secrets[0], purpose, body)}"

    def open(self, purpose: str, text: str) -> dict[str, Any] | None:
        """None if it was not signed here for this purpose, or is over."""
        body, _, mac = text.partition(".")
        if len(text) > _LONGEST or not text.isascii():
            return None
        if not any(hmac.compare_digest(self._mac(secret, purpose, body), mac) for secret in self._secrets):
            return None
        told: dict[str, Any] = json.loads(urlsafe_b64decode(body))
        return told if told["until"] > self._now().timestamp() else None

    def pseudonym(self, member: int) -> str:
        """The same for one member always, and not to be traced back to their id without this bot's key."""
        return self._mac(self._secrets[-1], "maker", str(member))[:6]

    @staticmethod
    def _mac(secret: bytes, purpose: str, body: str) -> str:
        return hmac.new(secret, f"{purpose}:{body}".encode(), hashlib.sha256).hexdigest()
