"""The benchmark of the bot, short: a sandbox, the bot as it is shipped, and members, all in processes of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import bot_load
from benchmarks.crowd.traffic import traffic

SHORT = ("--arms", "swatch", "--members", "6", "--channels", "2", "--seconds", "1.5", "--patience", "30")


def test_members_are_answered_and_nothing_is_lost_or_done_twice(capsys: pytest.CaptureFixture[str]) -> None:
    assert bot_load.main([*SHORT, "--grid-seconds", "0.3"]) == 0
    *table, line = capsys.readouterr().out.splitlines()
    assert any(row.startswith("acknowledged") for row in table)
    (found,) = json.loads(line)["arms"]
    assert found["jobs"] >= 1
    assert found["stored"] == {"done": found["jobs"] + bot_load.WARM_UP}
    assert 0 < found["acknowledged_p50_ms"] <= found["acknowledged_p99_ms"]
    assert found["answer_p50_ms"] > 300, "as paced"
    routes = found["routes_per_job"]
    assert routes["POST /interactions/{id}/{token}/callback"] == 1.0
    assert routes["PATCH /webhooks/{id}/{token}/messages/{id}"] >= 1.0
    assert 0 <= found["lag_p50_ms"] <= found["lag_p99_ms"]
    assert found["bot_cpu_ms_per_job"] > 0
    assert found["bot_mib"] > 10


def test_lost_missed_and_doubled_jobs_are_counted() -> None:
    fine = {
        "outcome": "answered", "begun": 0, "acknowledged": 5_000_000, "due": 0, "ended": 9_000_000,
        "has_picture": True, "answers": ["1"], "previews": 2, "other_edits": 1,
    }  # fmt: skip
    asks = [
        fine,
        fine | {"answers": ["1", "1"]},
        fine | {"answers": ["1", "2"]},
        fine | {"ended": 0, "has_picture": False, "answers": []},
        fine | {"has_picture": False},
        fine | {"outcome": "failed", "ended": 0, "answers": []},
    ]
    found = bot_load.judge(asks)
    assert (found["missed"], found["lost"], found["doubled"], found["answered_again"]) == (1, 2, 1, 2)
    assert (found["acknowledged_p99_ms"], found["answer_p99_ms"]) == (5.0, 9.0)


def test_calls_are_counted_by_route_and_peoples_own_are_not(tmp_path: Path) -> None:
    log = tmp_path / "wire.jsonl"
    bot, person = {"kind": "bot"}, {"kind": "person"}
    token = "/api/v10/interactions/112233445566778899/abcdefgh…/callback?with_response=true"
    entries = [
        {"kind": "request", "method": "POST", "path": token, "actor": None, "status": 200},
        {"kind": "request", "method": "PATCH", "path": "/api/v10/channels/112233445566778899/messages/2233445566778899",
         "actor": bot, "status": 429},
        {"kind": "request", "method": "GET", "path": "/api/v10/gateway/bot", "actor": bot, "status": 401},
        {"kind": "request", "method": "POST", "path": "/api/v10/interactions", "actor": person, "status": 200},
        {"kind": "event", "event": "READY"},
    ]  # fmt: skip
    log.write_text("".join(json.dumps(entry) + "\n" for entry in entries) + '{"kind": "reque')
    found, end = traffic(log)
    assert dict(found.routes) == {
        "POST /interactions/{id}/{token}/callback": 1,
        "PATCH /channels/{id}/messages/{id}": 1,
        "GET /gateway/bot": 1,
    }
    assert (found.limited, found.failed) == (1, 1)
    assert traffic(log, end)[0].routes.total() == 0
