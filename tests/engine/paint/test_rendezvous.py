"""Painters that share one thread: who waits, who goes on, what each leaves behind, and that none spoils another."""

from __future__ import annotations

import functools
import gc
import sys
import weakref
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import pytest
import torch
from greenlet import getcurrent

from engine.paint.rendezvous import Arrival, Broke, Ended, Parked, Rendezvous
from engine.paint.strand import current_strand, pause
from engine.paint.torch_state import TorchState
from engine.schedule.timing import Stage
from engine.schedule.turn import Step
from tests.engine.paint.driver import Driver


class Doubling(torch.nn.Module):
    """Counts its forwards; `limit` rows are all that its memory holds."""

    def __init__(self, limit: int = 100) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.tensor(2.0))
        self.batches: list[int] = []
        self.limit = limit

    def forward(self, sample: torch.Tensor, timestep: torch.Tensor | float = 0.0) -> torch.Tensor:
        if len(sample) > self.limit:
            raise torch.OutOfMemoryError("out of memory")
        self.batches.append(len(sample))
        return sample * self.weight + torch.as_tensor(timestep).float().reshape(-1, *[1] * (sample.dim() - 1))


@pytest.fixture
def module() -> Doubling:
    return Doubling()


@pytest.fixture
def meeting(module: Doubling) -> Rendezvous:
    made = Rendezvous()
    made.share(module, stage=Stage.STEP, merges=True)
    return made


def parked(arrival: Arrival) -> Parked:
    assert isinstance(arrival, Parked), arrival
    return arrival


def test_calls_of_one_kind_run_as_one_and_each_gets_its_own_rows(module: Doubling, meeting: Rendezvous) -> None:
    def paint(rows: int, time: float) -> torch.Tensor:
        with torch.no_grad():
            said: torch.Tensor = module(torch.full((rows, 3), float(rows)), torch.tensor(time))
        return said

    painters = [functools.partial(paint, n, n / 10) for n in (1, 2, 3)]
    calls = [parked(meeting.start(str(n), 0, painter)).call for n, painter in enumerate(painters)]
    assert [call.rows for call in calls] == [1, 2, 3]
    assert len({call.key for call in calls}) == 1
    ended = meeting.run(Step(tuple(calls)))
    assert module.batches == [6]
    for number, arrival in enumerate(ended, 1):
        assert isinstance(arrival, Ended)
        assert torch.allclose(arrival.value, torch.full((number, 3), 2.0 * number + number / 10))


def test_jobs_of_unequal_length_leave_each_other_their_gradients(module: Doubling, meeting: Rendezvous) -> None:
    """Without an outer guard: one that ends switches gradients on again, for itself alone."""
    seen: list[tuple[str, bool]] = []

    def paint(name: str, steps: int) -> None:
        with torch.no_grad():
            for _ in range(steps):
                module(torch.ones(1, 2))
                seen.append((name, torch.is_grad_enabled()))

    assert torch.is_grad_enabled()
    Driver(meeting).paint(lambda: paint("short", 2), lambda: paint("long", 6))
    assert torch.is_grad_enabled()
    assert len(seen) == 8
    assert not any(enabled for _, enabled in seen)


def test_a_painter_that_needs_gradients_has_them_between_two_that_do_not(module: Doubling, meeting: Rendezvous) -> None:
    found: list[Any] = []

    def guide() -> None:
        latents = torch.ones(1, 2, requires_grad=True)
        for _ in range(3):
            loss = module(latents).sum()
            found.append((loss.requires_grad, torch.autograd.grad(loss, latents)[0].tolist()))

    def plain() -> None:
        with torch.inference_mode():
            for _ in range(3):
                assert not module(torch.ones(1, 2)).requires_grad

    driver = Driver(meeting)
    driver.paint(plain, guide, plain)
    assert found == [(True, [[2.0, 2.0]])] * 3
    assert max(driver.forwards) == 2, "the two that need none share; the one that does is alone"


def test_every_painter_keeps_its_own_modes(module: Doubling, meeting: Rendezvous) -> None:
    def casting() -> list[bool]:
        seen = []
        with torch.autocast("cpu", dtype=torch.bfloat16):
            for _ in range(3):
                module(torch.ones(1, 2))
                seen.append(torch.is_autocast_enabled("cpu"))
        return seen

    def inferring() -> list[bool]:
        seen = []
        with torch.inference_mode():
            for _ in range(3):
                module(torch.ones(1, 2))
                seen.append(torch.is_inference_mode_enabled() and not torch.is_autocast_enabled("cpu"))
        return seen

    assert Driver(meeting).paint(casting, inferring) == [[True] * 3, [True] * 3]
    assert not torch.is_inference_mode_enabled()
    assert not torch.is_autocast_enabled("cpu")


def test_a_painter_that_breaks_breaks_alone_and_leaves_no_mode_behind(module: Doubling, meeting: Rendezvous) -> None:
    def breaking() -> None:
        with torch.inference_mode():
            module(torch.ones(1, 2))
            raise ValueError("here")

    first = parked(meeting.start("a", 0, breaking)).call
    second = parked(meeting.start("b", 0, lambda: module(torch.ones(1, 2)))).call
    (broke,) = meeting.run(Step((first,)))
    assert isinstance(broke, Broke)
    assert str(broke.error) == "here"
    assert not torch.is_inference_mode_enabled()
    assert isinstance(meeting.run(Step((second,)))[0], Ended)


