"""A window on a store of a test, and pictures to hang in it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from bot.store import archive, jobs, pictures
from bot.store.archive import Archived, Viewer, Wanted
from bot.store.store import Store
from bot.store.transactions import Writing
from bot.store.words import Audience
from bot.thumbnails import Thumbnails
from bot.web.sealing import Seal
from bot.web.service import Window
from bot.web.sign_in import SESSION, SESSION_LASTS, SignIn
from engine import Sheet, fit_file
from tests.bot.store.rows import MEMBER, NOW, make_job, make_picture

SERVER = 5
URL_SHOWN = "https://gallery.example.org"
RECIPE = json.dumps({"model": {"name": "swatch"}, "seed": 4711, "steps": 2, "guidance": 5, "scheduler": "euler"})
Client = TestClient[Any, Any]


@dataclass(slots=True)
class Opened:
    client: Client
    store: Store
    seal: Seal
    thumbnails: Thumbnails

    def cookie(self, member: int, servers: tuple[int, ...] = ()) -> dict[str, str]:
        """Of somebody who has signed in."""
        told = {"member": member, "servers": list(servers)}
        return {"Cookie": f"{SESSION}={self.seal.close(SESSION, told, SESSION_LASTS)}"}

    async def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
        async with self.client.get(path, headers=headers or {}, allow_redirects=False) as response:
            return response.status, await response.text(errors="replace")


@asynccontextmanager
async def opened(store: Store) -> AsyncIterator[Opened]:
    seal = Seal([b"a key of this test"], store.now)
    thumbnails = Thumbnails(store)
    doors = SignIn(store, seal, "http://127.0.0.1:9/api/v10", URL(URL_SHOWN), "1234", "a-client-secret-of-tests")
    window = Window(store, seal, doors, thumbnails, URL_SHOWN)
    async with TestClient(TestServer(window.application())) as client:
        yield Opened(client, store, seal, thumbnails)
    await thumbnails.close()


def draw(shade: int, width: int = 96, height: int = 64, mark: str = "") -> bytes:
    """A file of one colour."""
    return fit_file(Sheet(np.full((height, width, 3), shade % 256, np.uint8)), 1 << 20, mark=mark).data


async def hang(
    tx: Writing, number: int, audience: Audience = Audience.GALLERY, sha256: str = "ab" * 32, **changes: Any
) -> Archived:
    """A picture with this audience, as its maker sees it."""
    name = f"JOB{number}"
    await jobs.insert(tx, make_job(name, **{"server_id": SERVER, **changes}))
    await pictures.insert(tx, [make_picture(name, sha256=sha256, recipe=RECIPE, created_at=NOW)])
    maker = changes.get("member_id", MEMBER)
    (own, *_) = await archive.browse(tx, Viewer(maker), Wanted(mine=True), 1)
    if audience is not Audience.SERVER:  # for which it was entered, perhaps from a room
        await archive.change_audience(tx, [own.id], audience)
    found = await archive.find(tx, Viewer(maker), own.id)
    assert found is not None
    return found
