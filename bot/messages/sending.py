"""Cards to Discord's messages and back to what became of them: the only file that writes messages, and the only one
that reads Discord's refusals. It decides nothing about jobs.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import aiohttp
import discord

import engine
from bot.buttons.custom_id import Signer
from bot.messages.cards import Card, Document, File, Kept, Link, Menu, Pictures, Premium, Rows
from bot.messages.components import make_view
from bot.messages.lanes import Later, Locks
from bot.replies import MESSAGE_LIMIT, images, shortened
from bot.store.files import Files

T = TypeVar("T")
MIB = 2**20
HEADROOM = 64 * 1024  # of a request: the words around the files
SMALLEST = 256 * 1024
OLD_EDITS = 30046  # as Discord calls too many edits of messages older than an hour
TOO_MANY_OPENED = 40003  # a 403, and yet it passes
OPENED_REST = 60.0  # seconds
CLOSED_TRIES, CLOSED_REST = 40, 6 * 3600.0  # ten days, for what is to be taken away from where we may not look


class MessageGoneError(Exception):
    """Somebody deleted the message, or it can be edited no more."""


class UnreachableError(Exception):
    """The channel is gone, the permission lost, or the direct messages are closed."""


class AsleepError(UnreachableError):
    """The thread is archived: what was said in it stays as it is until somebody wakes it."""


class NoReplyError(UnreachableError):
    """Without the right to read the history nothing is replied to; what replies to nothing may be said."""


class TokenGoneError(Exception):
    """The interaction's quarter of an hour is over."""


class RevokedError(Exception):
    """Discord does not know the bot's own token any more: nothing can be sent at all."""


class TooLargeError(Exception):
    pass


class RefusedError(Exception):
    """Discord will never take this: our fault."""


@dataclass(frozen=True, slots=True)
class Sent:
    channel: int
    message: int

    def link(self, server: int | None) -> str:
        """As Discord's apps open it; `server` is None in direct messages."""
        return f"https://discord.com/channels/{server or '@me'}/{self.channel}/{self.message}"


@asynccontextmanager
async def refusals() -> AsyncIterator[None]:
    """Discord's answers as what they mean for us."""
    try:
        yield
    except discord.RateLimited as error:
        raise Later("the rate limit is reached", error.retry_after) from error
    except discord.HTTPException as error:
        raise _meaning(error) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise Later(type(error).__name__) from error


@asynccontextmanager
async def refusals_of_edits() -> AsyncIterator[None]:
    """A long wait is for edits, most often of old messages: whatever is new need not wait with them."""
    try:
        async with refusals():
            yield
    except Later as later:
        later.alone = later.after is not None and not later.everywhere
        raise


def _meaning(error: discord.HTTPException) -> Exception:
    reason = f"{error.status}/{error.code}: {error.text}"
    if error.status == 429:
        seconds = float(error.response.headers.get("Retry-After", 60))
        if error.code == OLD_EDITS:
            return Later("old messages were edited too often", seconds, alone=True)
        if error.code or "Via" in error.response.headers:  # the library has waited, and tried again, five times
            return Later(reason, seconds)
        # Not Discord's own refusal but Cloudflare's, for the whole address: each further request would prolong it.
        return Later("this address has sent too much", seconds, everywhere=True)
    if error.status >= 500:
        return Later(f"Discord answers {error.status}")
    if error.code == TOO_MANY_OPENED:
        return Later("direct messages were opened too fast", OPENED_REST, alone=True)
    if error.status == 413 or error.code == 40005:
        return TooLargeError(reason)
    if error.code in (10015, 50027):
        return TokenGoneError(reason)
    if error.code in (10008, 50005):
        return MessageGoneError(reason)
    if error.code == 50083:
        return AsleepError(reason)
    if error.code == 160002:
        return NoReplyError(reason)
    if error.status == 401:
        return RevokedError(reason)
    if error.status in (403, 404) or error.code in (160005, 160006):  # a thread that may not be woken
        return UnreachableError(reason)
    return RefusedError(reason)


