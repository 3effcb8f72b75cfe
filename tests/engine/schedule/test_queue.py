"""Order, shares, batches, preemption and cancellation, with a worker on a virtual clock."""

from __future__ import annotations

import contextlib
import gc
import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import QueueFullError, UnknownJobError
from engine.job import Share, Speed
from engine.schedule.queue import Queue
from engine.schedule.timing import Shape, Stage, Timing
from engine.schedule.turn import Call, Rules, Start, Step
from tests.engine.schedule.studio import SQUARE, Studio, hungry, saturated, ticket

WIDE = Shape("sdxl", 1344, 768)
OTHER = Shape("flux-dev", 1024, 1024)


def test_newcomer_behind_a_flood_of_a_thousand_starts_next() -> None:
    studio = Studio().know()
    studio.offer(*(ticket(f"flood{n}", "ben") for n in range(1000)))
    studio.run(turns=37)
    studio.offer(ticket("first", "cleo"))
    begun = len(studio.begun)
    studio.run(turns=10)
    assert studio.begun[begun] == "first"


def test_newcomer_starts_next_in_full_batches_too() -> None:
    studio = Studio(hungry).know()
    studio.offer(*(ticket(f"flood{n}", "ben", steps=3 + n % 5) for n in range(1000)))
    studio.run(turns=50)
    studio.offer(ticket("first", "cleo"))
    begun = len(studio.begun)
    studio.run(turns=30)
    assert studio.begun[begun] == "first"


@settings(max_examples=20, deadline=None)
@given(
    weights=st.lists(st.sampled_from([0.5, 1.0, 2.0, 4.0]), min_size=2, max_size=5),
    curve=st.sampled_from([saturated, hungry]),
    sizes=st.lists(st.integers(1, 12), min_size=1, max_size=5),
)
def test_shares_converge_to_the_weights(weights: list[float], curve: object, sizes: list[int]) -> None:
    studio = Studio(curve).know()  # type: ignore[arg-type]
    for who, weight in enumerate(weights):
        share = Share(weight=weight, running=100, waiting=1000)
        many = (ticket(f"{who}/{n}", f"m{who}", share=share, steps=sizes[(who + n) % len(sizes)]) for n in range(400))
        studio.offer(*many)
    begun: Counter[str] = Counter()
    while max(begun.values(), default=0) < 350 and len(studio.steps) < 800:
        decision = studio.turn()
        begun.update([decision.ticket.member] if isinstance(decision, Start) else [])
    total = sum(studio.used.values())
    in_flight, job_ms = (20, max(sizes) * hungry(16) / 16 + 10) if curve is hungry else (2, max(sizes) * 100 + 10)
    for who, weight in enumerate(weights):
        due = total * weight / sum(weights)
        assert abs(studio.used.get(f"m{who}", 0.0) - due) <= 0.05 * due + in_flight * job_ms


def test_every_job_of_ten_thousand_members_is_painted_once() -> None:
    studio = Studio(hungry).know(SQUARE, WIDE)
    for n in range(10_000):
        speed = list(Speed)[n % 3]
        studio.offer(ticket(f"j{n}", f"m{n}", speed, shape=(SQUARE, WIDE)[n % 7 == 0], steps=1 + n % 3))
    studio.run()
    assert Counter(studio.ended) == Counter(f"j{n}" for n in range(10_000))
    assert len(studio.queue) == 0


@st.composite
def days(draw: st.DrawFn) -> list[tuple[str, int, int, int]]:
    deed = st.tuples(
        st.sampled_from(["offer", "offer", "turn", "turn", "turn", "cancel", "fail"]),
        st.integers(0, 7),
        st.integers(0, 2),
        st.integers(0, 5),
    )
    return draw(st.lists(deed, max_size=120))


