"""Messages on the wire: signed links, attachments that embeds use, reactions, replies."""

from __future__ import annotations

from typing import Any

from sandbox.rules.clock import iso
from sandbox.world import files
from sandbox.world.entities import Attachment, Message, Reaction
from sandbox.world.state import State
from sandbox.world.views.channels import channel_view
from sandbox.world.views.users import user_view

Json = dict[str, Any]

REPLY, THREAD_CREATED, THREAD_STARTER = 19, 18, 21

# What Discord fills in where a component leaves it out ([S] *ComponentResponse, required fields).
_OF_A_SELECT = {"min_values": 1, "max_values": 1}
_COMPONENT_DEFAULTS: dict[int, Json] = {
    3: _OF_A_SELECT,
    5: _OF_A_SELECT,
    6: _OF_A_SELECT,
    7: _OF_A_SELECT,
    8: _OF_A_SELECT,
    11: {"description": None, "spoiler": False},
    13: {"spoiler": False},
    14: {"divider": True, "spacing": 1},
    17: {"accent_color": None, "spoiler": False},
}


def attachment_view(state: State, place_id: int, attachment: Attachment) -> Json:
    url = files.link(state, place_id, attachment)
    view: Json = {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": attachment.size,
        "url": url,
        "proxy_url": url,
        "flags": 1 << 5 if attachment.spoiler else 0,
    }
    for name in ("content_type", "width", "height", "description", "title"):
        if (value := getattr(attachment, name)) is not None:
            view[name] = value
    if attachment.ephemeral:
        view["ephemeral"] = True
    if attachment.content_type and attachment.content_type.startswith("image/"):
        view["original_content_type"] = attachment.content_type
    return view


def reaction_emoji_view(reaction: Reaction) -> Json:
    view: Json = {"id": str(reaction.emoji_id) if reaction.emoji_id else None, "name": reaction.name}
    if reaction.emoji_id:
        view["animated"] = reaction.animated
    return view


def _reaction_view(reaction: Reaction, viewer_id: int | None) -> Json:
    return {
        "emoji": reaction_emoji_view(reaction),
        "count": len(reaction.users),
        "count_details": {"burst": 0, "normal": len(reaction.users)},
        "burst_colors": [],
        "me_burst": False,
        "burst_me": False,
        "burst_count": 0,
        "me": viewer_id in reaction.users,
    }


def message_view(state: State, message: Message, viewer_id: int | None = None, *, with_reference: bool = True) -> Json:
    """A message as `viewer_id` sees it (that decides only `me` in its reactions)."""
    media = _Media(state, message)
    shown = [file for file in message.attachments if file.filename not in media.hidden]
    view: Json = {
        "id": str(message.id),
        "type": message.type,
        "channel_id": str(message.channel_id),
        "author": _author_view(state, message),
        "content": message.content,
        "timestamp": iso(message.created_ms),
        "edited_timestamp": None if message.edited_ms is None else iso(message.edited_ms),
        "tts": message.tts,
        "flags": message.flags,
        "mention_everyone": message.mention_everyone,
        "mentions": [user_view(state.users[user_id]) for user_id in message.mention_users if user_id in state.users],
        "mention_roles": [str(role_id) for role_id in message.mention_roles],
        "attachments": [attachment_view(state, media.place_id, file) for file in shown],
        "embeds": [media.embed(embed) for embed in message.embeds],
        "components": [media.component(component) for component in message.components],
        "pinned": message.pinned_ms is not None,
    }
    if message.reactions:
        view["reactions"] = [_reaction_view(reaction, viewer_id) for reaction in message.reactions]
    for name in ("nonce", "poll"):
        if (value := getattr(message, name)) is not None:
            view[name] = value
    for name in ("application_id", "webhook_id"):
        if (value := getattr(message, name)) is not None:
            view[name] = str(value)
    if message.interaction is not None:
        view["interaction_metadata"] = message.interaction
    if message.forwarded:
        view["message_snapshots"] = message.forwarded
    if message.reference is not None:
        view["message_reference"] = message.reference
        if with_reference and message.type in (REPLY, THREAD_STARTER):
            view["referenced_message"] = _referenced_view(state, message.reference, viewer_id)
    thread = state.channels.get(message.id)
    if thread is not None and thread.thread is not None and thread.parent_id == message.channel_id:
        view["thread"] = channel_view(state, thread)
    return view


