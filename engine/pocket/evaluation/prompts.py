"""What a painter is asked in evaluation: scenes whose first pair of kind and color, and whose sentence form, training
never showed; and the prompts of a public benchmark as far as their words lie in the world.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.pocket.evaluation.verdict import Expectation, Wanted, expectation_of
from engine.pocket.world import FULL, KINDS, WHOLE, Relation, Scene, Style, caption, cast, in_style
from engine.pocket.world import words as world_words

FIRST_SEED = (1 << 42) + 1
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_SIDES = {"left": Relation.LEFT, "right": Relation.RIGHT, "top": Relation.ABOVE, "bottom": Relation.BELOW}


@dataclass(frozen=True, slots=True)
class Question:
    prompt: str
    expectation: Expectation
    scene: Scene | None = None  # where the world can draw the answer


def held_out_questions(count: int) -> list[Question]:
    questions = []
    for number in range(count):
        scene = cast(FIRST_SEED + number, WHOLE, held_out=True)
        prompt = caption(scene, random.Random(number), FULL, held_out=True)
        questions.append(Question(prompt, expectation_of(scene), scene))
    return questions


def style_questions(style: Style, count: int = 64) -> list[Question]:
    """For a sheet of one style: the world's own mixture, in training's words."""
    questions = []
    for number in range(count):
        scene = in_style(cast(FIRST_SEED + 100_000 + number, WHOLE), style)
        questions.append(Question(caption(scene, random.Random(number), FULL), expectation_of(scene), scene))
    return questions


def compbench_questions(folder: Path) -> tuple[list[Question], int]:
    """The prompts of T2I-CompBench that the world has words for, and how many there were."""
    lines = [line.strip() for path in sorted(folder.glob("*_train.txt")) for line in path.read_text().splitlines()]
    found = (Question(line, expectation) for line in lines if (expectation := read_expectation(line)) is not None)
    return list(found), len(lines)


def read_expectation(prompt: str) -> Expectation | None:
    """What a plain sentence asks for, if each of its words lies in the world."""
    text = prompt.lower().strip(" .")
    sides = "|".join(_SIDES)
    if m := re.fullmatch(rf"an? (.+?) on the ({sides}) of an? (.+)", text):
        return _pair(m[1], m[3], _SIDES[m[2]])
    if m := re.fullmatch(r"an? (.+?) (?:next to|near|on side of) an? (.+)", text):
        return _pair(m[1], m[2], Relation.BESIDE)
    if m := re.fullmatch(r"an? (.+?) and an? (.+)", text):
        return _pair(m[1], m[2], Relation.NONE)
    if m := re.fullmatch(rf"({'|'.join(_NUMBERS)}) (.+)", text):
        wanted = read_thing(m[2])
        return None if wanted is None else Expectation((wanted,), _NUMBERS[m[1]])
    if m := re.fullmatch(r"an? (.+)", text):
        wanted = read_thing(m[1])
        return None if wanted is None else Expectation((wanted,), 1)
    return None


def _pair(first: str, second: str, relation: Relation) -> Expectation | None:
    a, b = read_thing(first), read_thing(second)
    if a is None or b is None or a.kind == b.kind:
        return None
    return Expectation((a, b), relation=relation)


def read_thing(phrase: str) -> Wanted | None:
    """A kind of the world, with or without a color before it."""
    names = {name: kind for kind, name in _spoken_names()}
    colors = {word: color for color, spoken in world_words.COLOR_WORDS.items() for word in spoken}
    if phrase in names:
        return Wanted(names[phrase])
    first, _, rest = phrase.partition(" ")
    return Wanted(names[rest], colors[first]) if first in colors and rest in names else None


def _spoken_names() -> Iterator[tuple[str, str]]:
    for kind in KINDS:
        for name in world_words.names_of(kind):
            yield kind, name
            yield kind, world_words.plural(name)
