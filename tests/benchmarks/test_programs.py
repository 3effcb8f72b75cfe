"""The engine's benchmarks in their shortest form: each runs to its end and prints figures that can be true."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest

from benchmarks.painting.demand import STEPS
from tests.engine.models.conftest import one_thread

__all__ = ["one_thread"]
SMALL = "--channels 16 16 --size 32x32"
WARM = f"{SMALL} --warm 0"


def run(capsys: pytest.CaptureFixture[str], name: str, flags: str) -> Any:
    """The JSON line of a program, behind a table."""
    code = importlib.import_module(f"benchmarks.{name}").main(flags.split())
    *table, line = capsys.readouterr().out.splitlines()
    assert code == 0
    assert table
    found = json.loads(line)
    assert found["benchmark"] == name
    return found


def test_load_is_compared_in_pictures_and_in_forwards(capsys: pytest.CaptureFixture[str]) -> None:
    found = run(capsys, "engine_load", f"{SMALL} --repeats 1 --members 4")
    for row in found["load"]:
        assert row["engine"] > 0
        assert row["bare"] > 0
        assert row["bare forwards"] == 2 * sum(STEPS[:4]), "two jobs each, a grid in one call"
        alone = row["pictures a job"] * row["bare forwards"]
        assert 0 < row["forwards"] <= alone, "how many share one is for the curve to say, measured in busy moments too"


def test_lag_is_told_of_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    found = run(capsys, "engine_lag", f"{WARM} --repeats 1 --seconds 0.1 --grids 1 --members 2")
    parts = {name: told for name, told in found.items() if name != "benchmark"}
    assert parts.keys() == {"opening the first engine", "idle", "loads", "puts away", "paints", "encodes"}
    assert all(told["ticks"] > 0 for name, told in parts.items() if name != "puts away")  # which may take no tick
    for told in (part for part in parts.values() if part["ticks"]):
        assert 0 <= told["p50 ms"] <= told["p99 ms"] <= told["max ms"]


def test_a_fast_job_does_not_wait_for_the_backlog(capsys: pytest.CaptureFixture[str]) -> None:
    found = run(capsys, "engine_fast", f"{WARM} --blocks 1 --orders 3 --gap 0.05 --backlog 8")
    assert found["orders"] == 3
    assert found["beside"]["p99 s"] > 0
    assert found["step of the backlog s"] < found["behind a lock s"]


def test_service_is_told_of_both_arms_and_loops(capsys: pytest.CaptureFixture[str]) -> None:
    found = run(capsys, "engine_service", f"{WARM} --seconds 0.3 --loads 0.8 --members 2 --solo 0")
    assert [(row.get("load"), row.get("members"), row["arm"]) for row in found["rows"]] == [
        (0.8, None, "engine"),
        (0.8, None, "bare"),
        (None, 2, "engine"),
        (None, 2, "bare"),
    ]
    assert found["rows"][0]["fast"]["orders"] == found["rows"][1]["fast"]["orders"], "the same orders for both"
    assert all(0 < row["jain"] <= 1 for row in found["rows"] if row["relax"]["orders"])


def test_a_flood_is_compared_with_its_absence(capsys: pytest.CaptureFixture[str]) -> None:
    flags = "--repeats 1 --seconds 0.1 --leisure 0.02 --flood 12 --lock-flood 2"
    found = run(capsys, "engine_fair", f"{WARM} {flags}")
    for how in ("at leisure", "at once"):
        assert found[how]["orders"] >= 9
        assert found[how]["ratio"] > 0
        assert 0 < found[how]["jain"] <= 1


def test_a_cancelled_job_begins_no_step_and_decodes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    found = run(capsys, "engine_cancel", f"{WARM} --repeats 1")
    for where in ("alone", "beside a neighbour"):
        assert found[where]["cancelled"] == 1
        assert found[where]["steps begun, most"] <= 1
        assert found[where]["decodes"] == 0


def test_every_part_of_the_engine_is_left_out_once(capsys: pytest.CaptureFixture[str]) -> None:
    found = run(capsys, "engine_ablations", f"{WARM} --repeats 1 --seconds 0.1 --members 2 --solo 0")
    assert [row["arm"] for row in found["rows"]] == [
        "the whole engine",
        "the same again",
        "without shared forwards",
        "without preemption",
        "without a prompt cache",
        "a bare loop behind a lock",
    ]
    assert all(row["pictures/s"] > 0 for row in found["rows"])


def test_previews_are_counted_and_compared_with_none(capsys: pytest.CaptureFixture[str]) -> None:
    found = run(capsys, "engine_previews", f"{WARM} --repeats 1 --seconds 0.1 --members 1")
    none, usual, eager = found["rows"]
    assert none["shown a job"] == 0
    assert 0 < usual["shown a job"] <= eager["shown a job"]
