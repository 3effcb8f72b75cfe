"""A client that visits routes one by one and insists that each answers well. Bodies are plain: no library is here."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

from sandbox.server import Sandbox
from tests.wire.refused.court import Court

Json = Any


class Visitor:
    """Requests in the name of the court's bot, or of another of its actors."""

    def __init__(self, box: Sandbox, court: Court, http: aiohttp.ClientSession) -> None:
        self.box = box
        self.court = court
        self._http = http

    def __getitem__(self, name: str) -> str:
        return self.court.names[name]

    async def ask(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        who: str = "bot",
        file: tuple[str, bytes] | None = None,
        form: dict[str, str] | None = None,
    ) -> Json:
        """The answer's JSON, or None without one. `file` makes the request multipart, `form` url-encoded."""
        content: dict[str, Any] = {"data": form} if form is not None else {"json": body}
        if file is not None:
            parts = aiohttp.FormData()
            parts.add_field("payload_json", json.dumps(body), content_type="application/json")
            parts.add_field("files[0]", file[1], filename=file[0])
            content = {"data": parts}
        url = path if path.startswith("http") else "/api/v10" + path
        async with self._http.request(method, url, headers=self.court.headers[who], **content) as response:
            text = await response.text()
            assert response.status < 300, f"{method} {path} answered {response.status}: {text}"
            return json.loads(text) if response.content_type == "application/json" and text else None

    async def say(self, channel_id: str, **body: Json) -> Json:
        return await self.ask("POST", f"/channels/{channel_id}/messages", {"content": "words", **body})
