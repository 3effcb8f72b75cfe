"""Reads request bodies: JSON, or multipart with `payload_json` and `files[n]`. Bounded in size, never trusting."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web
from aiohttp.http import HttpProcessingError

from sandbox.rules import errors, limits
from sandbox.rules.checks.form import is_too_deep
from sandbox.world.files import Upload

# More than any request can rightly hold: ten files at the highest boost level.
LARGEST_BYTES = limits.ATTACHMENTS * limits.upload_bytes(3)
MOST_PARTS = 100
_LARGE_BYTES = 1024 * 1024
LONGEST_SECONDS = 60.0  # for a whole body
_FILE_PART = re.compile(r"^files?\[?(\d{1,3})\]?$")


@dataclass(frozen=True, slots=True)
class Body:
    json: Any = None
    uploads: dict[int, Upload] = field(default_factory=dict)
    raw: bytes | None = None  # what `json` was read from


async def read_body(request: web.Request, largest_bytes: int = LARGEST_BYTES) -> Body:
    """The body of a request. Malformed JSON is 400 / 50109; too much is 413 / 40005; one that does not end is 408."""
    if request.content_length is not None and request.content_length > largest_bytes:
        raise errors.ENTITY_TOO_LARGE()
    if not request.can_read_body:
        return Body()
    async with _patience():
        if request.content_type == "multipart/form-data":
            return await _read_multipart(request, largest_bytes)
        return _read_text(request, await _read_bytes(request, limits.JSON_BODY_BYTES))


async def read_all(request: web.Request, largest_bytes: int) -> bytes:
    """The bytes of a body, refused in the same ways."""
    async with _patience():
        return await _read_bytes(request, largest_bytes)


@asynccontextmanager
async def _patience() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            yield
    except TimeoutError:
        raise errors.ApiError(408, 0, f"408: the body did not end within {LONGEST_SECONDS:g} s") from None
    except (web.RequestPayloadError, HttpProcessingError):  # broken chunks; headers of a part that are none
        raise errors.INVALID_JSON() from None


def _read_text(request: web.Request, raw: bytes) -> Body:
    kind = request.content_type
    if kind == "application/x-www-form-urlencoded":
        fields = dict(parse_qsl(raw.decode("utf-8", "replace")))
        # py-cord sends its forms so when they have no file.
        return Body(parse_json(fields["payload_json"].encode()) if "payload_json" in fields else fields)
    return Body(parse_json(raw), raw=raw) if raw.strip() else Body()


def parse_json(raw: bytes) -> Any:
    try:
        body = json.loads(raw, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise errors.INVALID_JSON() from None
    if is_too_deep(body):
        raise errors.INVALID_JSON()
    return body


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


async def _read_bytes(request: web.Request, largest_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.content.iter_any():
        size += len(chunk)
        if size > largest_bytes:
            raise errors.ENTITY_TOO_LARGE()
        chunks.append(chunk)
    return b"".join(chunks)


async def _read_multipart(request: web.Request, largest_bytes: int) -> Body:
    payload: Any = None
    fields: dict[str, str] = {}
    uploads: dict[int, Upload] = {}
    left, left_parts = largest_bytes, MOST_PARTS
    try:
        async for part in await request.multipart():
            left_parts -= 1
            if not isinstance(part, BodyPartReader):
                raise errors.INVALID_JSON()
            if left_parts < 0:  # small ones by the hundred thousand would keep everyone else waiting
                raise errors.ENTITY_TOO_LARGE()
            data = await _read_part(part, left)
            left -= len(data)
            if part.name == "payload_json":
                payload = parse_json(data)
            elif part.filename is not None:
                uploads[_number(part.name, uploads)] = Upload(part.filename, data, await _digest(data))
            elif part.name is not None:
                fields[part.name] = data.decode("utf-8", "replace")
    except (ValueError, AssertionError):  # aiohttp's words for a broken boundary or header
        raise errors.INVALID_JSON() from None
    return Body(payload if payload is not None else fields, uploads)


async def _digest(data: bytes) -> str | None:
    """Of a large file in a thread: it takes longer than everyone else should wait."""
    if len(data) < _LARGE_BYTES:
        return None
    return await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())


async def _read_part(part: BodyPartReader, left: int) -> bytes:
    chunks: list[bytes] = []
    while chunk := await part.read_chunk():
        left -= len(chunk)
        if left < 0:
            raise errors.ENTITY_TOO_LARGE()
        chunks.append(bytes(chunk))
    return b"".join(chunks)


def _number(name: str | None, taken: dict[int, Upload]) -> int:
    """`files[3]` is 3; a part named otherwise gets the next free number."""
    match = _FILE_PART.match(name or "")
    if match is not None and int(match[1]) not in taken:
        return int(match[1])
    return max(taken, default=-1) + 1
