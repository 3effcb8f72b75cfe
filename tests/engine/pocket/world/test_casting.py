import dataclasses

import pytest

from engine.pocket.world import FIRST, KINDS, WHOLE, Relation, Scene, Syllabus, cast, is_held_out, scene_from_json


def many(count: int = 3000, **changes: object) -> list[Scene]:
    syllabus = dataclasses.replace(WHOLE, **changes)  # type: ignore[arg-type]
    return [cast(number, syllabus) for number in range(count)]


def test_a_seed_always_casts_the_same_scene() -> None:
    assert cast(99) == cast(99)
    assert cast(99) != cast(100)


def test_a_scene_survives_json() -> None:
    for scene in many(200):
        assert scene_from_json(scene.to_json()) == scene


def test_pairs_that_are_held_out_are_never_cast_for_training() -> None:
    assert not any(is_held_out(t.kind, t.color) for scene in many() for t in scene.things)


def test_an_evaluation_scene_begins_with_a_pair_that_was_held_out() -> None:
    for number in range(300):
        first = cast(number, held_out=True).things[0]
        assert is_held_out(first.kind, first.color)


def test_about_a_twelfth_of_all_pairs_is_held_out_and_never_a_common_one() -> None:
    pairs = [(kind, color) for kind in KINDS for color in ("red", "blue", "green", "pink", "white", "black")]
    assert 0.04 < sum(is_held_out(*pair) for pair in pairs) / len(pairs) < 0.13
    assert not any(is_held_out(kind.name, color) for kind in KINDS.values() for color in kind.common)


def test_things_stay_within_the_picture() -> None:
    for aspect in (1.0, 0.5, 1.9):
        for number in range(1500):
            for thing in cast(number, aspect=aspect).things:
                half_x = thing.size / 2 * min(1, 1 / aspect)
                half_y = thing.size / 2 * min(1, aspect)
                assert thing.x - half_x > -0.12
                assert thing.x + half_x < 1.12
                assert thing.y - half_y > -0.06
                assert thing.y + half_y < 1.06


@pytest.mark.parametrize(
    ("relation", "holds"),
    [
        (Relation.LEFT, lambda a, b: a.x < b.x - 0.3),
        (Relation.RIGHT, lambda a, b: a.x > b.x + 0.3),
        (Relation.ABOVE, lambda a, b: a.y < b.y - 0.3),
        (Relation.BELOW, lambda a, b: a.y > b.y + 0.3),
        (Relation.ON, lambda a, b: a.y < b.y and abs(a.x - b.x) < 0.05),
        (Relation.FRONT, lambda a, b: a.size < b.size),
    ],
)
def test_a_relation_holds_between_the_things_it_names(relation: Relation, holds: object) -> None:
    found = [scene for scene in many(pair=1.0, several=0.0, empty=0.0) if scene.relation is relation]
    assert len(found) > 100
    assert callable(holds)
    assert all(holds(*scene.things) for scene in found)


def test_counts_reach_from_two_to_six() -> None:
    counts = {scene.count for scene in many(several=1.0, empty=0.0)}
    assert counts == {2, 3, 4, 5, 6}


def test_the_first_syllabus_is_easy() -> None:
    scenes = [cast(number, FIRST) for number in range(1000)]
    assert {t.kind for s in scenes for t in s.things} == set(list(KINDS)[:10])
    assert max(s.count for s in scenes) == 3
    large = [s for s in scenes if s.things and s.things[0].size > 0.6]
    assert len(large) > 400


def test_the_wrong_color_is_refused_with_the_right_ones_named() -> None:
    scene = cast(5)
    with pytest.raises(ValueError, match="'mauve' is not a colour of the world; use one of red, orange"):
        dataclasses.replace(scene, backdrop="mauve")


def test_a_syllabus_of_one_kind_casts_only_that() -> None:
    assert {t.kind for n in range(50) for t in cast(n, Syllabus(kinds=1, pair=0.0)).things} == {"house"}
