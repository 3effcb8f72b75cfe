"""Search among a server's messages, as a person's client does it: by words, author, channel, what is attached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.rest.call import Call, Routes
from sandbox.rules import errors
from sandbox.rules.ids import parse
from sandbox.rules.permissions import Permission
from sandbox.world import permissions
from sandbox.world.commands import is_adult_place
from sandbox.world.entities import Channel, Guild, Message
from sandbox.world.views import channel_view, message_view

ROUTES = Routes()
Json = dict[str, Any]

_HAS = {
    "image": lambda message: any((one.content_type or "").startswith("image/") for one in message.attachments),
    "file": lambda message: bool(message.attachments),
    "embed": lambda message: bool(message.embeds),
    "link": lambda message: "http://" in message.content or "https://" in message.content,
    "poll": lambda message: message.poll is not None,
    "snapshot": lambda message: bool(message.forwarded),
}
_FILTERS = ("content", "author_id", "channel_id", "mentions", "has", "pinned", "min_id", "max_id", "include_nsfw")
_PAGING = ("limit", "offset", "sort_by", "sort_order")


@ROUTES.on("GET", "/guilds/{guild_id}/messages/search")
async def search_messages(call: Call) -> Any:
    guild = call.guild()
    if lacking := sorted(set(call.query) - {*_FILTERS, *_PAGING}):
        raise errors.ApiError(501, 0, f"501: the sandbox does not serve searches by {', '.join(lacking)}")
    limit, offset = call.number("limit", 25, 1, 25), call.number("offset", 0, 0, 9975)
    wanted = _Wanted(call)
    found = [
        message for channel in _readable(call, guild) for message in _in_channel(call, channel) if wanted.fits(message)
    ]
    found.sort(key=lambda message: message.id, reverse=call.query.get("sort_order", "desc") != "asc")
    page = found[offset : offset + limit]
    shown = [message_view(call.state, message, call.actor.user_id) | {"hit": True} for message in page]
    places = {message.channel_id for message in page}
    threads = [call.state.channels[one] for one in places if call.state.channels[one].thread is not None]
    return {
        "doing_deep_historical_index": False,
        "total_results": len(found),
        "messages": [[message] for message in shown],
        "threads": [channel_view(call.state, thread, call.actor.user_id) for thread in threads],
        "members": [],
    }


def _readable(call: Call, guild: Guild) -> Iterator[Channel]:
    chosen = _ids(call, "channel_id")
    for channel in [*call.state.channels_of(guild.id), *call.state.threads_of(guild.id)]:
        if (chosen and channel.id not in chosen) or (
            is_adult_place(call.state, channel) and not call.flag("include_nsfw")
        ):
            continue
        allowed = permissions.in_channel(call.state, call.actor.user_id, channel)
        if allowed & Permission.READ_MESSAGE_HISTORY and permissions.can_view(
            call.state, call.actor.user_id, channel.id
        ):
            yield channel


def _in_channel(call: Call, channel: Channel) -> list[Message]:
    return [one for one in call.state.messages.get(channel.id, {}).values() if one.only_for is None]


def _ids(call: Call, name: str) -> set[int]:
    given = call.query_lists.get(name, [])
    faults = errors.Faults()
    for index, text in enumerate(given):
        if parse(text) is None:
            faults.add((name, index), "NUMBER_TYPE_COERCE", f'Value "{text[:100]}" is not snowflake.')
    faults.raise_if_any()
    return {int(text) for text in given}


class _Wanted:
    """The question, read once."""

    def __init__(self, call: Call) -> None:
        self.words = call.query.get("content", "").lower().split()
        self.authors, self.mentioned = _ids(call, "author_id"), _ids(call, "mentions")
        self.low, self.high = call.snowflake("min_id") or 0, call.snowflake("max_id")
        self.has = call.query_lists.get("has", [])
        self.pinned = call.flag("pinned") if "pinned" in call.query else None
        unknown = [one for one in self.has if one.removeprefix("-") not in _HAS]
        if unknown:
            text = f"Value must be one of {{{', '.join(sorted(_HAS))}}}."
            raise errors.FormError({"has": {"_errors": [{"code": "BASE_TYPE_CHOICES", "message": text}]}})

    def fits(self, message: Message) -> bool:
        return (
            all(word in message.content.lower() for word in self.words)
            and (not self.authors or message.author_id in self.authors)
            and (not self.mentioned or bool(self.mentioned & set(message.mention_users)))
            and message.id > self.low
            and (self.high is None or message.id < self.high)
            and (self.pinned is None or (message.pinned_ms is not None) == self.pinned)
            and all(_HAS[one.removeprefix("-")](message) != one.startswith("-") for one in self.has)
        )