@settings(max_examples=120, deadline=None)
@given(day=days(), curve=st.sampled_from([saturated, hungry]), memory=st.integers(1, 2))
def test_no_job_is_lost_or_duplicated_whatever_happens(
    day: list[tuple[str, int, int, int]], curve: object, memory: int
) -> None:
    studio = Studio(curve, models_in_memory=memory)  # type: ignore[arg-type]
    accepted: list[str] = []
    dropped: list[str] = []
    for n, (deed, who, speed, kind) in enumerate(day):
        alive = [job for job in accepted if job in studio.queue]
        if deed == "offer":
            shape = (SQUARE, WIDE, OTHER)[kind % 3]
            share = Share(weight=1 + who % 3, running=1 + who % 2, waiting=4)
            offered = ticket(
                f"j{n}", f"m{who}", list(Speed)[speed], shape=shape, steps=1 + kind, cells=1 + kind % 2, share=share
            )
            with contextlib.suppress(QueueFullError):
                studio.offer(offered)
                accepted.append(offered.job)
        elif deed == "turn":
            studio.turn()
        elif alive and deed == "cancel":
            studio.queue.cancel(alive[who % len(alive)])
            dropped.append(alive[who % len(alive)])
        elif studio.queue.started:
            failing = studio.queue.started[kind % len(studio.queue.started)]
            studio.queue.fail(failing)
            dropped.append(failing)
    studio.run()
    assert Counter(studio.ended + dropped) == Counter(accepted)
    assert len(set(studio.begun)) == len(studio.begun)
    assert len(studio.queue) == 0


def test_fast_under_a_relax_backlog_waits_at_most_one_step() -> None:
    studio = Studio().know()
    studio.offer(*(ticket(f"slow{n}", f"m{n}", Speed.RELAX, steps=30) for n in range(500)))
    for n in range(40):
        studio.run(turns=11)
        arrived = studio.now
        studio.turn(while_running=lambda n=n: studio.offer(ticket(f"quick{n}", "ada", steps=4)))  # type: ignore[misc]
        if f"quick{n}" not in studio.tickets:
            studio.offer(ticket(f"quick{n}", "ada", steps=4))
        while f"quick{n}" not in studio.ended:
            studio.turn()
        step = saturated(2)  # now and then a batch of two is tried again
        assert studio.started_at[f"quick{n}"] - arrived <= step
        assert studio.ended_at[f"quick{n}"] - arrived <= step + 4 * saturated(1) + 10


def test_without_preemption_fast_waits_for_what_has_begun_and_not_for_the_backlog() -> None:
    studio = Studio(hungry, rules=Rules(preempts=False)).know()
    studio.offer(*(ticket(f"relax{n}", "ben", Speed.RELAX, steps=8) for n in range(40)))
    studio.run(turns=25)
    under_way = set(studio.begun) - set(studio.ended)
    studio.offer(ticket("fast", "cleo"))
    studio.run()
    assert under_way
    assert studio.begun[studio.begun.index("fast") - 1] in under_way, "none of the backlog begins before it"
    assert all(studio.ended_at[job] <= studio.started_at["fast"] for job in under_way)
    assert len(studio.ended) == 41


def test_preempted_job_goes_on_where_it_was() -> None:
    studio = Studio().know()
    studio.offer(ticket("slow", "ben", Speed.RELAX, steps=10))
    studio.run(turns=4)
    studio.offer(ticket("quick", "ada"))
    studio.run()
    assert studio.ended == ["quick", "slow"]
    assert sum(call.job == "slow" for step in studio.steps for call in step.calls) == 10 + 1


def test_equals_never_preempt_each_other() -> None:
    studio = Studio().know()
    studio.offer(*(ticket(f"j{n}", f"m{n}", steps=5) for n in range(20)))
    studio.run()
    assert studio.ended == studio.begun
    order = [step.calls[0].job for step in studio.steps]
    assert order == sorted(order, key=studio.begun.index)


def test_relax_is_never_starved_by_fast() -> None:
    studio = Studio().know()
    studio.offer(ticket("slow", "ben", Speed.RELAX, steps=20))
    count = 0
    while "slow" not in studio.ended:
        if not any(job.startswith("quick") for job in studio.queue.started):
            studio.offer(ticket(f"quick{count}", "ada", steps=8))
            count += 1
        studio.turn()
        assert studio.now < studio.load_ms + 1.1 * 20 * saturated(1) * (1 + 1 / 0.05)
    assert studio.now > 0.9 * 20 * saturated(1) / 0.05


