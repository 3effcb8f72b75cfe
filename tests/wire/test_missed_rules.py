"""Rules that Discord's OpenAPI description does not tell: each is met at its limit, and refused one past it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import pytest
import pytest_asyncio

from sandbox.server import Sandbox
from tests.wire.openapi import Description
from tests.wire.refused.commands import COMMANDS
from tests.wire.refused.court import PREPARATIONS, Court, open_court
from tests.wire.refused.interactions import CALLBACK, ORIGINAL, label, modal, text_input
from tests.wire.refused.messages import LONG_AGO, OWN, SEND
from tests.wire.refused.places import POSTS
from tests.wire.refused.refusal import button, container, fill, layout, places, row, select, text

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, slots=True)
class Limit:
    """A request that still passes and one that does not; `code` 50035 unless Discord has a number of its own."""

    title: str
    method: str
    path: str
    passes: Any
    fails: Any
    at: str = ""
    after: str = ""
    status: int = 400
    code: int = 50035


def _rows(count: int) -> Any:
    return {"content": "x", "components": [row(button(custom_id=str(n))) for n in range(count)]}


def _labels(count: int) -> Any:
    return modal(*[label(text_input(f"w{n}")) for n in range(count)])


def _nested(inside: int) -> Any:
    """One container and what is in it: `inside` + 1 components."""
    return layout(container(*[text()] * inside))


def _commands(kind: int, count: int) -> Any:
    about = {"description": "x"} if kind == 1 else {}
    return [{"name": f"c{n}", "type": kind, **about} for n in range(count)]


def _tags(count: int, name: str = "tag") -> Any:
    return {"available_tags": [{"name": f"{name}{n}"} for n in range(count)]}


def _named(name: str) -> Any:
    return {"name": name, "description": "x"}


def _post(*tags: str) -> Any:
    return {"name": "a post", "message": {"content": "x"}, "applied_tags": list(tags)}


FIRST: Final = "components.0.components.0"
LIMITS: Final = [
    Limit("characters of a message", "POST", SEND, {"content": "x" * 2000}, {"content": "x" * 2001}, "content"),
    Limit(
        "characters of an edit",
        "PATCH",
        OWN,
        {"content": "x" * 2000},
        {"content": "x" * 2001},
        "content",
    ),
    Limit("rows", "POST", SEND, _rows(5), _rows(6), "components"),
    Limit(
        "custom_ids in one message",
        "POST",
        SEND,
        {"content": "x", "components": [row(button(custom_id="a")), row(button(custom_id="b"))]},
        {"content": "x", "components": [row(button(custom_id="a")), row(button(custom_id="a"))]},
        "components.1",
    ),
    Limit(
        "custom_ids in one modal",
        "POST",
        CALLBACK,
        _labels(2),
        modal(*[label(text_input())] * 2),
        "data.components.1",
        "command",
    ),
    Limit("components counted through nesting", "POST", SEND, _nested(39), _nested(40), "components"),
    Limit(
        "characters of all texts",
        "POST",
        SEND,
        layout(text("x" * 2000), text("x" * 2000)),
        layout(text("x" * 2000), text("x" * 2001)),
        "components",
    ),
    Limit(
        "characters of all embeds",
        "POST",
        SEND,
        {
            "embeds": [
                {"description": "x" * 3000},
                {"title": "x", "footer": {"text": "x" * 2000}, "description": "x" * 999},
            ]
        },
        {
            "embeds": [
                {"description": "x" * 3000},
                {"title": "x", "footer": {"text": "x" * 2000}, "description": "x" * 1000},
            ]
        },
        "embeds",
    ),
    Limit("new components beside content", "POST", SEND, layout(text()), layout(text(), content="x"), "content"),
    Limit(
        "new components beside embeds", "POST", SEND, layout(text()), layout(text(), embeds=[{"title": "x"}]), "embeds"
    ),
    Limit(
        "new components without their flag",
        "POST",
        SEND,
        layout(text()),
        {"content": "x", "components": [text()]},
        "components.0",
    ),
    Limit("labels of a modal", "POST", CALLBACK, _labels(5), _labels(6), "data.components", "command"),
    Limit("blanks in a command's name", "POST", COMMANDS, _named("paint-it_2"), _named("paint it"), "name"),
    Limit("capitals in a command's name", "POST", COMMANDS, _named("malen-für-dich"), _named("Malen"), "name"),
    Limit("user commands", "PUT", COMMANDS, _commands(2, 15), _commands(2, 16), code=30032),
    Limit("message commands", "PUT", COMMANDS, _commands(3, 15), _commands(3, 16), code=30032),
    Limit(
        "order of required options",
        "POST",
        COMMANDS,
        _named("order") | {"options": [_named("a") | {"type": 3, "required": True}, _named("b") | {"type": 3}]},
        _named("order") | {"options": [_named("b") | {"type": 3}, _named("a") | {"type": 3, "required": True}]},
        "options.1",
    ),
    Limit(
        "values of a select",
        "POST",
        SEND,
        {"content": "x", "components": [row(select(min_values=1, max_values=1))]},
        {"content": "x", "components": [row(select(min_values=2, max_values=1))]},
        FIRST,
    ),
    Limit(
        "width of a row",
        "POST",
        SEND,
        _rows(1),
        {"content": "x", "components": [row(button(), select())]},
        "components.0",
    ),
    Limit(
        "characters of a tag",
        "PATCH",
        "/channels/{forum}",
        _tags(1, "x" * 19),
        _tags(1, "x" * 20),
        "available_tags.0.name",
    ),
    Limit("the tag that a forum asks for", "POST", POSTS, _post("{tag}"), _post(), code=40067),
    Limit(
        "age of messages to delete at once",
        "POST",
        SEND + "/bulk-delete",
        {"messages": ["{own}", "{theirs}"]},
        {"messages": ["{own}", LONG_AGO]},
        code=50034,
    ),
]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a request is judged by the sandbox, and by the description where that is at hand."""

    court: Court
    http: aiohttp.ClientSession
    description: Description | None

    async def ask(self, limit: Limit, body: Any) -> tuple[int, Any]:
        names = self.court.names | PREPARATIONS[limit.after](self.court)
        path, body = "/api/v10" + fill(limit.path, names), fill(body, names)
        operation = self.description and self.description.operation(limit.method, path)
        if self.description and operation:
            told = self.description.check_request(operation, body)
            assert told == [], "the description tells this rule after all"
        async with self.http.request(limit.method, path, json=body, headers=self.court.headers["bot"]) as response:
            return response.status, await response.json() if response.content_type == "application/json" else None


