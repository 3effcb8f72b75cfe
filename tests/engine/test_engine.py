"""The whole engine with a model that really paints: jobs in, events out, and nothing lost on the way."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import sys
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.engine import Engine
from engine.errors import ClosedError, QueueFullError, UnknownModelError
from engine.events import (
    Cancelled,
    Failed,
    Failure,
    Finished,
    ModelLoading,
    Preparing,
    Preview,
    Progress,
    Queued,
    Started,
)
from engine.job import Share, Speed
from engine.paint.encode import read_recipes
from engine.readers.questions import EmbedWords
from engine.settings import EngineSettings
from tests.engine.conftest import LAST, Listener, job


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


async def test_a_job_ends_once_with_its_pictures_in_order(engine: Engine, listener: Listener) -> None:
    asked = job(engine, "one", count=4)
    engine.submit(asked)
    ended = await listener.end_of("one")
    assert isinstance(ended, Finished)
    assert [picture.recipe.seed for picture in ended.pictures] == [cell.seed for cell in asked.cells]
    assert ended.gpu_ms > 0
    for picture in ended.pictures:
        assert pixels(picture.data).shape == (32, 32, 3)
        assert read_recipes(picture.data) == (picture.recipe,)
    assert len({picture.data for picture in ended.pictures}) == 4, "each cell is another picture"
    assert sum(isinstance(event, LAST) for event in listener.of("one")) == 1


async def test_events_tell_a_job_from_the_queue_to_the_end(engine: Engine, listener: Listener) -> None:
    engine.submit(job(engine, "one", count=2))
    await listener.end_of("one")
    kinds = [type(event) for event in listener.of("one")]
    assert kinds[-1] is Finished
    assert kinds.index(Preparing) < kinds.index(Started) < kinds.index(Progress) < kinds.index(Finished)
    loading = [event for event in listener.heard if isinstance(event, ModelLoading)]
    assert [event.fraction for event in loading] == sorted(event.fraction for event in loading)
    assert loading[-1].fraction == 1
    heard = [type(event) for event in listener.heard]
    assert heard.index(Preparing) < heard.index(ModelLoading) < heard.index(Started)
    steps = [event for event in listener.of("one") if isinstance(event, Progress)]
    assert all(one.done <= two.done for one, two in pairwise(steps))
    assert (steps[-1].done, steps[-1].steps) == (8, 8)


async def test_a_recipe_says_which_files_and_which_machine_painted_it(engine: Engine, listener: Listener) -> None:
    engine.submit(job(engine, "one"))
    ended = await listener.end_of("one")
    assert isinstance(ended, Finished)
    recipe = ended.pictures[0].recipe
    assert recipe.model.revision.startswith("sha256:")
    assert recipe.environment is not None
    assert dict(recipe.environment.packages).keys() >= {"torch", "diffusers", "transformers"}
    assert recipe.environment.device == "cpu"


async def test_an_exact_job_is_the_same_picture_bit_for_bit_whoever_paints_beside_it(
    engine: Engine, listener: Listener
) -> None:
    engine.submit(job(engine, "alone", exact=True))
    alone = await listener.end_of("alone")
    for number in range(4):
        engine.submit(job(engine, f"noise{number}", member=f"m{number}", seed=number))
    engine.submit(job(engine, "again", exact=True))
    again = await listener.end_of("again")
    assert isinstance(alone, Finished)
    assert isinstance(again, Finished)
    assert np.array_equal(pixels(alone.pictures[0].data), pixels(again.pictures[0].data))


async def test_a_batched_job_agrees_within_two_of_255(engine: Engine, listener: Listener) -> None:
    engine.submit(job(engine, "exact", exact=True))
    exact = await listener.end_of("exact")
    for number in range(6):
        engine.submit(job(engine, f"j{number}", member=f"m{number}", seed=7 if number == 3 else number, count=2))
    batched = await listener.end_of("j3")
    assert isinstance(exact, Finished)
    assert isinstance(batched, Finished)
    one, other = pixels(exact.pictures[0].data).astype(int), pixels(batched.pictures[0].data).astype(int)
    assert np.abs(one - other).max() <= 2


async def test_what_can_be_painted_with_here_is_known_without_loading_it(own_catalog: Path, tmp_path: Path) -> None:
    settings = EngineSettings(catalogs=(own_catalog,), device="none", models=tmp_path)
    async with await Engine.open(settings) as engine:
        assert [engine.has_model(name) for name in ("mine", "swatch", "sdxl")] == [True, True, False]
        assert [engine.can_paint(name) for name in ("mine", "swatch", "sdxl")] == [False, True, False]  # on no device
        with pytest.raises(UnknownModelError):
            engine.has_model("sdlx")


async def test_previews_show_all_cells_side_by_side(engine: Engine, listener: Listener) -> None:
    engine.submit(job(engine, "shown", "a red house --steps 12", count=4))
    engine.submit(job(engine, "hidden", "a red house --steps 12", count=4, previews=False))
    await listener.end_of("shown")
    await listener.end_of("hidden")
    shown = [event for event in listener.of("shown") if isinstance(event, Preview)]
    assert shown
    assert pixels(shown[-1].data).shape == (64, 64, 3)
    assert not [event for event in listener.of("hidden") if isinstance(event, Preview)]


async def test_a_waiting_job_is_cancelled_at_once_and_costs_nothing(engine: Engine, listener: Listener) -> None:
    share = Share(running=1, waiting=5)
    engine.submit(job(engine, "first", "a house --steps 50", share=share))
    engine.submit(job(engine, "second", share=share))
    assert engine.cancel("second")
    assert await listener.end_of("second") == Cancelled("second", 1, 0)
    assert engine.cancel("first")
    await listener.end_of("first")


async def test_a_running_job_is_cancelled_within_a_step_and_never_decoded(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    from diffusers import AutoencoderTiny

    decoded: list[int] = []
    real = AutoencoderTiny.decode

    def decode(self: AutoencoderTiny, *args: object, **kwargs: object) -> object:
        decoded.append(1)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(AutoencoderTiny, "decode", decode)
    engine.submit(job(engine, "long", "a house --steps 50"))
    await listener.until(lambda heard: any(isinstance(event, Progress) for event in heard))
    assert engine.cancel("long")
    ended = await listener.end_of("long")
    assert isinstance(ended, Cancelled)
    assert ended.gpu_ms > 0
    assert not decoded
    assert not engine.cancel("long"), "too late"


async def test_fast_jobs_go_before_relaxed_ones_that_run(engine: Engine, listener: Listener) -> None:
    for number in range(3):
        engine.submit(job(engine, f"slow{number}", "a house --steps 50", member=f"m{number}", speed=Speed.RELAX))
    await listener.until(lambda heard: any(isinstance(event, Progress) for event in heard))
    engine.submit(job(engine, "quick", "a house --steps 2"))
    await listener.end_of("quick")
    assert not any(isinstance(event, Finished) and event.job.startswith("slow") for event in listener.heard)


async def test_a_job_that_cannot_be_loaded_fails_alone(engine: Engine, listener: Listener, tiny: Path) -> None:
    missing = job(engine, "missing")
    missing = replace(missing, cells=tuple(replace(c, model=replace(c.model, name="sdxl")) for c in missing.cells))
    engine.submit(missing)
    engine.submit(job(engine, "good"))
    failed, good = await listener.end_of("missing"), await listener.end_of("good")
    assert isinstance(failed, Failed)
    assert failed.failure is Failure.MODEL
    assert "--pull sdxl" in failed.message
    assert isinstance(good, Finished)


async def test_a_source_that_is_no_picture_fails_its_job_with_a_sentence(engine: Engine, listener: Listener) -> None:
    from engine.recipe import Role, Source

    asked = job(engine, "bad")
    source = Source(Role.IMAGE, "0" * 64, 0.5)
    cells = tuple(replace(cell, sources=(source,)) for cell in asked.cells)
    engine.submit(replace(asked, cells=cells, pictures={"0" * 64: b"this is no picture"}))
    ended = await listener.end_of("bad")
    assert isinstance(ended, Failed)
    assert ended.failure is Failure.REFUSED
    assert "no picture that can be read" in ended.message


async def test_two_models_take_turns_in_one_engine(engine: Engine, listener: Listener) -> None:
    engine.submit(job(engine, "a"))
    engine.submit(job(engine, "b", "a red house --model other"))
    first, second = await listener.end_of("a"), await listener.end_of("b")
    assert isinstance(first, Finished)
    assert isinstance(second, Finished)
    assert np.array_equal(pixels(first.pictures[0].data), pixels(second.pictures[0].data)) is False
    assert {event.model for event in listener.heard if isinstance(event, ModelLoading)} == {"mine", "other"}


async def test_what_cannot_be_taken_is_refused_at_the_door(engine: Engine, listener: Listener) -> None:
    unknown = job(engine, "x")
    unknown = replace(unknown, cells=tuple(replace(c, model=replace(c.model, name="nope")) for c in unknown.cells))
    with pytest.raises(UnknownModelError):
        engine.submit(unknown)
    engine.submit(job(engine, "y", "a house --steps 50", share=Share(running=1, waiting=1)))
    await listener.until(lambda heard: any(isinstance(event, Started) for event in heard))
    with pytest.raises(ValueError, match="is being painted already"):
        engine.submit(job(engine, "y"))
    engine.submit(job(engine, "z", share=Share(running=1, waiting=1)))
    with pytest.raises(QueueFullError):
        engine.submit(job(engine, "w", share=Share(running=1, waiting=1)))
    engine.submit(job(engine, "w", member="ben"))
    engine.cancel("y")
    assert isinstance(await listener.end_of("w"), Finished)


async def test_waiting_jobs_are_told_their_place_and_a_quote_says_what_comes(
    engine: Engine, listener: Listener
) -> None:
    for number in range(3):
        engine.submit(job(engine, f"j{number}", "a house --steps 50", share=Share(running=1, waiting=5)))
    queued = await listener.until(lambda heard: [event for event in heard if isinstance(event, Queued)])
    assert {event.job for event in queued} <= {"j1", "j2", "j0"}
    view = await engine.queue_view()
    assert [waiter.job for waiter in view.waiting][-1] == "j2"
    quote = await engine.quote(job(engine, "q").cells)
    assert quote.gpu_ms > 0
    assert quote.finishes_in_ms >= quote.starts_in_ms > 0
    for number in range(3):
        engine.cancel(f"j{number}")


async def test_after_a_restart_the_first_quote_says_what_was_measured_before(own_catalog: Path, tmp_path: Path) -> None:
    settings = EngineSettings(catalogs=(own_catalog,), device="cpu", state=tmp_path / "state")
    async with await Engine.open(settings) as engine:
        asked = job(engine, "one")
        guessed = await engine.quote(asked.cells)
        listener = Listener(engine)
        listener.start()
        engine.submit(asked)
        await listener.end_of("one")
        known = await engine.quote(asked.cells)
    async with await Engine.open(settings) as engine:
        again = await engine.quote(asked.cells)
    assert known.gpu_ms != guessed.gpu_ms
    assert again.gpu_ms == pytest.approx(known.gpu_ms, abs=2)
    assert again.finishes_in_ms < guessed.finishes_in_ms, "how long loading takes is remembered too"


async def test_closing_lets_what_runs_end_and_hands_back_the_rest(own_catalog: Path) -> None:
    engine = await Engine.open(EngineSettings(catalogs=(own_catalog,), device="cpu", close_seconds=20.0))
    listener = Listener(engine)
    listener.start()
    share = Share(running=1, waiting=5)
    engine.submit(job(engine, "runs", "a house --steps 8", share=share))
    await listener.until(lambda heard: any(isinstance(event, Started) for event in heard))
    engine.submit(job(engine, "waits", share=share))
    await engine.close()
    await listener.closed()
    assert isinstance(await listener.end_of("runs"), Finished)
    handed_back = await listener.end_of("waits")
    assert isinstance(handed_back, Failed)
    assert handed_back.failure is Failure.CLOSED
    assert handed_back.again
    with pytest.raises(ClosedError):
        engine.submit(job(engine, "late"))
    await engine.close()


async def test_closing_takes_bounded_time_and_gives_up_what_is_long(own_catalog: Path) -> None:
    engine = await Engine.open(EngineSettings(catalogs=(own_catalog,), device="cpu", close_seconds=0.2))
    listener = Listener(engine)
    listener.start()
    engine.submit(job(engine, "long", "a house --steps 50", count=4))
    await listener.until(lambda heard: any(isinstance(event, Progress) for event in heard))
    began = time.monotonic()
    await engine.close()
    assert time.monotonic() - began < 5
    await listener.closed()
    ended = await listener.end_of("long")
    assert isinstance(ended, Failed)
    assert ended.failure is Failure.CLOSED


@pytest.mark.alone
async def test_the_event_loop_is_free_while_a_model_loads_paints_and_encodes(
    engine: Engine, listener: Listener
) -> None:
    late: list[float] = []

    async def watch() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            late.append(time.perf_counter() - began - 0.005)

    watcher = asyncio.create_task(watch())
    for number in range(3):
        engine.submit(job(engine, f"j{number}", "a red house --steps 20", member=f"m{number}", count=4))
    for number in range(3):
        await listener.end_of(f"j{number}")
    watcher.cancel()
    late.sort()
    assert late[int(len(late) * 0.95)] < 0.05, f"late by {late[-5:]}"
    assert late[-1] < 1.0, "importing the libraries holds the interpreter for a moment, once"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has no priority of its own")
async def test_no_thread_steps_back_behind_the_event_loop_which_may_wait_for_it(
    engine: Engine, listener: Listener
) -> None:
    """It would hold the interpreter while other programs, which do not step back, have the processors."""
    engine.submit(job(engine, "one", count=4))
    await listener.end_of("one")
    await engine.read(EmbedWords(("a red house",)))
    priorities = set()
    for thread in os.listdir("/proc/self/task"):
        with contextlib.suppress(ProcessLookupError):  # it has ended meanwhile
            priorities.add(os.getpriority(os.PRIO_PROCESS, int(thread)))
    assert priorities == {os.getpriority(os.PRIO_PROCESS, 0)}


async def test_a_hundred_jobs_of_ten_members_all_end_once(engine: Engine, listener: Listener) -> None:
    names = [f"j{number}" for number in range(60)]
    for number, name in enumerate(names):
        speed = (Speed.FAST, Speed.RELAX, Speed.TURBO)[number % 3]
        prompt = f"a red house --steps {2 + number % 3}"
        engine.submit(job(engine, name, prompt, member=f"m{number % 10}", speed=speed, seed=number))
    for number in range(0, 60, 7):
        engine.cancel(names[number])
    for name in names:
        await listener.end_of(name)
    last = [event for event in listener.heard if isinstance(event, LAST)]
    assert sorted(event.job for event in last) == sorted(names)
    assert not any(isinstance(event, Failed) for event in last)
