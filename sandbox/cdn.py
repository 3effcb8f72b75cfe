"""The CDN: attachments behind signed links that expire, avatars, emoji, icons. Bytes are read in threads."""

from __future__ import annotations

import re
from urllib.parse import quote

from aiohttp import web

from sandbox.rules import ids
from sandbox.world import files
from sandbox.world.files import look_at
from sandbox.world.state import State

_GONE = "This content is no longer available."
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
        is_known = re.fullmatch(r"[0-9a-f]{64}", digest) is not None
        return await self._blob(digest if is_known else None)

    async def default_avatar(self, request: web.Request) -> web.Response:
        digits = re.sub(r"\D", "", request.match_info["name"]) or "0"
        hue = int(digits[:9]) * 61 % 360
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
            f'<rect width="64" height="64" fill="hsl({hue} 45% 48%)"/>'
            '<circle cx="32" cy="25" r="11" fill="#fff" opacity=".9"/>'
            '<path d="M10 60a22 20 0 0 1 44 0z" fill="#fff" opacity=".9"/></svg>'
        )
        return web.Response(text=svg, content_type="image/svg+xml")

    async def _blob(self, digest: str | None) -> web.Response:
        data = await self.state.storage.blob(digest) if digest else None
        if data is None:
            return web.Response(status=404, text=_GONE)
        kind = look_at(data, "").content_type or "application/octet-stream"
        return web.Response(body=data, content_type=kind, headers={"Cache-Control": "max-age=86400"})
