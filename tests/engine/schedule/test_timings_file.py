"""What was measured outlives the process, and a damaged file harms nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.schedule.timing import MOST_CURVES, Shape, Stage, Timing
from engine.schedule.timings_file import MOST_DEVICES, TimingsFile, written
from tests.engine.schedule.studio import SQUARE

STYLED = Shape("sdxl", 1024, 1024, ("ab12:0.8",))


def measured() -> Timing:
    timing = Timing()
    for rows, ms in ((1, 100.0), (2, 120.0), (4, 160.0)):
        timing.observe(SQUARE, Stage.STEP, rows, ms)
        timing.observe(STYLED, Stage.STEP, rows, 2 * ms)
    timing.observe(SQUARE, Stage.TAIL, 1, 30.0)
    timing.observe_load("sdxl", 4_000.0)
    return timing


def recalled(path: Path, device: str = "cpu bfloat16") -> Timing:
    timing = Timing()
    TimingsFile(path, device).recall(timing)
    return timing


def keep(path: Path, timing: Timing, device: str = "cpu bfloat16") -> None:
    TimingsFile(path, device).keep(written(timing))


def test_curves_and_loads_are_as_they_were_in_the_last_run(tmp_path: Path) -> None:
    path = tmp_path / "state" / "timings.json"
    keep(path, measured())
    again = recalled(path)
    assert written(again) == written(measured())
    assert again.step_ms(STYLED, 2) == 240.0
    assert again.cost_ms(SQUARE, 20, 1) == measured().cost_ms(SQUARE, 20, 1)
    assert [one.name for one in path.parent.iterdir()] == ["timings.json"], "nothing half-written is left"


def test_another_device_or_other_numbers_have_curves_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "timings.json"
    keep(path, measured())
    assert written(recalled(path, "cpu float32")) == written(Timing())
    keep(path, Timing(), "cuda:0 bfloat16")
    assert written(recalled(path)) == written(measured()), "the other device's file leaves them alone"


def test_a_machine_that_has_changed_is_soon_known_anew(tmp_path: Path) -> None:
    path = tmp_path / "timings.json"
    keep(path, measured())
    again = recalled(path)
    for _ in range(2):
        again.observe(SQUARE, Stage.STEP, 1, 10.0)
    assert again.step_ms(SQUARE, 1) == 10.0


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        "7",
        '{"version": 2, "devices": {}}',
        '{"version": 1, "devices": []}',
        '{"version": 1, "devices": {"cpu bfloat16": []}}',
        '{"version": 1, "devices": {"cpu bfloat16": {"curves": {}, "loads": []}}}',
        '{"version": 1, "devices": {"cpu bfloat16": {"curves": [{}], "loads": {"m": NaN}}}}',
        "[" * 100_000,
        "\x00\xff",
    ],
)
def test_a_damaged_file_means_to_begin_anew(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "timings.json"
    path.write_text(damage, encoding="latin-1")
    assert written(recalled(path)) == written(Timing())
    keep(path, measured())
    assert written(recalled(path)) == written(measured())


def test_of_a_partly_damaged_file_the_rest_is_used(tmp_path: Path) -> None:
    path = tmp_path / "timings.json"
    keep(path, measured())
    told: dict[str, Any] = json.loads(path.read_text())
    curves = told["devices"]["cpu bfloat16"]["curves"]
    curves[0]["ms"].update(
        {"0": 5, "-1": 5, "x": 5, "99999": 5, "3": -1, "5": 1e300, "6": True, "7": "9", "8": 10**400}
    )
    curves[1]["stage"] = "sleep"
    path.write_text(json.dumps(told))
    again = recalled(path)
    assert list(again.known()) == [one for one in measured().known() if one[0] != STYLED]


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), lambda inner: (
    st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["model", "width", "ms", "1", "loads"]), inner)
), max_leaves=8))  # fmt: skip
def test_whatever_stands_in_the_file_reading_it_does_not_fail(
    tmp_path_factory: pytest.TempPathFactory, told: object
) -> None:
    path = tmp_path_factory.mktemp("told") / "timings.json"
    path.write_text(json.dumps({"version": 1, "devices": {"cpu bfloat16": {"curves": [told], "loads": told}}}))
    recalled(path)


def test_the_file_stays_small_whatever_sizes_and_devices_come(tmp_path: Path) -> None:
    path, timing = tmp_path / "timings.json", Timing()
    for width in range(MOST_CURVES + 50):
        timing.observe(Shape("sdxl", 64 + width, 64), Stage.STEP, 1, 1.0)
    timing.observe(Shape("sdxl", 64, 64), Stage.STEP, 1, 1.0)
    keep(path, timing)
    kept = [shape.width for shape, _, _ in recalled(path).known()]
    assert len(kept) == MOST_CURVES
    assert kept[-2:] == [64 + MOST_CURVES + 49, 64], "the least lately seen are forgotten"
    for number in range(MOST_DEVICES + 5):
        keep(path, Timing(), f"cuda:{number} bfloat16")
    assert len(json.loads(path.read_text())["devices"]) == MOST_DEVICES


def test_a_folder_that_cannot_be_written_to_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    keep(tmp_path / "file" / "timings.json", measured())
    assert written(recalled(tmp_path / "file" / "timings.json")) == written(Timing())


def test_what_has_not_changed_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "timings.json"
    file = TimingsFile(path, "cpu bfloat16")
    file.keep(written(measured()))
    path.unlink()
    file.keep(written(measured()))
    assert not path.exists()
