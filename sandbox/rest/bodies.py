"""Reads request bodies: JSON, or multipart with `payload_json` and `files[n]`. Bounded in size, never trusting."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web

from sandbox.rules import errors, limits
from sandbox.rules.checks.form import is_too_deep
from sandbox.world.files import Upload

# More than any request can rightly hold: ten files at the highest boost level.
LARGEST_BYTES = limits.ATTACHMENTS * limits.upload_bytes(3)
_FILE_PART = re.compile(r"^files?\[?(\d{1,3})\]?$")


@dataclass(frozen=True, slots=True)
class Body:
    json: Any = None
    uploads: dict[int, Upload] = field(default_factory=dict)


async def read_body(request: web.Request, largest_bytes: int = LARGEST_BYTES) -> Body:
    """The body of a request. Malformed JSON is 400 / 50109; too much is 413 / 40005."""
    if request.content_length is not None and request.content_length > largest_bytes:
        raise errors.ENTITY_TOO_LARGE()
    if not request.can_read_body:
        return Body()
    kind = request.content_type
    if kind == "multipart/form-data":
        return await _read_multipart(request, largest_bytes)
    raw = await _read_all(request, limits.JSON_BODY_BYTES)
    if kind == "application/x-www-form-urlencoded":
        return Body(dict(parse_qsl(raw.decode("utf-8", "replace"))))
    return Body(parse_json(raw)) if raw.strip() else Body()


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


async def _read_all(request: web.Request, largest_bytes: int) -> bytes:
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
    left = largest_bytes
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                raise errors.INVALID_JSON()
            data = await _read_part(part, left)
            left -= len(data)
            if part.name == "payload_json":
                payload = parse_json(data)
            elif part.filename is not None:
                uploads[_number(part.name, uploads)] = Upload(part.filename, data)
            elif part.name is not None:
                fields[part.name] = data.decode("utf-8", "replace")
    except (ValueError, AssertionError):  # aiohttp's words for a broken boundary or header
        raise errors.INVALID_JSON() from None
    return Body(payload if payload is not None else fields, uploads)


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
