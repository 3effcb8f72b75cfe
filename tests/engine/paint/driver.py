"""Painters without an engine: takes turns at random, and joins whatever may be joined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from engine.paint.rendezvous import Arrival, Broke, Ended, Parked, Rendezvous
from engine.schedule.turn import Call, Step


class Driver:
    """`forwards` are the sizes of the batches that ran, in painters."""

    def __init__(self, meeting: Rendezvous, random: Random | None = None, *, most: int = 16) -> None:
        self.meeting, self.random, self.most = meeting, random or Random(0), most
        self.parked: dict[tuple[str, int], Call] = {}
        self.results: dict[str, Any] = {}
        self.forwards: list[int] = []

    def hear(self, arrivals: Sequence[Arrival]) -> None:
        for arrival in arrivals:
            match arrival:
                case Parked(call):
                    self.parked[call.job, call.strand] = call
                case Ended(job, _, value):
                    self.results[job] = value
                case Broke(_, _, error):
                    raise error

    def step(self, *, apart: bool = False) -> None:
        """One turn of somebody, together with whoever fits; or apart, so that all others have to wait."""
        leader = self.random.choice(list(self.parked.values()))
        same = [call for call in self.parked.values() if call.key is not None and call.key == leader.key]
        chosen = [leader] if apart or leader.key is None else same[: self.most]
        for call in chosen:
            del self.parked[call.job, call.strand]
        self.forwards.append(len(chosen))
        self.hear(self.meeting.run(Step(tuple(chosen))))

    def paint(self, *paints: Callable[[], Any], apart: float = 0.0, late: int = 0, alone: bool = False) -> list[Any]:
        """All of them to the end. `apart` is the share of turns that somebody has alone; `late` are begun only after
        some turns each."""
        waiting = list(enumerate(paints))
        while waiting or self.parked:
            if waiting and (not self.parked or len(self.forwards) >= late * (len(paints) - len(waiting))):
                number, paint = waiting.pop(0)
                self.hear([self.meeting.start(str(number), 0, paint, alone=alone)])
            else:
                self.step(apart=self.random.random() < apart)
        return [self.results[str(number)] for number in range(len(paints))]