def test_fast_is_never_starved_by_turbo() -> None:
    studio = Studio().know()
    studio.offer(ticket("plain", "ben", Speed.FAST, steps=20))
    count = 0
    while "plain" not in studio.ended:
        if not any(job.startswith("turbo") for job in studio.queue.started):
            studio.offer(ticket(f"turbo{count}", "ada", Speed.TURBO, steps=8))
            count += 1
        studio.turn()
        assert studio.now < studio.load_ms + 1.1 * 20 * saturated(1) * (1 + 1 / 0.2)


def test_fast_job_is_slowed_by_relax_by_its_owed_share_at_most() -> None:
    studio = Studio().know()
    studio.offer(*(ticket(f"slow{n}", f"m{n}", Speed.RELAX, steps=30) for n in range(50)))
    studio.offer(*(ticket(f"quick{n}", "ada", steps=20) for n in range(50)))
    studio.run(turns=1100)
    fast = sum(call.job.startswith("quick") for step in studio.steps for call in step.calls)
    assert fast / len(studio.steps) >= 0.94


def test_less_urgent_jobs_ride_along_only_while_the_step_stays_short() -> None:
    riding = Studio(hungry).know()
    riding.offer(
        ticket("quick", "ada", steps=9), *(ticket(f"slow{n}", f"m{n}", Speed.RELAX, steps=9) for n in range(9))
    )
    riding.run()
    shared = [step for step in riding.steps if step.calls[0].job == "quick" and len(step.calls) > 1]
    assert shared
    assert all(hungry(step.rows) <= 1.25 * hungry(1) for step in shared)
    strict = Studio(saturated).know()
    strict.offer(ticket("quick", "ada", steps=9), ticket("slow", "ben", Speed.RELAX, steps=9))
    strict.run(turns=9)
    assert all(len(step.calls) == 1 for step in strict.steps)


def test_jobs_of_one_shape_share_forwards_and_end_sooner() -> None:
    alone, shared = Studio(hungry, Rules()).know(rows=(1,)), Studio(hungry).know()
    alone.timing.limit_rows(SQUARE, 1)
    for studio in (alone, shared):
        studio.offer(*(ticket(f"j{n}", f"m{n}", steps=4 + n % 3) for n in range(16)))
        studio.run()
    assert shared.now - shared.load_ms < 0.2 * (alone.now - alone.load_ms)
    assert max(step.rows for step in shared.steps) == 16


def test_a_grid_on_a_saturated_device_paints_its_first_cell_first() -> None:
    studio = Studio(saturated).know()
    studio.offer(ticket("grid", cells=4, steps=3))
    studio.run()
    strands = [call.strand for step in studio.steps for call in step.calls]
    assert strands == sorted(strands)


def test_a_grid_on_a_hungry_device_is_painted_together() -> None:
    studio = Studio(hungry).know()
    studio.offer(ticket("grid", cells=4, steps=3))
    studio.run()
    assert [step.rows for step in studio.steps[:3]] == [4, 4, 4]


def test_batches_grow_by_trying_when_nothing_was_measured() -> None:
    studio = Studio(hungry)
    studio.offer(*(ticket(f"j{n}", f"m{n}", steps=12) for n in range(60)))
    studio.run()
    assert max(step.rows for step in studio.steps) == 16


def begun_beside_another(studio: Studio) -> Call:
    """One job steps, a second has begun and has its words read first; returns that call."""
    studio.offer(ticket("one", "ada"), ticket("two", "ben"))
    for _ in range(2):
        decision = studio.queue.decide(())
        assert isinstance(decision, Start)
        if decision.ticket.job == "one":
            studio.queue.park(Call("one", key=SQUARE))
    words = Call("two", stage=Stage.TAIL)
    studio.queue.park(words)
    return words


def test_a_jobs_words_are_read_first_so_that_it_joins_its_equals_at_the_next_step() -> None:
    studio = Studio(hungry).know()
    words = begun_beside_another(studio)
    decision = studio.queue.decide(())
    assert decision == Step((words,))
    studio.queue.ran(Step((words,)), 5.0)
    studio.queue.park(Call("two", key=SQUARE))
    shared = studio.queue.decide(())
    assert isinstance(shared, Step)
    assert {call.job for call in shared.calls} == {"one", "two"}


