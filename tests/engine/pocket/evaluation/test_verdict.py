import pytest

from engine.pocket.evaluation.checker import Findings, Found
from engine.pocket.evaluation.verdict import Expectation, Skill, Wanted, expectation_of, judge
from engine.pocket.world import Place, Relation, Style, cast

CAT, CUP = Wanted("cat", "black"), Wanted("cup", "red")


def seen(*things: tuple[str, str, float, float], place: Place = Place.ROOM, style: Style = Style.FLAT) -> Findings:
    return Findings(tuple(Found(*thing, 0.9) for thing in things), place, style)


def test_a_single_thing_is_right_only_in_its_color() -> None:
    expectation = Expectation((CAT,), 1)
    assert judge(expectation, seen(("cat", "black", 0.5, 0.5)))[Skill.SINGLE]
    wrong = judge(expectation, seen(("cat", "red", 0.5, 0.5)))
    assert wrong == {Skill.OBJECT: True, Skill.SINGLE: False}
    assert not judge(expectation, seen())[Skill.OBJECT]


def test_colors_must_be_bound_to_their_own_things() -> None:
    expectation = Expectation((CAT, CUP))
    assert judge(expectation, seen(("cat", "black", 0.3, 0.5), ("cup", "red", 0.7, 0.5)))[Skill.BINDING]
    swapped = judge(expectation, seen(("cat", "red", 0.3, 0.5), ("cup", "black", 0.7, 0.5)))
    assert swapped == {Skill.OBJECT: True, Skill.BINDING: False}


@pytest.mark.parametrize(
    ("relation", "x", "y", "holds"),
    [
        (Relation.LEFT, 0.2, 0.5, True),
        (Relation.LEFT, 0.8, 0.5, False),
        (Relation.RIGHT, 0.8, 0.5, True),
        (Relation.ABOVE, 0.5, 0.2, True),
        (Relation.ABOVE, 0.5, 0.8, False),
        (Relation.ON, 0.5, 0.3, True),
        (Relation.BELOW, 0.5, 0.8, True),
        (Relation.BESIDE, 0.2, 0.5, True),
        (Relation.BESIDE, 0.5, 0.2, False),
    ],
)
def test_a_relation_is_measured_from_the_first_to_the_second(
    relation: Relation, x: float, y: float, holds: bool
) -> None:
    found = seen(("cat", "black", x, y), ("cup", "red", 0.5, 0.5))
    assert judge(Expectation((CAT, CUP), relation=relation), found)[Skill.RELATION] is holds


def test_counts_are_of_the_kind_that_was_asked() -> None:
    three = Expectation((CAT,), 3)
    cats = [("cat", "black", x, 0.5) for x in (0.2, 0.5, 0.8)]
    assert judge(three, seen(*cats))[Skill.COUNT]
    assert not judge(three, seen(*cats[:2], ("cup", "red", 0.5, 0.5)))[Skill.COUNT]


def test_place_and_style_are_judged_where_they_were_asked() -> None:
    expectation = Expectation(place=Place.SEA, style=Style.OIL)
    assert judge(expectation, seen(place=Place.SEA)) == {Skill.PLACE: True, Skill.STYLE: False}
    assert judge(Expectation(), seen()) == {}


def test_what_a_scene_holds_is_what_it_expects() -> None:
    for number in range(300):
        scene = cast(number)
        things = tuple((t.kind, t.color, t.x, t.y) for t in scene.things)
        verdict = judge(expectation_of(scene), seen(*things, place=scene.place, style=scene.style))
        assert all(verdict.values()), (scene, verdict)
