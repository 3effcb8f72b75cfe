"""How many pictures a second with many members at once, against what other bots do: one pipeline call at a time behind
a lock? And how long does a fast job take while a deep backlog of relaxed ones waits?

Both arms paint the same recipes with the same modules in one process, interleaved (ABAB…), so that their ratio holds on
a machine that is busy with other things. The model has the shipped one's shape and random weights: speed does not
depend on what they are.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.crowd.figures import print_line, print_table
from engine import Engine, EngineSettings, Failed, Finished, Job, Recipe, Share, Speed, parse, translate

STEPS = (6, 8, 10, 12)  # members ask for other numbers of steps
MANY = Share(running=100, waiting=1000)
EXPECTED_SINGLES, EXPECTED_GRIDS = 1.7, 1.0
FAST_FACTOR = 1.3


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks engine_load", description=__doc__)
    made.add_argument("--repeats", type=int, default=5, help="of each pair of arms (default: %(default)s)")
    made.add_argument("--members", type=int, nargs="+", default=[1, 4, 16], help="at once (default: %(default)s)")
    made.add_argument("--channels", type=int, nargs="+", default=[64, 128, 256], help="of the model's three levels")
    made.add_argument("--size", default="256x256", help="of a picture (default: %(default)s)")
    return made


def make_model(folder: Path, channels: Sequence[int], size: str) -> Path:
    """A folder as the shipped model's, with random weights; returns a catalogue file that names it."""
    import torch

    from engine.pocket import parts

    torch.manual_seed(0)
    tokenizer = parts.make_tokenizer(["a", "red", "house", "on", "green", "hills", "blue", "fox", "in", "the", "snow"])
    text_encoder = parts.make_text_encoder(len(tokenizer))
    unet, autoencoder = parts.make_unet(tuple(channels)), parts.make_autoencoder()
    pipeline: Any = parts.make_pipeline(tokenizer, text_encoder, unet, autoencoder)
    pipeline.to(torch.bfloat16).save_pretrained(folder / "model")
    catalog = folder / "bench.toml"
    fields = f'title = "Bench"\nlike = "pocket"\nfolder = "{folder / "model"}"\naliases = []\nsizes = ["{size}"]\n'
    catalog.write_text(f"[models.bench]\n{fields}")
    return catalog


def recipes(engine: Engine, member: int, cells: int) -> tuple[Recipe, ...]:
    text = f"a red house in the snow --steps {STEPS[member % len(STEPS)]}"
    asked = translate(parse(text), engine.catalog, default_model="bench", drawn_seed=member, cells=cells)
    return asked.cells


@dataclass
class Counter:
    """Forwards of the denoiser, whoever asks for them."""

    forwards: int = 0


class Bare:
    """A diffusers pipeline behind a lock: jobs one after the other, a grid as one call with four prompts."""

    def __init__(self, folder: Path, counter: Counter) -> None:
        import torch
        from diffusers import StableDiffusionPipeline

        self._pipeline = StableDiffusionPipeline.from_pretrained(folder / "model", torch_dtype=torch.bfloat16)
        self._pipeline.set_progress_bar_config(disable=True)
        self._pipeline.unet.register_forward_hook(lambda *_: setattr(counter, "forwards", counter.forwards + 1))
        self._lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1)  # one for all calls: torch makes helpers anew for each thread that asks

    async def paint(self, cells: Sequence[Recipe]) -> None:
        async with self._lock:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._call, cells)

    def _call(self, cells: Sequence[Recipe]) -> None:
        import io

        import torch

        first = cells[0]
        images = self._pipeline(
            [first.phrases[0].text] * len(cells), num_inference_steps=first.steps, guidance_scale=first.guidance,
            width=first.width, height=first.height, generator=[torch.Generator().manual_seed(c.seed) for c in cells],
        ).images  # fmt: skip
        for image in images:
            image.save(io.BytesIO(), "PNG", compress_level=1)


