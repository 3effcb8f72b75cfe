"""The benchmark on a GPU, at sizes that a processor can: that it runs, tells all, and survives what breaks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks import __main__ as everything
from benchmarks import engine_gpu
from benchmarks.giants import building
from benchmarks.giants.findings import Finding, Report, Target
from benchmarks.giants.graphs import Graphed
from benchmarks.giants.measures import measures
from benchmarks.giants.plans import PLANS, tiny
from tests.engine.models.conftest import one_thread

__all__ = ["one_thread"]
NO_GPU = pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
# Of the denoiser in thousands of millions, and of all its parts in GiB, as published or as the catalogue has it.
KNOWN = {
    "sd1.5": (0.86, 2.0),
    "sdxl": (2.57, 6.5),
    "flux-dev": (11.9, 31.4),
    "z-image-turbo": (6.2, 19.1),
    "flux2-klein": (3.9, 14.9),
}


@pytest.fixture
def seconds_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.giants.measures.CANCELS", 2)
    monkeypatch.setattr("benchmarks.giants.measures.BACKLOG", 4)


@pytest.mark.parametrize("name", list(PLANS))
def test_models_of_true_size_are_as_large_as_published(name: str) -> None:
    model = building.build(name, "meta")
    billions, gib = KNOWN[name]
    assert building.count_parameters(model.denoiser) / 1e9 == pytest.approx(billions, rel=0.01)
    assert model.held_bytes / 2**30 == pytest.approx(gib, abs=0.06)
    assert model.entry.memory_gib == pytest.approx(gib, abs=0.06)


@pytest.mark.alone
@pytest.mark.usefixtures("seconds_are_short")
@pytest.mark.filterwarnings("ignore")  # what the libraries say to each other
@pytest.mark.parametrize("name", ["sd1.5", "flux2-klein"])
def test_every_measure_of_a_tiny_model_is_found_and_written(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "found.jsonl"
    asked = ["--size", "tiny", "--models", name, "--repeats", "1", "--out", str(out)]
    assert engine_gpu.main(asked) == 0
    printed = capsys.readouterr().out.splitlines()
    told = json.loads(printed[-1])
    assert told["size"] == "tiny"
    assert told["troubles"] == []
    found = told["findings"]
    crowds = {crowd.title for crowd in tiny(PLANS[name]).crowds}
    assert {row["measure"] for row in found} >= {"solo", "forward of 8, 32²", "cancel to free", *crowds}
    arms = {row["arm"] for row in found if row["measure"] != "matrix product"}
    assert arms == {"bare eager", "engine eager"}, "nothing is compiled on a processor"
    assert all(row["low"] <= row["median"] <= row["high"] and row["median"] > 0 for row in found)
    assert not any("target" in row for row in found), "a processor proves no promise"
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert lines[1:] == found


@pytest.mark.filterwarnings("ignore")
def test_a_model_that_fails_is_told_and_the_next_one_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = building.build

    def build(name: str, *args: Any, **more: Any) -> Any:
        if name == "sdxl":
            raise torch.OutOfMemoryError("out of memory\nand a long trace")
        return real(name, *args, **more)

    monkeypatch.setattr(engine_gpu, "build", build)
    asked = ["--size", "tiny", "--models", "sdxl", "z-image-turbo", "--repeats", "1", "--measures", "solo"]
    assert engine_gpu.main(asked) == 1
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [trouble["model"] for trouble in told["troubles"]] == ["sdxl"]
    assert told["troubles"][0]["trouble"] == "OutOfMemoryError: out of memory"
    assert {row["model"] for row in told["findings"]} == {"z-image-turbo"}
    assert {row["measure"] for row in told["findings"]} == {"solo"}


@NO_GPU
def test_without_a_gpu_true_sizes_are_refused_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert engine_gpu.main([]) == 2
    assert capsys.readouterr().err.strip() == engine_gpu.NEEDS_GPU


@NO_GPU
def test_among_all_benchmarks_it_is_left_out_and_fails_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(everything, "names", lambda: ["engine_gpu"])
    assert everything.main([]) == 0
    assert f"Left out: {engine_gpu.NEEDS_GPU}" in capsys.readouterr().out


def test_arms_share_weights_and_nothing_else() -> None:
    model = building.build("sd1.5", "cpu", tiny=True)
    other = building.twin(model)
    for name in ("unet", "vae", "text_encoder"):
        one, two = model.components[name], other.components[name]
        assert one is not two
        assert [p.data_ptr() for p in one.parameters()] == [p.data_ptr() for p in two.parameters()]
    other.denoiser.forward = None
    assert model.denoiser.forward is not None


def test_a_recorded_forward_takes_new_numbers_and_records_new_shapes() -> None:
    recorded = []

    def record(run: Any) -> Any:
        """As a graph does: each replay writes into the first result."""
        result = run()
        recorded.append(run)
        return lambda: result[0].copy_(run()[0]), result

    def forward(sample: torch.Tensor, scale: float = 2.0, *, more: dict[str, torch.Tensor]) -> tuple[torch.Tensor]:
        return (sample * scale + more["shift"],)

    graphed = Graphed(forward, "cpu", record)
    one, two = torch.ones(1, 3), torch.full((1, 3), 5.0)
    first = graphed(one, more={"shift": one})[0]
    second = graphed(two, more={"shift": one})[0]
    assert first.tolist() == [[3.0] * 3], "the second call does not change the first one's result"
    assert second.tolist() == [[11.0] * 3]
    assert graphed(torch.ones(4, 3), scale=3.0, more={"shift": one})[0].shape == (4, 3)
    assert (len(recorded), graphed.kinds) == (2, 2)


def test_each_row_says_what_was_promised_and_whether_it_is_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report(tmp_path / "out")
    least, most = Target(1.5, "times bare eager"), Target(1.0, "steps", at_most=True)
    report.add(Finding("m", "solo", "engine", "s", [2.0, 1.0, 4.0], target=least, judged=1.4))
    report.add(Finding("m", "cancel", "engine", "s", [0.5], target=most))
    report.trouble("m", "curve", "no time")
    report.close()
    first, second, third, line = capsys.readouterr().out.splitlines()
    assert "2 s (1 to 4, n=3)" in first
    assert first.endswith("at least 1.5 times bare eager: NOT met")
    assert second.endswith("at most 1 steps: met")
    assert "not measured: no time" in third
    assert [row["met"] for row in json.loads(line)["findings"]] == [False, True]


def test_each_prompt_is_another_and_each_plan_has_the_measures_of_the_targets() -> None:
    assert len({building.prompt(number) for number in range(512)}) == 512
    assert len({len(building.prompt(number).split()) for number in range(512)}) == 1
    assert set(building.names()) == set(PLANS)
    for plan in PLANS.values():
        assert {"solo", "curve", "fast", "cancel"} < set(measures(plan))
        assert any(crowd.members >= 16 for crowd in plan.crowds)
