"""The page on which one picks who one is and lets an application in: OAuth2's /oauth2/authorize, two plain forms.

It needs no script and no session: in the sandbox anyone may be anyone.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Final
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from sandbox.rules.ids import parse
from sandbox.world import grants
from sandbox.world.entities import User
from sandbox.world.grants import SCOPES, OAuthError, Request
from sandbox.world.state import State

_PATHS: Final = ("/oauth2/authorize", "/api/oauth2/authorize", "/api/v{version:\\d+}/oauth2/authorize")
_STYLE: Final = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: Canvas; color: CanvasText }
main { box-sizing: border-box; width: min(26rem, 100%); padding: 1.5rem }
h1 { font-size: 1.25rem; margin: 0 0 .75rem }
ul { padding-left: 1.25rem }
button, select { font: inherit; padding: .6rem .9rem; border-radius: .5rem; border: 1px solid GrayText; width: 100% }
button { margin: .25rem 0; cursor: pointer; background: ButtonFace; color: ButtonText }
button.yes { background: #2f6f4f; border-color: #2f6f4f; color: #fff }
label { display: block; margin: 1rem 0 .25rem }
small { color: GrayText; overflow-wrap: anywhere }
"""
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY: Final = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"


class Consent:
    def __init__(self, state: State) -> None:
        self.state = state

    def routes(self) -> list[web.RouteDef]:
        return [route for path in _PATHS for route in (web.get(path, self.show), web.post(path, self.answer))]

    async def show(self, request: web.Request) -> web.Response:
        query = dict(request.query)
        try:
            wanted = grants.read_request(self.state, query)
        except OAuthError as error:
            return _refused(error)
        person = self._person(query.get("person"))
        body = self._who(query) if person is None else self._what(query, wanted, person)
        return _page(f"Let {wanted.application.name} in?", body, wanted)

    async def answer(self, request: web.Request) -> web.Response:
        """The second form comes back, with the request's own query beside what was chosen."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            wanted = grants.read_request(self.state, {**form, **request.query})
            person = self._person(form.get("person"))
            if person is None:
                raise OAuthError("invalid_request", "Pick who you are first.")
            if form.get("answer") != "yes":
                return self._back(wanted, {"error": "access_denied", "error_description": _DENIED})
            grant = grants.consent(self.state, wanted, person.id, parse(form.get("guild_id")))
        except OAuthError as error:
            return _refused(error)
        extra = {"code": grant.code or ""}
        if grant.guild_id is not None:
            extra |= {"guild_id": str(grant.guild_id), "permissions": str(wanted.permissions)}
        return self._back(wanted, extra)

    def _back(self, wanted: Request, extra: dict[str, str]) -> web.Response:
        if wanted.redirect_uri is None:
            text = "Nothing was changed." if "error" in extra else f"{escape(wanted.application.name)} was added."
            return _page("Done", f"<p>{text} You may close this page.</p>", wanted)
        if wanted.state is not None:
            extra = extra | {"state": wanted.state}
        joint = "&" if urlsplit(wanted.redirect_uri).query else "?"
        return web.Response(status=302, headers={"Location": f"{wanted.redirect_uri}{joint}{urlencode(extra)}"})

    def _person(self, given: str | None) -> User | None:
        user = self.state.users.get(parse(given) or 0)
        return user if user is not None and not user.bot else None

    def _who(self, query: dict[str, str]) -> str:
        people = [user for user in self.state.users.values() if not user.bot]
        buttons = "".join(
            f'<button name="person" value="{user.id}">{escape(user.global_name or user.username)}</button>'
            for user in people
        )
        return f'<form method="get"><p>Who are you?</p>{_hidden(query)}{buttons}</form>'

    def _what(self, query: dict[str, str], wanted: Request, person: User) -> str:
        name = escape(person.global_name or person.username)
        scopes = "".join(f"<li>{escape(SCOPES[scope])}</li>" for scope in wanted.scopes)
        where = "<p>It will be installed for you, wherever you are.</p>" if wanted.for_user else ""
        if wanted.needs_guild:
            options = "".join(
                f'<option value="{guild.id}"{" selected" if str(guild.id) == query.get("guild_id") else ""}>'
                f"{escape(guild.name)}</option>"
                for guild in grants.guilds_to_choose(self.state, person.id)
            )
            where = f'<label for="guild">Add it to</label><select id="guild" name="guild_id">{options}</select>'
        kept = {field: value for field, value in query.items() if field not in ("person", "guild_id", "answer")}
        return (
            f'<p>{name}, it asks to</p><ul>{scopes}</ul><form method="post">{_hidden(kept)}{where}'
            f'<input type="hidden" name="person" value="{person.id}"><p>'
            '<button class="yes" name="answer" value="yes">Authorize</button>'
            '<button name="answer" value="no">Cancel</button></p></form>'
            + (f"<small>You will be sent to {escape(wanted.redirect_uri)}</small>" if wanted.redirect_uri else "")
        )


_DENIED: Final = "The resource owner or authorization server denied the request"


def _hidden(fields: dict[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )


def _refused(error: OAuthError) -> web.Response:
    return _page("This cannot be authorized", f"<p>{escape(error.message)}</p>", None, status=400)


def _page(title: str, body: str, wanted: Request | None, *, status: int = 200) -> web.Response:
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    # A browser holds the redirect after a form to form-action too.
    target = urlsplit(wanted.redirect_uri) if wanted is not None and wanted.redirect_uri else None
    origin = f" {target.scheme}://{target.netloc}" if target is not None and target.scheme in ("http", "https") else ""
    policy = f"{_POLICY}; form-action 'self'{origin}"
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)
