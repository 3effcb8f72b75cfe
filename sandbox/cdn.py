"""The CDN: attachments behind signed links that expire, avatars, emoji, icons. Bytes are read in threads."""

from __future__ import annotations

import colorsys
import re
import struct
import zlib
from functools import lru_cache
from urllib.parse import quote

from aiohttp import web

from sandbox.rules import ids
from sandbox.world import files
from sandbox.world.files import look_at
from sandbox.world.state import State

_GONE = "This content is no longer available."
_AVATAR_PIXELS = 256
_ROOMS = "{room:attachments|ephemeral-attachments}"


class Cdn:
    """Serves /cdn/…, and the same at the root for clients whose host name stands for Discord's CDN."""

    def __init__(self, state: State) -> None:
        self.state = state

    def routes(self) -> list[web.RouteDef]:
        found: list[web.RouteDef] = []
        for prefix in ("/cdn", ""):
            found += [
                web.get(f"{prefix}/{_ROOMS}/{{place_id}}/{{attachment_id}}/{{filename}}", self.attachment),
                web.get(f"{prefix}/emojis/{{name}}", self.emoji),
                web.get(f"{prefix}/embed/avatars/{{name}}", self.default_avatar),
                web.get(f"{prefix}/{{kind:avatars|icons}}/{{owner_id}}/{{name}}", self.picture),
            ]
        return found

    async def attachment(self, request: web.Request) -> web.Response:
        info = request.match_info
        attachment = self.state.files.get(ids.parse(info["attachment_id"]) or 0)
        path = f"/{info['room']}/{info['place_id']}/{info['attachment_id']}/{quote(info['filename'])}"
        if attachment is None or not files.is_signed(self.state, path, request.query_string):
            return web.Response(status=404, text=_GONE)
        data = await self.state.storage.blob(attachment.blob)
        if data is None:
            return web.Response(status=404, text=_GONE)
        kind = (attachment.content_type or "application/octet-stream").partition(";")[0]
        headers = {"Content-Type": kind, "Cache-Control": "private, max-age=86400", "Access-Control-Allow-Origin": "*"}
        # Nothing that was uploaded may run as a page of this origin.
        headers |= {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}
        if not kind.startswith(("image/", "video/", "audio/", "text/plain")):
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(attachment.filename)}"
        return web.Response(body=data, headers=headers)

    async def emoji(self, request: web.Request) -> web.Response:
        emoji = self.state.emojis.get(ids.parse(request.match_info["name"].partition(".")[0]) or 0)
        return await self._blob(emoji.blob if emoji is not None else None)

    async def picture(self, request: web.Request) -> web.Response:
        digest = request.match_info["name"].partition(".")[0].removeprefix("a_")
        shown = files.pictures_of(self.state, request.match_info["kind"], request.match_info["owner_id"])
        return await self._blob(digest if digest in shown else None)  # no other file can be had by its hash

    async def default_avatar(self, request: web.Request) -> web.Response:
        digits = re.sub(r"\D", "", request.match_info["name"]) or "0"
        hue = int(digits[:9]) * 61 % 360
        return web.Response(body=_drawn_avatar(hue), content_type="image/png")

    async def _blob(self, digest: str | None) -> web.Response:
        data = await self.state.storage.blob(digest) if digest else None
        if data is None:
            return web.Response(status=404, text=_GONE)
        kind = look_at(data, "").content_type or "application/octet-stream"
        return web.Response(body=data, content_type=kind, headers={"Cache-Control": "max-age=86400"})


@lru_cache
def _drawn_avatar(hue: int) -> bytes:
    """A head and shoulders on a coloured ground, as the PNG that the address promises: bots open it with Pillow."""
    rows = []
    for y in range(_AVATAR_PIXELS):
        white = 0
        for center_y, width, height, bottom in ((100, 44, 44, 256), (240, 88, 80, 240)):
            inside = 1 - ((y - center_y) / height) ** 2
            if inside > 0 and y < bottom:
                half = int(width * inside**0.5)
                white |= ((1 << 2 * half) - 1) << (_AVATAR_PIXELS // 2 - half)
        rows.append(b"\0" + white.to_bytes(_AVATAR_PIXELS // 8, "big"))
    ground = bytes(round(255 * part) for part in colorsys.hls_to_rgb(hue / 360, 0.48, 0.45))
    header = struct.pack(">IIBBBBB", _AVATAR_PIXELS, _AVATAR_PIXELS, 1, 3, 0, 0, 0)  # one bit a pixel, from a palette
    parts = (
        (b"IHDR", header),
        (b"PLTE", ground + b"\xff" * 3),
        (b"IDAT", zlib.compress(b"".join(rows))),
        (b"IEND", b""),
    )
    chunks = (struct.pack(">I", len(d)) + name + d + struct.pack(">I", zlib.crc32(name + d)) for name, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