class Sender:
    def __init__(self, client: discord.Client, files: Files, signer: Signer) -> None:
        self.client, self._files, self._signer = client, files, signer
        self._waking = Locks()

    @property
    def is_closed(self) -> bool:
        return self.client.is_closed()

    async def edit_by_token(self, token: str, message: int, card: Card, limit: int) -> Sent:
        """Not by the library's webhooks: those sleep through every rate limit, however long."""
        route = self._by_token("PATCH", token, message)

        async def edit(parts: dict[str, Any]) -> Sent:
            attachments = parts.pop("files")
            with discord.http.handle_message_parameters(attachments=attachments, **parts) as params:
                form = {"form": params.multipart, "files": params.files} if params.files else {"json": params.payload}
                data = await self.client.http.request(route, **form)
            return Sent(int(data["channel_id"]), int(data["id"]))

        return await self._send(edit, card, limit)

    async def edit(self, channel: int, message: int, card: Card, limit: int) -> Sent:
        partial = discord.PartialMessage(channel=self._channel(channel), id=message)

        async def edit(parts: dict[str, Any]) -> Sent:
            await partial.edit(attachments=parts.pop("files"), **parts)
            return Sent(channel, message)

        return await self.awake(channel, lambda: self._send(edit, card, limit, refusals_of_edits))

    async def edit_buttons(self, channel: int, message: int, rows: Rows) -> None:
        partial = discord.PartialMessage(channel=self._channel(channel), id=message)
        await self.awake(channel, lambda: partial.edit(view=self.view(rows)))

    async def create(self, channel: int, card: Card, limit: int, *, nonce: str, reply_to: int | None = None) -> Sent:
        """At most one message for a nonce, for as long as Discord remembers it: some minutes."""
        about: dict[str, Any] = {"nonce": nonce}
        if reply_to is not None:
            about["reference"] = discord.MessageReference(
                message_id=reply_to, channel_id=channel, fail_if_not_exists=False
            )

        async def create(parts: dict[str, Any]) -> Sent:
            sent = await self._channel(channel).send(**about, **parts)
            return Sent(sent.channel.id, sent.id)

        try:
            return await self._send(create, card, limit)
        except NoReplyError:
            del about["reference"]
            return await self._send(create, card, limit)

    async def follow_up(self, interaction: discord.Interaction[Any], card: Card, *, ephemeral: bool = False) -> Sent:
        """A further answer to an interaction that was answered already, with files as good as they may be there."""

        async def send(parts: dict[str, Any]) -> Sent:
            sent = await interaction.followup.send(wait=True, ephemeral=ephemeral, **parts)
            return Sent(sent.channel.id, sent.id)

        return await self._send(send, card, interaction.filesize_limit)

    async def is_there(self, channel: int, message: int) -> bool:
        """False if it was deleted; a message that we may not look at is there."""
        try:
            async with refusals():
                await self._channel(channel).fetch_message(message)
        except MessageGoneError:
            return False
        except (UnreachableError, RefusedError, Later):
            return True
        return True

    async def direct_channel(self, member: int) -> int:
        """Raises UnreachableError also for whoever has no account any more: Discord calls that an invalid recipient."""
        try:
            async with refusals():
                data = await self.client.http.start_private_message(member)
        except RefusedError as error:
            raise UnreachableError(str(error)) from error
        return int(data["id"])

    async def delete(self, channel: int, message: int) -> None:
        await self.awake(channel, lambda: self.client.http.delete_message(channel, message))

    def _by_token(self, method: str, token: str, message: int) -> discord.http.Route:
        return discord.http.Route(
            method,
            "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}",
            webhook_id=self._application,
            webhook_token=token,
            message_id=message,
        )

    async def delete_by_token(self, token: str, message: int) -> None:
        route = self._by_token("DELETE", token, message)
        async with refusals_of_edits():
            await self.client.http.request(route)

    async def awake(self, channel: int, do: Callable[[], Coroutine[Any, Any, T]], *, sleeps: bool = False) -> T:
        """In a thread that sleeps, too: it is woken for that, and sleeps on, so that it does not come up among those
        in which members talk. One after the other, or the first would put it to sleep before the second is done."""
        with suppress(AsleepError):
            if not sleeps:
                async with refusals_of_edits():
                    return await do()
        async with self._waking.of(channel):
            await self.change(channel, archived=False)
            try:
                async with refusals_of_edits():
                    return await do()
            finally:
                with suppress(UnreachableError, RefusedError, Later):
                    await self.change(channel, archived=True)

    async def change(self, channel: int, **fields: Any) -> None:
        """A thread's name, or whether it sleeps."""
        async with refusals_of_edits():
            route = discord.http.Route("PATCH", "/channels/{channel_id}", channel_id=channel)
            await self.client.http.request(route, json=fields)

    async def react(self, channel: int, message: int, emoji: str) -> None:
        async with refusals():
            await discord.PartialMessage(channel=self._channel(channel), id=message).add_reaction(emoji)

    async def find_answer(self, token: str, *, ephemeral: bool) -> int | None:
        """The message that the interaction was answered with, if it was; a sentence for one member alone is none."""
        route = discord.http.Route(
            "GET",
            "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
            webhook_id=self._application,
            webhook_token=token,
        )
        try:
            async with refusals():
                data = await self.client.http.request(route)
        except (MessageGoneError, UnreachableError, TokenGoneError):
            return None
        is_same = discord.MessageFlags._from_value(data["flags"]).ephemeral == ephemeral
        return int(data["id"]) if is_same else None

    async def find(self, channel: int, matches: Callable[[discord.Message], bool], limit: int = 100) -> int | None:
        """Our newest message of a channel that matches."""
        me = self._application
        async with refusals():
            async for message in self._channel(channel).history(limit=limit):
                if message.author.id == me and matches(message):
                    return message.id
        return None

    async def publish(self, forum: discord.ForumChannel, name: str, card: Card, tags: list[discord.ForumTag]) -> Sent:
        """A post of its own."""

        async def post(parts: dict[str, Any]) -> Sent:
            made = await forum.create_thread(name=name, applied_tags=tags, **parts)
            return Sent(made.thread.id, made.message.id)

        return await self._send(post, card, self.limit_of(forum.guild.id))

    def server_of(self, channel: int) -> int | None:
        found = self.client.get_channel(channel)
        return found.guild.id if isinstance(found, discord.abc.GuildChannel | discord.Thread) else None

    def closed(self, error: UnreachableError, server: int | None, tries: int) -> Later | None:
        """A right on a server of ours may be given back: then what was to be taken away there goes after all."""
        is_ours = server is not None and self.client.get_guild(server) is not None
        if not is_ours or not isinstance(error.__cause__, discord.Forbidden) or tries >= CLOSED_TRIES:
            return None
        return Later(str(error), min(CLOSED_REST, 60.0 * 2**tries), alone=True)

    def name_of(self, server: int) -> str:
        guild = self.client.get_guild(server)
        return guild.name if guild is not None else str(server)

    async def is_in(self, server: int, member: int) -> bool:
        try:
            async with refusals():
                await self.client.http.get_member(server, member)
        except UnreachableError:
            return False
        return True

    def limit_of(self, server: int | None) -> int:
        guild = self.client.get_guild(server) if server is not None else None
        return guild.filesize_limit if guild is not None else discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES

    async def parts(self, card: Card, limit: int) -> dict[str, Any]:
        """What discord.py's sending and editing take."""
        made = [await self._file(file, limit) for file in card.files]
        files = [file for file in made if file is not None]
        allowed = discord.AllowedMentions(
            everyone=False, roles=False, replied_user=False, users=[discord.Object(m) for m in card.mentions]
        )
        view = self.view(card.rows, card.menus, card.links)
        return {"content": _text(card, len(files)), "files": files, "view": view, "allowed_mentions": allowed}

    def view(self, rows: Rows, menus: tuple[Menu, ...] = (), links: tuple[Link | Premium, ...] = ()) -> discord.ui.View:
        return make_view(self._signer, rows, menus, links)

    async def _send(
        self,
        send: Callable[[dict[str, Any]], Any],
        card: Card,
        limit: int,
        refused: Callable[[], AbstractAsyncContextManager[None]] = refusals,
    ) -> Sent:
        """With files as good as they may be: half as large whenever they are too large after all."""
        room = limit
        while True:
            try:
                async with refused():
                    sent: Sent = await send(await self.parts(card, room))
                    return sent
            except TooLargeError:
                if room <= SMALLEST or not card.files:
                    raise
                room //= 2

    async def _file(self, file: File, limit: int) -> discord.File | None:
        if isinstance(file, Document):
            return discord.File(io.BytesIO(file.data), filename=file.name, description=file.alt)
        if isinstance(file, Kept):
            data = await self._files.read(file.sha256)
            if len(data) > limit - HEADROOM:
                return None
            return discord.File(io.BytesIO(data), filename=file.name, description=file.alt)
        originals = [await self._files.read(digest) for digest in file.hashes]
        if len(originals) == 1 and file.recipes and len(originals[0]) <= limit - HEADROOM:
            return discord.File(io.BytesIO(originals[0]), filename=f"{file.stem}.png", description=file.alt)
        fitted = await asyncio.to_thread(_fit, originals, limit - HEADROOM, file)
        name = f"{file.stem}.{fitted.extension}"
        return discord.File(io.BytesIO(fitted.data), filename=name, description=file.alt)

    def _channel(self, channel: int) -> discord.PartialMessageable:
        return self.client.get_partial_messageable(channel)

    @property
    def _application(self) -> int:
        application = self.client.application_id
        if application is None:
            raise RuntimeError("The bot has not logged in yet: it knows no application.")
        return application


def _text(card: Card, files: int) -> str:
    if files == len(card.files):
        return card.text
    return f"{shortened(card.text, MESSAGE_LIMIT - len(images.LEFT_OUT) - 4)}\n-# {images.LEFT_OUT}"


def _fit(originals: list[bytes], limit: int, file: Pictures) -> engine.File:
    recipes = [engine.from_json(recipe) for recipe in file.recipes]
    return engine.fit_file(engine.compose_grid(originals), limit, recipes=recipes, mark="" if recipes else file.mark)


def sent_at(message: int) -> datetime:
    return discord.utils.snowflake_time(message)
