"""Every route that the sandbox serves under /api."""

from __future__ import annotations

from sandbox.rest import (
    channels,
    commands,
    commerce,
    emojis,
    guilds,
    interactions,
    invites,
    members,
    messages,
    oauth2,
    roles,
    search,
    sessions,
    threads,
    users,
    webhook_tokens,
    webhooks,
)
from sandbox.rest.call import Route

_FILES = (
    channels,
    commands,
    commerce,
    emojis,
    guilds,
    interactions,
    invites,
    members,
    messages,
    oauth2,
    roles,
    search,
    sessions,
    threads,
    users,
    webhook_tokens,
    webhooks,
)


def all_routes() -> list[Route]:
    return [route for file in _FILES for route in file.ROUTES]
