"""What the control routes share: bodies read as JSON, answers written, and a sentence for every wrong input."""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from sandbox.rest.bodies import read_all
from sandbox.rules.errors import ApiError

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
BODY_BYTES: Final = 1 << 20


class WrongInputError(Exception):
    """Becomes 400 (or 404) with the sentence as `message`."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def in_words(handler: Handler) -> Handler:
    @functools.wraps(handler)
    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except WrongInputError as error:
            return answer({"message": str(error)}, status=error.status)
        except ApiError as error:  # Discord's own refusals, and those of the body as such: too large, or without an end
            return answer(error.body(), status=error.status)

    return guarded


def answer(data: Json, *, status: int = 200) -> web.Response:
    # Not json_response: the sandbox answers `application/json` without a charset everywhere, as Discord does.
    body = json.dumps(data, ensure_ascii=False).encode(errors="backslashreplace")
    return web.Response(body=body, status=status, headers={"Content-Type": "application/json"})


async def read_json(request: web.Request, default: bytes = b"") -> Any:
    """`default` stands for an empty body."""
    try:
        return json.loads(await read_all(request, BODY_BYTES) or default)
    except (ValueError, RecursionError) as error:
        raise WrongInputError(f"The body is no JSON ({error}); GET /_sim/ shows an example of each.") from error
