"""The loop that every stage shares: batches by number, checkpoints that continue exactly, averaged weights, a log.
A batch is decided by its number alone, so a run that is stopped and started again sees what it would have seen.
"""

from __future__ import annotations

import json
import math
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

CHECKPOINT_SECONDS = 180.0
EMA_HORIZON = 0.9995


class Stage(Protocol):
    """What a stage tells the loop."""

    name: str
    batch: int
    target: int  # samples to train on
    rate: float  # of learning, at its highest

    def models(self) -> dict[str, nn.Module]: ...  # what is trained, averaged and saved
    def groups(self) -> list[list[nn.Parameter]]: ...  # one optimizer each
    def losses(self, number: int, samples: int) -> Iterator[Tensor]: ...  # one loss per optimizer, in order
    def figures(self) -> dict[str, float]: ...  # of the batches since the last call
    def show(self, folder: Path, samples: int) -> dict[str, float]: ...  # a sheet, and what was measured on it


@dataclass(slots=True)
class Pace:
    warm: int = 10_000  # samples until the full rate
    floor: float = 0.1  # of the rate, at the end
    show_every: int = 20_000  # samples between sheets
    clock: Callable[[], float] = time.monotonic
    seconds: float = math.inf  # stop after this long, to go on another day

    def at(self, samples: int, target: int, steered: int | None = None) -> float:
        """The share of the full rate of learning; `steered` are the samples that the optimizers remember, if fewer."""
        warming = min(1.0, ((samples if steered is None else steered) + 1) / self.warm)
        if samples < self.warm:
            return warming
        t = min(1.0, samples / max(1, target))
        return warming * (self.floor + (1 - self.floor) * 0.5 * (1 + math.cos(math.pi * t)))


@dataclass(slots=True)
class State:
    number: int = 0  # the next batch
    samples: int = 0
    average: dict[str, dict[str, Tensor]] = field(default_factory=dict)


def pick_device(name: str = "auto") -> torch.device:
    if name != "auto":
        return torch.device(name)
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def set_threads(count: int) -> None:
    torch.set_num_threads(count)


@contextmanager
def half_precision(device: torch.device) -> Iterator[None]:
    with torch.autocast(device.type, torch.bfloat16):
        yield


def run(stage: Stage, folder: Path, pace: Pace, seed: int = 1) -> State:
    """Train `stage` to its target, going on from the folder's checkpoint if there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    optimizers = [
        torch.optim.AdamW(group, stage.rate, (0.9, 0.98), weight_decay=0.01, fused=True) for group in stage.groups()
    ]
    state = restore(stage, optimizers, folder)
    began = saved = pace.clock()
    began_samples = state.samples
    halt = _Halt()
    while state.samples < stage.target and not halt.asked and pace.clock() - began < pace.seconds:
        torch.manual_seed(seed * 1_000_003 + state.number)
        steered = min(state.samples, state.number * stage.batch)
        _step(stage, optimizers, stage.rate * pace.at(state.samples, stage.target, steered), state)
        shown = state.samples // pace.show_every > (state.samples - stage.batch) // pace.show_every
        if shown or pace.clock() - saved > CHECKPOINT_SECONDS:
            save(stage, optimizers, state, folder)
            saved = pace.clock()
            speed = (state.samples - began_samples) / max(1e-9, saved - began)
            report(stage, state, folder, speed, shown)
    save(stage, optimizers, state, folder)
    return state


def _step(stage: Stage, optimizers: list[torch.optim.AdamW], rate: float, state: State) -> None:
    for optimizer, loss in zip(optimizers, stage.losses(state.number, state.samples), strict=False):
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([p for group in optimizer.param_groups for p in group["params"]], 1.0)
        optimizer.step()
    state.number += 1
    state.samples += stage.batch
    keep = min(EMA_HORIZON, (1 + state.number) / (10 + state.number))
    with torch.no_grad():
        for name, model in stage.models().items():
            average = state.average.setdefault(name, {})
            for key, value in model.state_dict().items():
                if key not in average:
                    average[key] = value.detach().clone()
                elif value.is_floating_point():
                    average[key].lerp_(value, 1 - keep)


@contextmanager
def averaged(stage: Stage, state: State) -> Iterator[None]:
    """The models with their averaged weights, for as long as the block lasts."""
    own = {name: {k: v.clone() for k, v in model.state_dict().items()} for name, model in stage.models().items()}
    for name, model in stage.models().items():
        if name in state.average:
            model.load_state_dict(state.average[name])
        model.eval()
    try:
        yield
    finally:
        for name, model in stage.models().items():
            model.load_state_dict(own[name])
            model.train()


def save(stage: Stage, optimizers: list[torch.optim.AdamW], state: State, folder: Path) -> None:
    content: dict[str, Any] = {
        "number": state.number,
        "samples": state.samples,
        "average": state.average,
        "models": {name: model.state_dict() for name, model in stage.models().items()},
        "optimizers": [optimizer.state_dict() for optimizer in optimizers],
    }
    part = folder / f"{stage.name}.part"
    torch.save(content, part)
    os.replace(part, folder / f"{stage.name}.pt")


def restore(stage: Stage, optimizers: list[torch.optim.AdamW], folder: Path) -> State:
    path = folder / f"{stage.name}.pt"
    if not path.exists():
        return State()
    content = torch.load(path, map_location="cpu", weights_only=True)
    for name, kept in content["models"].items():  # after unpacking there is no critic among them
        stage.models()[name].load_state_dict(kept)
    for optimizer, kept in zip(optimizers, content["optimizers"], strict=False):
        optimizer.load_state_dict(kept)
    place = {name: next(model.parameters()).device for name, model in stage.models().items()}
    average = {n: {k: v.to(place[n]) for k, v in kept.items()} for n, kept in content["average"].items()}
    return State(content["number"], content["samples"], average)


def load_average(folder: Path, stage_name: str, model_name: str, model: nn.Module) -> int:
    """Fill `model` with a finished or running stage's averaged weights; returns the samples they saw."""
    path = folder / f"{stage_name}.pt"
    if not path.exists():
        raise FileNotFoundError(f"{path} does not exist; train the stage {stage_name!r} first")
    content = torch.load(path, map_location="cpu", weights_only=True)
    model.load_state_dict(content["average"][model_name])
    return int(content["samples"])


def newest(folder: Path, *stages: str) -> str:
    """The last of the stages, in the order given, that was begun; else the first, whose absence is then told."""
    return next((stage for stage in reversed(stages) if (folder / f"{stage}.pt").exists()), stages[0])


def report(stage: Stage, state: State, folder: Path, speed: float, with_sheet: bool) -> None:
    line: dict[str, Any] = {"stage": stage.name, "samples": state.samples, "per_second": round(speed, 1)}
    line |= {k: round(v, 5) for k, v in stage.figures().items()}
    if with_sheet:
        with averaged(stage, state), torch.no_grad():
            line |= {k: round(v, 4) for k, v in stage.show(folder, state.samples).items()}
    with (folder / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")


class _Halt:
    """Ctrl-C and SIGTERM end the run after the batch in hand, with a checkpoint."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: object) -> None:
        self.asked = True
