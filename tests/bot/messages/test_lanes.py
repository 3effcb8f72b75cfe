"""Order and budgets of what is written to a channel, on a clock that runs through a day at once."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages.lanes import PREVIEW_SPACING, WIDTH, Lanes, Later, Urgency, pause_after
from tests.bot.messages.loop_time import run_swiftly

HERE, THERE = 1, 2


@dataclass
class Desk:
    """Lanes, and a record of what was begun when."""

    lanes: Lanes = field(default_factory=Lanes)
    begun: list[tuple[float, object]] = field(default_factory=list)
    under_way: int = 0
    most: int = 0

    def work(self, name: object, seconds: float = 0.0, fails: list[Exception] | None = None) -> Callable[[], Any]:
        left = list(fails or ())

        async def work() -> None:
            self.begun.append((asyncio.get_running_loop().time(), name))
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            await asyncio.sleep(seconds)
            self.under_way -= 1
            if left:
                raise left.pop(0)

        return work

    def put(self, urgency: Urgency, name: object, seconds: float = 0.0, fails: list[Exception] | None = None) -> None:
        self.lanes.put(HERE, urgency, name, self.work(name, seconds, fails))

    async def rest(self) -> None:
        while not self.lanes.is_idle:  # noqa: ASYNC110 - it sets no event
            await asyncio.sleep(0.5)

    @property
    def names(self) -> list[object]:
        return [name for _, name in self.begun]


def played(story: Callable[[Desk], Coroutine[Any, Any, None]]) -> Desk:
    async def play() -> Desk:
        desk = Desk()
        await story(desk)
        await desk.rest()
        await desk.lanes.close()
        return desk

    return run_swiftly(play())


def test_finals_go_before_everything_that_waits() -> None:
    async def story(desk: Desk) -> None:
        for name in ("one", "two"):
            desk.put(Urgency.MINOR, name, 1.0)
        await asyncio.sleep(0)
        desk.put(Urgency.PREVIEW, "preview")
        desk.put(Urgency.FIRST, "first")
        desk.put(Urgency.FINAL, "final")

    assert played(story).names == ["one", "two", "final", "first", "preview"]


def test_of_one_key_only_the_newest_is_done() -> None:
    async def story(desk: Desk) -> None:
        desk.put(Urgency.FINAL, "a", 1.0)
        desk.put(Urgency.FINAL, "b", 1.0)
        await asyncio.sleep(0)
        for number in range(5):
            desk.lanes.put(HERE, Urgency.PREVIEW, "live", desk.work(number))

    assert played(story).names == ["a", "b", 4]


def test_what_is_dropped_is_not_done() -> None:
    async def story(desk: Desk) -> None:
        desk.lanes.pause(5)
        desk.put(Urgency.FINAL, "kept")
        desk.put(Urgency.PREVIEW, "dropped")
        desk.lanes.drop(HERE, "dropped")

    assert played(story).names == ["kept"]


def test_previews_of_a_channel_keep_their_distance_even_if_nothing_waits_between_them() -> None:
    async def story(desk: Desk) -> None:
        for number in range(4):
            desk.put(Urgency.PREVIEW, number)
            await desk.rest()
            desk.lanes.forget_idle()

    moments = [moment for moment, _ in played(story).begun]
    assert all(later - earlier >= PREVIEW_SPACING for earlier, later in itertools.pairwise(moments)), moments


def test_a_lane_that_was_refused_waits_and_then_keeps_its_order() -> None:
    async def story(desk: Desk) -> None:
        desk.lanes.pause(1)
        desk.put(Urgency.FINAL, "one", 0.1, [Later("no", 65.0), Later("no", 65.0)])
        desk.put(Urgency.FINAL, "two", 0.1, [Later("no", 65.0)])
        desk.put(Urgency.FINAL, "three")

    desk = played(story)
    assert desk.names == ["one", "two", "one", "two", "one", "three"]
    assert desk.begun[2][0] - desk.begun[1][0] >= 65
    assert desk.begun[4][0] - desk.begun[3][0] >= 65


def test_a_refused_preview_is_not_tried_again_and_makes_the_answers_wait_as_well() -> None:
    async def story(desk: Desk) -> None:
        refused = desk.work("preview", fails=[Later("no", 30.0)])
        desk.lanes.put(HERE, Urgency.PREVIEW, "preview", refused, lasts=False)
        await asyncio.sleep(0.1)
        desk.put(Urgency.FINAL, "final")

    desk = played(story)
    assert desk.names == ["preview", "final"]
    assert desk.begun[1][0] >= 30


def test_what_lasts_is_tried_again_however_little_it_matters() -> None:
    async def story(desk: Desk) -> None:
        desk.put(Urgency.PREVIEW, "bar", fails=[Later("no", 30.0)])
        await asyncio.sleep(0.1)
        desk.put(Urgency.FINAL, "final")

    assert played(story).names == ["bar", "final", "bar"]


def test_a_limit_on_everything_stops_the_other_channels_too() -> None:
    async def story(desk: Desk) -> None:
        desk.put(Urgency.FINAL, "refused", fails=[Later("no", 40.0, everywhere=True)])
        await asyncio.sleep(0.1)
        desk.lanes.put(THERE, Urgency.FINAL, "other", desk.work("other"))
        await asyncio.sleep(1.0)

    desk = played(story)
    assert sorted(map(str, desk.names)) == ["other", "refused", "refused"]
    assert all(moment >= 40 for moment, _ in desk.begun[1:])


def test_a_limit_of_one_channel_leaves_the_others_alone() -> None:
    async def story(desk: Desk) -> None:
        desk.put(Urgency.FINAL, "refused", fails=[Later("no", 40.0)])
        await asyncio.sleep(0.1)
        desk.lanes.put(THERE, Urgency.FINAL, "other", desk.work("other"))

    assert {name: moment for moment, name in played(story).begun}["other"] < 1


def test_retries_come_ever_more_rarely_but_at_least_every_two_minutes() -> None:
    async def story(desk: Desk) -> None:
        desk.put(Urgency.FINAL, "stubborn", fails=[Later("503")] * 20)

    moments = [moment for moment, _ in played(story).begun]
    pauses = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert pauses == [pause_after(tries) for tries in range(20)]
    assert max(pauses) == 120


def test_work_that_breaks_does_not_stop_the_lane(caplog: pytest.LogCaptureFixture) -> None:
    async def story(desk: Desk) -> None:
        for number in range(WIDTH + 1):
            desk.put(Urgency.FINAL, number, fails=[RuntimeError("it broke")])
        desk.put(Urgency.FINAL, "last")

    assert "last" in played(story).names
    assert "it broke" in caplog.text


async def test_a_lane_that_is_closed_does_nothing_more() -> None:
    desk = Desk()
    for number in range(4):
        desk.put(Urgency.FINAL, number, 60.0)
    await asyncio.sleep(0)
    await desk.lanes.close()
    assert desk.names == [0, 1]
    assert desk.lanes.is_idle


letters = st.tuples(
    st.sampled_from([Urgency.FINAL, Urgency.FIRST, Urgency.MINOR]),
    st.floats(0, 3),  # how long it takes
    st.lists(st.one_of(st.none(), st.floats(0.5, 70)), max_size=3),  # how long it is refused each time
    st.floats(0, 5),  # when the next one comes
)


@given(st.lists(letters, max_size=12), st.lists(st.floats(0, 20), max_size=8))
@settings(max_examples=150, deadline=None)
def test_whatever_happens_everything_but_previews_is_done_and_never_more_than_allowed_at_once(
    posts: list[tuple[Urgency, float, list[float | None], float]], previews: list[float]
) -> None:
    async def story(desk: Desk) -> None:
        async def preview() -> None:
            for number, pause in enumerate(previews):
                desk.put(Urgency.PREVIEW, ("preview", number), 0.1)
                await asyncio.sleep(pause)

        showing = asyncio.create_task(preview())
        for number, (urgency, seconds, refused, gap) in enumerate(posts):
            desk.put(urgency, number, seconds, [Later("no", after) for after in refused])
            await asyncio.sleep(gap)
        await showing

    desk = played(story)
    done = [name for name in desk.names if isinstance(name, int)]
    tries = {number: len(refused) + 1 for number, (_, _, refused, _) in enumerate(posts)}
    assert {number: done.count(number) for number in tries} == tries
    assert desk.most <= WIDTH
    shown = [moment for moment, name in desk.begun if isinstance(name, tuple)]
    assert all(later - earlier >= PREVIEW_SPACING - 1e-6 for earlier, later in itertools.pairwise(shown))


@given(st.permutations([Urgency.FINAL] * 3 + [Urgency.FIRST] * 3 + [Urgency.MINOR] * 3 + [Urgency.PREVIEW]))
@settings(max_examples=50, deadline=None)
def test_what_waits_together_goes_by_urgency_and_then_in_its_order(urgencies: list[Urgency]) -> None:
    async def story(desk: Desk) -> None:
        desk.lanes.pause(10)
        for number, urgency in enumerate(urgencies):
            desk.put(urgency, (urgency, number), 1.0)

    desk = played(story)
    assert desk.names == sorted(desk.names)  # type: ignore[type-var]
    assert desk.begun[0][0] >= 10


def test_waiting_costs_no_turn_of_the_loop() -> None:
    """A lane that has to wait for an hour sets one alarm."""

    async def story() -> int:
        desk, alarms = Desk(), 0
        loop = asyncio.get_running_loop()
        call_at = loop.call_at

        def counted(*about: Any, **more: Any) -> asyncio.TimerHandle:
            nonlocal alarms
            alarms += 1
            return call_at(*about, **more)

        loop.call_at = counted  # type: ignore[method-assign,assignment]
        desk.put(Urgency.FINAL, "refused", fails=[Later("no", 3600.0)])
        await asyncio.sleep(4000)
        assert desk.names == ["refused", "refused"]
        return alarms

    assert run_swiftly(story()) <= 3
