import random
from pathlib import Path

import pytest

from engine.pocket.evaluation.prompts import compbench_questions, held_out_questions, read_expectation
from engine.pocket.evaluation.verdict import Expectation, Wanted
from engine.pocket.world import Relation, caption, cast, is_held_out


def test_no_question_could_have_been_a_training_caption() -> None:
    questions = held_out_questions(200)
    assert all(q.scene is not None and is_held_out(q.scene.things[0].kind, q.scene.things[0].color) for q in questions)
    assert len({q.prompt for q in questions}) == 200


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("a red car and a pink elephant", Expectation((Wanted("car", "red"), Wanted("elephant", "pink")))),
        ("a cup on the right of a turtle", Expectation((Wanted("cup"), Wanted("turtle")), relation=Relation.RIGHT)),
        ("a chicken on the top of a balloon", None),
        ("four trucks", Expectation((Wanted("truck"),), 4)),
        ("seven trucks", None),
        ("A parked black motorcycle in front of a brown house.", None),
        (
            "a golden fish next to a cup of coffee",
            Expectation((Wanted("fish", "yellow"), Wanted("cup")), relation=Relation.BESIDE),
        ),
    ],
)
def test_a_public_prompt_is_read_if_all_its_words_lie_in_the_world(prompt: str, expected: Expectation | None) -> None:
    assert read_expectation(prompt) == expected


def test_coverage_is_counted_over_all_lines(tmp_path: Path) -> None:
    (tmp_path / "color_train.txt").write_text("a red car and a blue cat\na quixotic notion\n")
    (tmp_path / "numeracy_train.txt").write_text("two pigs\nfive girls\n")
    questions, total = compbench_questions(tmp_path)
    assert [q.prompt for q in questions] == ["a red car and a blue cat", "two pigs"]
    assert total == 4


def test_captions_and_questions_of_a_scene_differ() -> None:
    scene = cast(3, held_out=True)
    assert caption(scene, random.Random(1)) != caption(scene, random.Random(1), held_out=True)
