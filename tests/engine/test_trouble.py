"""When things go wrong: each job is painted or fails alone, with a sentence, and the engine goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from diffusers import AutoencoderTiny, UNet2DConditionModel

from engine.engine import Engine
from engine.events import (
    Cancelled,
    Event,
    Failed,
    Failure,
    Finished,
    Hung,
    ModelEvicted,
    ModelLoading,
    Preparing,
    Progress,
    PutBack,
    Queued,
    Started,
)
from engine.job import Job, Speed
from engine.models.seating import WORKING_SHARE
from engine.settings import EngineSettings
from tests.engine.conftest import LAST, Listener, job

Forward = Callable[..., Any]


def patch_unet(monkeypatch: pytest.MonkeyPatch, before: Callable[[torch.Tensor], None]) -> None:
    """Do something first at every forward, which may raise."""
    real = UNet2DConditionModel.forward

    def forward(self: UNet2DConditionModel, sample: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        before(sample)
        return real(self, sample, *args, **kwargs)

    # What pipelines ask of a signature must still be there.
    forward.__signature__ = __import__("inspect").signature(real)  # type: ignore[attr-defined]
    monkeypatch.setattr(UNet2DConditionModel, "forward", forward)


async def test_a_batch_that_does_not_fit_is_tried_smaller_and_nobody_notices(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def before(sample: torch.Tensor) -> None:
        seen.append(len(sample))
        if len(sample) > 2:
            raise torch.OutOfMemoryError("out of memory")

    patch_unet(monkeypatch, before)
    for number in range(4):
        engine.submit(job(engine, f"j{number}", "a house --steps 12", member=f"m{number}", count=4))
    ended = [await listener.end_of(f"j{number}") for number in range(4)]
    assert all(isinstance(event, Finished) for event in ended)
    assert max(seen) > 2, "larger batches were tried"


async def test_a_picture_that_never_fits_fails_alone_after_a_second_try(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def before(sample: torch.Tensor) -> None:
        if sample.shape[-1] != sample.shape[-2]:  # the wide picture
            tries.append(1)
            raise torch.OutOfMemoryError("out of memory")

    patch_unet(monkeypatch, before)
    engine.submit(job(engine, "large", "a house --ar 2:1 --steps 2", member="ben"))
    engine.submit(job(engine, "small", "a house --steps 2"))
    large, small = await listener.end_of("large"), await listener.end_of("small")
    assert isinstance(large, Failed)
    assert large.failure is Failure.MEMORY
    assert "smaller" in large.message
    assert len(tries) == 2
    assert isinstance(small, Finished)


async def test_a_forward_that_breaks_fails_only_the_job_that_breaks_it(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def before(sample: torch.Tensor) -> None:
        if bool((sample == 77).any()):
            raise ValueError("this one")

    patch_unet(monkeypatch, before)
    real = __import__("diffusers").StableDiffusionPipeline.prepare_latents

    def prepare(self: Any, *args: Any, **kwargs: Any) -> Any:
        latents = real(self, *args, **kwargs)
        generator = next(arg for arg in args if isinstance(arg, torch.Generator))
        if generator.initial_seed() == 13:
            latents[0, 0, 0, 0] = 77
        return latents

    monkeypatch.setattr("diffusers.StableDiffusionPipeline.prepare_latents", prepare)
    for seed in (11, 12, 13, 14):
        engine.submit(job(engine, f"s{seed}", member=f"m{seed}", seed=seed))
    ended = {seed: await listener.end_of(f"s{seed}") for seed in (11, 12, 13, 14)}
    bad = ended.pop(13)
    assert isinstance(bad, Failed)
    assert bad.failure is Failure.BUG
    assert all(isinstance(event, Finished) for event in ended.values())


async def test_a_picture_of_values_that_are_no_numbers_is_not_handed_out(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, breaks = AutoencoderTiny.decode, [True]

    def decode(self: AutoencoderTiny, *args: Any, **kwargs: Any) -> Any:
        said = real(self, *args, **kwargs)
        if breaks:
            said[0].fill_(float("nan"))
        return said

    monkeypatch.setattr(AutoencoderTiny, "decode", decode)
    engine.submit(job(engine, "empty"))
    engine.submit(job(engine, "all four", count=4))
    for name in ("empty", "all four"):  # cells of one job may break in one and the same step
        ended = await listener.end_of(name)
        assert isinstance(ended, Failed)
        assert ended.failure is Failure.NOT_A_NUMBER
        assert "came out empty" in ended.message
    breaks.clear()
    engine.submit(job(engine, "good"))
    assert isinstance(await listener.end_of("good"), Finished)


async def test_a_device_that_gave_up_is_told_so_that_the_program_starts_again(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def before(sample: torch.Tensor) -> None:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    patch_unet(monkeypatch, before)
    engine.submit(job(engine, "lost"))
    ended = await listener.end_of("lost")
    assert isinstance(ended, Failed)
    assert ended.failure is Failure.DEVICE
    assert ended.again
    assert await listener.until(lambda heard: [event for event in heard if isinstance(event, Hung)])


async def test_a_step_that_hangs_is_noticed_and_closing_leaves_it_behind(
    own_catalog: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    calls: list[int] = []

    def before(sample: torch.Tensor) -> None:
        calls.append(1)
        if len(calls) > 3:
            released.wait(30)

    patch_unet(monkeypatch, before)
    settings = EngineSettings(catalogs=(own_catalog,), device="cpu", hang_seconds=0.3, close_seconds=0.2)
    engine = await Engine.open(settings)
    listener = Listener(engine)
    listener.start()
    engine.submit(job(engine, "stuck", "a house --steps 20"))
    await listener.until(lambda heard: any(isinstance(event, Progress) for event in heard))
    hung = await listener.until(lambda heard: [event for event in heard if isinstance(event, Hung)])
    assert "seems to hang" in hung[0].message
    await engine.close()
    await listener.closed()
    ended = await listener.end_of("stuck")
    assert isinstance(ended, Failed)
    assert ended.failure is Failure.CLOSED
    assert sum(isinstance(event, LAST) for event in listener.of("stuck")) == 1
    released.set()


async def test_a_device_thread_that_breaks_says_so(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Any, step: Any) -> None:
        raise AssertionError("a fault of the engine itself")

    monkeypatch.setattr("engine.worker.Worker._step", broken)
    engine.submit(job(engine, "one"))
    (hung,) = await listener.until(lambda heard: [event for event in heard if isinstance(event, Hung)])
    assert "thread broke (AssertionError)" in hung.message
    await engine.close()
    ended = await listener.end_of("one")
    assert isinstance(ended, Failed)
    assert ended.failure is Failure.CLOSED


async def test_one_cell_that_breaks_beside_its_sisters_ends_the_job_once(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of the cells that shared a forward it is."""
    import functools

    from diffusers import DDIMScheduler

    real, left = DDIMScheduler.step, [0]

    @functools.wraps(real)
    def step(self: DDIMScheduler, *args: Any, **kwargs: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            raise ValueError("this cell")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(DDIMScheduler, "step", step)
    for number in range(6, 14):
        left[0] = number
        engine.submit(job(engine, f"j{number}", "a house --steps 6", count=4))
        ended = await listener.end_of(f"j{number}")
        assert isinstance(ended, Failed)
        assert ended.failure is Failure.BUG
    engine.submit(job(engine, "good"))
    assert isinstance(await listener.end_of("good"), Finished)


async def test_a_picture_that_cannot_be_handed_on_ends_its_job_and_not_the_thread(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.studio import Studio

    real = Studio.signed

    def signed(self: Studio, job: str, cell: int) -> Any:
        if job == "bad":
            raise OSError("the disk is gone")
        return real(self, job, cell)

    monkeypatch.setattr(Studio, "signed", signed)
    engine.submit(job(engine, "bad", count=2))
    engine.submit(job(engine, "good"))
    bad, good = await listener.end_of("bad"), await listener.end_of("good")
    assert isinstance(bad, Failed)
    assert bad.failure is Failure.BUG
    assert isinstance(good, Finished)
    assert sum(isinstance(event, LAST) for event in listener.of("bad")) == 1
    assert not [event for event in listener.heard if isinstance(event, Hung)]


async def test_a_painter_that_breaks_on_its_way_out_harms_nobody(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.paint.painters import diffusion

    real = diffusion.paint

    def paint(easel: Any) -> Any:
        try:
            return real(easel)
        finally:
            if easel.recipe.steps == 50:
                raise ValueError("tidying up went wrong")

    monkeypatch.setattr(diffusion, "paint", paint)
    engine.submit(job(engine, "unwanted", "a house --steps 50", count=2))
    await listener.until(lambda heard: any(isinstance(event, Progress) for event in heard))
    assert engine.cancel("unwanted")
    engine.submit(job(engine, "good"))
    assert isinstance(await listener.end_of("unwanted"), Cancelled)
    assert isinstance(await listener.end_of("good"), Finished)


@pytest.mark.parametrize("way_out", [SystemExit, KeyboardInterrupt])
async def test_a_thread_that_is_thrown_out_of_its_loop_says_so_and_ends_its_jobs(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch, way_out: type[BaseException]
) -> None:
    def broken(self: Any, step: Any) -> None:
        raise way_out

    monkeypatch.setattr("engine.worker.Worker._step", broken)
    engine.submit(job(engine, "one"))
    ended = await listener.end_of("one")
    assert isinstance(ended, Failed)
    assert ended.again
    assert await listener.until(lambda heard: [event for event in heard if isinstance(event, Hung)])


@pytest.mark.parametrize(("times", "kind"), [(1, Finished), (5, Failed)])
async def test_a_model_for_which_memory_runs_out_is_tried_again_once_others_have_gone(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch, times: int, kind: type[Finished | Failed]
) -> None:
    from engine.models.loading import Loading

    real, left = Loading.run, [times]

    def run(self: Loading, plan: Any) -> Any:
        if self.entry.name == "other" and left[0]:
            left[0] -= 1
            raise torch.OutOfMemoryError("out of memory")
        return real(self, plan)

    monkeypatch.setattr(Loading, "run", run)
    engine.submit(job(engine, "first"))
    await listener.end_of("first")
    engine.submit(job(engine, "large", "a red house --model other --steps 1"))
    ended = await listener.end_of("large")
    assert isinstance(ended, kind)
    assert not isinstance(ended, Failed) or ended.failure is Failure.MEMORY
    assert left[0] == max(0, times - 2), "two tries"
    assert [event.model for event in listener.heard if isinstance(event, ModelEvicted)] == ["mine"]
    engine.submit(job(engine, "last"))
    assert isinstance(await listener.end_of("last"), Finished)


@pytest.fixture
async def slow(engine: Engine, listener: Listener) -> None:
    """A relaxed job paints, and memory holds one of the two models."""
    engine.submit(job(engine, "slow", "a house --steps 50", count=4, speed=Speed.RELAX))
    await listener.until(lambda heard: any(isinstance(event, Progress) for event in heard))
    held = engine._shelf._held["mine"].held_bytes
    engine._shelf.device = replace(engine.device, memory_bytes=round(held * 1.5 / (1 - WORKING_SHARE)))


async def wait_for_room(engine: Engine, listener: Listener) -> None:
    engine.submit(job(engine, "quick", "a house --steps 2 --model other"))
    tried = ModelLoading("other", 0.0, "Looking at the files of other.")

    def told(heard: list[Event]) -> bool:
        after = heard[heard.index(tried) :] if tried in heard else []
        return any(isinstance(event, Queued | Failed) and event.job == "quick" for event in after)

    await listener.until(told)
    assert not [event for event in listener.of("quick") if isinstance(event, Failed)]


@pytest.mark.usefixtures("slow")
async def test_a_fast_job_waits_for_room_instead_of_failing(engine: Engine, listener: Listener) -> None:
    await wait_for_room(engine, listener)
    engine.submit(job(engine, "later", "a house --steps 2", member="ben", speed=Speed.RELAX))
    for name in ("slow", "quick", "later"):
        assert isinstance(await listener.end_of(name), Finished)
    assert [event.job for event in listener.heard if isinstance(event, LAST)] == ["slow", "quick", "later"]
    turns = [type(event) for event in listener.of("quick") if isinstance(event, Preparing | PutBack | Started)]
    assert turns == [Preparing, PutBack, Preparing, Started]


@pytest.mark.usefixtures("slow")
async def test_a_job_that_waits_for_room_can_be_cancelled(engine: Engine, listener: Listener) -> None:
    await wait_for_room(engine, listener)
    assert engine.cancel("quick")
    assert await listener.end_of("quick") == Cancelled("quick", 1, 0)
    assert engine.cancel("slow")
    await listener.end_of("slow")
    engine.submit(job(engine, "next", "a house --steps 2"))
    assert isinstance(await listener.end_of("next"), Finished)


@pytest.mark.usefixtures("slow")
async def test_a_job_that_is_cancelled_while_its_room_is_looked_for_is_not_put_back(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.studio import Studio

    real = Studio.make_ready

    def make_ready(self: Studio, asked: Job) -> float | None:
        assert asked.id != "quick" or engine.cancel("quick")
        return real(self, asked)

    monkeypatch.setattr(Studio, "make_ready", make_ready)
    engine.submit(job(engine, "quick", "a house --steps 2 --model other"))
    assert await listener.end_of("quick") == Cancelled("quick", 1, 0)
    assert isinstance(await listener.end_of("slow"), Finished)


@pytest.mark.usefixtures("slow")
async def test_closing_hands_a_job_back_that_waits_for_room(engine: Engine, listener: Listener) -> None:
    await wait_for_room(engine, listener)
    await engine.close()
    ended = await listener.end_of("quick")
    assert isinstance(ended, Failed)
    assert ended.failure is Failure.CLOSED
    assert ended.again


@pytest.mark.usefixtures("slow")
async def test_a_model_that_would_not_fit_alone_fails_at_once(engine: Engine, listener: Listener) -> None:
    engine._shelf.device = replace(engine.device, memory_bytes=1000)
    engine.submit(job(engine, "quick", "a house --steps 2 --model other"))
    ended = await listener.end_of("quick")
    assert isinstance(ended, Failed)
    assert ended.failure is Failure.MODEL
    assert "Choose a smaller model, or a device with more memory." in ended.message
    assert not ended.again
    assert not [event for event in listener.heard if isinstance(event, LAST) and event.job == "slow"]
