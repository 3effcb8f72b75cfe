"""Jobs, shares and tickets: what is refused before it is queued, and what the queue is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.job import Job, Share, Speed
from engine.models.catalog_toml import load_catalog
from engine.recipe import Adapter, ModelPin, Phrase, Role, Source
from engine.schedule.ticket import Ticket
from tests.engine.test_recipe import PLAIN

CATALOG = load_catalog()
INK = Adapter("ink", "ab", 0.5)


def test_classes_are_served_in_order() -> None:
    assert [speed.rank for speed in (Speed.TURBO, Speed.FAST, Speed.RELAX)] == [0, 1, 2]


@pytest.mark.parametrize("wrong", [{"weight": 0}, {"weight": float("inf")}, {"running": 0}, {"waiting": 0}])
def test_share_of_nothing_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="is no share"):
        Share(**wrong)  # type: ignore[arg-type]


def test_job_without_recipes_or_without_its_pictures_is_refused() -> None:
    with pytest.raises(ValueError, match="Job j has no recipe"):
        Job("j", 1, "ada", Speed.FAST, ())
    cell = replace(PLAIN, sources=(Source(Role.IMAGE, "ab" * 32),))
    with pytest.raises(ValueError, match="Job j lacks the picture abababababab…"):
        Job("j", 1, "ada", Speed.FAST, (cell,))
    assert Job("j", 1, "ada", Speed.FAST, (cell,), pictures={"ab" * 32: b""}).cells == (cell,)


def test_job_of_cells_that_need_different_things_is_refused() -> None:
    cell = replace(PLAIN, sources=(Source(Role.IMAGE, "ab" * 32, 0.5),))
    pictures = {"ab" * 32: b"", "cd" * 32: b""}
    alike = (cell, replace(cell, seed=8, steps=9, chaos=3, sources=(Source(Role.IMAGE, "cd" * 32, 0.2),)))
    assert Job("j", 1, "ada", Speed.FAST, alike, pictures=pictures).cells == alike
    for other in ({"width": 512}, {"kind": "upscale"}, {"model": ModelPin("a", "b", "c")}, {"adapters": (INK,)}):
        with pytest.raises(ValueError, match="Job j has cells of several models, sizes or kinds; hand them in"):
            Job("j", 1, "ada", Speed.FAST, (cell, replace(cell, **other)), pictures=pictures)


def test_ticket_tells_how_large_a_job_is() -> None:
    adapters = (Adapter("ink", "ab", 0.5),)
    cells = tuple(replace(PLAIN, steps=steps, adapters=adapters) for steps in (20, 30))
    ticket = Ticket.of(Job("j", 1, "ada", Speed.RELAX, cells, Share(2.0)), CATALOG.find("sdxl"))
    assert (ticket.job, ticket.member, ticket.speed, ticket.share.weight) == ("j", "ada", Speed.RELAX, 2.0)
    assert (ticket.steps, ticket.rows, ticket.cells, ticket.alone) == (30, 2, 2, False)
    assert (ticket.shape.model, ticket.shape.pixels) == ("sdxl", 1024 * 1024)


def test_another_adapter_is_another_shape() -> None:
    def shape(*adapters: Adapter) -> object:
        job = Job("j", 1, "ada", Speed.FAST, (replace(PLAIN, adapters=adapters),))
        return Ticket.of(job, CATALOG.find("sdxl")).shape

    assert (
        len({shape(), shape(Adapter("ink", "ab")), shape(Adapter("ink", "ab", 0.5)), shape(Adapter("ink", "cd"))}) == 4
    )


def test_exact_job_is_painted_alone_and_phrases_that_guide_take_rows() -> None:
    job = Job("j", 1, "ada", Speed.FAST, (replace(PLAIN, exact=True, phrases=(Phrase("a"), Phrase("b", -0.5))),))
    assert Ticket.of(job, CATALOG.find("sdxl")).alone
    assert Ticket.of(job, CATALOG.find("qwen-image")).rows == 3
