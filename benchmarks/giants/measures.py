"""What is measured of one model. Arms take turns within each round, so that their ratios hold on a busy machine; rounds
are repeated while there is time, and warm-ups are not counted.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.crowd.figures import percentile
from benchmarks.giants.arms import Arm, Asked, Bare, Served
from benchmarks.giants.building import prompt
from benchmarks.giants.clocks import card_state, counting_flops, gemm_tflops, ms_of
from benchmarks.giants.findings import Finding, Report
from benchmarks.giants.plans import BUSY, CANCEL, FAST, Crowd, Plan
from engine import Cancelled, Finished, Recipe, Speed, parse, translate
from engine.models.catalog import Catalog
from engine.models.loaded import Loaded
from engine.paint.merging import Arguments, join, read_arguments, signature_of

BATCHES = (1, 2, 4, 8)
CANCELS = 10
BACKLOG = 24
WARM_STEPS = 4
SHORT_SECONDS = 5.0  # a warm-up of this length is done twice


class Budget:
    """Seconds that may be spent."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    @property
    def left(self) -> float:
        return self._ends - time.monotonic()

    def rounds(self, most: int) -> Iterator[int]:
        """One at least; another while it would still end in time."""
        for number in range(most):
            began = time.monotonic()
            yield number
            if self.left < time.monotonic() - began:
                return


@dataclass(slots=True)
class Scene:
    """One model, and everyone who paints with it. The first bare arm is what ratios are to; the last served one is the
    engine at its best."""

    plan: Plan
    model: Loaded
    catalog: Catalog
    report: Report
    gemm: float
    repeats: int
    arms: list[Arm] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def bare(self) -> Bare:
        return next(arm for arm in self.arms if isinstance(arm, Bare))

    @property
    def served(self) -> Served:
        return next(arm for arm in reversed(self.arms) if isinstance(arm, Served))

    @property
    def promises(self) -> bool:
        """Targets are for a GPU."""
        return self.model.device != "cpu"

    def recipe(self, side: int, *, number: int | None = None, steps: int | None = None) -> Recipe:
        number = next(self.numbers) if number is None else number
        asked = translate(
            parse(prompt(number)), self.catalog, default_model=self.plan.model, drawn_seed=number, cells=1
        )
        return replace(asked.cells[0], width=side, height=side, steps=steps or self.plan.steps)

    def found(self, measure: str, arm: str, unit: str, values: list[float], **more: Any) -> None:
        self.report.add(Finding(self.plan.model, measure, arm, unit, values, **more))


async def card(scene: Scene, budget: Budget) -> None:
    """The matrix product again after all else: whether the card still was what it had been."""
    after = await scene.bare.run(lambda: gemm_tflops(scene.model.device, tiny=not scene.promises))
    more: dict[str, float | str] = {"clock, power, temperature": card_state()}
    scene.found("matrix product", "before and after", "TFLOP/s", [scene.gemm, after], more=more)


async def solo(scene: Scene, budget: Budget) -> None:
    """Seconds from asking for a picture to its file, nobody else there."""
    plan, seconds = scene.plan, {arm.name: list[float]() for arm in scene.arms}
    tflop = await picture_tflop(scene)
    for arm in scene.arms:
        for _ in range(2):
            await arm.paint(scene.recipe(plan.side))
    for _ in budget.rounds(scene.repeats):
        for arm in scene.arms:
            recipe = scene.recipe(plan.side)
            began = time.perf_counter()
            await arm.paint(recipe)
            seconds[arm.name].append(time.perf_counter() - began)
    for arm in scene.arms:
        median = statistics.median(seconds[arm.name])
        more: dict[str, float | str] = {
            "TFLOP/s": tflop / median, "of a GEMM": tflop / median / scene.gemm, "floor s": tflop / scene.gemm,
            "times bare": ratio(seconds[scene.bare.name], seconds[arm.name]),
        }  # fmt: skip
        target = plan.solo if arm is scene.served else None
        judged = ratio(seconds[scene.bare.name], seconds[arm.name])
        scene.found("solo", arm.name, "s/picture", seconds[arm.name], more=more, target=target, judged=judged)
    compiled = [arm.name for arm in scene.arms if arm.name == "bare compiled"]
    if plan.of_compiled and compiled:
        pairs = zip(seconds[compiled[0]], seconds[scene.served.name], strict=True)
        values = [theirs / ours for theirs, ours in pairs]
        scene.found("solo", scene.served.name, "times bare compiled", values, target=plan.of_compiled)


