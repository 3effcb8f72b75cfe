"""Posts in a gallery's channel, be it a forum, a media channel or one for text: made, found again, emptied, removed.
The rest of what is written goes through `sending.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import discord

from bot.messages.cards import Card
from bot.messages.sending import MessageGoneError, RefusedError, Sender, Sent, UnreachableError, refusals

MOST_TAGS = 5  # Discord's limit, on one post
LOOKED_AT = 25  # newest posts, when one is looked for
PAGE = 100
HAS_THREAD = "/160004:"  # as Discord says that a message has a thread already
Matches = Callable[[discord.Message], bool]


class Posting:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def create(self, channel: int, name: str, card: Card, *, nonce: str, tags: tuple[str, ...]) -> Sent:
        """A post of its own in a forum, with those of the tags that it has; a message in any other channel."""
        forum = await self._forum(channel)
        if forum is None:
            limit = self._sender.limit_of(self._sender.server_of(channel))
            return await self._sender.create(channel, card, limit, nonce=nonce)
        return await self._sender.publish(forum, name, card, _chosen(forum, tags))

    async def find(self, channel: int, matches: Matches) -> Sent | None:
        """One that was made, and whose making nobody has noted."""
        forum = await self._forum(channel)
        if forum is None:
            found = await self._sender.find(channel, matches)
            return Sent(channel, found) if found is not None else None
        async with refusals():
            threads = [thread for thread in await forum.guild.active_threads() if thread.parent_id == channel]
            for thread in sorted(threads, key=lambda one: -one.id)[:LOOKED_AT]:
                if thread.owner_id != self._sender.client.application_id:
                    continue
                with suppress(discord.NotFound):
                    if matches(await thread.fetch_message(thread.id)):
                        return Sent(thread.id, thread.id)
        return None

    def is_thread(self, sent: Sent) -> bool:
        """The first message of a forum's post has the number of its thread; no other message has its channel's."""
        return sent.channel == sent.message

    async def rename(self, sent: Sent, name: str) -> None:
        """Only if it has another: Discord takes two names of one thread in ten minutes."""
        if not self.is_thread(sent):
            return
        with suppress(UnreachableError, RefusedError):
            async with refusals():
                about: Any = await self._sender.client.http.get_channel(sent.channel)
            if about["name"] != name:
                sleeps = about["thread_metadata"]["archived"]  # a try in vain may count as one of the two
                await self._sender.awake(
                    sent.channel, lambda: self._sender.change(sent.channel, name=name), sleeps=sleeps
                )

    async def empty(self, sent: Sent, card: Card, name: str) -> None:
        """Nothing but a word is left of it; in a forum nobody writes there any more either."""
        if not self.is_thread(sent):
            await self._sender.delete(sent.channel, sent.message)
            return
        with suppress(UnreachableError, RefusedError):  # it may have gone to sleep meanwhile
            await self._sender.change(sent.channel, archived=False)
        with suppress(MessageGoneError):
            await self._sender.edit(sent.channel, sent.message, card, 0)
        try:
            await self.rename(sent, name)
        finally:  # it may have to wait for its name
            await self._close(sent.channel)

    async def remove(self, sent: Sent, card: Card, name: str) -> None:
        """With whatever was said under it, where we may; else as little is left as can be."""
        if self.is_thread(sent):
            try:
                async with refusals():
                    await self._sender.client.http.delete_channel(sent.channel)
            except UnreachableError:
                await self.empty(sent, card, name)
            return
        await self._sender.delete(sent.channel, sent.message)

    async def open_thread(self, sent: Sent, name: str) -> int | None:
        """Where members talk of it. Below a message it gets that one's number; None where we may not."""
        if self.is_thread(sent):
            return sent.channel
        try:
            async with refusals():
                await self._sender.client.http.start_thread_with_message(
                    sent.channel, sent.message, name=name, auto_archive_duration=4320
                )
        except UnreachableError:
            return None
        except RefusedError as error:  # it may have one already, from a time before
            return sent.message if HAS_THREAD in str(error) else None
        return sent.message

    async def pin(self, sent: Sent) -> None:
        """Where we may; it is no less true without."""
        with suppress(UnreachableError, RefusedError):
            if self.is_thread(sent):
                await self._sender.change(sent.channel, flags=discord.ChannelFlags(pinned=True).value)
                return
            async with refusals():
                await discord.PartialMessage(channel=self._place(sent.channel), id=sent.message).pin()

    async def reactions(self, channel: int, message: int) -> AsyncIterator[tuple[int, discord.PartialEmoji]]:
        """Who reacted with what, bots left out. Raises MessageGoneError if the post is gone."""
        try:
            async with refusals():
                found = await self._sender.client.http.get_message(channel, message)
        except UnreachableError as error:
            if isinstance(error.__cause__, discord.NotFound):  # the whole thread, or channel
                raise MessageGoneError(str(error)) from error
            raise
        for reaction in found.get("reactions", ()):
            emoji = discord.PartialEmoji.from_dict(dict(reaction["emoji"]))
            async for member in self.reacted(channel, message, emoji):
                yield member, emoji

    async def reacted(self, channel: int, message: int, emoji: discord.PartialEmoji) -> AsyncIterator[int]:
        """Who reacted with that; bots are left out."""
        after: int | None = None
        name = f"{emoji.name}:{emoji.id}" if emoji.id else str(emoji.name)
        while True:
            async with refusals():
                users = await self._sender.client.http.get_reaction_users(channel, message, name, PAGE, after)
            for user in users:
                if not user.get("bot"):
                    yield int(user["id"])
            if len(users) < PAGE:
                return
            after = int(users[-1]["id"])

    async def _close(self, thread: int) -> None:
        try:
            await self._sender.change(thread, archived=True, locked=True)
        except UnreachableError:  # locking needs Manage Threads; putting one's own post to sleep does not
            with suppress(UnreachableError):
                await self._sender.change(thread, archived=True)

    async def _forum(self, channel: int) -> discord.ForumChannel | None:
        """Asked for where Discord has not told of its server yet: at a start, after a lost session, on a bad day."""
        place: object = self._sender.client.get_channel(channel)
        if place is None:
            async with refusals():
                place = await self._sender.client.fetch_channel(channel)
        return place if isinstance(place, discord.ForumChannel) else None

    def _place(self, channel: int) -> discord.PartialMessageable:
        return self._sender.client.get_partial_messageable(channel)


def _chosen(forum: discord.ForumChannel, names: tuple[str, ...]) -> list[discord.ForumTag]:
    """One is needed where the forum asks for one, even if none fits."""
    known = {tag.name.casefold(): tag for tag in forum.available_tags if not tag.moderated}
    fitting = [known[name.casefold()] for name in names if name.casefold() in known][:MOST_TAGS]
    return fitting or (list(known.values())[:1] if forum.flags.require_tag else [])


def says(text: str) -> Matches:
    """Whether a message begins with the same line."""
    return lambda message: message.content.split("\n")[0] == text.split("\n")[0]


def bears(part: str) -> Matches:
    """Whether a message's buttons have that in their ids."""

    def matches(message: discord.Message) -> bool:
        rows = (row for row in message.components if isinstance(row, discord.ActionRow))
        ids = (getattr(child, "custom_id", None) or "" for row in rows for child in row.children)
        return any(part in custom_id for custom_id in ids)

    return matches
