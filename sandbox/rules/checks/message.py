"""The body of a message: sent, edited, answered or followed up. What the message held before is the caller's to say."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sandbox.rules import ids, limits
from sandbox.rules.checks import components, embeds
from sandbox.rules.checks.component_forms import EMOJI, LEGACY_COMPONENTS, V2_COMPONENTS
from sandbox.rules.checks.form import (
    Check,
    anything,
    boolean,
    check_length,
    hold,
    integer,
    list_of,
    number,
    object_of,
    one_of,
    shown,
    snowflake,
    text,
)
from sandbox.rules.checks.media import clean_name
from sandbox.rules.errors import (
    EMPTY_MESSAGE,
    FORWARD_WITH_CONTENT,
    INVALID_STICKER,
    VOICE_WITH_CONTENT,
    VOICE_WITHOUT_FILE,
    VOICE_WITHOUT_METADATA,
    Faults,
    Json,
    Path,
)
from sandbox.rules.kinds import EDITOR_FLAGS, SENDER_FLAGS, MessageFlag, ReferenceType

V2 = MessageFlag.IS_COMPONENTS_V2
LEGACY_FIELDS = ("content", "embeds", "sticker_ids", "poll")


def nonce(value: object, path: Path, faults: Faults) -> None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        faults.add(path, "NONCE_TYPE_INVALID_TYPE", "This field must be a string or integer.")
    elif isinstance(value, str) and len(value) > limits.NONCE_CHARACTERS:
        message = f"Must be {limits.NONCE_CHARACTERS} or fewer characters long."
        faults.add(path, "NONCE_TYPE_TOO_LONG", message)
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        message = "Must be between -9223372036854775808 and 9223372036854775807."
        faults.add(path, "NONCE_TYPE_OUT_OF_BOUNDS", message)


ATTACHMENT = object_of(
    {"id": snowflake},
    {
        "filename": text(1, limits.FILE_NAME_CHARACTERS),
        "description": text(0, limits.ALT_TEXT_CHARACTERS),
        "duration_secs": number(0, 2**31 - 1),
        "waveform": text(0, limits.WAVEFORM_CHARACTERS),
        "title": text(0, limits.FILE_NAME_CHARACTERS),
        "is_spoiler": boolean,
        "is_remix": boolean,
    },
)
MENTION_IDS = list_of(snowflake, 0, limits.MENTION_IDS, unique=True)
ALLOWED_MENTIONS = object_of(
    {},
    {
        "parse": list_of(one_of(("everyone", "roles", "users")), 0, 3, unique=True),
        "users": MENTION_IDS,
        "roles": MENTION_IDS,
        "replied_user": boolean,
    },
)
REFERENCE = object_of(
    {"message_id": snowflake},
    {
        "channel_id": snowflake,
        "guild_id": snowflake,
        "fail_if_not_exists": boolean,
        "type": one_of(ReferenceType),
    },
)
POLL = object_of(
    {
        "question": object_of({"text": text(1, limits.POLL_QUESTION)}),
        "answers": list_of(
            object_of({"poll_media": object_of({"text": text(1, limits.POLL_ANSWER)}, {"emoji": EMOJI})}),
            *limits.POLL_ANSWERS,
        ),
    },
    {
        "allow_multiselect": boolean,
        "layout_type": one_of((1,)),
        "duration": integer(*limits.POLL_HOURS),
    },
)
FIELDS: Mapping[str, Check] = {
    "content": text(0, limits.MESSAGE_CHARACTERS),
    "embeds": embeds.EMBEDS,
    "flags": integer(0),
    "allowed_mentions": ALLOWED_MENTIONS,
    "attachments": list_of(ATTACHMENT, 0, limits.ATTACHMENTS),
    "shared_client_theme": anything,
}
NEW_FIELDS: Mapping[str, Check] = {
    "nonce": nonce,
    "enforce_nonce": boolean,
    "tts": boolean,
    "message_reference": REFERENCE,
    "sticker_ids": list_of(snowflake, 0, limits.STICKERS),
    "poll": POLL,
}
# By (edit, v2): which fields are read at all, and which components may stand at the top.
FORMS: Mapping[tuple[bool, bool], Check] = {
    (edit, v2): object_of(
        {},
        {
            **FIELDS,
            **({} if edit else NEW_FIELDS),
            "components": V2_COMPONENTS if v2 else LEGACY_COMPONENTS,
        },
    )
    for edit in (False, True)
    for v2 in (False, True)
}


def settable_flags(flags: int, *, edit: bool, may_be_ephemeral: bool = False) -> int:
    """The bits of a request that take effect; Discord ignores the others without an error."""
    allowed = int(EDITOR_FLAGS if edit else SENDER_FLAGS)
    return flags & (allowed | (int(MessageFlag.EPHEMERAL) if may_be_ephemeral and not edit else 0))


def check_message(
    body: object,
    *,
    uploads: Mapping[int, str],
    kept: Collection[int] = (),
    edit: bool,
    was_v2: bool = False,
    names: Collection[str] = (),
    had: Collection[str] = (),
    path: Path = (),
) -> None:
    """`uploads`: names of files by their number. `kept`: ids, and `names` names, of files on the edited message.

    `had`: which of `LEGACY_FIELDS` are filled on the edited message; making it V2 must empty them in the same request.
    `path`: where in the request's body this message is.
    """
    v2 = was_v2 or wants_v2(body)
    hold(body, FORMS[edit, v2], path)
    if not isinstance(body, dict):
        return
    faults = Faults()
    check_attachments(body, uploads, kept, path, faults)
    available = {clean_name(name) for name in [*uploads.values(), *names, *renamed(body)]}
    embeds.check_embeds(body.get("embeds") or [], available, (*path, "embeds"), faults)
    components.check_components(body.get("components") or [], available, (*path, "components"), faults)
    check_mentions(body, (*path, "allowed_mentions"), faults)
    if v2:
        check_v2(body, () if was_v2 else had, path, faults)
    faults.raise_if_any()
    if v2:
        components.refuse_what_breaks_discord(body.get("components") or [])
    if body.get("sticker_ids"):
        raise INVALID_STICKER()  # there are no stickers in the sandbox
    if not edit:
        refuse_empty(body, uploads, v2=v2)
        refuse_bad_voice(body, uploads)


def wants_v2(body: object) -> bool:
    flags = body.get("flags") if isinstance(body, dict) else None
    return isinstance(flags, int) and bool(flags & V2)


def renamed(body: Json) -> list[str]:
    return [each["filename"] for each in body.get("attachments") or [] if each.get("filename")]


def check_attachments(
    body: Json, uploads: Mapping[int, str], kept: Collection[int], path: Path, faults: Faults
) -> None:
    place = (*path, "attachments")
    listed = body.get("attachments")
    numbers = [ids.parse(each["id"]) for each in listed or []]
    for index, given in enumerate(numbers):
        if given not in uploads and given not in kept:
            faults.add((*place, index, "id"), "ATTACHMENT_NOT_FOUND", "Attachment data not found")
    # Files that are not listed come along all the same; old ones stay only while nothing is listed.
    staying = [each for each in kept if listed is None or each in numbers]
    check_length(len(staying) + len(uploads), 0, limits.ATTACHMENTS, place, faults)


def check_mentions(body: Json, path: Path, faults: Faults) -> None:
    allowed = body.get("allowed_mentions") or {}
    for name in ("users", "roles"):
        if name in (allowed.get("parse") or []) and allowed.get(name):
            message = f'parse:["{name}"] and {name}: [ids...] are mutually exclusive.'
            faults.add(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)


def check_v2(body: Json, had: Collection[str], path: Path, faults: Faults) -> None:
    for name in LEGACY_FIELDS:
        if body.get(name) or (name in had and name not in body):
            message = f"The '{shown(name)}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            faults.add((*path, name), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
    components.check_v2_totals(body.get("components") or [], (*path, "components"), faults)


def is_forward(body: Json) -> bool:
    return (body.get("message_reference") or {}).get("type") == ReferenceType.FORWARD


def refuse_empty(body: Json, uploads: Mapping[int, str], *, v2: bool) -> None:
    filled = bool(
        (body.get("content") or "").strip()
        or uploads
        or body.get("sticker_ids")
        or body.get("components")
        or body.get("poll")
        or not all(map(embeds.is_empty, body.get("embeds") or []))
    )
    if is_forward(body):
        # Discord lets V2 components through here (issue 7648); so do we.
        if filled and not v2:
            raise FORWARD_WITH_CONTENT()
    elif not filled:
        raise EMPTY_MESSAGE()


def refuse_bad_voice(body: Json, uploads: Mapping[int, str]) -> None:
    if not (body.get("flags") or 0) & MessageFlag.IS_VOICE_MESSAGE:
        return
    if any(body.get(name) for name in (*LEGACY_FIELDS, "components")):
        raise VOICE_WITH_CONTENT()
    if len(uploads) != 1:
        raise VOICE_WITHOUT_FILE()
    described = body.get("attachments") or [{}]
    if described[0].get("duration_secs") is None or not described[0].get("waveform"):
        raise VOICE_WITHOUT_METADATA()