async def curve(scene: Scene, budget: Budget) -> None:
    """Milliseconds of a forward over pictures in a batch: the denoiser's own arguments, joined as the engine joins."""
    bares = [arm for arm in scene.arms if isinstance(arm, Bare)]
    call = await scene.bare.run(lambda: denoiser_call(scene.bare, scene.recipe(scene.plan.side, steps=2)))
    found: dict[tuple[str, int], list[float]] = {(arm.name, size): [] for arm in bares for size in BATCHES}
    tflop = await scene.bare.run(lambda: forward_tflop(scene.bare, call))
    works = {(arm.name, size): functools.partial(forward, arm, call, size) for arm in bares for size in BATCHES}
    for arm in bares:
        for size in BATCHES:
            for _ in range(2):
                await arm.run(works[arm.name, size])
    for _ in budget.rounds(scene.repeats):
        for arm in bares:
            for size in BATCHES:
                found[arm.name, size].append(
                    await arm.run(functools.partial(ms_of, works[arm.name, size], scene.model.device))
                )
    for (name, size), values in found.items():
        median = statistics.median(values)
        rate, alone = size * tflop / median * 1000, statistics.median(found[name, 1])
        more: dict[str, float | str] = {
            "TFLOP/s": rate, "of a GEMM": rate / scene.gemm, "throughput of one": size * alone / median,
            "rows": size * call.rows,
        }  # fmt: skip
        scene.found(f"forward of {size}, {scene.plan.side}²", name, "ms", values, more=more)


async def crowd(scene: Scene, budget: Budget, asked: Crowd) -> None:
    """Pictures a second, all members asking at once and each waiting for theirs; and how busy the device was."""
    arms = await _who_fit(scene, budget, asked)
    rates, busy = ({arm.name: list[float]() for arm in arms} for _ in range(2))
    for _ in budget.rounds(scene.repeats):
        for arm in arms:
            arm.meter.take()
            began = time.perf_counter()
            await _everyone(scene, arm, asked)
            seconds = time.perf_counter() - began
            rates[arm.name].append(asked.members * asked.jobs / seconds)
            busy[arm.name].append(sum(map(sum, arm.meter.take().values())) / 1000 / seconds)
    for arm in arms:
        times = ratio(rates[arm.name], rates[scene.bare.name])
        target = asked.target if isinstance(arm, Served) and scene.promises else None
        more: dict[str, float | str] = {"times bare": times}
        scene.found(asked.title, arm.name, "pictures/s", rates[arm.name], more=more, target=target, judged=times)
        promised = BUSY if isinstance(arm, Served) and scene.promises and asked.members >= 16 else None
        scene.found(asked.title, arm.name, "of the time in forwards", busy[arm.name], target=promised)


async def fast(scene: Scene, budget: Budget) -> None:
    """A fast job's seconds alone, and while many relaxed ones wait. One step is as long as the
    longer ones in that time are: a relaxed batch that has to end first."""
    plan, arm = scene.plan, scene.served
    await _warm_up(scene, arm, Crowd(members=8, side=plan.fast_side))
    alone = [await _seconds(arm, scene.recipe(plan.fast_side))]
    alone += [await _seconds(arm, scene.recipe(plan.fast_side)) for _ in Budget(budget.left / 3).rounds(plan.fast_jobs)]
    backlog = [
        arm.ask(scene.recipe(plan.fast_side, steps=2 * plan.steps), 100 + number, Speed.RELAX)
        for number in range(BACKLOG)
    ]
    try:
        await backlog[0].steps.get()
        arm.meter.take()
        beside, waited = [], 0
        for _ in budget.rounds(plan.fast_jobs):
            beside.append(await _seconds(arm, scene.recipe(plan.fast_side)))
            waited += any(not job.ended.done() for job in backlog)
        step = percentile(arm.meter.take()["step"], 95) / 1000
    finally:
        await _withdraw(arm, backlog)
    p99, bound = percentile(beside, 99), 1.3 * statistics.median(alone) + step
    more: dict[str, float | str] = {
        "p99": p99, "alone p50": statistics.median(alone), "alone p99": percentile(alone, 99), "one step": step,
        "jobs with a backlog": f"{waited} of {len(beside)}",
    }  # fmt: skip
    target = FAST if scene.promises else None
    scene.found(
        f"fast beside relaxed, {plan.fast_side}²", arm.name, "s", beside, more=more, target=target, judged=p99 / bound
    )


async def cancel(scene: Scene, budget: Budget) -> None:
    """From asking to `Cancelled`, at moments spread over a step. The device is free when that is told."""
    arm, seconds, step = scene.served, list[float](), list[float]()
    for number in budget.rounds(CANCELS):
        job = arm.ask(scene.recipe(scene.plan.fast_side, steps=max(20, scene.plan.steps)))
        moments = []
        for _ in range(4):
            await job.steps.get()
            moments.append(time.perf_counter())
        step.append(statistics.median(later - sooner for sooner, later in itertools.pairwise(moments)))
        await asyncio.sleep(step[-1] * number / CANCELS)
        began = time.perf_counter()
        arm.engine.cancel(job.id)
        if isinstance(await job.ended, Cancelled):
            seconds.append(time.perf_counter() - began)
    if not seconds:
        raise RuntimeError("every job ended before it could be cancelled")
    one = statistics.median(step)
    more: dict[str, float | str] = {"one step s": one, "worst in steps": max(seconds) / one}
    target = CANCEL if scene.promises else None
    scene.found("cancel to free", arm.name, "s", seconds, more=more, target=target, judged=max(seconds) / one)


