"""A channel's webhooks: made, changed, spoken through, removed. Each change tells WEBHOOKS_UPDATE."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from sandbox.rules import errors, limits
from sandbox.rules.kinds import FORUMS
from sandbox.world import drafts, files, messages, threads
from sandbox.world.drafts import NO_UPLOADS, Uploads
from sandbox.world.entities import Channel, Message, Webhook
from sandbox.world.events import Event
from sandbox.world.state import State

Json = dict[str, Any]


def make(
    state: State, channel: Channel, name: str, creator_id: int, *, avatar: str | None, application_id: int | None
) -> Webhook:
    if len(state.webhooks_of(channel_id=channel.id)) >= limits.WEBHOOKS_PER_CHANNEL:
        raise errors.MAX_WEBHOOKS()
    webhook = Webhook(
        id=state.ids.new(),
        token=secrets.token_urlsafe(51),
        channel_id=channel.id,
        guild_id=channel.guild_id or 0,
        name=name,
        creator_id=creator_id,
        avatar=avatar,
        application_id=application_id,
    )
    state.save(webhook)
    _announce(state, webhook.guild_id, channel.id)
    return webhook


def change(state: State, webhook: Webhook, *, left_channel_id: int | None = None) -> None:
    state.save(webhook)
    if left_channel_id not in (None, webhook.channel_id):
        _announce(state, webhook.guild_id, left_channel_id or 0)
    _announce(state, webhook.guild_id, webhook.channel_id)


def delete(state: State, webhook: Webhook) -> None:
    state.remove(webhook)
    _announce(state, webhook.guild_id, webhook.channel_id)


def _announce(state: State, guild_id: int, channel_id: int) -> None:
    data = {"guild_id": str(guild_id), "channel_id": str(channel_id)}
    state.hub.emit(Event("WEBHOOKS_UPDATE", data, guild_id=guild_id, channel_id=channel_id))


def find(state: State, webhook_id: int, token: str) -> Webhook:
    webhook = state.webhooks.get(webhook_id)
    if webhook is None:
        raise errors.UNKNOWN_WEBHOOK()
    if not secrets.compare_digest(webhook.token.encode(), token.encode("utf-8", "surrogatepass")):
        raise errors.WEBHOOK_TOKEN()
    return webhook


def place_of(state: State, webhook: Webhook, thread_id: int | None) -> Channel:
    """Where a request by this webhook acts: its channel, or one of that channel's threads."""
    channel = state.channel(webhook.channel_id)
    if thread_id is None:
        return channel
    thread = state.channels.get(thread_id)
    if thread is None or thread.parent_id != channel.id or thread.thread is None:
        raise errors.ApiError(400, errors.UNKNOWN_CHANNEL.code, errors.UNKNOWN_CHANNEL.message)
    return thread


def execute(state: State, webhook: Webhook, place: Channel, body: Json, uploads: Uploads = NO_UPLOADS) -> Message:
    """Say something through it; in a forum under `thread_name`, which opens a post."""
    name = body.get("thread_name")
    if place.type in FORUMS and not name:
        raise errors.WEBHOOK_NEEDS_THREAD()
    if place.type not in FORUMS and name:
        raise errors.WEBHOOK_HAS_THREAD() if place.thread is not None else errors.WEBHOOK_NO_FORUM()
    drafts.check_sizes(uploads, messages.upload_limit(state, place))
    message_id = None
    if place.type in FORUMS:
        tags = [int(tag) for tag in body.get("applied_tags") or []]
        if any(tag not in {known.id for known in place.tags} for tag in tags):
            raise errors.UNKNOWN_TAG()
        place = threads.open_thread(state, place, webhook.id, {"name": name}, tags=tags)
        message_id = place.id
    body = {field: value for field, value in body.items() if field not in ("message_reference", "nonce")}
    return messages.send(
        state,
        place,
        webhook.id,
        body,
        uploads,
        webhook=webhook,
        profile=_profile(state, webhook, body),
        message_id=message_id,
    )


def _profile(state: State, webhook: Webhook, body: Json) -> Json:
    picture = body.get("avatar_url")
    avatar = _own_picture(state, picture) if isinstance(picture, str) else None
    if avatar is not None and avatar not in webhook.worn:
        webhook.worn.append(avatar)
        state.save(webhook)
    return {"username": body.get("username") or webhook.name, "avatar": avatar or webhook.avatar}


def _own_picture(state: State, url: str) -> str | None:
    """The picture behind a link into our own CDN. Nothing outside the sandbox is fetched."""
    attachment = state.files.get(files.attachment_id_in(state, url) or 0)
    if attachment is not None:
        return attachment.blob
    for kind in ("avatars", "icons"):
        if url.startswith(f"{state.cdn_url}/{kind}/"):
            owner_id, _, name = urlsplit(url).path.rpartition(f"/{kind}/")[2].partition("/")
            digest = name.partition(".")[0]
            return digest if digest in files.pictures_of(state, kind, owner_id) else None
    return None


def message_of(state: State, webhook: Webhook, place: Channel, message_id: int) -> Message:
    message = state.message(place.id, message_id)
    if message.webhook_id != webhook.id:
        raise errors.UNKNOWN_MESSAGE()
    return message
