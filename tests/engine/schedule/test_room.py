"""Memory that holds too few models: who waits for room, who may begin meanwhile, and that nobody waits for ever."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.job import Share, Speed
from engine.schedule.timing import Shape
from engine.schedule.turn import Start
from tests.engine.schedule.studio import SQUARE, Curve, Studio, hungry, saturated, ticket

OTHER = Shape("flux-dev", 1024, 1024)
CARD = Shape("swatch", 1024, 1024)


def small(curve: Curve = saturated, **more: float) -> Studio:
    """Memory for one model."""
    studio = Studio(curve, models_in_memory=1, **more).know(SQUARE, OTHER, CARD)  # type: ignore[arg-type]
    for shape in (SQUARE, OTHER):
        studio.timing.observe_load(shape.model, studio.load_ms)
    return studio


def short() -> Studio:
    """A relaxed job paints, and the fast one that comes will find no room beside it."""
    studio = small()
    studio.offer(ticket("paints", "ben", Speed.RELAX, steps=20))
    studio.run(turns=3)
    studio.offer(ticket("short", "ada", shape=OTHER))
    return studio


def test_a_fast_job_without_room_begins_as_soon_as_the_relaxed_one_has_ended() -> None:
    studio = short()
    studio.offer(*(ticket(f"slow{n}", f"m{n}", Speed.RELAX) for n in range(5)))
    studio.run()
    assert studio.begun[:2] == ["paints", "short"]
    assert studio.started_at["short"] == studio.ended_at["paints"]
    assert studio.refused == ["short"], "tried once, and again only after something had changed"
    assert len(studio.ended) == 7


def test_whoever_lacks_room_waits_in_front_of_their_line_and_is_charged_nothing() -> None:
    studio = short()
    share = Share(running=5, waiting=1)
    studio.offer(ticket("rival", "cleo", shape=OTHER, share=share))
    before = [(at, job.job) for at, _, job in studio.queue._lines[Speed.FAST].order(studio.queue.expected_ms)]
    studio.turn()
    assert studio.refused == ["short"]
    assert "short" not in studio.queue.started
    assert before == [(at, job.job) for at, _, job in studio.queue._lines[Speed.FAST].order(studio.queue.expected_ms)]


def test_the_first_of_a_member_stays_their_first() -> None:
    studio = short()
    studio.offer(ticket("second", "ada", shape=OTHER))
    studio.run()
    assert studio.begun == ["paints", "short", "second"]


def test_waiting_jobs_are_told_that_what_paints_goes_before_whoever_lacks_room() -> None:
    studio = short()
    studio.run(turns=1)
    view = studio.queue.view()
    assert [waiter.job for waiter in view.running] == ["paints"]
    assert [(waiter.job, waiter.place) for waiter in view.waiting] == [("short", 1)]
    assert view.waiting[0].starts_in_ms == view.running[0].finishes_in_ms > 0
    quote = studio.queue.quote(ticket("next", "cleo", shape=OTHER), ["sdxl"])
    assert quote.starts_in_ms == view.waiting[0].finishes_in_ms


def test_it_stays_begun_if_nobody_else_holds_memory() -> None:
    studio = small()
    studio.offer(ticket("card", "ben", shape=CARD, loads=False))
    studio.turn()
    alone = ticket("alone", "ada", Speed.TURBO)
    studio.offer(alone)
    assert studio.queue.decide(()) == Start(alone)
    assert not studio.queue.put_back("alone")
    assert studio.queue.started == ("card", "alone")


def test_what_needs_no_model_is_painted_meanwhile() -> None:
    studio = short()
    studio.run(turns=1)
    studio.offer(*(ticket(f"card{n}", f"m{n}", shape=CARD, loads=False, steps=1) for n in range(12)))
    studio.run()
    assert studio.ended[:12] == [f"card{n}" for n in range(12)]
    assert studio.ended[12:] == ["paints", "short"]


def test_what_needs_no_model_counts_for_its_members_cap() -> None:
    studio = small()
    studio.offer(ticket("paints", "ben", Speed.RELAX, steps=2))
    studio.run(turns=2)
    share = Share(running=1, waiting=9)
    studio.offer(ticket("short", "ada", shape=OTHER, share=share))
    studio.run(turns=1)
    studio.offer(ticket("card", "ada", shape=CARD, loads=False, share=share))
    while studio.turn() is not None:
        assert sum(job in ("short", "card") for job in studio.queue.started) <= 1
    assert len(studio.ended) == 3


def test_a_more_urgent_job_of_the_loaded_model_does_not_wait_for_whoever_lacks_room() -> None:
    studio = short()
    studio.run(turns=1)
    assert studio.refused == ["short"]
    studio.offer(ticket("quick", "cleo", Speed.TURBO))
    studio.run()
    assert studio.ended == ["quick", "paints", "short"]


def test_cancelled_it_holds_nobody_up() -> None:
    studio = short()
    studio.run(turns=1)
    studio.offer(ticket("slow", "cleo", Speed.RELAX))
    assert studio.queue.cancel("short") == 0
    studio.run()
    assert studio.begun == ["paints", "slow"]
    assert len(studio.queue) == 0


def test_another_try_follows_whatever_way_the_other_ends() -> None:
    for end in ("cancel", "fail"):
        studio = short()
        studio.run(turns=3)
        assert studio.refused == ["short"]
        getattr(studio.queue, end)("paints")
        studio.run()
        assert studio.ended == ["short"]


@pytest.mark.parametrize("curve", [saturated, hungry])
def test_relax_gets_room_under_a_flood_of_another_model_and_no_more_than_it_is_owed(curve: Curve) -> None:
    """Of many relaxed jobs each stops the fast ones for its whole time: so each is owed that time first."""
    studio = small(curve, load_ms=1_000.0)
    slow = [ticket(f"slow{n}", f"m{n}", Speed.RELAX, shape=OTHER, steps=30) for n in range(3)]
    studio.offer(*slow)
    studio.offer(*(ticket(f"quick{n}", "ada", steps=8) for n in range(9_000)))
    while not {each.job for each in slow} <= set(studio.ended):
        studio.turn()
    relaxed = 30 * curve(1)
    assert studio.now < 3 * (2 * studio.load_ms + relaxed + 10) * (1 + 1 / 0.05)
    assert 3 * relaxed < 0.08 * studio.now
    assert len(studio.refused) <= 3 * 3, "each beside what painted, once more when it was owed room, and a fast one"


def test_fast_gets_room_under_a_flood_of_relaxed_jobs_that_ride_along_with_each_other() -> None:
    studio = small(hungry)
    studio.offer(*(ticket(f"slow{n}", f"m{n}", Speed.RELAX, steps=9 + n % 5) for n in range(200)))
    studio.run(turns=60)
    for n in range(5):
        arrived, under_way = studio.now, set(studio.queue.started)
        studio.offer(ticket(f"quick{n}", "ada", shape=OTHER))
        while f"quick{n}" not in studio.ended:
            studio.turn()
        assert under_way <= set(studio.ended), "what has begun is painted to its end"
        assert studio.started_at[f"quick{n}"] - arrived < 20 * hungry(16) + 2 * studio.load_ms
        studio.run(turns=40)


@st.composite
def days(draw: st.DrawFn) -> list[tuple[str, int, int, int]]:
    deed = st.sampled_from(["offer", "offer", "turn", "turn", "turn", "cancel", "fail"])
    return draw(st.lists(st.tuples(deed, st.integers(0, 4), st.integers(0, 2), st.integers(0, 7)), max_size=120))


def live(studio: Studio, day: list[tuple[str, int, int, int]]) -> None:
    for n, (deed, who, speed, kind) in enumerate(day):
        alive = [job for job in studio.tickets if job in studio.queue]
        if deed == "offer":
            shape = (SQUARE, OTHER, Shape("third", 1024, 1024), CARD)[kind % 4]
            share = Share(weight=1 + who % 3, running=1 + who % 2, waiting=200)
            more = {"shape": shape, "loads": shape is not CARD, "steps": 1 + kind, "cells": 1 + kind // 4}
            studio.offer(ticket(f"j{n}", f"m{who}", list(Speed)[speed], share=share, **more))
        elif deed == "turn" or not alive:
            assert (studio.turn() is None) == (not alive), "there is always something to do, or nothing at all"
        elif deed == "cancel":
            studio.queue.cancel(alive[who % len(alive)])
        elif studio.queue.started:
            studio.queue.fail(studio.queue.started[kind % len(studio.queue.started)])


@settings(max_examples=200, deadline=None)
@given(day=days(), curve=st.sampled_from([saturated, hungry]), memory=st.integers(1, 2))
def test_nobody_is_forgotten_or_tried_in_vain_over_and_over(
    day: list[tuple[str, int, int, int]], curve: Curve, memory: int
) -> None:
    studio = Studio(curve, models_in_memory=memory, load_ms=300.0)
    live(studio, day)
    for _ in range(5_000):
        if studio.turn() is None:
            break
    assert len(studio.queue) == 0
    assert max(Counter(studio.begun).values(), default=1) == 1
    assert all(tries <= len(studio.tickets) for tries in Counter(studio.refused).values())
    for line in studio.queue._lines.values():
        assert not any(patron.running or patron.waiting for patron in line._patrons.values())
        assert all(patron.at >= -1e-6 for patron in line._patrons.values())
