"""What it costs that painters take turns: a switch there and back, and joining and dividing the calls of a batch."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

from benchmarks.crowd.figures import print_line, print_table


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks engine_switch", description=__doc__)
    made.add_argument("--turns", type=int, default=20_000, help="in one measurement (default: %(default)s)")
    made.add_argument("--repeats", type=int, default=5, help="of each (default: %(default)s)")
    return made


def switch_us(turns: int) -> float:
    """A turn of a painter that has nothing to do: parked, decided, resumed."""
    from engine.paint.rendezvous import Parked, Rendezvous
    from engine.paint.strand import pause
    from engine.schedule.turn import Step

    def paint() -> None:
        for _ in range(turns):
            pause(lambda: None)

    meeting = Rendezvous()
    began = time.perf_counter()
    arrival = meeting.start("a", 0, paint)
    while isinstance(arrival, Parked):
        (arrival,) = meeting.run(Step((arrival.call,)))
    return (time.perf_counter() - began) / turns * 1e6


def share_us(turns: int, painters: int) -> float:
    """A call of a module that does nothing, shared by so many painters: for each of them."""
    import torch

    from engine.paint.rendezvous import Parked, Rendezvous
    from engine.schedule.timing import Stage
    from engine.schedule.turn import Step

    class Idle(torch.nn.Module):
        def forward(self, sample: Any, timestep: Any, encoder_hidden_states: Any) -> Any:
            return sample

    module, meeting = Idle(), Rendezvous()
    meeting.share(module, stage=Stage.STEP, merges=True)
    sample, words, moment = torch.zeros(2, 4, 32, 32), torch.zeros(2, 40, 256), torch.tensor(5)

    def paint() -> None:
        with torch.no_grad():
            for _ in range(turns):
                module(sample, moment, words)

    began = time.perf_counter()
    arrivals = [meeting.start(str(number), 0, paint) for number in range(painters)]
    while calls := [arrival.call for arrival in arrivals if isinstance(arrival, Parked)]:
        arrivals = meeting.run(Step(tuple(calls)))
    return (time.perf_counter() - began) / (turns * painters) * 1e6


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    arms: dict[str, Callable[[], float]] = {
        "a turn with nothing to do": lambda: switch_us(options.turns),
        "a call alone, with gradients off": lambda: share_us(options.turns // 10, 1),
        "a call shared by 8, for each": lambda: share_us(options.turns // 80, 8),
    }
    found: dict[str, list[float]] = {name: [] for name in arms}
    for _ in range(options.repeats):
        for name, arm in arms.items():
            found[name].append(arm())
    medians = {name: round(statistics.median(values), 1) for name, values in found.items()}
    rows = [(name, f"{medians[name]} µs ({min(values):.1f} to {max(values):.1f})") for name, values in found.items()]
    print_table(rows)
    print_line({"benchmark": "engine_switch", "microseconds": medians})
    return 0
