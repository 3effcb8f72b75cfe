"""Servers, members, roles, bans and users, each route once."""

from __future__ import annotations

from sandbox.world.actors import person_token
from tests.wire.tour.visitor import Visitor


async def visit_guild(visit: Visitor) -> None:
    guild = f"/guilds/{visit['guild']}"
    await visit.ask("GET", guild)
    await visit.ask("GET", f"{guild}?with_counts=true")
    await visit.ask("GET", f"{guild}/preview")
    await visit.ask("PATCH", guild, {"name": "Courthouse", "description": "Fair"})


async def visit_members(visit: Visitor) -> None:
    members = f"/guilds/{visit['guild']}/members"
    ada = f"{members}/{visit['ada']}"
    await visit.ask("GET", f"{members}?limit=10")
    await visit.ask("GET", f"{members}/search?query=ai")
    await visit.ask("GET", ada)
    await visit.ask("PATCH", ada, {"nick": "Aida"})
    await visit.ask("PATCH", ada, {"communication_disabled_until": None})
    await visit.ask("PATCH", f"{members}/@me", {"nick": "Judge"})
    await visit_roles(visit, ada)
    await visit.ask("PUT", f"/guilds/{visit['guild']}/bans/{visit['stranger']}", {"delete_message_seconds": 0})
    await visit.ask("GET", f"/guilds/{visit['guild']}/bans")
    await visit.ask("GET", f"/guilds/{visit['guild']}/bans/{visit['stranger']}")
    await visit.ask("DELETE", f"/guilds/{visit['guild']}/bans/{visit['stranger']}")
    await visit.ask("DELETE", f"{members}/{visit['hermit']}")


async def visit_roles(visit: Visitor, member: str) -> None:
    roles = f"/guilds/{visit['guild']}/roles"
    made = await visit.ask("POST", roles, {"name": "Painter", "color": 0x336699, "permissions": "1024"})
    await visit.ask("GET", roles)
    await visit.ask("GET", f"{roles}/{made['id']}")
    await visit.ask("GET", f"{roles}/member-counts")
    await visit.ask("PATCH", f"{roles}/{made['id']}", {"name": "Old painter", "hoist": True})
    await visit.ask("PATCH", roles, [{"id": made["id"], "position": 1}])
    await visit.ask("PUT", f"{member}/roles/{made['id']}")
    await visit.ask("DELETE", f"{member}/roles/{made['id']}")
    await visit.ask("DELETE", f"{roles}/{made['id']}")


async def visit_users(visit: Visitor) -> None:
    await visit.ask("GET", "/users/@me")
    await visit.ask("PATCH", "/users/@me", {"username": "Judge"})
    await visit.ask("GET", f"/users/{visit['ada']}")
    await visit.ask("GET", "/users/@me/guilds")
    await visit.ask("GET", "/users/@me/guilds?with_counts=true")
    private = await visit.ask("POST", "/users/@me/channels", {"recipient_id": visit["ada"]})
    await visit.say(private["id"])
    await visit.ask("GET", f"/channels/{private['id']}")


async def visit_invites(visit: Visitor) -> None:
    channel = f"/channels/{visit['text']}/invites"
    made = await visit.ask("POST", channel, {"max_age": 3600, "max_uses": 5, "unique": True})
    await visit.ask("GET", channel)
    await visit.ask("GET", f"/guilds/{visit['guild']}/invites")
    await visit.ask("GET", f"/invites/{made['code']}?with_counts=true", who="nobody")
    token = person_token(visit.box.state, int(visit["stranger"]))
    visit.court.headers["stranger"] = {"Authorization": token}
    await visit.ask("POST", f"/invites/{made['code']}", {}, who="stranger")
    await visit.ask("DELETE", f"/invites/{made['code']}")


async def visit_search(visit: Visitor) -> None:
    await visit.ask("GET", f"/guilds/{visit['guild']}/messages/search?content=words&limit=10")


async def leave(visit: Visitor) -> None:
    """The last station: after it the bot is nowhere."""
    await visit.ask("DELETE", f"/users/@me/guilds/{visit['guild']}")
