"""From the body of a request to the parts of a message: files kept, mentions found, flags settled. Sends nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.rules import errors, limits
from sandbox.rules.checks import components as component_checks
from sandbox.rules.checks.form import without_nulls
from sandbox.rules.checks.message import check_message
from sandbox.rules.clock import iso
from sandbox.rules.errors import Path
from sandbox.rules.ids import parse
from sandbox.rules.kinds import EDITOR_FLAGS, SENDER_FLAGS, ButtonStyle, ComponentType, MessageFlag
from sandbox.rules.permissions import Permission
from sandbox.world import files, permissions
from sandbox.world.entities import Attachment, Channel, Message
from sandbox.world.files import Upload
from sandbox.world.state import State

Json = dict[str, Any]
Uploads = Mapping[int, Upload]

_MENTION = re.compile(r"<@!?(\d{1,19})>")
_ROLE_MENTION = re.compile(r"<@&(\d{1,19})>")
NO_UPLOADS: Uploads = {}


@dataclass(frozen=True, slots=True)
class Mentions:
    users: list[int] = field(default_factory=list)
    roles: list[int] = field(default_factory=list)
    everyone: bool = False


def check_sizes(uploads: Uploads, limit_bytes: int) -> None:
    if any(len(upload.data) > limit_bytes for upload in uploads.values()):
        raise errors.ENTITY_TOO_LARGE()


def check_new(body: Json, uploads: Uploads) -> None:
    check_message(body, uploads=upload_names(body, uploads), edit=False)


def check_edit(message: Message, body: Json, uploads: Uploads) -> None:
    kept = _kept(message, body)
    check_message(
        body,
        uploads=upload_names(body, uploads),
        kept=[file.id for file in message.attachments],
        edit=True,
        was_v2=bool(message.flags & MessageFlag.IS_COMPONENTS_V2),
        names=[file.filename for file in kept],
        had=legacy_fields(message),
    )
    _refuse_leaving_nothing(message, body, uploads, kept)


def check_belongings(state: State, application_id: int | None, body: Json, path: Path = ()) -> None:
    """What components name must be there for their sender: SKUs of its own, emoji that it can use."""
    faults = errors.Faults()
    for place, component in component_checks.walk_paths(body.get("components") or [], (*path, "components")):
        if component.get("style") == ButtonStyle.PREMIUM and component.get("type") == ComponentType.BUTTON:
            sku = state.skus.get(parse(component.get("sku_id")) or 0)
            if sku is None or sku.application_id != application_id:
                message = "The application for this SKU does not exist or does not match the message author"
                faults.add((*place, "sku_id"), "BUTTON_COMPONENT_INVALID_APPLICATION", message)  # [I] 8182
        named = {place: component, **{(*place, "options", n): o for n, o in enumerate(component.get("options") or [])}}
        for where, part in named.items():
            emoji_id = parse((part.get("emoji") or {}).get("id"))
            if emoji_id is not None and not _can_use(state, application_id or 0, emoji_id):
                faults.add((*where, "emoji", "id"), "COMPONENT_INVALID_EMOJI", "Invalid emoji")
    faults.raise_if_any()


def _can_use(state: State, user_id: int, emoji_id: int) -> bool:
    """An application's own emoji, and those of the servers that it is in."""
    emoji = state.emojis.get(emoji_id)
    return emoji is not None and (emoji.owner_id == user_id or state.find_member(emoji.owner_id, user_id) is not None)


def _refuse_leaving_nothing(message: Message, body: Json, uploads: Uploads, kept: list[Attachment]) -> None:
    content = body.get("content") if "content" in body else message.content
    embeds = body.get("embeds") if "embeds" in body else message.embeds
    components = body.get("components") if "components" in body else message.components
    if not ((content or "").strip() or embeds or components or uploads or kept or message.poll or message.forwarded):
        raise errors.EMPTY_MESSAGE()


def legacy_fields(message: Message) -> list[str]:
    """What a message has that Components V2 does not allow beside it."""
    filled = {"content": message.content, "embeds": message.embeds, "poll": message.poll}
    return [name for name, value in filled.items() if value]


def upload_names(body: Json, uploads: Uploads) -> dict[int, str]:
    """What each upload will be called: the name in `attachments` goes before the part's own."""
    names = {n: files.safe_name(upload.filename) for n, upload in uploads.items()}
    about = body.get("attachments")
    for entry in about if isinstance(about, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("filename"), str) and entry["filename"]:
            n = parse(entry.get("id"))
            if n in names:
                names[n] = files.safe_name(entry["filename"])
    return names