class Crowd:
    """The engine's arm: jobs in, and a wait for the end of each."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._ends: dict[str, asyncio.Future[Finished]] = {}
        self._number = 0
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for event in self.engine.events():
            if isinstance(event, Failed):
                self._ends.pop(event.job).set_exception(RuntimeError(event.message))
            if isinstance(event, Finished):
                self._ends.pop(event.job).set_result(event)

    async def paint(self, cells: tuple[Recipe, ...], member: int, speed: Speed = Speed.FAST) -> None:
        self._number += 1
        name = f"job{self._number}"
        ended = self._ends[name] = asyncio.get_running_loop().create_future()
        self.engine.submit(Job(name, 1, f"m{member}", speed, cells, MANY, previews=False))
        await ended

    def stop(self) -> None:
        self._reader.cancel()


async def pictures_a_second(members: int, cells: int, paint: Any) -> float:
    """Every member asks for two jobs, one after the other."""
    began = time.perf_counter()

    async def member(number: int) -> None:
        for _ in range(2):
            await paint(number)

    async with asyncio.TaskGroup() as group:
        for number in range(members):
            group.create_task(member(number))
    return 2 * members * cells / (time.perf_counter() - began)


async def measure_load(engine: Engine, bare: Bare, crowd: Crowd, options: argparse.Namespace) -> list[dict[str, Any]]:
    rows = []
    for cells in (1, 4):
        for members in options.members:
            pairs = []

            async def by_engine(number: int, cells: int = cells) -> None:
                await crowd.paint(recipes(engine, number, cells), number)

            async def by_bare(number: int, cells: int = cells) -> None:
                await bare.paint(recipes(engine, number, cells))

            await pictures_a_second(members, cells, by_engine)  # the engine measures its curve; the bare loop warms up
            await pictures_a_second(1, cells, by_bare)
            for _ in range(options.repeats):
                one = await pictures_a_second(members, cells, by_engine)
                other = await pictures_a_second(members, cells, by_bare)
                pairs.append((one, other, one / other))
            ours, theirs, ratios = zip(*pairs, strict=True)
            rows.append(
                {
                    "pictures a job": cells, "members": members, "engine": round(statistics.median(ours), 2),
                    "bare": round(statistics.median(theirs), 2), "ratio": round(statistics.median(ratios), 2),
                    "range": f"{min(ratios):.2f} to {max(ratios):.2f}",
                }
            )  # fmt: skip
    return rows


async def measure_fast(engine: Engine, crowd: Crowd, repeats: int) -> dict[str, float]:
    """A fast single picture alone, and while relaxed grids of eight members wait in line."""
    asked = recipes(engine, 1, 1)
    alone, beside = [], []
    for _ in range(3):
        await crowd.paint(asked, 0)
    for turn in range(repeats * 3):
        began = time.perf_counter()
        await crowd.paint(replace_seed(asked, turn), 0)
        alone.append(time.perf_counter() - began)
    backlog = [asyncio.create_task(crowd.paint(recipes(engine, n, 4), 100 + n, Speed.RELAX)) for n in range(8)]
    await asyncio.sleep(0.3)
    for turn in range(repeats * 3):
        began = time.perf_counter()
        await crowd.paint(replace_seed(asked, 1000 + turn), 0)
        beside.append(time.perf_counter() - began)
    await asyncio.gather(*backlog)
    return {
        "fast alone, p50 s": round(statistics.median(alone), 3),
        "fast beside a backlog, p50 s": round(statistics.median(beside), 3),
        "fast beside a backlog, worst s": round(max(beside), 3),
        "ratio of p50": round(statistics.median(beside) / statistics.median(alone), 2),
    }


def replace_seed(cells: tuple[Recipe, ...], seed: int) -> tuple[Recipe, ...]:
    return tuple(replace(cell, seed=seed) for cell in cells)


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder, counter = Path(name), Counter()
        catalog = make_model(folder, options.channels, options.size)
        async with await Engine.open(EngineSettings(catalogs=(catalog,), device="cpu", close_seconds=60)) as engine:
            crowd, bare = Crowd(engine), Bare(folder, counter)
            load = await measure_load(engine, bare, crowd, options)
            fast = await measure_fast(engine, crowd, options.repeats)
            crowd.stop()
    return {"load": load, "fast": fast}


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    found = asyncio.run(measure(options))
    for row in found["load"]:
        name = f"{row['members']} members, {'single pictures' if row['pictures a job'] == 1 else 'grids of four'}"
        print_table([(name, f"{row['engine']} pictures/s, bare {row['bare']}: {row['ratio']}x ({row['range']})")])
    print_table([(name, str(value)) for name, value in found["fast"].items()])
    print_line({"benchmark": "engine_load", **found})
    return 0
