import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from engine.pocket.training.loop import Pace, State, averaged, load_average, run


class Line:
    """A stage small enough to see through: a line through noisy points."""

    name = "line"
    batch = 4
    rate = 0.01

    def __init__(self, target: int) -> None:
        self.target = target
        torch.manual_seed(0)
        self.net = nn.Linear(2, 1)
        self.seen: list[int] = []

    def models(self) -> dict[str, nn.Module]:
        return {"net": self.net}

    def groups(self) -> list[list[nn.Parameter]]:
        return [list(self.net.parameters())]

    def losses(self, number: int, samples: int) -> Iterator[Tensor]:
        self.seen.append(samples)
        x = torch.randn(self.batch, 2)
        yield (self.net(x) - x.sum(1, keepdim=True)).square().mean()

    def figures(self) -> dict[str, float]:
        return {"batches": float(len(self.seen))}

    def show(self, folder: Path, samples: int) -> dict[str, float]:
        return {"training": float(self.net.training)}


def weights(stage: Line) -> list[float]:
    return [v for p in stage.net.parameters() for v in p.flatten().tolist()]


def test_a_run_that_was_stopped_continues_exactly(tmp_path: Path) -> None:
    whole, first, second = Line(80), Line(36), Line(80)
    run(whole, tmp_path / "whole", Pace(warm=1, floor=1.0))
    run(first, tmp_path / "parts", Pace(warm=1, floor=1.0))
    state = run(second, tmp_path / "parts", Pace(warm=1, floor=1.0))
    assert state.samples == 80
    assert second.seen[0] == 36
    assert weights(second) == weights(whole)
    averages = [torch.load(tmp_path / p / "line.pt", weights_only=True)["average"]["net"] for p in ("whole", "parts")]
    assert all(torch.equal(averages[0][k], averages[1][k]) for k in averages[0])


def test_a_run_stops_when_its_time_is_up_and_leaves_a_checkpoint(tmp_path: Path) -> None:
    ticks = iter(range(1000))
    stage = Line(1_000_000)
    state = run(stage, tmp_path, Pace(seconds=20, clock=lambda: float(next(ticks))))
    assert 0 < state.samples < 100
    assert (tmp_path / "line.pt").exists()


def test_sheets_are_drawn_with_averaged_weights_and_training_goes_on(tmp_path: Path) -> None:
    stage = Line(40)
    run(stage, tmp_path, Pace(show_every=20))
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["samples"] for line in lines] == [20, 40]
    assert all(line["training"] == 0.0 for line in lines)
    assert stage.net.training


def test_averaged_weights_are_lent_and_given_back() -> None:
    stage = Line(4)
    before = weights(stage)
    state = State(average={"net": {k: torch.zeros_like(v) for k, v in stage.net.state_dict().items()}})
    with averaged(stage, state):
        assert set(weights(stage)) == {0.0}
    assert weights(stage) == before


def test_a_missing_stage_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="train the stage 'line' first"):
        load_average(tmp_path, "line", "net", nn.Linear(2, 1))


def test_the_rate_warms_up_and_falls_to_its_floor() -> None:
    pace = Pace(warm=100, floor=0.1)
    assert pace.at(0, 1000) < 0.02
    assert pace.at(100, 1000) > 0.9
    assert pace.at(1000, 1000) == pytest.approx(0.1)
    assert pace.at(500, 1000, steered=0) < 0.01 < pace.at(500, 1000, steered=100) == pace.at(500, 1000)
