"""The journal: what it keeps, what it masks, and who may look on while things happen."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from sandbox.rules.clock import Clock
from sandbox.sim import journal as journal_module
from sandbox.sim.journal import BODY_CHARACTERS, Journal, JournalFileError, mask
from sandbox.world.actors import Actor, ActorKind

BOT = Actor(ActorKind.BOT, 7, 7)
TOKEN = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5"


def test_a_request_is_told_with_its_actor_body_files_and_answer() -> None:
    journal = Journal()
    journal.request(
        "POST",
        "/api/v10/channels/1/messages",
        status=200,
        actor=BOT,
        body='{"content": "hello"}',
        files=[("house.png", 2048)],
        response=b'{"id": "5"}',
        duration_ms=1.234,
    )
    [entry] = journal.entries()
    told = entry.as_json()
    assert told.pop("at").endswith("+00:00")
    assert told == {
        "number": 1,
        "kind": "request",
        "method": "POST",
        "path": "/api/v10/channels/1/messages",
        "actor": {"kind": "bot", "user_id": "7", "application_id": "7"},
        "status": 200,
        "ms": 1.23,
        "files": [{"name": "house.png", "bytes": 2048}],
        "body": {"content": "hello"},
        "response": {"id": "5"},
    }


def test_gateway_events_are_told_with_name_session_and_number() -> None:
    journal = Journal()
    journal.sent("s1", 7, "MESSAGE_CREATE", 3, '{"content":"hello"}')
    journal.received("s1", 1, '{"op":1,"d":3}')
    sent, received = (entry.as_json() for entry in journal.entries())
    assert (sent["session"], sent["event"], sent["seq"], sent["data"]) == (
        "s1",
        "MESSAGE_CREATE",
        3,
        {"content": "hello"},
    )
    assert (received["kind"], received["op"], received["data"]) == ("received", 1, {"op": 1, "d": 3})


def test_the_moment_is_the_sandboxs() -> None:
    clock = Clock()
    clock.advance(10 * 365 * 86_400)
    journal = Journal(clock=clock)
    journal.sent("s1", 7, "TYPING_START", 1, "{}")
    assert journal.entries()[0].at_ms >= clock.now_ms() - 10_000


def test_only_the_newest_are_kept() -> None:
    journal = Journal(keep=3)
    for n in range(10):
        journal.sent("s1", 7, f"EVENT_{n}", n, "{}")
    assert [entry.number for entry in journal.entries()] == [8, 9, 10]
    assert [entry.number for entry in journal.entries(since=9)] == [10]
    assert [entry.number for entry in journal.entries(limit=2)] == [9, 10]


def test_entries_can_be_had_by_kind() -> None:
    journal = Journal()
    journal.sent("s1", 7, "READY", 1, "{}")
    journal.request("GET", "/api/v10/users/@me", status=200)
    assert [entry.kind for entry in journal.entries(kinds=frozenset({"request"}))] == ["request"]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"/interactions/1/{TOKEN}/callback", "/interactions/1/aW50ZXJh…/callback"),
        (f"/webhooks/1/{TOKEN}/messages/@original?wait=true", "/webhooks/1/aW50ZXJh…/messages/@original?wait=true"),
        (f'{{"op":2,"d":{{"token":"{TOKEN}","x":1}}}}', '{"op":2,"d":{"token":"aW50ZXJh…","x":1}}'),
        (f'{{"url":"https://discord.com/api/webhooks/1/{TOKEN}"}}', '{"url":"https://discord.com/api/webhooks/1/aW50ZXJh…"}'),
        ('{"access_token": "abc", "refresh_token": "def"}', '{"access_token": "…", "refresh_token": "…"}'),
        ("grant_type=x&code=abc&client_secret=def", "grant_type=x&code=…&client_secret=…"),
        (f'{{"token":"{TOKEN}', '{"token":"aW50ZXJh…'),
        ('{"code":50035,"token":null}', '{"code":50035,"token":null}'),
        ("/channels/1/webhooks", "/channels/1/webhooks"),
    ],
)  # fmt: skip
def test_tokens_and_secrets_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_nothing_that_is_shown_or_written_holds_a_token(tmp_path: Path) -> None:
    journal = Journal(path=tmp_path / "log.jsonl")
    journal.request("POST", f"/api/v10/webhooks/1/{TOKEN}", status=200, response={"token": TOKEN})
    journal.request("POST", f"/api/v10/interactions/1/{TOKEN}/callback", status=204)
    journal.received(None, 2, json.dumps({"op": 2, "d": {"token": TOKEN}}))
    journal.sent("s1", 7, "INTERACTION_CREATE", 2, json.dumps({"token": TOKEN}))
    asyncio.run(journal.close())
    shown = json.dumps([entry.as_json() for entry in journal.entries()])
    assert TOKEN not in shown
    assert TOKEN not in (tmp_path / "log.jsonl").read_text()
    assert "aW50ZXJh" in shown


def test_long_bodies_are_cut_in_the_ring_and_whole_in_the_file(tmp_path: Path) -> None:
    journal = Journal(path=tmp_path / "log.jsonl")
    journal.sent("s1", 7, "GUILD_CREATE", 1, json.dumps({"long": "x" * 100_000}))
    asyncio.run(journal.close())
    shown = journal.entries()[0].as_json()["data"]
    assert len(shown) < BODY_CHARACTERS + 100
    assert shown.endswith("(100012 characters)")
    assert json.loads((tmp_path / "log.jsonl").read_text())["data"]["long"] == "x" * 100_000


def test_a_file_gets_a_line_for_each_entry_after_those_it_has(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    for _ in range(2):
        journal = Journal(keep=1, path=path)
        for n in range(50):
            journal.sent("s1", 7, "TYPING_START", n, "{}")
        journal.request("GET", "/half/an/emoji", status=400, body='"\ud83c"')
        asyncio.run(journal.close())
    assert [json.loads(line)["number"] for line in path.read_text().splitlines()] == [*range(1, 52), *range(1, 52)]


def test_a_file_that_cannot_be_written_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(JournalFileError, match=r"cannot be written .*; name another file"):
        Journal(path=tmp_path)


@pytest.mark.parametrize("body", ["{not json", b"\xff\xfe", "[" * 100_000, ""])
def test_a_body_that_is_no_json_is_shown_as_text(body: str | bytes) -> None:
    journal = Journal()
    journal.request("POST", "/api/v10/channels/1/messages", status=400, body=body)
    assert isinstance(journal.entries()[0].as_json().get("body", ""), str)


def test_whole_exchanges_are_kept_unmasked_only_when_asked_for() -> None:
    journal = Journal(keep=1)
    journal.request("GET", "/api/v10/gateway", status=200)
    assert journal.exchanges == []
    journal.record_bodies = True
    for _ in range(3):
        journal.request(
            "POST", f"/api/v10/webhooks/1/{TOKEN}", status=200, body={"content": "x"}, response=b'{"id":"1"}'
        )
        journal.sent("s1", 7, "INTERACTION_CREATE", 1, json.dumps({"token": TOKEN}))
    assert [(e.path, e.request, e.response) for e in journal.exchanges] == [
        (f"/api/v10/webhooks/1/{TOKEN}", {"content": "x"}, {"id": "1"})
    ] * 3
    assert [(d.name, d.data) for d in journal.dispatches] == [("INTERACTION_CREATE", {"token": TOKEN})] * 3


async def test_a_watcher_sees_entries_as_they_come_until_the_journal_closes() -> None:
    journal = Journal()
    with journal.watch() as watch:
        journal.sent("s1", 7, "READY", 1, "{}")
        assert (await asyncio.wait_for(anext(watch), 5)).head["event"] == "READY"
        waiting = asyncio.ensure_future(anext(watch))
        await asyncio.sleep(0)
        journal.sent("s1", 7, "RESUMED", 2, "{}")
        assert (await asyncio.wait_for(waiting, 5)).head["event"] == "RESUMED"
        await journal.close()
        assert [entry async for entry in watch] == []
    journal.sent("s1", 7, "TYPING_START", 3, "{}")


async def test_a_watcher_that_does_not_read_loses_the_oldest() -> None:
    journal = Journal()
    with journal.watch() as watch:
        for n in range(5000):
            journal.sent("s1", 7, "TYPING_START", n, "{}")
        assert (await anext(watch)).number == 4001


def test_a_disk_that_cannot_keep_up_costs_lines_and_says_how_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_MOST_UNWRITTEN", 0)
    journal = Journal(path=tmp_path / "log.jsonl")
    for n in range(5):
        journal.sent("s1", 7, "TYPING_START", n, "{}")
    monkeypatch.setattr(journal_module, "_MOST_UNWRITTEN", 100)
    journal.sent("s1", 7, "TYPING_START", 6, "{}")
    asyncio.run(journal.close())
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [(line["kind"], line.get("entries")) for line in lines] == [("lost", 5), ("event", None)]