def test_a_forward_that_fails_moves_nobody_and_can_be_tried_smaller() -> None:
    module, meeting = Doubling(limit=2), Rendezvous()
    meeting.share(module, stage=Stage.STEP, merges=True)
    calls = []
    for name in "abc":
        with torch.no_grad():
            calls.append(parked(meeting.start(name, 0, torch.no_grad()(lambda: module(torch.ones(1, 2))))).call)
    with pytest.raises(torch.OutOfMemoryError):
        meeting.run(Step(tuple(calls)))
    assert all(isinstance(arrival, Ended) for arrival in meeting.run(Step(tuple(calls[:2]))))
    assert isinstance(meeting.run(Step((calls[2],)))[0], Ended)
    assert module.batches == [2, 1]
    assert torch.is_grad_enabled(), "painters that were started without gradients leave others theirs"


def test_a_dropped_job_ends_where_it_stands_and_holds_nothing(module: Doubling, meeting: Rendezvous) -> None:
    reached: list[str] = []
    held: list[weakref.ref[torch.Tensor]] = []

    def paint() -> None:
        latents = torch.ones(4, 4)
        held.append(weakref.ref(latents))
        try:
            module(latents)
            reached.append("after")
        finally:
            reached.append("tidied")

    meeting.start("a", 0, paint)
    meeting.start("a", 1, paint)
    meeting.drop("a")
    gc.collect()
    assert reached == ["tidied", "tidied"]
    assert [ref() for ref in held] == [None, None]
    assert module.batches == []


def test_nothing_that_is_left_refers_to_the_greenlet_of_the_thread(module: Doubling, meeting: Rendezvous) -> None:
    """A thread that ends gives its own up; if only garbage still refers to it then, it may be freed twice."""

    def breaking() -> None:
        module(torch.ones(1, 2))
        raise ValueError("here")

    hub = getcurrent()
    before = sys.getrefcount(hub)
    gc.disable()
    try:
        painters = [lambda: module(torch.ones(1, 2)), breaking, lambda: pause(lambda: 1), breaking]
        calls = [parked(meeting.start(str(number), 0, paint)).call for number, paint in enumerate(painters)]
        left = [*calls, *(meeting.run(Step((call,))) for call in calls[:3])]
        meeting.drop("3")
        assert sys.getrefcount(hub) == before
    finally:
        gc.enable()
    assert len(left) == 7, "what came of them is held until here, errors with their tracebacks"


def test_a_painter_that_will_not_end_is_told_of(module: Doubling, meeting: Rendezvous) -> None:
    def stubborn() -> None:
        while True:
            try:
                module(torch.ones(1, 2))
            except BaseException:  # noqa: BLE001  # the very thing
                continue

    meeting.start("a", 0, stubborn)
    with pytest.raises(RuntimeError, match="does not end"):
        meeting.drop("a")


def test_pause_is_a_turn_for_work_of_its_own(meeting: Rendezvous) -> None:
    turns: list[int] = []

    def tiles() -> int:
        return sum(pause(lambda n=n: turns.append(n) or n) for n in range(3))  # type: ignore[func-returns-value,misc]

    arrival = meeting.start("a", 0, tiles)
    for expected in range(3):
        assert turns == list(range(expected)), "not before its turn"
        call = parked(arrival).call
        assert call.key is None
        (arrival,) = meeting.run(Step((call,)))
    assert isinstance(arrival, Ended)
    assert arrival.value == 3
    assert pause(lambda: "outside") == "outside"
    assert current_strand() is None


def test_alone_shares_with_nobody_and_is_called_exactly_as_it_was(module: Doubling, meeting: Rendezvous) -> None:
    paint = torch.no_grad()(lambda: module(torch.ones(1, 2), timestep=3))
    assert parked(meeting.start("a", 0, paint, alone=True)).call.key is None
    assert parked(meeting.start("b", 0, paint)).call.key is not None


def test_marks_keep_calls_apart_and_are_set_before_each() -> None:
    module, meeting, worn = Doubling(), Rendezvous(), list[Any]()
    meeting.share(module, stage=Stage.STEP, merges=True, prepare=worn.append)
    paint = torch.no_grad()(lambda: module(torch.ones(1, 2)))
    plain = parked(meeting.start("a", 0, paint, marks=("plain",))).call
    styled = parked(meeting.start("b", 0, paint, marks=("styled",))).call
    assert plain.key != styled.key
    meeting.run(Step((styled,)))
    meeting.run(Step((plain,)))
    assert worn == [("styled",), ("plain",)]


def test_a_module_gets_its_own_method_back(module: Doubling) -> None:
    meeting = Rendezvous()
    own = module.forward
    for _ in range(2):
        meeting.share(module, stage=Stage.STEP, merges=True)
    assert "forward" in vars(module)
    meeting.unshare(module)
    assert "forward" not in vars(module)
    assert module.forward == own
    module.forward = wrapped = lambda sample: sample  # type: ignore[method-assign,assignment]
    meeting.share(module, stage=Stage.STEP, merges=True)
    meeting.unshare(module)
    assert vars(module)["forward"] is wrapped


def test_outside_of_painters_a_shared_module_is_what_it_was(module: Doubling, meeting: Rendezvous) -> None:
    assert module(torch.ones(1, 2)).tolist() == [[2.0, 2.0]]
    assert module.batches == [1]


def test_torch_that_another_thread_is_loading_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It lies among the modules as soon as its loading begins, and has next to nothing in it."""
    half = ModuleType("torch")
    half.__spec__ = ModuleSpec("torch", None)
    half.__spec__._initializing = True  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", half)
    assert TorchState.now() is None
