"""Exceptions carry data, and their sentences say what to do."""

from __future__ import annotations

import engine.errors
from engine.errors import EngineError, Fault, FaultKind, QueueFullError, Span, UnknownJobError, nearest_name


def test_every_exception_is_an_engine_error_and_drawn_in_the_tree() -> None:
    kinds = [kind for kind in vars(engine.errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert all(issubclass(kind, EngineError) for kind in kinds)
    drawn = engine.errors.__doc__ or ""
    assert all(kind.__name__ in drawn for kind in kinds)


def test_errors_carry_what_happened() -> None:
    full, unknown = QueueFullError("ada", 10, 10), UnknownJobError("j1")
    assert (full.member, full.waiting, full.cap) == ("ada", 10, 10)
    assert str(full) == "ada has 10 jobs waiting and may have 10; wait until one has started."
    assert unknown.job == "j1"


def test_nearest_name_ignores_case_and_gives_nothing_for_nonsense() -> None:
    assert nearest_name("SDLX", ["SDXL", "flux"]) == "SDXL"
    assert nearest_name("????", ["SDXL", "flux"]) is None


def test_pointer_marks_a_place_even_where_nothing_stands() -> None:
    fault = Fault(FaultKind.EMPTY, "There is no text.", "", Span(0, 1))
    assert str(fault) == "There is no text.\n\n^"