@pytest_asyncio.fixture(loop_scope="module")
async def bench(description_at_hand: Description | None) -> AsyncIterator[Bench]:
    async with Sandbox(port=0) as box, aiohttp.ClientSession(box.url) as http:
        box.rest.ratelimits.enabled = False
        yield Bench(open_court(box.state), http, description_at_hand)


@pytest.mark.parametrize("limit", LIMITS, ids=[limit.title for limit in LIMITS])
async def test_limit_is_where_discord_has_it(bench: Bench, limit: Limit) -> None:
    status, refusal = await bench.ask(limit, limit.fails)
    assert (status, refusal.get("code")) == (limit.status, limit.code), refusal
    if limit.code == 50035:
        assert any(place.startswith(limit.at) for place in places(refusal["errors"])), refusal
    status, answer = await bench.ask(limit, limit.passes)
    assert status < 300, answer


async def test_deferral_keeps_no_flag_but_ephemerality(bench: Bench) -> None:
    """Source: discord/discord-api-docs issues 7910 and 7386: other flags are dropped without a word."""
    names = bench.court.names | PREPARATIONS["command"](bench.court)
    path = "/api/v10" + fill(CALLBACK, names)
    flags = 1 << 15 | 1 << 6 | 1 << 12
    async with bench.http.post(path, json={"type": 5, "data": {"flags": flags}}) as response:
        assert response.status == 204
    async with bench.http.get("/api/v10" + fill(ORIGINAL, names)) as response:
        assert (await response.json())["flags"] == 1 << 7 | 1 << 6
