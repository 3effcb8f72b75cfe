"""Who may ask for pictures, where: the operator's word, then the server's, then the moderators'. Cheapest first. And of
which pictures they may go on to make others."""

from __future__ import annotations

from collections.abc import Callable

from bot import visibility
from bot.asking import Asker
from bot.errors import (
    BlockedError,
    LacksRightsError,
    NoJobError,
    StrangerError,
    WordsHiddenError,
    WrongPlaceError,
    WrongRoleError,
)
from bot.store import jobs, members, servers
from bot.store.jobs import Job
from bot.store.members import Member
from bot.store.servers import Server
from bot.store.store import Store
from bot.store.transactions import Reading
from bot.store.words import State


class Admission:
    """`welcomes` is what the settings say of a server, or of strangers outside of all servers."""

    def __init__(self, store: Store, welcomes: Callable[[int | None], bool]) -> None:
        self._store, self._welcomes = store, welcomes

    async def check(self, asker: Asker) -> None:
        """Raises a Refusal."""
        async with self._store.read() as tx:
            server = await servers.find(tx, asker.server) if asker.server is not None else None
            member = await members.find(tx, asker.member)
            is_welcome = await self._is_welcome(tx, asker)
        if not is_welcome:
            raise StrangerError(outside=asker.server is None)
        if member is not None:
            check_blocked(member)
        if server is not None and not asker.manages:
            _check_wishes(server, asker)
        if asker.lacks:
            raise LacksRightsError(asker.lacks)

    async def _is_welcome(self, tx: Reading, asker: Asker) -> bool:
        """Elsewhere whoever has asked for something on a server that is welcome."""
        if asker.server is not None:
            return await self._is_listed(tx, asker.server)
        if self._welcomes(None):
            return True
        for server in await jobs.servers_of(tx, asker.member):
            if await self._is_listed(tx, server):
                return True
        return False

    async def _is_listed(self, tx: Reading, server_id: int) -> bool:
        """By a word about this server, or by the operator's list."""
        server = await servers.find(tx, server_id)
        return self._welcomes(server_id) if server is None or server.allowed is None else server.allowed


async def parent_for(tx: Reading, asker: Asker, job_id: str, cell: int | None = None) -> Job:
    """A job as it is now, which tells its words to whoever makes something of it. Raises a Refusal."""
    job = await jobs.find(tx, job_id)
    if job is None or job.state is State.DELETED or not await visibility.sees(tx, job, asker, cell):
        raise NoJobError
    if not await visibility.reads(tx, job, asker, cell):
        raise WordsHiddenError
    return job


def check_blocked(member: Member) -> None:
    if member.blocked_at is not None:
        raise BlockedError(member.blocked_reason or "")


def _check_wishes(server: Server, asker: Asker) -> None:
    """What those who manage the server want."""
    channels = tuple(map(int, server.settings.get("channels", ())))
    if channels and asker.channel not in channels and asker.parent not in channels:
        raise WrongPlaceError(channels)
    painters = tuple(map(int, server.settings.get("painters", ())))
    if painters and not asker.roles.intersection(painters):
        raise WrongRoleError(painters)
