"""Files: what an upload is, what its bytes say about it, and links that are signed and expire as Discord's do."""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from sandbox.rules import ids, limits
from sandbox.rules.checks.media import clean_name
from sandbox.world.entities import Attachment
from sandbox.world.state import State

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    filename: str
    data: bytes
    digest: str | None = None  # its SHA-256, where whoever read it has reckoned that already


@dataclass(frozen=True, slots=True)
class Looks:
    """What the first bytes of a file tell. Clients send every part as application/octet-stream."""

    content_type: str | None = None
    width: int | None = None
    height: int | None = None


_BY_NAME = {
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "pdf": "application/pdf",
}
_ATTACHED = "attachment://"
_JPEG_SEGMENTS = 1000  # real pictures have dozens; a file of nothing else would be read for seconds


def look_at(data: bytes, filename: str) -> Looks:
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return Looks("image/png", *struct.unpack(">II", data[16:24]))
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        return Looks("image/gif", *struct.unpack("<HH", data[6:10]))
    if data[:2] == b"\xff\xd8":
        return Looks("image/jpeg", *_jpeg_size(data))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Looks("image/webp", *_webp_size(data))
    return Looks(_BY_NAME.get(filename.rpartition(".")[2].lower()))


def _jpeg_size(data: bytes) -> tuple[int | None, int | None]:
    at = 2
    for _ in range(_JPEG_SEGMENTS):
        if at + 9 >= len(data) or data[at] != 0xFF:
            break
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None, None


def _webp_size(data: bytes) -> tuple[int | None, int | None]:
    if len(data) < 30:
        return None, None
    match data[12:16]:
        case b"VP8X":
            return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
        case b"VP8 ":
            width, height = struct.unpack("<HH", data[26:30])
            return width & 0x3FFF, height & 0x3FFF
        case _:
            return None, None


def safe_name(name: str) -> str:
    """Discord keeps letters, digits, dot, dash and underscore; the rest becomes an underscore."""
    return clean_name(name.replace("\\", "/").rpartition("/")[2])[-limits.FILE_NAME_CHARACTERS :]


def make_attachment(state: State, upload: Upload, about: Json, *, ephemeral: bool = False) -> Attachment:
    """Keep an upload's bytes; `about` is the client's entry in `attachments`, if it sent one."""
    wanted = about.get("filename")
    filename = safe_name(wanted if isinstance(wanted, str) and wanted else upload.filename)
    looks = look_at(upload.data, filename)
    return Attachment(
        id=state.ids.new(),
        filename=filename,
        blob=state.keep_blob(upload.data, upload.digest),
        size=len(upload.data),
        content_type=looks.content_type,
        width=looks.width,
        height=looks.height,
        description=about.get("description") or None,
        title=about.get("title"),
        ephemeral=ephemeral,
        spoiler=bool(about.get("is_spoiler")) or filename.startswith("SPOILER_"),
    )


# -- signed links -----------------------------------------------------------------------------------------------------


def _signature(state: State, path: str, issued: str, expires: str) -> str:
    return hmac.new(state.secret.encode(), f"{path}|{issued}|{expires}".encode(), hashlib.sha256).hexdigest()


def link(state: State, place_id: int, attachment: Attachment) -> str:
    """An absolute link, good for a day of the sandbox's clock (discord.md, C: read `ex`)."""
    room = "ephemeral-attachments" if attachment.ephemeral else "attachments"
    path = f"/{room}/{place_id}/{attachment.id}/{quote(attachment.filename)}"
    now = state.clock.now_ms() // 1000
    # Issued at the top of the hour, so that the same file has the same link for a while, as caches like it.
    issued, expires = f"{now - now % 3600:x}", f"{now - now % 3600 + limits.CDN_LINK_SECONDS:x}"
    return f"{state.cdn_url}{path}?ex={expires}&is={issued}&hm={_signature(state, path, issued, expires)}&"


def is_signed(state: State, path: str, query: str) -> bool:
    """Whether a link to `path` (after /cdn) carries a signature of ours that has not expired."""
    fields = {name: values[0] for name, values in parse_qs(query).items()}
    issued, expires, given = fields.get("is", ""), fields.get("ex", ""), fields.get("hm", "")
    try:
        is_fresh = int(expires, 16) > state.clock.now_ms() // 1000
    except ValueError:
        return False
    return is_fresh and hmac.compare_digest(given.encode(), _signature(state, path, issued, expires).encode())


def attachment_id_in(state: State, url: str) -> int | None:
    """The attachment that a link of ours points to, signed or not; clients reuse such links in embeds."""
    if not url.startswith(state.cdn_url + "/"):
        return None
    steps = urlsplit(url).path.split("/")
    return ids.parse(steps[-2]) if len(steps) >= 4 else None


# -- media inside embeds and components -------------------------------------------------------------------------------


def media_urls(message_parts: Json) -> Iterator[str]:
    """Every media link in a message's embeds and components, among them `attachment://name`."""
    for embed in message_parts.get("embeds") or []:
        for part in ("image", "thumbnail", "video"):
            if isinstance(embed.get(part), dict):
                yield str(embed[part].get("url", ""))
        for part in ("author", "footer"):
            if isinstance(embed.get(part), dict) and embed[part].get("icon_url"):
                yield str(embed[part]["icon_url"])
    yield from _component_media(message_parts.get("components") or [])


def _component_media(components: list[Json]) -> Iterator[str]:
    for component in components:
        for media in (component.get("media"), component.get("file")):
            if isinstance(media, dict):
                yield str(media.get("url", ""))
        for item in component.get("items") or []:
            if isinstance(item.get("media"), dict):
                yield str(item["media"].get("url", ""))
        yield from _component_media(component.get("components") or [])
        if isinstance(component.get("accessory"), dict):
            yield from _component_media([component["accessory"]])


def attached_name(url: str) -> str | None:
    """The file that `attachment://name` means, by the name under which it is kept."""
    return safe_name(url[len(_ATTACHED) :]) if url.startswith(_ATTACHED) else None


def hidden_names(message_parts: Json) -> frozenset[str]:
    """File names shown by an embed or a component: those files are not listed among the attachments."""
    return frozenset(name for url in media_urls(message_parts) if (name := attached_name(url)) is not None)


def pictures_of(state: State, kind: str, owner_id: str) -> set[str | None]:
    """The hashes of what a person, an application, a webhook or a server shows as its avatar or icon."""
    owner = ids.parse(owner_id) or 0
    if kind == "icons":
        return {guild.icon} if (guild := state.guilds.get(owner)) is not None else set()
    shown: set[str | None] = {user.avatar} if (user := state.users.get(owner)) is not None else set()
    if (webhook := state.webhooks.get(owner)) is not None:
        shown |= {webhook.avatar, *webhook.worn}
    return shown
