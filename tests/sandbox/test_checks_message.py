"""Messages and embeds: each limit at its end, which passes, and one past it, which is refused in Discord's words."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.rules.checks.message import check_message, settable_flags
from sandbox.rules.errors import ApiError
from tests.sandbox.refusals import found

V2 = 1 << 15
TEXT = {"type": 10, "content": "hello"}


def refuse(body: Any, **circumstances: Any) -> set[tuple[str, str]]:
    return found(lambda: check_message(body, **{"uploads": {}, "edit": False, **circumstances}))


def embed(**fields: Any) -> dict[str, Any]:
    return {"embeds": [fields]}


PASSES: list[Any] = [
    {"content": "x" * 2000},
    {"content": "x" * 2000 + "  "},
    {"content": None, "embeds": [{"title": "x"}], "components": None},
    {"content": "x", "nonce": "n" * 25, "enforce_nonce": True},
    {"content": "x", "nonce": 2**63 - 1},
    {"content": "x", "unknown_field": {"anything": [1]}},
    {"embeds": [{"title": "x"}] * 10},
    embed(title="x" * 256),
    embed(description="x" * 4096),
    embed(description="x" * 4096, footer={"text": "x" * 1904}),
    embed(fields=[{"name": "n", "value": "v"}] * 25),
    embed(title="x", color=0xFFFFFF, timestamp="2026-09-01T10:00:00Z", url="https://example.com"),
    embed(image={"url": "https://example.com/a.png"}),
    {"content": "x", "allowed_mentions": {"parse": ["users"], "users": [], "roles": ["1"]}},
    {"content": "x", "flags": 4 | 64 | 4096},
    {"content": "x", "message_reference": {"message_id": "1", "fail_if_not_exists": False}},
    {"message_reference": {"message_id": "1", "channel_id": "2", "type": 1}},
    {"poll": {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "x" * 55}}] * 10, "duration": 768}},
]


@pytest.mark.parametrize("body", PASSES)
def test_what_discord_takes_passes(body: Any) -> None:
    assert refuse(body) == set()


REFUSED: list[tuple[Any, str, str]] = [
    ({"content": "x" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
    ({"content": 5}, "content", "STRING_TYPE_CONVERT"),
    ({"content": "x", "tts": "yes"}, "tts", "BOOLEAN_TYPE_CONVERT"),
    ({"content": "x", "nonce": "n" * 26}, "nonce", "NONCE_TYPE_TOO_LONG"),
    ({"content": "x", "nonce": 2**63}, "nonce", "NONCE_TYPE_OUT_OF_BOUNDS"),
    ({"content": "x", "nonce": []}, "nonce", "NONCE_TYPE_INVALID_TYPE"),
    ({"content": "x", "flags": "many"}, "flags", "NUMBER_TYPE_COERCE"),
    ({"content": "x", "flags": -1}, "flags", "NUMBER_TYPE_MIN"),
    ({"embeds": {}}, "embeds", "LIST_TYPE_CONVERT"),
    ({"embeds": [None]}, "embeds.0", "LIST_ITEM_VALUE_REQUIRED"),
    ({"embeds": ["x"]}, "embeds.0", "MODEL_TYPE_CONVERT"),
    ({"embeds": [{"title": "x"}] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH"),
    ({"embeds": [{"description": "x" * 3000}, {"description": "x" * 3001}]}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
    (embed(title="x" * 257), "embeds.0.title", "BASE_TYPE_MAX_LENGTH"),
    (embed(description="x" * 4097), "embeds.0.description", "BASE_TYPE_MAX_LENGTH"),
    (embed(fields=[{"name": "n", "value": "v"}] * 26), "embeds.0.fields", "BASE_TYPE_MAX_LENGTH"),
    (embed(fields=[{"name": "n" * 257, "value": "v"}]), "embeds.0.fields.0.name", "BASE_TYPE_MAX_LENGTH"),
    (embed(fields=[{"name": "n", "value": "v" * 1025}]), "embeds.0.fields.0.value", "BASE_TYPE_MAX_LENGTH"),
    (embed(fields=[{"name": "n", "value": " "}]), "embeds.0.fields.0.value", "BASE_TYPE_REQUIRED"),
    (embed(footer={"text": "x" * 2049}), "embeds.0.footer.text", "BASE_TYPE_MAX_LENGTH"),
    (embed(author={"name": "x" * 257}), "embeds.0.author.name", "BASE_TYPE_MAX_LENGTH"),
    (embed(color=0x1000000), "embeds.0.color", "NUMBER_TYPE_MAX"),
    (embed(timestamp="yesterday"), "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"),
    (embed(url="no address"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    (embed(url="ftp://example.com"), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
    (embed(url="attachment://a.png"), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
    (
        embed(image={"url": "attachment://a.png"}),
        "embeds.0.image.url",
        "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
    ),
    (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "allowed_mentions",
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
    ({"content": "x", "allowed_mentions": {"parse": ["all"]}}, "allowed_mentions.parse.0", "BASE_TYPE_CHOICES"),
    (
        {"content": "x", "allowed_mentions": {"users": ["1", 1]}},
        "allowed_mentions.users.1",
        "SET_TYPE_ALREADY_CONTAINS_VALUE",
    ),
    (
        {"content": "x", "allowed_mentions": {"users": [str(n) for n in range(101)]}},
        "allowed_mentions.users",
        "BASE_TYPE_MAX_LENGTH",
    ),
    ({"content": "x", "message_reference": {}}, "message_reference.message_id", "BASE_TYPE_REQUIRED"),
    (
        {"content": "x", "message_reference": {"message_id": "x"}},
        "message_reference.message_id",
        "NUMBER_TYPE_COERCE",
    ),
    ({"sticker_ids": ["1", "2", "3", "4"]}, "sticker_ids", "BASE_TYPE_MAX_LENGTH"),
    ({"content": "x", "attachments": [{"id": 0}]}, "attachments.0.id", "ATTACHMENT_NOT_FOUND"),
    ({"poll": {"question": {"text": "?"}, "answers": []}}, "poll.answers", "BASE_TYPE_BAD_LENGTH"),
    (
        {"poll": {"question": {"text": "x" * 301}, "answers": [{"poll_media": {"text": "y"}}]}},
        "poll.question.text",
        "BASE_TYPE_BAD_LENGTH",
    ),
    ([], "", "MODEL_TYPE_CONVERT"),
    ("", "", "MODEL_TYPE_CONVERT"),
    (None, "", "MODEL_TYPE_CONVERT"),
    ({}, "", "50006"),
    ({"content": " \n"}, "", "50006"),
    ({"embeds": [{}]}, "embeds.0.description", "BASE_TYPE_REQUIRED"),
    ({"flags": V2}, "", "50006"),
    ({"content": "x", "message_reference": {"message_id": "1", "type": 1}}, "", "160011"),
    ({"content": "x", "flags": 1 << 13}, "", "50159"),
    (
        {"flags": V2, "content": "x", "components": [TEXT]},
        "content",
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    (
        {"flags": V2, "embeds": [{"title": "x"}], "components": [TEXT]},
        "embeds",
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    (
        {"flags": V2, "sticker_ids": ["1"], "components": [TEXT]},
        "sticker_ids",
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    ({"components": [TEXT]}, "components.0", "UNION_TYPE_CHOICES"),
]


@pytest.mark.parametrize(("body", "place", "code"), REFUSED)
def test_what_discord_refuses_is_refused_at_its_place(body: Any, place: str, code: str) -> None:
    assert refuse(body) == {(place, code)}


def test_all_faults_of_a_body_are_told_at_once() -> None:
    body = {"content": "x" * 2001, "tts": 1, "embeds": [{"title": "x" * 257}]}
    assert {place for place, _ in refuse(body)} == {"content", "tts", "embeds.0.title"}


def test_sentences_are_those_of_discord() -> None:
    with pytest.raises(ApiError) as caught:
        check_message({"content": "x" * 2001}, uploads={}, edit=False)
    fault = {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer in length."}
    assert caught.value.status == 400
    assert caught.value.body() == {
        "code": 50035,
        "message": "Invalid Form Body",
        "errors": {"content": {"_errors": [fault]}},
    }


def test_files_alone_are_a_message() -> None:
    assert refuse({}, uploads={0: "a.png"}) == set()
    assert refuse({"attachments": [{"id": "0", "description": "x" * 1024}]}, uploads={0: "a.png"}) == set()


def test_alt_text_ends_at_1024() -> None:
    body = {"attachments": [{"id": "0", "description": "x" * 1025}]}
    assert refuse(body, uploads={0: "a.png"}) == {("attachments.0.description", "BASE_TYPE_MAX_LENGTH")}


def test_ten_files_pass_and_eleven_do_not() -> None:
    assert refuse({}, uploads=dict.fromkeys(range(10), "a.png")) == set()
    assert refuse({}, uploads=dict.fromkeys(range(11), "a.png")) == {("attachments", "BASE_TYPE_MAX_LENGTH")}


def test_kept_files_count_unless_the_list_leaves_them_out() -> None:
    kept = [100 + n for n in range(10)]
    one = {0: "a.png"}
    assert refuse({}, uploads=one, kept=kept, edit=True) == {("attachments", "BASE_TYPE_MAX_LENGTH")}
    assert refuse({"attachments": [{"id": "0"}, {"id": "100"}]}, uploads=one, kept=kept, edit=True) == set()


def test_reference_finds_uploads_kept_files_and_renamed_ones() -> None:
    body = embed(image={"url": "attachment://my picture.png"})
    assert refuse(body, uploads={0: "my picture.png"}) == set()
    assert refuse(body, edit=True, names=["my_picture.png"]) == set()
    renamed = {**body, "attachments": [{"id": 0, "filename": "my_picture.png"}]}
    assert refuse(renamed, uploads={0: "image0"}) == set()


def test_edit_may_empty_a_message() -> None:
    assert refuse({"content": "", "embeds": [], "components": []}, edit=True) == set()


def test_edit_ignores_flags_it_cannot_change() -> None:
    assert refuse({"content": "x", "flags": 1 | 32}, edit=True) == set()
    assert settable_flags(1 | 4 | 32 | 64 | V2, edit=True) == 4 | V2
    assert settable_flags(64 | 4096, edit=False) == 4096
    assert settable_flags(64 | 4096, edit=False, may_be_ephemeral=True) == 64 | 4096


def test_a_v2_message_stays_one() -> None:
    assert refuse({"components": [TEXT]}, edit=True, was_v2=True) == set()
    assert refuse({"content": "x"}, edit=True, was_v2=True) == {
        ("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2")
    }


def test_turning_a_message_into_v2_must_empty_its_old_fields() -> None:
    body = {"flags": V2, "components": [TEXT]}
    assert refuse(body, edit=True, had=["content"]) == {
        ("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2")
    }
    assert refuse({**body, "content": None}, edit=True, had=["content"]) == set()


def test_voice_message_is_one_file_with_its_waveform() -> None:
    flags = {"flags": 1 << 13}
    assert refuse(flags, uploads={0: "a.ogg", 1: "b.ogg"}) == {("", "50160")}
    assert refuse(flags, uploads={0: "a.ogg"}) == {("", "50161")}
    described = {**flags, "attachments": [{"id": "0", "duration_secs": 1.5, "waveform": "AAAA"}]}
    assert refuse(described, uploads={0: "a.ogg"}) == set()


def test_a_body_nested_ten_thousand_deep_is_refused() -> None:
    deep: Any = []
    for _ in range(10_000):
        deep = [deep]
    assert refuse({"content": "x", "unknown": deep}) == {("", "50109")}
    assert refuse({"content": deep}) == {("", "50109")}
    assert refuse(deep) == {("", "50109")}
