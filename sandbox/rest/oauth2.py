"""OAuth2's token routes, and what a token's holder may ask about itself. The consent page is `sandbox/consent.py`."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import unquote

from sandbox.rest.call import BOTS, TOKEN_IN_PATH, Call, Routes
from sandbox.rules.clock import iso
from sandbox.rules.ids import parse
from sandbox.world import grants
from sandbox.world.actors import ActorKind
from sandbox.world.entities import Application, Grant
from sandbox.world.grants import OAuthError
from sandbox.world.views import application_view, guild_view, user_view

ROUTES = Routes()
Json = dict[str, Any]

_FORM = "application/x-www-form-urlencoded"


def _fields(call: Call) -> dict[str, str]:
    if call.content_type != _FORM:
        raise OAuthError("invalid_request", f"The content type must be {_FORM}.")
    return {name: str(value) for name, value in call.form.items()}


def _client(call: Call, fields: dict[str, str]) -> Application:
    """Named by HTTP Basic or in the form, with its secret."""
    client_id, secret = fields.get("client_id", ""), fields.get("client_secret", "")
    scheme, _, encoded = (call.authorization or "").partition(" ")
    if scheme.lower() == "basic":
        try:
            pair = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise OAuthError("invalid_client", status=401) from None
        client_id, _, secret = pair.partition(":")
        client_id, secret = unquote(client_id), unquote(secret)
    application = call.state.applications.get(parse(client_id) or 0)
    if application is None or application.client_secret != secret:
        raise OAuthError("invalid_client", status=401)
    return application


@ROUTES.on("POST", "/oauth2/token", who=TOKEN_IN_PATH)
async def exchange_token(call: Call) -> Any:
    fields = _fields(call)
    application = _client(call, fields)
    match fields.get("grant_type"):
        case "authorization_code":
            code, redirect_uri = fields.get("code", ""), fields.get("redirect_uri", "")
            grant = grants.exchange(call.state, application, code, redirect_uri, fields.get("code_verifier"))
        case "refresh_token":
            grant = grants.refresh(call.state, application, fields.get("refresh_token", ""))
        case kind:
            raise OAuthError("unsupported_grant_type", f"Grant type {kind} is not supported")
    return _token_view(call, grant)


def _token_view(call: Call, grant: Grant) -> Json:
    view: Json = {
        "token_type": "Bearer",
        "access_token": grant.access_token,
        "expires_in": grants.TOKEN_SECONDS,
        "refresh_token": grant.refresh_token,
        "scope": " ".join(grant.scopes),
    }
    guild = call.state.guilds.get(grant.guild_id or 0)
    if guild is not None and "bot" in grant.scopes:
        view["guild"] = guild_view(call.state, guild)
    return view


@ROUTES.on("POST", "/oauth2/token/revoke", who=TOKEN_IN_PATH)
async def revoke_token(call: Call) -> Any:
    fields = _fields(call)
    grants.revoke(call.state, _client(call, fields), fields.get("token", ""))
    return {}


@ROUTES.on("GET", "/oauth2/@me", who=frozenset({ActorKind.BEARER}))
async def get_authorization(call: Call) -> Any:
    grant = grants.find_bearer(call.state, (call.authorization or "").partition(" ")[2].strip())
    if grant is None:
        raise OAuthError("invalid_token", status=401)
    about = application_view(call.state, call.state.applications[grant.application_id])
    shown = ("id", "name", "icon", "description", "type", "summary", "bot_public", "bot_require_code_grant")
    view: Json = {
        "application": {name: about[name] for name in (*shown, "verify_key", "flags", "flags_new")},
        "scopes": grant.scopes,
        "expires": iso(grant.expires_ms),
    }
    if "identify" in grant.scopes:
        view["user"] = user_view(call.state.users[grant.user_id])
    return view


@ROUTES.on("GET", "/oauth2/applications/@me", who=BOTS)
async def get_own_application(call: Call) -> Any:
    return application_view(call.state, call.state.applications[call.actor.application_id or 0])
