"""Where something of the community is asked for, and whether it is turned on there."""

from __future__ import annotations

from bot.asking import Asker
from bot.community.features import Feature, is_on
from bot.desk import Desk
from bot.errors import BlockedError, CannotDoError
from bot.replies import community as words
from bot.store import members, servers
from bot.store.servers import Server
from bot.store.transactions import Reading


async def require(desk: Desk, asker: Asker, feature: Feature) -> Server:
    """Its server. Raises CannotDoError where it is off."""
    async with desk.store.read() as tx:
        server = await servers.find(tx, asker.server) if asker.server is not None else None
    if server is None or not is_on(server.settings, feature):
        raise CannotDoError(words.off(feature))
    return server


async def require_welcome(tx: Reading, asker: Asker) -> None:
    """Whoever may not paint may not take part either."""
    member = await members.find(tx, asker.member)
    if member is not None and member.blocked_at is not None:
        raise BlockedError(member.blocked_reason or "")
