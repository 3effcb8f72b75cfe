"""Keeps other web pages out: whoever opens a page elsewhere must not thereby hand it the members' and the bot's powers.

The sandbox has no passwords, and a browser carries any page's requests to this machine. Programs that are no browsers,
whatever host they think they speak to, are not looked at. It knows HTTP headers and nothing of the sandbox's world.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Awaitable, Callable
from urllib.parse import SplitResult, urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Behind signed links, and meant to be shown by other pages, as Discord's own CDN is.
_PICTURES = ("/cdn/", "/attachments/", "/ephemeral-attachments/", "/avatars/", "/icons/", "/emojis/", "/embed/avatars/")
# Pictures and films in messages may come from anywhere, as in Discord; code, styles and data only from here.
_PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src * data: blob:; media-src * blob:; connect-src 'self' {}; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Guard:
    """An aiohttp middleware. `url` is asked for each time: the port is known only once the server listens."""

    def __init__(self, host: str, url: Callable[[], str]) -> None:
        self._is_local = _is_loopback(host)
        self._url = url

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if (refusal := self._refusal(request)) is not None:
            body = json.dumps({"message": refusal, "code": 0}).encode()
            return web.Response(status=403, body=body, headers={"Content-Type": "application/json"})
        return await handler(request)

    async def dress(self, request: web.Request, response: web.StreamResponse) -> None:
        """For `on_response_prepare`: what the browser is told about the page."""
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if request.path == "/" or request.path.startswith("/page/"):
            for name, value in _PAGE_HEADERS.items():
                response.headers.setdefault(name, value.format(self._url()))

    def _refusal(self, request: web.Request) -> str | None:
        """A sentence for a browser's request that did not come from the sandbox's own page."""
        if not _is_browser(request):
            return None
        own = urlsplit(self._url())
        here = _split(f"//{request.host}")
        if self._is_local and not _is_loopback(_name(here)) and _name(here) != _name(own):
            # A name that somebody else's server resolves to this machine makes their page look like ours.
            return f"The sandbox is not called {request.host[:100]!r}; open {self._url()}/ instead."
        if request.method in ("GET", "HEAD") and (request.path.startswith(_PICTURES) or _is_visit(request)):
            return None
        origin = request.headers.get("Origin")
        if origin is not None and not _is_same(_split(origin), here, own):
            return f"Pages of {origin[:100]!r} may not use the sandbox; only its own page at {self._url()}/ may."
        if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
            return f"Other pages may not use the sandbox; only its own at {self._url()}/ may."
        return None


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:  # an unclosed bracket
        return urlsplit("")


def _is_browser(request: web.Request) -> bool:
    """Each of these is sent by browsers; a page can leave out some of them, but not all."""
    headers = request.headers
    if "Origin" in headers or "Sec-Fetch-Site" in headers:
        return True
    return headers.get("User-Agent", "").startswith("Mozilla/") or headers.get("Accept-Language", "*") != "*"


def _is_visit(request: web.Request) -> bool:
    """Somebody follows a link here. The page that has it sees nothing of the answer."""
    headers = request.headers
    return headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest") == "document"


def _is_same(origin: SplitResult, here: SplitResult, own: SplitResult) -> bool:
    return origin.scheme in ("http", "https") and origin.netloc.lower() in (here.netloc.lower(), own.netloc.lower())


def _name(address: SplitResult) -> str:
    return (address.hostname or "").rstrip(".")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
