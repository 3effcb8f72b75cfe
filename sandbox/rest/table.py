"""Every route that the sandbox serves under /api."""

from __future__ import annotations

from sandbox.rest import (
    channels,
    commands,
    commerce,
    emojis,
    guilds,
    interactions,
    members,
    messages,
    oauth2,
    roles,
    sessions,
    threads,
    users,
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
    members,
    messages,
    oauth2,
    roles,
    sessions,
    threads,
    users,
    webhooks,
)


def all_routes() -> list[Route]:
    return [route for file in _FILES for route in file.ROUTES]
