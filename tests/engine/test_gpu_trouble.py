"""What goes wrong on a GPU alone: its libraries' own memory, work that is not done when a call returns, what is kept
there to be quicker. The processor stands for it, and says what a GPU would.
"""

from __future__ import annotations

import weakref
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.engine import Engine
from engine.events import Failed, Failure, Finished, Hung
from engine.models.device import Device
from engine.paint.rendezvous import Arrival, Ended, Rendezvous
from engine.schedule.timing import Timing
from engine.schedule.turn import Step
from engine.settings import EngineSettings
from engine.studio import Studio
from tests.engine.conftest import Listener, job
from tests.engine.test_trouble import patch_unet

NO_HANDLE = "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"


async def test_a_library_of_the_gpu_without_memory_of_its_own_does_not_end_the_program(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def before(sample: torch.Tensor) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError(NO_HANDLE)

    patch_unet(monkeypatch, before)
    engine.submit(job(engine, "tight"))
    assert isinstance(await listener.end_of("tight"), Finished)
    assert not any(isinstance(event, Hung) for event in listener.heard)


async def test_what_a_try_had_in_memory_is_gone_before_room_is_made(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[weakref.ref[torch.Tensor]] = []
    found: list[bool] = []

    def before(sample: torch.Tensor) -> None:
        if not held:
            activation = sample + 1
            held.append(weakref.ref(activation))
            raise torch.OutOfMemoryError("CUDA out of memory.")

    def release(device: str, *, collects: bool = True) -> None:
        found.extend(ref() is None for ref in held)

    patch_unet(monkeypatch, before)
    monkeypatch.setattr("engine.models.shelf.release_memory", release)
    engine.submit(job(engine, "tight"))
    assert isinstance(await listener.end_of("tight"), Finished)
    assert found
    assert all(found)


async def test_words_that_are_kept_make_room_before_a_picture_fails(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def before(sample: torch.Tensor) -> None:
        if engine._studio._said.held_bytes:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    patch_unet(monkeypatch, before)
    engine.submit(job(engine, "large"))
    assert isinstance(await listener.end_of("large"), Finished)


async def test_a_device_that_gives_up_behind_the_last_step_loses_no_job_for_good(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault is told when the step is waited for; by then painters have ended."""
    real, lost = Rendezvous.run, [False]

    def give_up() -> None:
        if lost[0]:
            raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")

    def run(meeting: Rendezvous, step: Step) -> list[Arrival]:
        arrivals = real(meeting, step)
        lost[0] = lost[0] or any(isinstance(arrival, Ended) for arrival in arrivals)
        return arrivals

    monkeypatch.setattr(Rendezvous, "run", run)
    monkeypatch.setattr(Studio, "_settle", lambda _: give_up())
    monkeypatch.setattr(Timing, "rows_to_try", lambda *_: 8)  # as on a GPU that was measured: all are decoded together
    for name in ("one", "two"):
        engine.submit(job(engine, name, member=name, count=2))
    for name in ("one", "two"):
        ended = await listener.end_of(name)
        assert isinstance(ended, Failed)
        assert (ended.failure, ended.again) == (Failure.DEVICE, True)


async def test_a_device_that_gave_up_fails_none_of_those_who_wait(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def before(sample: torch.Tensor) -> None:
        raise torch.AcceleratorError("CUDA error: an illegal memory access was encountered")

    patch_unet(monkeypatch, before)
    monkeypatch.setattr(Timing, "rows_to_try", lambda *_: 1)
    for number in range(6):
        engine.submit(job(engine, f"j{number}", member=f"m{number}"))
    assert isinstance(await listener.end_of("j0"), Failed)
    engine.submit(job(engine, "late"))
    await engine.close()
    ended = {name: await listener.end_of(name) for name in (*(f"j{number}" for number in range(6)), "late")}
    failures = [event.failure for event in ended.values() if isinstance(event, Failed)]
    assert failures == [Failure.DEVICE, *[Failure.CLOSED] * 6]


async def test_apples_gpu_is_waited_for_after_each_step_so_that_its_time_is_counted(
    own_catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[int] = []
    steps: list[int] = []
    real = Rendezvous.run

    def run(meeting: Rendezvous, step: Step) -> list[Arrival]:
        steps.append(1)
        assert len(waits) == len(steps) - 1, "the step before was waited for"
        return real(meeting, step)

    def pick(*_: Any) -> Device:
        return Device("mps", "float32", 2**30, "Apple's GPU.")

    monkeypatch.setattr("engine.engine.pick_device", pick)
    monkeypatch.setattr(torch.mps, "synchronize", lambda: waits.append(1))
    monkeypatch.setattr(Rendezvous, "run", run)
    settings = EngineSettings(catalogs=(own_catalog,), close_seconds=5.0)
    async with await Engine.open(settings) as opened:
        listener = Listener(opened)
        listener.start()
        card = job(opened, "card")
        cells = tuple(replace(cell, kind="swatch", model=opened.catalog.find("swatch").pin("")) for cell in card.cells)
        opened.submit(replace(card, cells=cells))
        assert isinstance(await listener.end_of("card"), Finished)
    assert len(waits) == len(steps) > 0
