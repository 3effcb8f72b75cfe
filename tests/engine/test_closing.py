"""Opened, closed, opened again: in bounded time, with a last event for every job, and nothing left behind."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import finishing
from engine.engine import Engine
from engine.errors import ClosedError
from engine.events import Cancelled, Failed, Failure, Finished, Started
from engine.models.loading import Loading
from engine.readers.questions import EmbedWords
from engine.readers.reader import Reader
from engine.settings import EngineSettings
from tests.engine.conftest import LAST, PATIENCE_SECONDS, Listener, job

SWATCH = "a red house --model swatch"


async def opened(settings: EngineSettings) -> tuple[Engine, Listener]:
    engine = await Engine.open(settings)
    listener = Listener(engine)
    listener.start()
    return engine, listener


async def test_closing_does_not_wait_for_a_model_that_loads(own_catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loading, released = threading.Event(), threading.Event()

    def slow(self: Loading, plan: Any) -> Any:
        loading.set()
        released.wait(PATIENCE_SECONDS)
        raise AssertionError("nobody waits for it any more")

    monkeypatch.setattr(Loading, "run", slow)
    engine, listener = await opened(EngineSettings(catalogs=(own_catalog,), device="cpu", close_seconds=0.2))
    engine.submit(job(engine, "first"))
    engine.submit(job(engine, "second"))
    assert await asyncio.to_thread(loading.wait, PATIENCE_SECONDS)
    began = time.monotonic()
    await engine.close()
    assert time.monotonic() - began < 3
    released.set()
    await listener.closed()
    ends = [event for event in listener.heard if isinstance(event, LAST)]
    assert sorted(event.job for event in ends) == ["first", "second"]
    assert all(isinstance(event, Failed) and event.failure is Failure.CLOSED and event.again for event in ends)


async def test_closing_does_not_wait_for_files_that_take_too_long(
    own_catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoding, released = threading.Event(), threading.Event()

    def slow(pixels: Any, *recipes: Any) -> bytes:
        encoding.set()
        released.wait(PATIENCE_SECONDS)
        return b""

    monkeypatch.setattr("engine.finishing.encode_png", slow)
    engine, listener = await opened(EngineSettings(catalogs=(own_catalog,), device="none", close_seconds=0.2))
    engine.submit(job(engine, "one", SWATCH))
    assert await asyncio.to_thread(encoding.wait, PATIENCE_SECONDS)
    began = time.monotonic()
    await engine.close()
    assert time.monotonic() - began < 3
    released.set()
    await listener.closed()
    (end,) = [event for event in listener.heard if isinstance(event, LAST)]
    assert isinstance(end, Failed)
    assert (end.failure, end.again) == (Failure.CLOSED, True)


@pytest.mark.parametrize("slowly", ["encode_png", "encode_film"])
async def test_a_film_that_is_made_when_the_engine_closes_is_waited_for(
    own_catalog: Path, monkeypatch: pytest.MonkeyPatch, slowly: str
) -> None:
    making, released, real = threading.Event(), threading.Event(), getattr(finishing, slowly)

    def slow(*about: Any) -> Any:
        making.set()
        released.wait(PATIENCE_SECONDS)
        return real(*about)

    class Pool(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            super().shutdown(wait, cancel_futures=cancel_futures)
            released.set()

    monkeypatch.setattr(finishing, slowly, slow)
    monkeypatch.setattr(finishing, "ThreadPoolExecutor", Pool)
    engine, listener = await opened(EngineSettings(catalogs=(own_catalog,), device="none"))
    engine.submit(replace(job(engine, "one", SWATCH), film=True))
    assert await asyncio.to_thread(making.wait, PATIENCE_SECONDS)
    await engine.close()
    await listener.closed()
    (end,) = [event for event in listener.heard if isinstance(event, LAST)]
    assert isinstance(end, Finished)
    assert end.film is not None


async def test_a_film_that_takes_too_long_when_the_engine_closes_is_handed_back(
    own_catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    making, released = threading.Event(), threading.Event()

    def slow(reels: Any) -> bytes:
        making.set()
        released.wait(PATIENCE_SECONDS)
        return b""

    monkeypatch.setattr(finishing, "encode_film", slow)
    engine, listener = await opened(EngineSettings(catalogs=(own_catalog,), device="none", close_seconds=0.2))
    engine.submit(replace(job(engine, "one", SWATCH), film=True))
    assert await asyncio.to_thread(making.wait, PATIENCE_SECONDS)
    await engine.close()
    released.set()
    await listener.closed()
    (end,) = [event for event in listener.heard if isinstance(event, LAST)]
    assert isinstance(end, Failed)
    assert (end.failure, end.again) == (Failure.CLOSED, True)


async def test_a_question_that_still_waits_when_the_engine_closes_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, released = threading.Event(), threading.Event()

    def slow(self: Reader, question: Any) -> Any:
        asked.set()
        released.wait(PATIENCE_SECONDS)
        return "answered"

    monkeypatch.setattr(Reader, "answer", slow)
    engine = await Engine.open(EngineSettings(device="none"))
    first = asyncio.create_task(engine.read(EmbedWords(("a",))))
    second = asyncio.create_task(engine.read(EmbedWords(("b",))))
    stopped = asyncio.create_task(engine.read(EmbedWords(("c",))))
    assert await asyncio.to_thread(asked.wait, PATIENCE_SECONDS)
    stopped.cancel()
    await engine.close()
    released.set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        said: list[object] = [*await asyncio.gather(first, second, stopped, return_exceptions=True)]
    assert said[0] == "answered"
    assert isinstance(said[1], ClosedError)
    assert isinstance(said[2], asyncio.CancelledError)


async def test_opening_and_closing_fifty_times_leaves_no_thread_and_no_engine(own_catalog: Path) -> None:
    def threads() -> set[threading.Thread]:
        return {thread for thread in threading.enumerate() if thread.name.startswith("atelier")}

    def engines() -> int:
        gc.collect()
        return sum(type(thing) is Engine for thing in gc.get_objects())

    before, older = threads(), engines()  # what tests before this one have left behind is theirs
    settings = EngineSettings(catalogs=(own_catalog,), device="cpu", close_seconds=5.0)
    for number in range(50):
        engine, listener = await opened(settings)
        if number % 10 == 0:
            engine.submit(job(engine, "one", "a red house --steps 1"))
            assert isinstance(await listener.end_of("one"), Finished)
        await engine.close()
        await listener.closed()
    del engine, listener
    await asyncio.get_running_loop().shutdown_default_executor()  # its threads let go of their last work a bit late
    assert threads() <= before
    assert engines() <= older


async def test_two_engines_in_one_process_do_not_disturb_each_other(own_catalog: Path) -> None:
    """Loading changes, for the whole process, the kind of number that torch makes by itself."""
    import torch

    settings = EngineSettings(catalogs=(own_catalog,), device="cpu", close_seconds=5.0)
    pictures = set()
    for _ in range(3):
        pair = [await opened(settings) for _ in range(2)]
        for engine, _ in pair:
            engine.submit(job(engine, "one", exact=True))
        for engine, listener in pair:
            ended = await listener.end_of("one")
            assert isinstance(ended, Finished), ended
            pictures.add(ended.pictures[0].data)
            await engine.close()
        assert torch.get_default_dtype() is torch.float32
    assert len(pictures) == 1


async def test_whoever_hears_an_event_may_submit_and_cancel_at_once(own_catalog: Path) -> None:
    """The reader of events is the one who asks for more, cancels, and looks at the queue."""
    ended: list[str] = []
    async with await Engine.open(EngineSettings(catalogs=(own_catalog,), device="none")) as engine:
        engine.submit(job(engine, "1", SWATCH))
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for event in engine.events():
                match event:
                    case Started(job=name) if int(name) % 2 == 0:
                        engine.cancel(name)
                    case Finished(job=name) | Cancelled(job=name):
                        ended.append(name)
                        await engine.queue_view()
                        if name == "20":
                            break
                        engine.submit(job(engine, str(int(name) + 1), f"{SWATCH} --steps 50"))
    assert ended == [str(number) for number in range(1, 21)]
