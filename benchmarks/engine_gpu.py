"""On a GPU, with models of true size and random weights: how long does a picture alone take, what does a batch gain,
how many pictures a second do many members get, how long does a fast job wait, how soon is the device free, how busy is
it? Each against bare diffusers in the same process, with what was promised, met or not.

One model a call fits ten minutes; rows are told, and written to --out, as they are known.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.giants import measures
from benchmarks.giants.arms import Arm, Bare, Served, graphed
from benchmarks.giants.building import build, names, twin
from benchmarks.giants.clocks import gemm_tflops
from benchmarks.giants.findings import Report
from benchmarks.giants.measures import Budget, Scene
from benchmarks.giants.plans import PLANS, tiny
from engine import load_catalog
from engine.models.loaded import Loaded
from engine.models.shelf import release_memory

NEEDS_GPU = "engine_gpu needs a CUDA GPU for models of true size; --size tiny runs on a processor."
PATIENCE = 3.0  # a measure that takes this many times its part of the minutes is given up


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks engine_gpu", description=__doc__)
    made.add_argument("--models", nargs="+", choices=names(), default=list(PLANS), metavar="NAME",
                      help=f"of {', '.join(PLANS)} (default: all)")  # fmt: skip
    made.add_argument("--size", choices=("true", "tiny"), default="true", help="of the models (default: %(default)s)")
    made.add_argument("--minutes", type=float, default=8.0, help="for each model (default: %(default)s)")
    made.add_argument("--repeats", type=int, default=5, help="of each round of arms, at most (default: %(default)s)")
    words = "only those with one of these words in their name: solo, curve, members, fast, cancel, card"
    made.add_argument("--measures", nargs="+", metavar="WORD", help=words)
    made.add_argument("--no-compile", action="store_true", help="leave out the arms that compile")
    made.add_argument("--out", type=Path, help="a file that each row is added to as a line of JSON")
    return made


def why_left_out() -> str | None:
    """Why `python -m benchmarks` should not run this with the others here."""
    if importlib.util.find_spec("torch") is None:
        return "torch is not installed."
    import torch

    return None if torch.cuda.is_available() else NEEDS_GPU


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    reason = why_left_out()
    if reason is not None and options.size == "true":
        print(reason, file=sys.stderr)
        return 2
    device = "cpu" if reason is not None or options.size == "tiny" else "cuda:0"
    report = Report(options.out, about(device, options.size))
    print(f"{report.about['device']}, torch {report.about['torch']}; n is how often each was measured", flush=True)
    for name in options.models:
        try:
            asyncio.run(measure_model(name, device, options, report))
        except Exception as error:  # a model that cannot be measured must not cost the others their turn
            report.trouble(name, "all", worded(error))
        release_memory(device)
    report.close()
    return 1 if report.troubles else 0


async def measure_model(name: str, device: str, options: argparse.Namespace, report: Report) -> None:
    small, began = options.size == "tiny", time.monotonic()
    budget, plan = Budget(options.minutes * 60), tiny(PLANS[name]) if small else PLANS[name]
    model = await asyncio.to_thread(build, name, device, tiny=small)
    gemm = await asyncio.to_thread(gemm_tflops, device, tiny=small)
    print(f"{model.entry.title}: {model.held_bytes / 2**30:.1f} GiB of {model.dtype}, built in "
          f"{time.monotonic() - began:.0f} s; a matrix product runs at {gemm:.4g} TFLOP/s", flush=True)  # fmt: skip
    scene = Scene(plan, model, load_catalog(), report, gemm, options.repeats)
    try:
        await open_arms(scene, compiles=not options.no_compile)
        todo = {title: one for title, one in measures.measures(plan).items() if is_wanted(title, options.measures)}
        for number, (title, measure) in enumerate(todo.items()):
            part = max(budget.left, 0.0) / (len(todo) - number)
            if part <= 0:
                report.trouble(name, title, "the minutes were over; name it with --measures")
                continue
            try:
                async with asyncio.timeout(max(60.0, PATIENCE * part)):
                    await measure(scene, Budget(part))
            except Exception as error:  # as above: what else there is to measure may well work
                report.trouble(name, title, worded(error))
    finally:
        for arm in scene.arms:
            await arm.close()


async def open_arms(scene: Scene, *, compiles: bool) -> None:
    """Bare eager diffusers first, the engine at its best last. On a processor nothing is compiled or recorded."""
    compiles = compiles and scene.promises
    records = scene.plan.graphs and scene.promises
    arms: list[tuple[str, bool, bool]] = [("eager", False, False)]
    arms += [("graphs", False, True)] if records else []
    arms += [("compiled", True, False)] if compiles else []

    def modules(*, recorded: bool) -> Loaded:
        made = twin(scene.model)
        return graphed(made) if recorded else made

    made: list[Arm] = scene.arms
    made += [Bare(f"bare {how}", modules(recorded=graph), compiled=compiled) for how, compiled, graph in arms]
    for how, compiled, graph in arms:
        made.append(await Served.open(f"engine {how}", modules(recorded=graph), compiled=compiled))


def is_wanted(title: str, words: list[str] | None) -> bool:
    return words is None or any(word in title for word in words)


def worded(error: BaseException) -> str:
    """In one line; of several errors at once the first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    lines = str(error).strip().splitlines() or ["it took far longer than its part of the minutes"]
    return f"{type(error).__name__}: {lines[0][:300]}"


def about(device: str, size: str) -> dict[str, Any]:
    import diffusers
    import torch

    title = (
        torch.cuda.get_device_name(0) if device.startswith("cuda") else "a processor: these times say nothing of a GPU"
    )
    return {"size": size, "device": title, "torch": torch.__version__, "diffusers": diffusers.__version__}
