"""Who may ask for pictures, where: the operator's word, then the server's, then the moderators'. Cheapest first."""

from __future__ import annotations

from collections.abc import Callable

from bot.asking import Asker
from bot.errors import BlockedError, StrangerError, WrongPlaceError, WrongRoleError
from bot.store import members, servers
from bot.store.members import Member
from bot.store.servers import Server
from bot.store.store import Store


class Admission:
    """`welcomes` is what the settings say of a server, or of strangers outside of all servers."""

    def __init__(self, store: Store, welcomes: Callable[[int | None], bool]) -> None:
        self._store, self._welcomes = store, welcomes

    async def check(self, asker: Asker) -> None:
        """Raises a Refusal."""
        async with self._store.read() as tx:
            server = await servers.find(tx, asker.server) if asker.server is not None else None
            member = await members.find(tx, asker.member)
        if not self._is_welcome(asker, server, member):
            raise StrangerError
        if member is not None and member.blocked_at is not None:
            raise BlockedError(member.blocked_reason or "")
        if server is None or asker.manages:
            return
        channels = tuple(map(int, server.settings.get("channels", ())))
        if channels and asker.channel not in channels and asker.parent not in channels:
            raise WrongPlaceError(channels)
        painters = tuple(map(int, server.settings.get("painters", ())))
        if painters and not asker.roles.intersection(painters):
            raise WrongRoleError(painters)

    def _is_welcome(self, asker: Asker, server: Server | None, member: Member | None) -> bool:
        """A server by the operator's list or word; elsewhere whoever was met on such a server."""
        if asker.server is None:
            return member is not None or self._welcomes(None)
        if server is not None and server.allowed is not None:
            return server.allowed
        return self._welcomes(asker.server)
