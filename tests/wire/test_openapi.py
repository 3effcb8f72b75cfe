"""The harness itself: it must find what is known to be wrong, name its place, and leave what is right in peace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.wire.openapi import Description, Json, find_description

MESSAGES = "/api/v10/channels/1/messages"
GUILD_CHANNELS = "/api/v10/guilds/1/channels"
CALLBACK = "/api/v10/interactions/1/token/callback"


def button(**changes: Any) -> Json:
    return {"type": 2, "style": 1, "label": "Again", "custom_id": "again", **changes}


def row(*components: Json) -> Json:
    return {"type": 1, "components": list(components)}


def text(content: str = "words") -> Json:
    return {"type": 10, "content": content}


def gallery(count: int) -> Json:
    return {"type": 12, "items": [{"media": {"url": "attachment://a.png"}}] * count}


V2 = 1 << 15
WRONG_BODIES: dict[str, tuple[str, str, Json, str]] = {
    "label of 81": ("POST", MESSAGES, {"components": [row(button(label="x" * 81))]}, "components.0.components.0.label"),
    "custom_id of 101": (
        "POST",
        MESSAGES,
        {"components": [row(button(custom_id="x" * 101))]},
        "components.0.components.0.custom_id",
    ),
    "six buttons": ("POST", MESSAGES, {"components": [row(*[button()] * 6)]}, "components.0.components"),
    "description of 4097": ("POST", MESSAGES, {"embeds": [{"description": "x" * 4097}]}, "embeds.0.description"),
    "26 fields": ("POST", MESSAGES, {"embeds": [{"fields": [{"name": "a", "value": "b"}] * 26}]}, "embeds.0.fields"),
    "11 embeds": ("POST", MESSAGES, {"embeds": [{"title": "x"}] * 11}, "embeds"),
    "11 attachments": ("POST", MESSAGES, {"attachments": [{"id": 0}] * 11}, "attachments"),
    "content of 4001": ("POST", MESSAGES, {"content": "x" * 4001}, "content"),
    "gallery of 11": ("POST", MESSAGES, {"flags": V2, "components": [gallery(11)]}, "components.0.items"),
    "text display of 4001": (
        "POST",
        MESSAGES,
        {"flags": V2, "components": [text("x" * 4001)]},
        "components.0.content",
    ),
    "41 components": ("POST", MESSAGES, {"flags": V2, "components": [text()] * 41}, "components"),
    "nested text in a callback": (
        "POST",
        CALLBACK,
        {"type": 4, "data": {"flags": V2, "components": [{"type": 17, "components": [text("x" * 4001)]}]}},
        "data.components.0.components.0.content",
    ),
    "callback without a type": ("POST", CALLBACK, {"data": {"content": "x"}}, ""),
    "modal title of 46": (
        "POST",
        CALLBACK,
        {"type": 9, "data": {"custom_id": "m", "title": "x" * 46, "components": [row()]}},
        "data",
    ),
    "26 choices": (
        "POST",
        CALLBACK,
        {"type": 8, "data": {"choices": [{"name": "a", "value": "a"}] * 26}},
        "data.choices",
    ),
    "a word for a snowflake": ("POST", "/api/v10/users/@me/channels", {"recipient_id": "ada"}, "recipient_id"),
    "a word for a number": (
        "POST",
        GUILD_CHANNELS,
        {"name": "a", "rate_limit_per_user": "much"},
        "rate_limit_per_user",
    ),
}


@pytest.mark.parametrize("case", WRONG_BODIES)
def test_wrong_body_is_found_with_its_place(description: Description, case: str) -> None:
    method, path, body, place = WRONG_BODIES[case]
    operation = description.operation(method, path)
    assert operation is not None
    faults = description.check_request(operation, body)
    assert faults, f"{case} passed as right"
    assert faults[0].startswith(place), faults


RIGHT_BODIES: dict[str, tuple[str, str, Json]] = {
    "message at its limits": (
        "POST",
        MESSAGES,
        {"embeds": [{"description": "x" * 4096}], "components": [row(*[button(label="x" * 80)] * 5)]},
    ),
    "digits for a number": ("POST", GUILD_CHANNELS, {"name": "a", "rate_limit_per_user": "5"}),
    "number for a snowflake": ("POST", "/api/v10/users/@me/channels", {"recipient_id": 5}),
    "gallery of 10": ("POST", MESSAGES, {"flags": V2, "components": [gallery(10)]}),
}


@pytest.mark.parametrize("case", RIGHT_BODIES)
def test_right_body_has_no_fault(description: Description, case: str) -> None:
    method, path, body = RIGHT_BODIES[case]
    operation = description.operation(method, path)
    assert operation is not None
    assert description.check_request(operation, body) == []


USER: Json = {
    "id": "1",
    "username": "ada",
    "avatar": None,
    "discriminator": "0",
    "public_flags": 0,
    "flags": 0,
    "global_name": "Ada",
    "primary_guild": None,
}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"id": 1}, "id"),
        ({"public_flags": "0"}, "public_flags"),
        ({"username": None}, "username"),
        ({"id": str(1 << 63)}, "id"),
    ],
    ids=["number for a snowflake", "digits for a number", "null for a name", "snowflake past 63 bits"],
)
def test_answers_are_read_strictly(description: Description, changes: Json, place: str) -> None:
    assert description.check_object("UserResponse", USER) == []
    faults = description.check_object("UserResponse", USER | changes)
    assert [fault.split(":")[0] for fault in faults] == [place]


def test_missing_field_of_an_answer_is_named(description: Description) -> None:
    user = {key: value for key, value in USER.items() if key != "discriminator"}
    assert description.check_object("UserResponse", user) == ["body: 'discriminator' is a required property"]


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/api/v10/applications/@me", "/applications/@me"),
        ("/api/v10/applications/77", "/applications/{application_id}"),
        ("/api/v10/webhooks/1/t/messages/%40original", "/webhooks/{webhook_id}/{webhook_token}/messages/@original"),
        ("/api/v10/channels/1/messages/pins", "/channels/{channel_id}/messages/pins"),
        ("/api/v10/channels/1/messages/2", "/channels/{channel_id}/messages/{message_id}"),
    ],
)
def test_literal_paths_win_over_templated_ones(description: Description, path: str, template: str) -> None:
    operation = description.operation("GET", path)
    assert operation is not None
    assert operation.template == template


def test_path_outside_the_api_has_no_operation(description: Description) -> None:
    assert description.operation("GET", "/api/v10/coffee/1") is None
    assert description.operation("DELETE", "/api/v10/gateway") is None


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (200, {"url": "wss://gateway.discord.gg"}, None),
        (200, {}, "'url' is a required property"),
        (201, {"url": "wss://gateway.discord.gg"}, "status 201 is none of"),
        (404, {"message": "404: Not Found", "code": 0}, None),
        (404, {"message": "404: Not Found"}, "'code' is a required property"),
        (429, {"message": "slow", "code": 0, "retry_after": 1.5, "global": False}, None),
        (429, {"message": "slow"}, "is a required property"),
    ],
)
def test_status_decides_what_an_answer_must_be(
    description: Description, status: int, body: Json, fault: str | None
) -> None:
    operation = description.operation("GET", "/api/v10/gateway")
    assert operation is not None
    faults = description.check_response(operation, status, body)
    assert (faults == []) if fault is None else any(fault in told for told in faults), faults


def test_answer_without_a_body_may_have_none(description: Description) -> None:
    operation = description.operation("DELETE", "/api/v10/channels/1/messages/2")
    assert operation is not None
    assert description.check_response(operation, 204, None) == []
    assert description.check_response(operation, 204, {"id": "2"}) == ["status 204 has no body, but one was sent"]


def test_query_is_held_against_its_limits(description: Description) -> None:
    operation = description.operation("GET", MESSAGES)
    assert operation is not None
    assert description.check_request(operation, None, {"limit": "100"}) == []
    assert description.check_request(operation, None, {"limit": "101"}) != []


def test_description_is_taken_from_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "description.json"
    monkeypatch.setenv("DISCORD_OPENAPI", str(here))
    assert find_description() is None
    here.write_text("{}")
    assert find_description() == here