def _author_view(state: State, message: Message) -> Json:
    if message.webhook_profile is not None:
        return {
            "id": str(message.author_id),
            "username": message.webhook_profile["username"],
            "avatar": message.webhook_profile.get("avatar"),
            "discriminator": "0000",
            "public_flags": 0,
            "flags": 0,
            "bot": True,
            "global_name": None,
            "primary_guild": None,
        }
    return user_view(state.users[message.author_id])


def _referenced_view(state: State, reference: Json, viewer_id: int | None) -> Json | None:
    """The message replied to, or null when it has been deleted."""
    channel_id, message_id = int(reference["channel_id"]), int(reference.get("message_id", 0))
    target = state.messages[channel_id].get(message_id) if channel_id in state.messages else None
    return None if target is None else message_view(state, target, viewer_id, with_reference=False)


class _Media:
    """Resolves a message's media: `attachment://name` becomes a signed link, with the size that the file has."""

    def __init__(self, state: State, message: Message) -> None:
        self.state = state
        self.message_id = message.id
        self.place_id = message.application_id or message.channel_id if message.only_for else message.channel_id
        self.by_name = {file.filename: file for file in message.attachments}
        self.hidden = (
            files.hidden_names({"embeds": message.embeds, "components": message.components})
            if message.attachments
            else frozenset()
        )

    def _resolve(self, url: str) -> tuple[str, Attachment | None]:
        if (name := files.attached_name(url)) is not None:
            file = self.by_name.get(name)
            return (files.link(self.state, self.place_id, file), file) if file is not None else (url, None)
        attachment_id = files.attachment_id_in(self.state, url)
        file = self.state.files.get(attachment_id) if attachment_id is not None else None
        if file is not None:  # Discord signs anew the links that clients send back to it
            return files.link(self.state, int(url.split("/")[-3]), file), file
        return url, None

    def embed(self, embed: Json) -> Json:
        view = dict(embed)
        view.setdefault("type", "rich")
        if view.get("fields"):
            view["fields"] = [{"inline": False} | field for field in view["fields"]]
        for part in ("image", "thumbnail", "video"):
            if isinstance(view.get(part), dict):
                url, file = self._resolve(str(view[part].get("url", "")))
                view[part] = {"url": url, "proxy_url": url, "flags": 0} | _size(file)
                if file is not None and file.content_type:
                    view[part]["content_type"] = file.content_type
        for part in ("author", "footer"):
            if isinstance(view.get(part), dict) and view[part].get("icon_url"):
                url, _ = self._resolve(view[part]["icon_url"])
                view[part] = view[part] | {"icon_url": url, "proxy_icon_url": url}
        return view

    def component(self, component: Json) -> Json:
        view = _COMPONENT_DEFAULTS.get(component["type"], {}) | component
        for name in ("media", "file"):
            if isinstance(view.get(name), dict):
                view[name] = self._media(view[name])
        if component.get("type") == 13 and isinstance(component.get("file"), dict):
            _, file = self._resolve(str(component["file"].get("url", "")))
            if file is not None:
                view |= {"name": file.filename, "size": file.size}
        if "items" in view:
            view["items"] = [
                {"description": None, "spoiler": False} | item | {"media": self._media(item["media"])}
                for item in view["items"]
            ]
        if isinstance(view.get("components"), list):
            view["components"] = [self.component(inner) for inner in view["components"]]
        if isinstance(view.get("accessory"), dict):
            view["accessory"] = self.component(view["accessory"])
        return view

    def _media(self, media: Json) -> Json:
        url, file = self._resolve(str(media.get("url", "")))
        view: Json = {"id": str(file.id if file is not None else self.message_id), "url": url, "proxy_url": url}
        view |= {"loading_state": 2, "flags": 0} | _size(file)
        if file is not None:
            view["attachment_id"] = str(file.id)
        view["content_type"] = (
            file.content_type if file is not None and file.content_type else "application/octet-stream"
        )
        return view


def _size(file: Attachment | None) -> Json:
    return {"width": (file.width if file else None) or 0, "height": (file.height if file else None) or 0}
