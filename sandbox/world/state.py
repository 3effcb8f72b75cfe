"""Everything that exists, in memory, with the look-ups that the rest needs. Changes are handed to a `Storage`.

It checks no rule and sends no event by itself: that is the business of the modules beside it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from sandbox.rules import errors
from sandbox.rules.clock import Clock
from sandbox.rules.ids import Snowflakes
from sandbox.rules.pace import Pace
from sandbox.world.entities import (
    Application,
    Attachment,
    Channel,
    Command,
    CommandPermissions,
    Emoji,
    Entitlement,
    Entity,
    Grant,
    Guild,
    Interaction,
    Invite,
    Member,
    Message,
    Role,
    Sku,
    Subscription,
    User,
    Webhook,
)
from sandbox.world.events import Hub

Key = str


class Storage(Protocol):
    """Where changes go. `MemoryStorage` forgets them; `SqliteStorage` writes them to the state file."""

    def put(self, kind: str, key: Key, entity: Entity) -> None: ...
    def drop(self, kind: str, key: Key) -> None: ...
    def put_blob(self, digest: str, data: bytes) -> None: ...
    def drop_blob(self, digest: str) -> None: ...
    async def blob(self, digest: str) -> bytes | None: ...
    async def close(self) -> None: ...


class State:
    """The world. Dictionaries are public to read; write through `save` and `remove`."""

    def __init__(self, storage: Storage, clock: Clock, *, keep: int = 1000, secret: str | None = None) -> None:
        self.storage = storage
        self.clock = clock
        self.ids = Snowflakes(clock)
        self.hub = Hub()
        self.pace = Pace(clock)
        self.keep = keep
        self.secret = secret or secrets.token_hex(16)  # signs CDN links
        self.base_url = "http://127.0.0.1:8787"  # set by the server once it knows its port
        self.cdn_url = self.base_url + "/cdn"
        self.users: dict[int, User] = {}
        self.applications: dict[int, Application] = {}
        self.guilds: dict[int, Guild] = {}
        self.roles: dict[int, Role] = {}
        self.members: dict[int, dict[int, Member]] = defaultdict(dict)  # guild, then user
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, dict[int, Message]] = defaultdict(dict)  # channel, then message, oldest first
        self.emojis: dict[int, Emoji] = {}
        self.commands: dict[int, Command] = {}
        self.interactions: dict[str, Interaction] = {}  # by token
        self.interaction_tokens: dict[int, str] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.invites: dict[int, Invite] = {}
        self.command_permissions: dict[int, CommandPermissions] = {}
        self.skus: dict[int, Sku] = {}
        self.entitlements: dict[int, Entitlement] = {}
        self.subscriptions: dict[int, Subscription] = {}
        self.grants: dict[int, Grant] = {}
        self.files: dict[int, Attachment] = {}  # every attachment of a message or an interaction
        self.access_version = 0  # grows with every change that could alter someone's permissions
        self._blob_uses: dict[str, int] = defaultdict(int)
        self._shelves = self._make_shelves()

    # -- writing ------------------------------------------------------------------------------------------------------

    def adopt(self, entity: Entity) -> Key:
        """Put an entity where look-ups find it, without storing it. Returns its key in the storage."""
        match entity:
            case Role() | Guild() | Channel() | Member():
                self.access_version += 1
            case _:
                pass
        match entity:
            case Member(user_id=user_id, guild_id=guild_id):
                self.members[guild_id][user_id] = entity
                return f"{guild_id}/{user_id}"
            case Message(id=message_id, channel_id=channel_id):
                self._index_files(entity.attachments)
                self.messages[channel_id][message_id] = entity
                return f"{channel_id}/{message_id}"
            case Interaction(token=token):
                self._index_files(entity.attachments)
                self.interactions[token] = entity
                self.interaction_tokens[entity.id] = token
                return token
            case _:
                for digest in _pictures(entity):  # counted each time: pictures of people and servers are never dropped
                    self._blob_uses[digest] += 1
                self._shelf(entity)[entity.id] = entity
                return str(entity.id)

    def save(self, entity: Entity) -> None:
        key = self.adopt(entity)
        self.storage.put(type(entity).__name__, key, entity)
        if isinstance(entity, Message):
            self._trim(entity.channel_id)

    def save_activity(self, channel: Channel) -> None:
        """A channel whose last message changed and nothing else: nobody's permissions are to be computed anew."""
        self.storage.put("Channel", str(channel.id), channel)

    def remove(self, entity: Entity) -> None:
        match entity:
            case Member(user_id=user_id, guild_id=guild_id):
                self.members[guild_id].pop(user_id, None)
                key = f"{guild_id}/{user_id}"
            case Message(id=message_id, channel_id=channel_id):
                self.messages[channel_id].pop(message_id, None)
                self.forget_files(entity.attachments)
                key = f"{channel_id}/{message_id}"
            case Interaction(token=token):
                self.interactions.pop(token, None)
                self.interaction_tokens.pop(entity.id, None)
                self.forget_files(entity.attachments)
                key = token
            case _:
                self._shelf(entity).pop(entity.id, None)
                key = str(entity.id)
        if isinstance(entity, Role | Guild | Channel | Member):
            self.access_version += 1
        self.storage.drop(type(entity).__name__, key)

    def keep_blob(self, data: bytes, digest: str | None = None) -> str:
        """Store bytes under their hash. They stay for as long as a saved entity names them."""
        digest = digest or hashlib.sha256(data).hexdigest()
        if digest not in self._blob_uses:
            self.storage.put_blob(digest, data)
        return digest

    def is_blob_used(self, digest: str) -> bool:
        return self._blob_uses.get(digest, 0) > 0

    def discard_files(self, attachments: Iterable[Attachment]) -> None:
        """They were kept for something that was refused in the end."""
        for attachment in attachments:
            if not self.is_blob_used(attachment.blob):
                self.storage.drop_blob(attachment.blob)

    def forget_files(self, attachments: Iterable[Attachment]) -> None:
        """Their message is gone, or was edited to do without them."""
        for attachment in attachments:
            if self.files.pop(attachment.id, None) is None:
                continue
            self._blob_uses[attachment.blob] -= 1
            if not self._blob_uses[attachment.blob]:
                del self._blob_uses[attachment.blob]
                self.storage.drop_blob(attachment.blob)

    # -- looking up; the ones that must find raise Discord's own refusal ----------------------------------------------

    def user(self, user_id: int) -> User:
        try:
            return self.users[user_id]
        except KeyError:
            raise errors.UNKNOWN_USER() from None

    def guild(self, guild_id: int) -> Guild:
        try:
            return self.guilds[guild_id]
        except KeyError:
            raise errors.UNKNOWN_GUILD() from None

    def channel(self, channel_id: int) -> Channel:
        try:
            return self.channels[channel_id]
        except KeyError:
            raise errors.UNKNOWN_CHANNEL() from None

    def message(self, channel_id: int, message_id: int) -> Message:
        message = self.messages[channel_id].get(message_id) if channel_id in self.messages else None
        if message is None:
            raise errors.UNKNOWN_MESSAGE()
        return message

    def role(self, guild_id: int, role_id: int) -> Role:
        role = self.roles.get(role_id)
        if role is None or role.guild_id != guild_id:
            raise errors.UNKNOWN_ROLE()
        return role

    def member(self, guild_id: int, user_id: int) -> Member:
        member = self.members[guild_id].get(user_id) if guild_id in self.members else None
        if member is None:
            raise errors.UNKNOWN_MEMBER()
        return member

    def find_member(self, guild_id: int | None, user_id: int) -> Member | None:
        if guild_id is None or guild_id not in self.members:
            return None
        return self.members[guild_id].get(user_id)

    def roles_of(self, guild_id: int) -> list[Role]:
        return [role for role in self.roles.values() if role.guild_id == guild_id]

    def channels_of(self, guild_id: int) -> list[Channel]:
        """A server's channels without its threads."""
        return [c for c in self.channels.values() if c.guild_id == guild_id and c.thread is None]

    def threads_of(self, guild_id: int, *, parent_id: int | None = None) -> list[Channel]:
        return [
            c
            for c in self.channels.values()
            if c.guild_id == guild_id and c.thread is not None and parent_id in (None, c.parent_id)
        ]

    def guilds_of(self, user_id: int) -> list[Guild]:
        return [guild for guild in self.guilds.values() if user_id in self.members[guild.id]]

    def private_channels_of(self, user_id: int) -> list[Channel]:
        return [c for c in self.channels.values() if c.guild_id is None and user_id in c.recipients]

    def direct_channel(self, one: int, other: int) -> Channel | None:
        for channel in self.channels.values():
            if channel.type == 1 and set(channel.recipients) == {one, other}:
                return channel
        return None

    def commands_of(self, application_id: int, guild_id: int | None) -> list[Command]:
        return [c for c in self.commands.values() if c.application_id == application_id and c.guild_id == guild_id]

    def emojis_of(self, owner_id: int) -> list[Emoji]:
        return [emoji for emoji in self.emojis.values() if emoji.owner_id == owner_id]

    def webhooks_of(self, *, channel_id: int | None = None, guild_id: int | None = None) -> list[Webhook]:
        """A channel's, or a server's."""
        return [
            hook
            for hook in self.webhooks.values()
            if (channel_id is not None and hook.channel_id == channel_id)
            or (guild_id is not None and hook.guild_id == guild_id)
        ]

    def invite(self, code: str) -> Invite:
        """One that is still good."""
        now = self.clock.now_ms()
        for invite in self.invites.values():
            if invite.code == code and not (
                invite.max_age_seconds and invite.created_ms + invite.max_age_seconds * 1000 <= now
            ):
                return invite
        raise errors.UNKNOWN_INVITE()

    def interaction(self, interaction_id: int) -> Interaction | None:
        return self.interactions.get(self.interaction_tokens.get(interaction_id, ""))

    def everything(self) -> Iterator[Entity]:
        for shelf in self._shelves.values():
            yield from shelf.values()
        for members in self.members.values():
            yield from members.values()
        for messages in self.messages.values():
            yield from messages.values()
        yield from self.interactions.values()

    # -- inside -------------------------------------------------------------------------------------------------------

    def _trim(self, channel_id: int) -> None:
        """Forget the oldest messages past `keep`; pinned ones stay, and what a forum post begins with."""
        messages = self.messages[channel_id]
        excess = len(messages) - self.keep
        if excess > 0:
            for message in [m for m in messages.values() if m.pinned_ms is None and m.id != channel_id][:excess]:
                self.remove(message)

    def _index_files(self, attachments: Iterable[Attachment]) -> None:
        for attachment in attachments:
            if attachment.id not in self.files:
                self._blob_uses[attachment.blob] += 1
            self.files[attachment.id] = attachment

    def _make_shelves(self) -> dict[type, dict[int, Any]]:
        return {
            User: self.users,
            Application: self.applications,
            Guild: self.guilds,
            Role: self.roles,
            Channel: self.channels,
            Emoji: self.emojis,
            Command: self.commands,
            Webhook: self.webhooks,
            Invite: self.invites,
            CommandPermissions: self.command_permissions,
            Sku: self.skus,
            Entitlement: self.entitlements,
            Subscription: self.subscriptions,
            Grant: self.grants,
        }

    def _shelf(self, entity: Entity) -> dict[int, Any]:
        return self._shelves[type(entity)]


def _pictures(entity: Entity) -> list[str]:
    match entity:
        case User(avatar=str(digest)) | Guild(icon=str(digest)) | Webhook(avatar=str(digest)):
            return [digest]
        case Emoji(blob=digest) if digest:
            return [digest]
        case _:
            return []