def _kept(message: Message, body: Json) -> list[Attachment]:
    """The old files that stay: all of them, unless the edit lists which."""
    listed = body.get("attachments")
    if not isinstance(listed, list):
        return list(message.attachments) if listed is None and "attachments" not in body else []
    wanted = {parse(entry.get("id")): entry for entry in listed if isinstance(entry, dict)}
    return [file for file in message.attachments if file.id in wanted]


def take_files(state: State, body: Json, uploads: Uploads, *, ephemeral: bool) -> list[Attachment]:
    about = {parse(entry.get("id")): entry for entry in body.get("attachments") or []}
    return [
        files.make_attachment(state, upload, about.get(n, {}), ephemeral=ephemeral)
        for n, upload in sorted(uploads.items())
    ]


def find_mentions(state: State, channel: Channel, author_id: int, body: Json, replied_to: int | None) -> Mentions:
    """Who is pinged, under `allowed_mentions`; no more than the author may ping."""
    text = _shown_text(body)
    allowed = body.get("allowed_mentions")
    kinds = {"users", "roles", "everyone"} if allowed is None else set(allowed.get("parse") or [])
    listed = {parse(one) for name in ("users", "roles") for one in (allowed or {}).get(name) or []}
    users = [int(found) for found in dict.fromkeys(_MENTION.findall(text))]
    users = [user for user in users if user in state.users and ("users" in kinds or user in listed)]
    if replied_to is not None and (allowed is None or allowed.get("replied_user")) and replied_to not in users:
        users.append(replied_to)
    # A webhook has no permissions to ask for: it pings whom its message allows.
    may_ping_all = author_id in state.webhooks or bool(
        permissions.in_channel(state, author_id, channel) & Permission.MENTION_EVERYONE
    )
    roles = [
        int(found)
        for found in dict.fromkeys(_ROLE_MENTION.findall(text))
        if int(found) in state.roles
        and ("roles" in kinds or int(found) in listed)
        and (may_ping_all or state.roles[int(found)].mentionable)
    ]
    everyone = may_ping_all and "everyone" in kinds and ("@everyone" in text or "@here" in text)
    return Mentions(users, roles, everyone and channel.guild_id is not None)


def _shown_text(body: Json) -> str:
    components = component_checks.walk(body.get("components") or [])
    displays = [c.get("content") for c in components if c.get("type") == ComponentType.TEXT_DISPLAY]
    return "\n".join(str(text or "") for text in (body.get("content"), *displays))


def sender_flags(body: Json, *, ephemeral: bool, loading: bool) -> int:
    flags = int(body.get("flags") or 0) & int(SENDER_FLAGS)
    return int(flags | (MessageFlag.EPHEMERAL if ephemeral else 0) | (MessageFlag.LOADING if loading else 0))


def apply_edit(state: State, message: Message, body: Json, uploads: Uploads) -> None:
    """Change a message in place; the caller has checked the body, and announces the change."""
    if "content" in body:
        message.content = (body["content"] or "").strip()
    if "embeds" in body:
        message.embeds = without_nulls(body["embeds"] or [])
    if "components" in body:
        message.components = component_checks.assign_ids(body["components"] or [])
    if body.get("flags") is not None:
        message.flags = (
            message.flags & ~int(EDITOR_FLAGS)
            | int(body["flags"]) & int(EDITOR_FLAGS)
            | (message.flags & MessageFlag.IS_COMPONENTS_V2)
        )
    if "attachments" in body or uploads:
        kept = _kept(message, body)
        about = {parse(entry.get("id")): entry for entry in body.get("attachments") or []}
        for file in kept:
            if "description" in about.get(file.id, {}):
                file.description = about[file.id]["description"] or None
        gone = [file for file in message.attachments if file not in kept]
        state.forget_files(gone)  # first: the same bytes may come again, and must not go with the old file
        message.attachments = kept + take_files(state, body, uploads, ephemeral=message.only_for is not None)


def make_poll(state: State, form: Json | None) -> Json | None:
    """A poll as it is shown. Nobody can vote in the sandbox: the routes of votes answer 501."""
    if form is None:
        return None
    return {
        "question": form["question"],
        "answers": [
            {"answer_id": number, "poll_media": _poll_media(answer["poll_media"])}
            for number, answer in enumerate(form["answers"], 1)
        ],
        "expiry": iso(state.clock.now_ms() + (form.get("duration") or limits.POLL_DEFAULT_HOURS) * 3_600_000),
        "allow_multiselect": bool(form.get("allow_multiselect")),
        "layout_type": 1,
        "results": {"answer_counts": [], "is_finalized": False},
    }


def _poll_media(media: Json) -> Json:
    return media if media.get("emoji") is None else media | {"emoji": {"id": None, "name": None} | media["emoji"]}
