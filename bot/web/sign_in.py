"""Signing in through Discord: OAuth2's code grant with state and PKCE. What comes of it is a member's id and those of
their servers in which the bot is too; Discord's token is given back at once and kept nowhere.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
from datetime import timedelta
from typing import Any, Final

import aiohttp
from aiohttp import web
from yarl import URL

from bot.store import friends, servers
from bot.store.store import Store
from bot.store.window import Visitor
from bot.web.sealing import Seal

_log: Final = logging.getLogger(__name__)
START: Final = "/sign-in"
BACK: Final = "/sign-in/back"
OUT: Final = "/sign-out"
SESSION: Final = "atelier_session"
_FLOW: Final = "atelier_sign_in"
SESSION_LASTS: Final = timedelta(hours=12)  # so long may somebody who left a server still see what is shown there
_FLOW_LASTS: Final = timedelta(minutes=10)
_MOST_SERVERS: Final = 100  # a cookie holds 4096 characters
_PATIENCE: Final = aiohttp.ClientTimeout(total=15)
Json = dict[str, Any]


class SignInError(Exception):
    """Why nobody was signed in, as a sentence."""


class SignIn:
    def __init__(self, store: Store, seal: Seal, rest: str, own: URL, client_id: str, client_secret: str) -> None:
        self._store, self._seal, self._rest, self._own = store, seal, rest, own
        self._application = {"client_id": client_id, "client_secret": client_secret}

    @property
    def is_offered(self) -> bool:
        return all(self._application.values())

    async def visitor(self, request: web.Request) -> Visitor:
        told = self._seal.open(SESSION, request.cookies.get(SESSION, ""))
        if told is None:
            return Visitor()
        async with self._store.read() as tx:
            named_by = await friends.who_named(tx, told["member"])
        return Visitor(told["member"], frozenset(told["servers"]), named_by)

    async def start(self, request: web.Request) -> web.Response:
        if not self.is_offered:
            raise web.HTTPNotFound
        flow = {"state": secrets.token_urlsafe(24), "verifier": secrets.token_urlsafe(48)}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(flow["verifier"].encode()).digest()).rstrip(b"=").decode()
        query = {
            "client_id": self._application["client_id"],
            "response_type": "code",
            "scope": "identify guilds",
            "redirect_uri": str(self._own.with_path(BACK)),
            "state": flow["state"],
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        answer = _sent_to(str(URL(self._rest).with_path("/oauth2/authorize").with_query(query)))
        self._give(answer, _FLOW, self._seal.close(_FLOW, flow, _FLOW_LASTS), _FLOW_LASTS)
        return answer

    async def back(self, request: web.Request) -> web.Response:
        """Raises SignInError."""
        flow = self._seal.open(_FLOW, request.cookies.get(_FLOW, ""))
        state, code = request.query.get("state", ""), request.query.get("code", "")
        if flow is None or not hmac.compare_digest(flow["state"].encode(), state.encode()):
            raise SignInError("This sign-in was not begun in this browser, or too long ago; sign in again.")
        if not code:
            raise SignInError("Discord was not allowed to tell who you are, so you are not signed in.")
        try:
            member, theirs = await self._ask(code, flow["verifier"])
        except (aiohttp.ClientError, TimeoutError, ValueError, LookupError, TypeError) as error:
            _log.warning("Discord did not tell who signs in: %s", error)
            raise SignInError("Discord did not tell who you are; sign in again in a moment.") from error
        async with self._store.read() as tx:
            shared = [server.id for server in await servers.present(tx) if server.id in theirs][:_MOST_SERVERS]
        answer = _sent_to("/")
        session = self._seal.close(SESSION, {"member": member, "servers": shared}, SESSION_LASTS)
        self._give(answer, SESSION, session, SESSION_LASTS)
        answer.del_cookie(_FLOW)
        return answer

    async def out(self, request: web.Request) -> web.Response:
        origin = request.headers.get("Origin")
        if origin is not None and origin not in (str(self._own.origin()), f"{request.scheme}://{request.host}"):
            raise web.HTTPForbidden
        answer = _sent_to("/")
        answer.del_cookie(SESSION)
        return answer

    async def _ask(self, code: str, verifier: str) -> tuple[int, frozenset[int]]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": str(self._own.with_path(BACK)),
            "code_verifier": verifier,
        }
        async with aiohttp.ClientSession(timeout=_PATIENCE, raise_for_status=True) as http:
            async with http.post(f"{self._rest}/oauth2/token", data=form | self._application) as response:
                token: str = (await response.json())["access_token"]
            try:
                member = await self._read(http, "/users/@me", token)
                theirs = await self._read(http, "/users/@me/guilds", token)
            finally:
                away = {"token": token, "token_type_hint": "access_token"}
                async with http.post(f"{self._rest}/oauth2/token/revoke", data=away | self._application):
                    pass
        return int(member["id"]), frozenset(int(one["id"]) for one in theirs)

    async def _read(self, http: aiohttp.ClientSession, path: str, token: str) -> Any:
        async with http.get(f"{self._rest}{path}", headers={"Authorization": f"Bearer {token}"}) as response:
            return await response.json()

    def _give(self, answer: web.Response, name: str, value: str, lasts: timedelta) -> None:
        # Lax: the way back from Discord begins on another site.
        is_secure, seconds = self._own.scheme == "https", int(lasts.total_seconds())
        answer.set_cookie(name, value, max_age=seconds, httponly=True, samesite="Lax", secure=is_secure)


def _sent_to(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address})
