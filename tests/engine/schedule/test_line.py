"""One class's line: places in virtual time, lifting, giving back, forgetting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.job import Share
from engine.schedule.line import Line
from tests.engine.schedule.studio import ticket


def names(line: Line, members: int = 9, each: int = 9) -> list[str]:
    return [waiting.job for waiting in line.candidates(members, each)]


def test_members_take_turns_and_keep_their_own_order() -> None:
    line = Line()
    for job in ("a1", "a2", "a3", "b1", "b2"):
        line.offer(ticket(job, job[0]))
    begun = []
    while (first := line.first()) is not None:
        line.start(first, 100.0)
        begun.append(first.job)
    assert begun == ["a1", "b1", "a2", "b2", "a3"]


def test_looking_does_not_change_the_order() -> None:
    line = Line()
    for job in ("a1", "a2", "b1", "c1"):
        line.offer(ticket(job, job[0]))
    assert names(line) == names(line) == ["a1", "a2", "b1", "c1"]
    assert names(line, members=2, each=1) == ["a1", "b1"]


def test_less_used_than_expected_brings_a_member_forward() -> None:
    line = Line()
    first = ticket("a1", "a")
    line.offer(first)
    line.offer(ticket("a2", "a"))
    line.start(first, 500.0)
    line.offer(ticket("b1", "b"))
    line.start(ticket("b1", "b"), 300.0)
    line.offer(ticket("b2", "b"))
    assert names(line) == ["b2", "a2"]
    line.charge(first, -400.0)
    assert names(line) == ["a2", "b2"]


def test_a_member_at_the_cap_is_left_out_until_a_job_ends() -> None:
    line = Line()
    share = Share(running=1, waiting=9)
    first, second = ticket("a1", "a", share=share), ticket("a2", "a", share=share)
    line.offer(first)
    line.offer(second)
    line.start(first, 1.0)
    assert line.first() is None
    line.end(first)
    assert line.first() == second


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from([0.5, 1.0, 3.0]), st.integers(1, 500)), max_size=60))
def test_order_that_is_shown_is_the_order_in_which_jobs_start(jobs: list[tuple[int, float, int]]) -> None:
    line = Line()
    cost = {f"j{n}": float(ms) for n, (_, _, ms) in enumerate(jobs)}
    weights = {who: weight for who, weight, _ in jobs}
    for n, (who, _, _) in enumerate(jobs):
        line.offer(ticket(f"j{n}", f"m{who}", share=Share(weights[who], 1000, 1000)))
    shown = [waiting.job for _, _, waiting in line.order(lambda waiting: cost[waiting.job])]
    begun = []
    while (first := line.first()) is not None:
        line.start(first, cost[first.job])
        begun.append(first.job)
    assert begun == shown


def test_a_newcomers_place_is_known_before_they_come() -> None:
    line = Line()
    for n in range(3):
        line.offer(ticket(f"a{n}", "a"))
    assert line.arrival(ticket("b0", "b"), lambda waiting: 100.0) == 0.0
    assert line.arrival(ticket("a3", "a"), lambda waiting: 100.0) == pytest.approx(300.0)


def test_only_debts_are_remembered() -> None:
    line = Line()
    heavy, light = ticket("h", "heavy"), ticket("l", "light")
    for job in (heavy, light):
        line.offer(job)
        line.start(job, 1000.0 if job is heavy else 10.0)
    line.end(heavy)
    line.end(light)
    assert line.members == 1
    line.offer(ticket("h2", "heavy"))
    line.offer(ticket("n", "newcomer"))
    assert names(line) == ["n", "h2"]
