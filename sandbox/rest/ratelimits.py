"""Rate-limit buckets on the sandbox's clock: who may send how much, and the headers and 429s that say so.

A window opens with its first request and closes as a whole, as Discord's do, so a client that obeys the headers never
meets a 429. Knows routes as text, no request and no handler.
"""

from __future__ import annotations

import functools
import hashlib
import math
import re
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.rules import limits
from sandbox.rules.clock import Clock
from sandbox.rules.limits import Bucket
from sandbox.world.actors import Actor, ActorKind

Json = dict[str, Any]

# Keys are a method and a path with `{}` for every parameter.
_ROUTES: Final = {
    "POST /channels/{}/messages": limits.MESSAGE_CREATE_BUCKET,
    "PATCH /channels/{}/messages/{}": limits.MESSAGE_EDIT_BUCKET,
    "PUT /channels/{}/messages/{}/reactions/{}/@me": limits.REACTION_ADD_BUCKET,
}
_TOKEN_ROUTE: Final = re.compile(r"[A-Z]+ /(webhooks/\{\}/\{\}|interactions/\{\}/\{\}/callback)")
_WEBHOOK_SEND: Final = "POST /webhooks/{}/{}"
_RENAME: Final = "PATCH /channels/{} name"
_GLOBAL: Final = "*"
_HIDDEN: Final = "webhook sends of the channel"
_INVALID: Final = "invalid requests"
_PARAMETER: Final = re.compile(r"\{[^}]*\}")
_SWEEP_AT_LEAST: Final = 1000  # windows to hold before the closed ones among them are looked for

_GLOBAL_BUCKET: Final = Bucket(limits.GLOBAL_REQUESTS_PER_SECOND, 1.0)
_INVALID_BUCKET: Final = Bucket(limits.INVALID_REQUESTS, limits.INVALID_REQUEST_WINDOW_SECONDS)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may pass, and the headers of its answer either way. A refusal has a body, or plain text."""

    allowed: bool
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    body: Json | None = None
    text: str | None = None  # instead of JSON: what Cloudflare says in Discord's place

    @property
    def is_shared(self) -> bool:
        return self.headers.get("X-RateLimit-Scope") == "shared"


def refusal(retry_after: float, *, scope: str = "user", headers: dict[str, str] | None = None) -> Verdict:
    """A 429 as Discord words it; `scope` is user, shared or global. Also for scripted faults."""
    is_global = scope == "global"
    body = {"message": "You are being rate limited.", "retry_after": round(retry_after, 3), "global": is_global}
    return Verdict(False, {**(headers or {}), **marks(retry_after, scope)}, 429, body)


def marks(retry_after: float, scope: str = "user") -> dict[str, str]:
    """The headers of any 429 of Discord's own."""
    return {
        # Without Via, discord.py takes a 429 for Cloudflare's and gives up at once.
        "Via": "1.1 sandbox",
        "Retry-After": str(math.ceil(retry_after)),
        "X-RateLimit-Scope": scope,
        **({"X-RateLimit-Global": "true"} if scope == "global" else {}),
    }


@dataclass(slots=True)
class _Window:
    bucket: Bucket
    opened_ms: int
    used: int = 0

    @property
    def closes_ms(self) -> int:
        return self.opened_ms + round(self.bucket.seconds * 1000)

    def is_open(self, now_ms: int) -> bool:
        return self.opened_ms <= now_ms < self.closes_ms  # the first half: the clock may be moved back

    def headers(self, route: str, now_ms: int) -> dict[str, str]:
        shown_ms = self.opened_ms + round((self.bucket.shown_seconds or self.bucket.seconds) * 1000)
        return {
            "X-RateLimit-Limit": str(self.bucket.requests),
            "X-RateLimit-Remaining": str(self.bucket.requests - self.used),
            "X-RateLimit-Reset": f"{shown_ms / 1000:.3f}",
            "X-RateLimit-Reset-After": f"{(shown_ms - now_ms) / 1000:.3f}",
            "X-RateLimit-Bucket": _bucket_hash(route),
        }


_Key = tuple[str, str, str]  # whose, which route, which major id


