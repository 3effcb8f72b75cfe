"""What members are told about the queue, against what then happens."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.job import Share, Speed
from tests.engine.schedule.studio import SQUARE, Studio, hungry, saturated, ticket


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(Speed), st.integers(1, 9)), min_size=1, max_size=30))
def test_jobs_start_in_the_order_that_was_told(jobs: list[tuple[int, Speed, int]]) -> None:
    studio = Studio(saturated).know()
    studio.resident = ["sdxl"]
    for n, (who, speed, steps) in enumerate(jobs):
        share = Share(weight=1 + who, running=100, waiting=100)
        studio.offer(ticket(f"j{n}", f"m{who}", speed, steps=steps, share=share))
    told = studio.queue.view().waiting
    assert [place.place for place in told] == list(range(1, len(jobs) + 1))
    fast = [place.job for place in told if place.speed is not Speed.RELAX]
    studio.run()
    begun = [job for job in studio.begun if job in fast]
    if all(speed is not Speed.TURBO for _, speed, _ in jobs):
        assert begun == fast


def test_expected_start_is_met_within_a_tenth() -> None:
    studio = Studio(saturated).know()
    studio.resident = ["sdxl"]
    studio.offer(*(ticket(f"j{n}", f"m{n % 7}", steps=3 + n % 9) for n in range(60)))
    told = {place.job: place for place in studio.queue.view().waiting}
    studio.run()
    for job, place in told.items():
        assert studio.started_at[job] == pytest.approx(place.starts_in_ms, rel=0.1, abs=100)
        assert studio.ended_at[job] == pytest.approx(place.finishes_in_ms, rel=0.1, abs=100)


def test_running_job_has_place_zero_and_a_shrinking_rest() -> None:
    studio = Studio(saturated).know()
    studio.offer(ticket("one", steps=10), ticket("two"))
    studio.run(turns=2)
    before = studio.queue.view()
    studio.run(turns=3)
    after = studio.queue.view()
    assert [place.job for place in after.running] == ["one"]
    assert before.running[0].place == 0
    assert before.running[0].finishes_in_ms - after.running[0].finishes_in_ms == 300
    assert after.waiting[0].starts_in_ms == after.running[0].finishes_in_ms


def test_quote_bounds_what_is_charged() -> None:
    for curve in (saturated, hungry):
        studio = Studio(curve).know()
        studio.offer(*(ticket(f"j{n}", f"m{n}", steps=4 + n % 3, cells=1 + n % 2) for n in range(20)))
        quotes = {f"m{n}": studio.queue.quote(studio.tickets[f"j{n}"], ["sdxl"]) for n in range(20)}
        studio.run()
        for member, quote in quotes.items():
            assert studio.used[member] <= quote.gpu_ms


def test_quote_tells_a_newcomer_their_wait_behind_a_flood() -> None:
    studio = Studio(saturated).know()
    studio.resident = ["sdxl"]
    studio.offer(*(ticket(f"flood{n}", "ben") for n in range(100)))
    studio.run(turns=2)
    quote = studio.queue.quote(ticket("new", "cleo"), ["sdxl"])
    assert quote.starts_in_ms <= 4 * 100 + 10
    assert quote.finishes_in_ms == quote.starts_in_ms + 4 * 100 + 10
    mine = studio.queue.quote(ticket("more", "ben"), ["sdxl"])
    assert mine.starts_in_ms > 98 * 400


def test_quote_counts_the_load_of_a_model_that_is_not_there() -> None:
    studio = Studio(saturated).know()
    studio.timing.observe_load("sdxl", 7000.0)
    ready, cold = (studio.queue.quote(ticket("a"), resident) for resident in (["sdxl"], []))
    assert cold.finishes_in_ms - ready.finishes_in_ms == 7000
    assert cold.gpu_ms == ready.gpu_ms


def test_view_of_a_relaxed_job_counts_the_more_urgent_before_it() -> None:
    studio = Studio(saturated).know(SQUARE)
    studio.offer(ticket("slow", "ada", Speed.RELAX), ticket("quick", "ben"))
    assert [place.job for place in studio.queue.view().waiting] == ["quick", "slow"]
