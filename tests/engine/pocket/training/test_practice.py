"""What the eye misses in a painting that was asked for in words."""

from dataclasses import replace

import torch
from torch.nn.functional import one_hot

from engine.pocket.evaluation.checker import COLOR_NAMES, KIND_NAMES, PLACES, STYLES, Reading
from engine.pocket.training.labels import targets, told
from engine.pocket.training.practice import TASKS, missing
from engine.pocket.world import Scene, cast, is_held_out

SCENES = [scene for scene in (cast(2 * n, TASKS) for n in range(80)) if len(scene.things) == 2][:12]


def reading_of(scenes: list[Scene]) -> Reading:
    """What an eye would say that sees these scenes, and is sure."""
    heat, kind, color = targets(scenes, 32)

    def sure(labels: torch.Tensor, count: int) -> torch.Tensor:
        return one_hot(labels.clamp(min=0), count).movedim(-1, 1) * 12.0

    place, style = told(scenes, torch.device("cpu"))
    return Reading(
        heat * 12 - 6,
        sure(kind, len(KIND_NAMES)),
        sure(color, len(COLOR_NAMES)),
        sure(place, len(PLACES)),
        sure(style, len(STYLES)),
    )


def test_nothing_is_missing_where_all_is_seen_and_much_where_other_things_are() -> None:
    seen = missing(reading_of(SCENES), SCENES)
    others = missing(reading_of([*SCENES[1:], SCENES[0]]), SCENES)
    assert (seen * 4 < others).all()


def test_a_thing_of_two_that_is_not_there_is_missed() -> None:
    halves = [replace(scene, things=scene.things[:1]) for scene in SCENES]
    assert (missing(reading_of(SCENES), SCENES) < missing(reading_of(halves), SCENES)).all()


def test_what_nobody_asked_for_counts_against_it() -> None:
    halves = [replace(scene, things=scene.things[:1]) for scene in SCENES]
    assert (missing(reading_of(halves), halves) < missing(reading_of(SCENES), halves)).all()


def test_no_task_shows_what_is_held_out() -> None:
    assert not any(is_held_out(thing.kind, thing.color) for n in range(500) for thing in cast(2 * n, TASKS).things)
