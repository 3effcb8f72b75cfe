"""Compiled blocks: where they are compiled, and that stock kernels can still be had. No compiler runs here: a backend
of the test's own counts what goes through it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from engine.engine import Engine
from engine.events import Finished, ModelLoading
from engine.models.catalog import Family
from engine.models.compiling import MOST_KINDS, compile_blocks, eagerly
from engine.models.loaded import Loaded
from engine.settings import EngineSettings
from tests.engine import tiny
from tests.engine.conftest import Listener, job, own_catalog

__all__ = ["own_catalog"]


class Counting:
    """A backend that compiles nothing."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, graph: torch.fx.GraphModule, _: list[torch.Tensor]) -> Callable[..., Any]:
        def run(*args: Any) -> Any:
            self.runs += 1
            return graph.forward(*args)

        return run


@pytest.fixture(autouse=True)
def forgets_what_was_compiled() -> Iterator[None]:
    limit = torch._dynamo.config.recompile_limit
    yield
    torch._dynamo.config.recompile_limit = limit
    torch._dynamo.reset()


def of_its_own(family: Family) -> Loaded:
    return copy.deepcopy(tiny.build(family))


def ask(model: Loaded, rows: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    sample = torch.randn(rows, 4, 4, 4, generator=generator)
    words = torch.randn(rows, 77, 32, generator=generator)
    with torch.no_grad():
        answer: torch.Tensor = model.denoiser(sample, torch.full((rows,), 5.0), words).sample
    return answer


def test_on_a_processor_nothing_is_compiled_unless_a_test_asks() -> None:
    model, backend = of_its_own(Family.SD), Counting()
    assert not compile_blocks(model, backend=backend)
    ask(model)
    assert backend.runs == 0
    assert compile_blocks(model, on_processor=True, backend=backend)
    assert torch._dynamo.config.recompile_limit >= MOST_KINDS


def test_a_streamed_model_and_one_without_blocks_run_as_they_are() -> None:
    streamed = of_its_own(Family.SD)
    streamed.streamed = ("unet",)
    assert not compile_blocks(streamed, on_processor=True)
    assert not compile_blocks(of_its_own(Family.SD3), on_processor=True)


def test_compiled_blocks_answer_as_before_at_every_batch_and_can_be_gone_around() -> None:
    model, backend = of_its_own(Family.SD), Counting()
    expected = [ask(model, rows) for rows in (1, 2, 5)]
    compile_blocks(model, on_processor=True, backend=backend)
    for rows, wanted in zip((1, 2, 5), expected, strict=True):
        torch.testing.assert_close(ask(model, rows), wanted)
    before = backend.runs
    assert before > 0
    with eagerly():
        assert torch.equal(ask(model), expected[0])
    assert backend.runs == before
    ask(model)
    assert backend.runs > before


async def test_only_jobs_that_need_not_be_exact_run_compiled(own_catalog: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = Counting()
    monkeypatch.setattr(
        "engine.studio.compile_blocks", lambda model: compile_blocks(model, on_processor=True, backend=backend)
    )
    settings = EngineSettings(catalogs=(own_catalog,), device="cpu", compile=True)
    async with await Engine.open(settings) as engine:
        listener = Listener(engine)
        listener.start()
        engine.submit(job(engine, "exact", exact=True))
        assert isinstance(await listener.end_of("exact"), Finished)
        assert backend.runs == 0
        engine.submit(job(engine, "other"))
        assert isinstance(await listener.end_of("other"), Finished)
        assert backend.runs > 0
        told = [event.message for event in listener.heard if isinstance(event, ModelLoading)]
        assert any("compiled" in message for message in told)