Measure = Callable[[Scene, Budget], Awaitable[None]]


def measures(plan: Plan) -> dict[str, Measure]:
    """By name, what matters most first."""
    crowds = {crowded.title: functools.partial(crowd, asked=crowded) for crowded in plan.crowds}
    return {"solo": solo, "curve": curve, **crowds, "fast": fast, "cancel": cancel, "card": card}


def ratio(ones: list[float], others: list[float]) -> float:
    """Of each round, then the median: a slow moment of the machine is in both."""
    return statistics.median(one / other for one, other in zip(ones, others, strict=True))


async def picture_tflop(scene: Scene) -> float:
    """Counted over pictures of one and two steps: the rest are as long as the second."""

    def count(steps: int) -> float:
        with counting_flops() as total:
            scene.bare.call(scene.recipe(scene.plan.side, number=0, steps=steps))
        return total()

    one, two = await scene.bare.run(lambda: count(1)), await scene.bare.run(lambda: count(2))
    return one + (scene.plan.steps - 1) * (two - one)


def denoiser_call(arm: Bare, recipe: Recipe) -> Arguments:
    """What a pipeline asks its denoiser for."""
    denoiser, heard = arm.model.denoiser, list[Arguments]()
    before = denoiser.forward

    @functools.wraps(before)
    def listening(*args: Any, **kwargs: Any) -> Any:
        heard.append(read_arguments(signature_of(before), args, kwargs, frozenset()))
        return before(*args, **kwargs)

    denoiser.forward = listening
    try:
        arm.call(recipe)
    finally:
        denoiser.forward = before
    return heard[-1]


def forward(arm: Bare, call: Arguments, size: int) -> None:
    import torch

    with torch.no_grad():
        arm.model.denoiser(**join([call] * size))


def forward_tflop(arm: Bare, call: Arguments) -> float:
    with counting_flops() as total:
        forward(arm, call, 1)
    return total()


async def _who_fit(scene: Scene, budget: Budget, asked: Crowd) -> list[Arm]:
    """Warmed up, and few enough that a round will end in time: at least bare eager diffusers and the engine at its
    best. If even they take too long, nothing is measured."""
    seconds = {}
    for arm in scene.arms:
        await _warm_up(scene, arm, asked if isinstance(arm, Served) else replace(asked, members=1, jobs=1))
        seconds[arm.name] = asked.members * asked.jobs * await _seconds(arm, scene.recipe(asked.side))
    if sum(seconds.values()) <= budget.left:
        return scene.arms
    arms: list[Arm] = [scene.bare, scene.served]
    expected = sum(seconds[arm.name] for arm in arms)
    if expected > budget.left:
        raise TimeoutError(f"one round would take {expected:.0f} s of {budget.left:.0f} s; name it with --measures")
    return arms


async def _warm_up(scene: Scene, arm: Arm, asked: Crowd) -> None:
    """The engine measures its curve, the compiler meets the batches."""
    began = time.monotonic()
    await _everyone(scene, arm, asked, min(scene.plan.steps, WARM_STEPS))
    if time.monotonic() - began < SHORT_SECONDS:
        await _everyone(scene, arm, asked, min(scene.plan.steps, WARM_STEPS))


async def _everyone(scene: Scene, arm: Arm, asked: Crowd, steps: int | None = None) -> None:
    async def member(number: int) -> None:
        for job in range(asked.jobs):
            repeated = (number * asked.jobs + job) % asked.prompts if asked.prompts else None
            await arm.paint(scene.recipe(asked.side, number=repeated, steps=steps), number)

    async with asyncio.TaskGroup() as group:
        for number in range(asked.members):
            group.create_task(member(number))


async def _seconds(arm: Arm, recipe: Recipe) -> float:
    began = time.perf_counter()
    await arm.paint(recipe)
    return time.perf_counter() - began


async def _withdraw(arm: Served, jobs: list[Asked]) -> None:
    for job in jobs:
        arm.engine.cancel(job.id)
    ends: list[Finished | Cancelled | BaseException] = await asyncio.gather(
        *(job.ended for job in jobs), return_exceptions=True
    )
    for end in ends:
        if isinstance(end, BaseException):
            raise end