class RateLimits:
    """Every open window. Persons are never limited; `enabled = False` lets everything pass, for benchmarks."""

    def __init__(self, clock: Clock) -> None:
        self.enabled = True
        self._clock = clock
        self._windows: dict[_Key, _Window] = {}
        self._sweep_at = _SWEEP_AT_LEAST

    def check(
        self, actor: Actor | None, route_key: str, major: str, *, channel_id: int | None = None, address: str = ""
    ) -> Verdict:
        """Count a request and judge it. `actor` is None where a token in the path stands for one.

        `route_key` is a method and a path template; `major` the channel, guild or webhook id (with its token) that has
        a bucket of its own; `channel_id` where a webhook or an interaction sends to.
        """
        if not self.enabled or (actor is not None and actor.kind is ActorKind.PERSON):
            return Verdict(True)
        now_ms = self._clock.now_ms()
        route = _shape(route_key)
        is_token_route = _TOKEN_ROUTE.match(route) is not None
        owner = "" if is_token_route or actor is None else f"{actor.kind}:{actor.application_id}:{actor.user_id}"
        if address and self._is_full((address, _INVALID, ""), now_ms):
            return self._cloudflare(address, now_ms)
        global_key = (owner, _GLOBAL, "")
        if self._is_full(global_key, now_ms):
            return refusal(self._seconds_left(global_key, now_ms), scope="global")
        key = (owner, route, major)
        if self._is_full(key, now_ms):
            return self._refuse(key, now_ms)
        bucket = limits.WEBHOOK_BUCKET if is_token_route else _ROUTES.get(route, limits.DEFAULT_BUCKET)
        if route == _WEBHOOK_SEND and channel_id is not None:
            hidden_key = ("", _HIDDEN, str(channel_id))
            if self._is_full(hidden_key, now_ms):
                return refusal(self._seconds_left(hidden_key, now_ms), scope="shared")
            self._count(hidden_key, limits.WEBHOOK_CHANNEL_BUCKET, now_ms)
        if owner:  # interactions and webhooks are outside the global limit
            self._count(global_key, _GLOBAL_BUCKET, now_ms)
        return Verdict(True, self._count(key, bucket, now_ms).headers(route, now_ms))

    def check_rename(self, actor: Actor, channel_id: int) -> Verdict:
        """The second, much smaller limit on a channel's name and topic; besides `check`, when a body has either."""
        if not self.enabled or actor.kind is ActorKind.PERSON:
            return Verdict(True)
        now_ms = self._clock.now_ms()
        key = (f"{actor.kind}:{actor.application_id}:{actor.user_id}", _RENAME, str(channel_id))
        if self._is_full(key, now_ms):
            return self._refuse(key, now_ms)
        self._count(key, limits.CHANNEL_RENAME_BUCKET, now_ms)
        return Verdict(True)

    def note_answer(self, actor: Actor | None, address: str, status: int, *, is_shared: bool = False) -> None:
        """Count invalid requests: 401, 403, and a 429 that is not shared, per address."""
        is_person = actor is not None and actor.kind is ActorKind.PERSON
        if self.enabled and status in (401, 403, 429) and not is_shared and not is_person:
            key = (address, _INVALID, "")
            if not self._is_full(key, self._clock.now_ms()):
                self._count(key, _INVALID_BUCKET, self._clock.now_ms())

    def snapshot(self) -> list[Json]:
        """The open windows, the fullest first."""
        now_ms = self._clock.now_ms()
        rows = [
            {
                "owner": owner or "token in the path",
                "route": route,
                "major": _masked(major),
                "limit": window.bucket.requests,
                "remaining": window.bucket.requests - window.used,
                "reset_after": round((window.closes_ms - now_ms) / 1000, 3),
                "bucket": _bucket_hash(route),
            }
            for (owner, route, major), window in self._windows.items()
            if window.is_open(now_ms)
        ]
        return sorted(rows, key=lambda row: row["remaining"] / row["limit"])

    # -- inside -------------------------------------------------------------------------------------------------------

    def _is_full(self, key: _Key, now_ms: int) -> bool:
        window = self._windows.get(key)
        return window is not None and window.is_open(now_ms) and window.used >= window.bucket.requests

    def _seconds_left(self, key: _Key, now_ms: int) -> float:
        return (self._windows[key].closes_ms - now_ms) / 1000

    def _count(self, key: _Key, bucket: Bucket, now_ms: int) -> _Window:
        window = self._windows.get(key)
        if window is None or not window.is_open(now_ms):
            if len(self._windows) >= self._sweep_at:
                self._windows = {k: w for k, w in self._windows.items() if w.is_open(now_ms)}
                self._sweep_at = max(_SWEEP_AT_LEAST, 2 * len(self._windows))
            window = self._windows[key] = _Window(bucket, now_ms)
        window.used += 1
        return window

    def _refuse(self, key: _Key, now_ms: int) -> Verdict:
        headers = self._windows[key].headers(key[1], now_ms)
        return refusal(self._seconds_left(key, now_ms), headers=headers)

    def _cloudflare(self, address: str, now_ms: int) -> Verdict:
        wait_seconds = self._seconds_left((address, _INVALID, ""), now_ms)
        headers = {"Retry-After": str(math.ceil(wait_seconds)), "Content-Type": "text/plain; charset=UTF-8"}
        return Verdict(False, headers, 429, text="error code: 1015")


@functools.cache
def _shape(route_key: str) -> str:
    return _PARAMETER.sub("{}", route_key)


@functools.cache
def _bucket_hash(route: str) -> str:
    """The same for every channel: clients pair it with the major id themselves."""
    return hashlib.sha256(route.encode()).hexdigest()[:32]


def _masked(major: str) -> str:
    """`id/token` for webhooks and interactions; the drawer has no business to show a token whole."""
    head, slash, token = major.partition("/")
    return f"{head}/{token[:8]}…" if slash else head
