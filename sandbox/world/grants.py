"""OAuth2 authorizations: consented to by a person, exchanged for tokens, refreshed, revoked. Knows no HTTP."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any, Final

from sandbox.rules.errors import ApiError
from sandbox.rules.ids import parse
from sandbox.rules.permissions import Permission
from sandbox.world import guilds, permissions
from sandbox.world.entities import Application, Grant, Guild
from sandbox.world.state import State

Json = dict[str, Any]

SCOPES: Final = {
    "identify": "know who you are",
    "guilds": "know which servers you are in",
    "guilds.join": "join servers for you",
    "guilds.members.read": "read your roles and nickname in your servers",
    "applications.commands.permissions.update": "change who may use its commands in a server",
    "bot": "add its bot to a server",
    "applications.commands": "create commands",
}
INSTALLING: Final = frozenset({"bot", "applications.commands"})
CODE_SECONDS: Final = 600
TOKEN_SECONDS: Final = 604_800


class OAuthError(ApiError):
    """Refused in OAuth2's words instead of Discord's: `{"error", "error_description"}`."""

    def __init__(self, error: str, description: str | None = None, status: int = 400) -> None:
        super().__init__(status, 0, description or error)
        self.error = error
        self.description = description

    def body(self) -> Json:
        return {"error": self.error} | ({"error_description": self.description} if self.description else {})


@dataclass(frozen=True, slots=True)
class Request:
    """What an application asks a person for, already checked."""

    application: Application
    scopes: tuple[str, ...]
    redirect_uri: str | None = None  # none: a bot is added, and nobody is sent back
    state: str | None = None
    code_challenge: str | None = None
    code_challenge_method: str = "plain"
    for_user: bool = False  # integration_type=1: installed for the person, not for a server
    permissions: int = 0

    @property
    def needs_guild(self) -> bool:
        return bool(INSTALLING & set(self.scopes)) and not self.for_user


def read_request(state: State, query: dict[str, str]) -> Request:
    """The query of /oauth2/authorize. Raises `OAuthError`, whose description is for the person at the browser."""
    application = state.applications.get(parse(query.get("client_id")) or 0)
    if application is None:
        raise OAuthError("invalid_client", "Unknown application: check client_id.")
    scopes = tuple(dict.fromkeys(query.get("scope", "").replace("+", " ").split()))
    if not scopes or set(scopes) - set(SCOPES):
        raise OAuthError("invalid_scope", "The requested scope is invalid, unknown, or malformed.")
    challenge, method = query.get("code_challenge"), query.get("code_challenge_method", "plain")
    if challenge is not None and method not in ("plain", "S256"):
        raise OAuthError("invalid_request", "code_challenge_method must be plain or S256.")
    wanted = query.get("permissions", "0")
    return Request(
        application,
        scopes,
        _redirect_uri(application, query, scopes),
        query.get("state"),
        challenge,
        method,
        query.get("integration_type") == "1",
        int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 20 else 0,
    )


def _redirect_uri(application: Application, query: dict[str, str], scopes: tuple[str, ...]) -> str | None:
    given = query.get("redirect_uri")
    if given is None and "response_type" not in query and not set(scopes) - INSTALLING:
        return None
    if query.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "This sandbox serves response_type=code.")
    if given is None:
        given = next(iter(application.redirect_uris), None)
    if given is None or given not in application.redirect_uris:
        raise OAuthError(
            "invalid_request",
            "Invalid OAuth2 redirect_uri: it is not registered. Register it with "
            f'PATCH /_sim/applications/{application.id} {{"redirect_uris": ["…"]}}.',
        )
    return given


def guilds_to_choose(state: State, user_id: int) -> list[Guild]:
    """Servers that the person may add a bot to."""
    return [
        guild
        for guild in state.guilds_of(user_id)
        if permissions.in_guild(state, guild, state.member(guild.id, user_id)) & Permission.MANAGE_GUILD
    ]


def consent(state: State, request: Request, user_id: int, guild_id: int | None) -> Grant:
    """The person said yes: install what is to be installed, and make the code."""
    application = request.application
    if request.needs_guild:
        guild = next((one for one in guilds_to_choose(state, user_id) if one.id == guild_id), None)
        if guild is None:
            raise OAuthError("invalid_request", "Choose a server in which you may add bots (Manage Server).")
        if "bot" in request.scopes:
            guilds.install(state, application, guild, Permission(request.permissions))
    elif request.for_user and INSTALLING & set(request.scopes) and user_id not in application.installed_by:
        application.installed_by.append(user_id)
        state.save(application)
    grant = Grant(
        id=state.ids.new(),
        application_id=application.id,
        user_id=user_id,
        scopes=list(request.scopes),
        code=_token(),
        redirect_uri=request.redirect_uri or "",
        code_challenge=request.code_challenge,
        code_challenge_method=request.code_challenge_method,
        guild_id=guild_id if request.needs_guild else None,
        expires_ms=state.clock.now_ms() + CODE_SECONDS * 1000,
    )
    if request.redirect_uri is not None:
        state.save(grant)
    return grant


def exchange(state: State, application: Application, code: str, redirect_uri: str, verifier: str | None) -> Grant:
    """A code for tokens, once."""
    grant = next((one for one in state.grants.values() if code and one.code == code), None)
    if grant is None or grant.application_id != application.id:
        raise OAuthError("invalid_grant", 'Invalid "code" in request.')
    state.remove(grant)  # a code that was tried is spent, whatever comes of it
    if grant.expires_ms <= state.clock.now_ms():
        raise OAuthError("invalid_grant", 'Invalid "code" in request.')
    if grant.redirect_uri != redirect_uri:
        raise OAuthError("invalid_grant", 'Invalid "redirect_uri" in request.')
    if grant.code_challenge is not None and not _fits(grant, verifier or ""):
        raise OAuthError("invalid_grant", 'Invalid "code_verifier" in request.')
    grant.code = None
    return _issue(state, grant)


def refresh(state: State, application: Application, token: str) -> Grant:
    """New tokens for old; the old ones end."""
    for grant in state.grants.values():
        if token and grant.refresh_token == token and grant.application_id == application.id:
            return _issue(state, grant)
    raise OAuthError("invalid_grant")


def revoke(state: State, application: Application, token: str) -> None:
    """Either token ends the whole authorization. An unknown one is no error (RFC 7009)."""
    for grant in list(state.grants.values()):
        if grant.application_id == application.id and token and token in (grant.access_token, grant.refresh_token):
            state.remove(grant)


def find_bearer(state: State, token: str) -> Grant | None:
    for grant in state.grants.values():
        if grant.access_token == token and grant.expires_ms > state.clock.now_ms():
            return grant
    return None


def _issue(state: State, grant: Grant) -> Grant:
    grant.access_token, grant.refresh_token = _token(), _token()
    grant.expires_ms = state.clock.now_ms() + TOKEN_SECONDS * 1000
    state.save(grant)
    return grant


def _fits(grant: Grant, verifier: str) -> bool:
    if grant.code_challenge_method == "plain":
        return verifier == grant.code_challenge
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=") == grant.code_challenge


def _token() -> str:
    return secrets.token_urlsafe(24).replace("-", "A").replace("_", "B")[:30]
