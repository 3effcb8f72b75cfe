"""The window on the web: a server that only reads. Each picture and word that it gives was asked for as the visitor, in
the query and once more by `visibility.py`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from aiohttp import web
from yarl import URL

from bot.frame.listening import listening
from bot.frame.settings import Settings
from bot.store import keys, pictures, window
from bot.store.archive import Archived
from bot.store.errors import MissingFileError, StoreError
from bot.store.store import Store
from bot.store.window import Scope, Sought, Visitor
from bot.thumbnails import SIDES, Thumbnails
from bot.visibility import may_open, may_read
from bot.web import pages, sign_in
from bot.web.asked import Asked, AskedError
from bot.web.feed import write_feed
from bot.web.pages import Looks
from bot.web.sealing import Seal
from bot.web.sign_in import SignIn, SignInError

_log: Final = logging.getLogger(__name__)
PAGE: Final = 48
_PAGE_FILES: Final = {"style.css": "text/css", "window.js": "text/javascript", "icon.svg": "image/svg+xml"}
_MODELS_SECONDS: Final = 60.0
_NOT_HERE: Final = "There is nothing at this address, or it is not shown to you."
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Window:
    def __init__(self, store: Store, seal: Seal, doors: SignIn, thumbnails: Thumbnails, url: str) -> None:
        self._store, self._seal, self._doors, self._thumbnails, self._url = store, seal, doors, thumbnails, url
        self._models: tuple[float, tuple[str, ...]] = (float("-inf"), ())
        folder = Path(__file__).parent / "page"
        self._files = {name: (folder / name).read_bytes() for name in _PAGE_FILES}

    def application(self) -> web.Application:
        application = web.Application(middlewares=[self._guard])
        application.add_routes(
            [
                web.get("/", self.browse),
                web.get(r"/picture/{id:\d{1,18}}", self.picture),
                web.get(r"/image/{id:\d{1,18}}/{hash:[0-9a-f]{16}}-{side:\d{1,4}}.webp", self.image),
                web.get("/feed.xml", self.feed),
                web.get("/page/{name}", self.file),
                web.get(sign_in.START, self._doors.start),
                web.get(sign_in.BACK, self._doors.back),
                web.post(sign_in.OUT, self._doors.out),
            ]
        )
        return application

    async def browse(self, request: web.Request) -> web.Response:
        asked, looks = Asked.read(request.query), await self._looks(request)
        if asked.of is not Scope.GALLERY and not looks.visitor.is_known:
            return self._page(pages.word_page("Sign in to see these pictures.", looks), 403)
        found = await self._browse(asked, looks.visitor, PAGE + 1)
        models = await self._known_models()
        return self._page(pages.browse_page(asked, found[:PAGE], models, looks, is_more=len(found) > PAGE))

    async def picture(self, request: web.Request) -> web.Response:
        looks = await self._looks(request)
        found = await self._find(request, looks.visitor)
        recipe = None
        if may_read(found, looks.visitor):
            async with self._store.read() as tx:
                row = await pictures.find(tx, found.job_id, found.cell)
            recipe = None if row is None else row.recipe
        return self._page(pages.picture_page(found, recipe, looks))

    async def image(self, request: web.Request) -> web.Response:
        found, side = await self._find(request, await self._doors.visitor(request)), int(request.match_info["side"])
        if not found.sha256.startswith(request.match_info["hash"]) or side not in SIDES:
            raise web.HTTPNotFound
        # Never for caches that several share: what is hidden tomorrow must not be shown from there. What is not for
        # everybody is asked for again each time, so that it ends with the session.
        is_open = may_open(found, Visitor())
        headers = {
            "ETag": f'"{found.sha256[:32]}-{side}"',
            "Cache-Control": "private, max-age=86400, immutable" if is_open else "private, no-cache",
        }
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        try:
            data = await self._thumbnails.get(found.sha256, side)
        except MissingFileError:
            raise web.HTTPNotFound from None
        return web.Response(body=data, content_type="image/webp", headers=headers)

    async def feed(self, request: web.Request) -> web.Response:
        asked = replace(Asked.read(request.query), of=Scope.GALLERY)
        looks = self._look(Visitor())
        text = write_feed(await self._browse(asked, looks.visitor, PAGE), looks)
        return web.Response(text=text, content_type="application/rss+xml", headers={"Cache-Control": "max-age=300"})

    async def file(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in self._files:
            raise web.HTTPNotFound
        headers = {"Cache-Control": "max-age=3600"}
        return web.Response(body=self._files[name], content_type=_PAGE_FILES[name], charset="utf-8", headers=headers)

    async def _browse(self, asked: Asked, visitor: Visitor, limit: int) -> list[Archived]:
        async with self._store.read() as tx:
            maker = None
            if asked.by is not None:
                known = await window.find(tx, visitor, asked.by)
                if known is None:
                    return []
                maker = known.member_id
            sought = Sought(scope=asked.of, maker=maker, model=asked.model, shape=asked.shape, words=asked.words)
            found = await window.browse(tx, visitor, sought, limit, asked.before)
        return [picture for picture in found if may_open(picture, visitor)]

    async def _find(self, request: web.Request, visitor: Visitor) -> Archived:
        async with self._store.read() as tx:
            found = await window.find(tx, visitor, int(request.match_info["id"]))
        if found is None or not may_open(found, visitor):
            raise web.HTTPNotFound
        return found

    async def _known_models(self) -> tuple[str, ...]:
        """They look through everything that is published, and change seldom."""
        asked_at, found = self._models
        if time.monotonic() - asked_at > _MODELS_SECONDS:
            async with self._store.read() as tx:
                found = await window.models(tx)
            self._models = (time.monotonic(), found)
        return found

    async def _looks(self, request: web.Request) -> Looks:
        return self._look(await self._doors.visitor(request))

    def _look(self, visitor: Visitor) -> Looks:
        return Looks(visitor, self._seal, self._doors.is_offered, self._url)

    def _page(self, text: str, status: int = 200) -> web.Response:
        headers = {"Cache-Control": "private, no-cache"}
        return web.Response(status=status, text=text, content_type="text/html", headers=headers)

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Every answer has the same headers, and every refusal is a page with a sentence."""
        try:
            answer = await handler(request)
        except (AskedError, SignInError) as error:
            answer = self._page(pages.word_page(str(error), self._look(Visitor())), 400)
        except web.HTTPException as error:
            sentence = _NOT_HERE if error.status == 404 else f"This cannot be done here ({error.reason})."
            answer = self._page(pages.word_page(sentence, self._look(Visitor())), error.status)
            answer.headers.update({name: error.headers[name] for name in ("Allow",) if name in error.headers})
        except StoreError as error:
            _log.warning("A page could not be shown: %s", error)
            sentence = "The gallery cannot be read at the moment; try again soon."
            answer = self._page(pages.word_page(sentence, self._look(Visitor())), 503)
        answer.headers.update(_HEADERS)
        return answer


async def open_window(settings: Settings, store: Store, thumbnails: Thumbnails, rest: str) -> Window:
    async with store.read() as tx:
        known = await keys.newest_first(tx)
    seal = Seal([key.secret for key in known], store.now)
    own = URL(settings.gallery_url or f"http://{settings.gallery_host}:{settings.gallery_port}")
    doors = SignIn(store, seal, rest, own, settings.client_id, settings.client_secret)
    return Window(store, seal, doors, thumbnails, str(own).rstrip("/"))


@asynccontextmanager
async def served(settings: Settings, store: Store, thumbnails: Thumbnails, rest: str) -> AsyncIterator[None]:
    """Nothing, where there is no port to serve it at. `rest` is where Discord's API is. Raises PortError."""
    if settings.gallery_at is None:
        yield
        return
    opened = await open_window(settings, store, thumbnails, rest)
    async with listening(settings.gallery_at, opened.application()):
        _log.info("The gallery is at %s.", settings.gallery_at.url)
        yield
