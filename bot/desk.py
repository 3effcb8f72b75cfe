"""All that commands, buttons and reactions work with: made once at the start, at hand wherever a member asks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

import discord

from bot import rooms
from bot.asking import Asker
from bot.buttons.custom_id import Signer
from bot.delivery import Delivery
from bot.exporting import Exporter
from bot.frame import rights
from bot.frame.settings import Settings
from bot.intake import Intake
from bot.messages.sending import Sender
from bot.plans.book import PlanBook
from bot.roles import Roles
from bot.shop import Shop
from bot.store import preferences, servers
from bot.store.store import Store
from bot.thumbnails import Thumbnails
from engine import Engine, Entry, Manner, UnknownModelError

HINTS_APART = timedelta(seconds=10)
REST_SECONDS = 3.0  # as long as Discord waits for an answer
RULES = ("manage_messages", "manage_guild", "administrator")


@dataclass(slots=True)
class Desk:
    settings: Settings
    store: Store
    engine: Engine
    intake: Intake
    delivery: Delivery
    sender: Sender
    signer: Signer
    default_model: str
    welcomes: Callable[[int | None], bool]
    book: PlanBook
    exporter: Exporter = field(init=False)
    thumbnails: Thumbnails = field(init=False)
    shop: Shop
    roles: Roles
    command_ids: dict[str, int] = field(default_factory=dict)
    votes_known: asyncio.Event = field(default_factory=asyncio.Event)  # those too that came while nobody listened
    _answering: set[asyncio.Task[Any]] = field(default_factory=set)
    _hinted: dict[int, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.exporter = Exporter(self.store, self.sender)
        self.thumbnails = self.delivery.thumbnails

    def may_hint(self, channel: int) -> bool:
        """A hint costs a request of its own, and Discord allows a channel thirty a minute: many newcomers at once share
        them with what was asked for."""
        now = self.now()
        if now - self._hinted.get(channel, now - HINTS_APART) < HINTS_APART:
            return False
        self._hinted[channel] = now
        return True

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Around whatever answers a member: the store stays open until that is done."""
        task = asyncio.current_task()
        assert task is not None  # whoever answers runs in one
        self._answering.add(task)
        try:
            yield
        finally:
            self._answering.discard(task)

    async def rest(self) -> None:
        """Nobody asks for anything any more: let those be answered who did, within seconds."""
        if self._answering:
            _, late = await asyncio.wait(self._answering, timeout=REST_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    @property
    def paints_cards(self) -> bool:
        """Where there is no model to paint pictures with."""
        return self.engine.catalog.find(self.default_model).kind == "swatch"

    def now(self) -> datetime:
        return self.store.now()

    async def model_of(self, server: int | None) -> Entry | None:
        """What paints there where nobody says otherwise; nothing if what was chosen there is not to be had any more."""
        async with self.store.read() as tx:
            known = await servers.find(tx, server) if server is not None else None
        chosen = known.default_model if known is not None else None
        with suppress(UnknownModelError):
            return self.engine.catalog.find(chosen or self.default_model)
        return None

    async def manner_of(self, member: int) -> Manner:
        """How far V on a grid varies for them."""
        async with self.store.read() as tx:
            return Manner((await preferences.find(tx, member)).variability.value)

    def command(self, name: str) -> str:
        """A command as members can press it."""
        number = self.command_ids.get(name.partition(" ")[0])
        return f"</{name}:{number}>" if number else f"`/{name}`"


class HasDesk(Protocol):
    desk: Desk


def desk_of(interaction: discord.Interaction[Any]) -> Desk:
    return cast(HasDesk, interaction.client).desk


def asker_of(interaction: discord.Interaction[Any], *, ephemeral: bool = False) -> Asker:
    """Who asks, and what Discord lets them do there. What comes of a message that only they see is for them."""
    allowed = interaction.permissions if interaction.guild_id is not None else discord.Permissions.none()
    is_dm = interaction.context.dm_channel if interaction.context is not None else False
    is_operator = interaction.user.id in desk_of(interaction).settings.owners
    server = interaction.guild_id if interaction.is_guild_integration() else None
    place = rooms.place_of(interaction)
    return Asker(
        member=interaction.user.id,
        channel=interaction.channel_id or 0,
        server=server,
        interaction=interaction.id,
        token=interaction.token,
        rules=is_operator or lets_rule(everywhere_on(interaction.user)),
        rules_here=is_operator or lets_rule(allowed),
        manages=allowed.manage_guild or allowed.administrator,
        roles=frozenset(role.id for role in getattr(interaction.user, "roles", ())),
        parent=interaction.channel.parent_id if isinstance(interaction.channel, discord.Thread) else None,
        room=rooms.room_of(place, interaction.channel_id or 0) if server is not None else None,
        rooms=_rooms(interaction, place),
        reaches=_reaches(interaction, is_dm=is_dm),
        lacks=_lacks(interaction),
        ephemeral=ephemeral or (interaction.message is not None and interaction.message.flags.ephemeral),
        alone=interaction.guild_id is None,
        limit_bytes=interaction.filesize_limit,
        locale=interaction.locale.value,
        message=interaction.message.id if interaction.message is not None else None,
    )


def everywhere_on(user: discord.User | discord.Member | None) -> discord.Permissions:
    """What their roles let a member do on the whole server, whatever one channel grants beside."""
    return user.guild_permissions if isinstance(user, discord.Member) else discord.Permissions.none()


def lets_rule(granted: discord.Permissions) -> bool:
    return any(getattr(granted, right) for right in RULES)


def values_of(interaction: discord.Interaction[Any]) -> tuple[str, ...]:
    """What was chosen in a menu; nothing where a button was pressed."""
    data: Mapping[str, Any] = interaction.data or {}
    return tuple(str(value) for value in data.get("values", ()))


def _reaches(interaction: discord.Interaction[Any], *, is_dm: bool) -> bool:
    """Whether the bot's own token may write in that channel."""
    if is_dm:
        return True
    if not interaction.is_guild_integration():
        return False
    granted = interaction.app_permissions
    is_thread = isinstance(interaction.channel, discord.Thread)
    return granted.view_channel and (granted.send_messages_in_threads if is_thread else granted.send_messages)


def _rooms(interaction: discord.Interaction[Any], place: rooms.Place | None) -> frozenset[int]:
    """Looked for once: a server may have five hundred channels, and an answer asks several times who is asking."""
    if not isinstance(interaction.user, discord.Member):
        return frozenset()
    if "rooms" not in interaction.extras:
        interaction.extras["rooms"] = rooms.seen_by(interaction.user, place)
    return cast(frozenset[int], interaction.extras["rooms"])


def _lacks(interaction: discord.Interaction[Any]) -> tuple[str, ...]:
    """Without files there is no picture. Whoever may not even write there has none of these rights, as Discord counts;
    then the interaction's token is what is left."""
    granted = interaction.app_permissions
    if interaction.guild_id is None or not granted.send_messages:
        return ()
    return tuple(rights.names(rights.missing(rights.FOR_PICTURES, granted)))