def test_a_job_that_is_nothing_but_tails_does_not_preempt_its_equals() -> None:
    studio = Studio(hungry).know()
    words = begun_beside_another(studio)
    for _ in range(Rules().early_tails):
        assert studio.queue.decide(()) == Step((words,))
        studio.queue.ran(Step((words,)), 5.0)
        studio.queue.park(words)
    assert studio.queue.decide(()) == Step((Call("one", key=SQUARE),))


def test_exact_job_shares_no_forward() -> None:
    studio = Studio(hungry).know()
    studio.offer(ticket("exact", "ben", alone=True), *(ticket(f"j{n}", f"m{n}") for n in range(10)))
    studio.run()
    assert all(len(step.calls) == 1 for step in studio.steps if step.calls[0].job == "exact")
    assert not any(call.job == "exact" for step in studio.steps for call in step.calls[1:])


def test_forwards_time_is_split_over_its_rows() -> None:
    studio = Studio(hungry).know()
    studio.offer(ticket("one", "ada", steps=5), ticket("two", "ben", steps=5, rows=2))
    studio.run()
    assert studio.used["ada"] + studio.used["ben"] == pytest.approx(studio.now - studio.load_ms, abs=2)
    assert studio.used["ben"] - 10 == pytest.approx(2 * (studio.used["ada"] - 10), rel=0.02)


def test_failed_job_is_charged_to_nobody() -> None:
    studio = Studio().know()
    studio.offer(*(ticket(f"a{n}", "ada", steps=10) for n in range(2)), *(ticket(f"b{n}", "ben") for n in range(2)))
    studio.run(turns=8)
    assert studio.queue.started == ("a0",)
    studio.queue.fail("a0")
    studio.run()
    assert studio.begun == ["a0", "a1", "b0", "b1"]


def test_time_that_does_not_count_is_charged_to_nobody() -> None:
    studio = Studio().know()
    studio.offer(ticket("job", steps=1))
    studio.turn()
    step = studio.queue.decide(studio.resident)
    assert isinstance(step, Step)
    studio.queue.ran(step, 60_000.0, counts=False)
    assert studio.queue.finish("job") == 0
    assert studio.timing.step_ms(SQUARE, 1) == saturated(1)


def test_cancelled_waiting_job_never_starts_and_costs_nothing() -> None:
    studio = Studio().know()
    studio.offer(ticket("one"), ticket("two"))
    assert studio.queue.cancel("two") == 0
    studio.run()
    assert studio.ended == ["one"]


def test_cancelled_running_job_runs_no_further_call() -> None:
    studio = Studio().know()
    studio.offer(ticket("one", steps=50))
    studio.run(turns=10)
    steps = len(studio.steps)
    assert studio.queue.cancel("one") == steps * saturated(1)
    assert studio.queue.decide(studio.resident) is None
    with pytest.raises(UnknownJobError, match="one is not in the queue"):
        studio.queue.cancel("one")


def test_job_cancelled_during_its_step_is_not_charged_for_it() -> None:
    studio = Studio().know()
    studio.offer(ticket("one", steps=50))
    studio.run(turns=3)
    used = []
    studio.turn(while_running=lambda: used.append(studio.queue.cancel("one")))
    assert used == [2 * saturated(1)]
    assert studio.turn() is None


def test_member_runs_no_more_jobs_than_the_plan_allows() -> None:
    studio = Studio(hungry).know()
    share = Share(running=2, waiting=10)
    studio.offer(*(ticket(f"j{n}", share=share, steps=9) for n in range(10)))
    for _ in range(30):
        studio.turn()
        assert len(studio.queue.started) <= 2
    studio.run()
    assert len(studio.ended) == 10


def test_member_may_not_have_more_jobs_waiting_than_the_plan_allows() -> None:
    studio = Studio()
    share = Share(running=1, waiting=2)
    studio.offer(ticket("a", share=share), ticket("b", share=share))
    with pytest.raises(QueueFullError, match="ada has 2 jobs waiting and may have 2"):
        studio.offer(ticket("c", share=share))
    studio.offer(ticket("d", "ben", share=share))


def test_one_id_is_not_taken_twice() -> None:
    studio = Studio()
    studio.offer(ticket("a"))
    with pytest.raises(ValueError, match="in the queue already"):
        studio.offer(ticket("a", "ben"))


def test_looking_ahead_avoids_swapping_models_within_bounds() -> None:
    swapping = Studio(rules=Rules(lookahead=1, own_lookahead=1), models_in_memory=1).know(SQUARE, OTHER)
    ahead = Studio(models_in_memory=1).know(SQUARE, OTHER)
    for studio in (swapping, ahead):
        studio.offer(*(ticket(f"j{n}", f"m{n}", shape=(SQUARE, OTHER)[n % 2]) for n in range(60)))
        studio.run()
        assert len(studio.ended) == 60
    assert swapping.swaps == 60
    assert ahead.swaps <= 24
    overtaken = Counter(
        later for n, job in enumerate(ahead.begun) for later in ahead.begun[n + 1 :] if int(job[1:]) > int(later[1:])
    )
    assert max(overtaken.values()) <= ahead.rules.passes + ahead.rules.lookahead


def test_another_shape_is_passed_over_a_bounded_number_of_times() -> None:
    studio = Studio(hungry).know(SQUARE, WIDE)
    studio.offer(*(ticket(f"j{n}", "ben", steps=20) for n in range(200)))
    studio.run(turns=60)
    begun = len(studio.begun)
    studio.offer(ticket("wide", "cleo", shape=WIDE))
    studio.run(turns=200)
    assert studio.begun.index("wide") - begun <= studio.rules.passes


def test_idling_earns_nothing() -> None:
    studio = Studio().know()
    studio.offer(ticket("late0", "idle"))
    studio.run()
    studio.offer(*(ticket(f"b{n}", "busy") for n in range(100)))
    studio.run(turns=300)
    studio.offer(*(ticket(f"late{n}", "idle") for n in range(1, 60)))
    begun = len(studio.begun)
    studio.run(turns=200)
    after = studio.begun[begun : begun + 20]
    assert 9 <= sum(job.startswith("late") for job in after) <= 11


def test_members_who_left_are_forgotten() -> None:
    studio = Studio().know()
    for n in range(3000):
        studio.offer(ticket(f"j{n}", f"m{n}", steps=1))
        studio.run()
    assert studio.queue._lines[Speed.FAST].members == 0


def test_parking_an_unknown_job_is_an_error() -> None:
    with pytest.raises(UnknownJobError):
        Queue(Timing()).park(Call("nobody"))


def crowded(members: int) -> Studio:
    studio = Studio(hungry, models_in_memory=1).know(SQUARE, WIDE)
    for n in range(10_000):
        shape = (SQUARE, WIDE, OTHER)[n % 3]
        studio.offer(ticket(f"j{n}", f"m{n % members}", list(Speed)[n % 3], shape=shape, steps=20))
    return studio


def decision_times_ms(studio: Studio) -> list[float]:
    """How long each of the first sixty decisions took."""
    times = []
    for _ in range(60):
        begun = time.perf_counter()
        decision = studio.queue.decide(studio.resident)
        times.append((time.perf_counter() - begun) * 1000)
        if isinstance(decision, Start):
            studio.begin(decision.ticket)
        elif isinstance(decision, Step):
            studio.queue.ran(decision, 100.0)
            for call in decision.calls:
                studio.advance(call)
    return times


@pytest.mark.alone
@pytest.mark.parametrize("members", [10_000, 100, 1])
def test_every_decision_for_ten_thousand_waiting_jobs_takes_under_a_millisecond(members: int) -> None:
    """The slowest of sixty, each at its best of five: the same day lived five times."""
    gc.disable()
    try:
        days = [decision_times_ms(crowded(members)) for _ in range(5)]
    finally:
        gc.enable()
    assert max(map(min, zip(*days, strict=True))) < 1.0
