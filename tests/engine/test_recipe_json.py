"""Recipes as JSON: both ways, canonical, strict."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import RecipeError
from engine.recipe import Adapter, Environment, ModelPin, Phrase, Recipe, Role, Source, Weighting
from engine.recipe_json import from_json, recipe_hash, to_json
from tests.engine.test_recipe import PLAIN

NUMBERS = st.floats(0, 1000, allow_nan=False)
PAIRS = st.dictionaries(st.text(max_size=5), st.text(max_size=5)).map(lambda pairs: tuple(sorted(pairs.items())))
SCALARS = st.one_of(st.integers(-(2**40), 2**40), NUMBERS, st.text(max_size=5), st.booleans())
PINS = st.builds(ModelPin, st.text(max_size=5), st.text(max_size=5), st.text(max_size=5))
RECIPES = st.builds(
    Recipe,
    kind=st.sampled_from(["diffusion", "swatch"]),
    model=PINS,
    phrases=st.lists(st.builds(Phrase, st.text(), NUMBERS), max_size=3).map(tuple),
    negative=st.text(),
    weighting=st.sampled_from(Weighting),
    width=st.integers(8, 16384),
    height=st.integers(8, 16384),
    seed=st.integers(0, 2**32 - 1),
    steps=st.integers(1, 1000),
    guidance=NUMBERS,
    scheduler=st.sampled_from(["euler", "ddim"]),
    chaos=st.integers(0, 100),
    sources=st.lists(
        st.builds(Source, st.sampled_from(Role), st.text(max_size=9), st.floats(0, 1), st.none() | PINS), max_size=2
    ).map(tuple),
    adapters=st.lists(st.builds(Adapter, st.text(max_size=9), st.text(max_size=9), NUMBERS), max_size=2).map(tuple),
    extras=st.dictionaries(st.text(max_size=5), SCALARS, max_size=3).map(lambda pairs: tuple(sorted(pairs.items()))),
    exact=st.booleans(),
    environment=st.none()
    | st.builds(Environment, st.text(max_size=9), PAIRS, st.text(max_size=5), st.text(max_size=5)),
)


@settings(max_examples=200, deadline=None)
@given(RECIPES)
def test_every_recipe_goes_both_ways(recipe: Recipe) -> None:
    text = to_json(recipe)
    assert from_json(text) == recipe
    assert to_json(from_json(text)) == text
    assert text.isascii()


@settings(max_examples=50, deadline=None)
@given(RECIPES, st.randoms(use_true_random=False))
def test_hash_depends_neither_on_order_nor_on_spaces(recipe: Recipe, random: st.DataObject) -> None:
    items = list(json.loads(to_json(recipe)).items())
    random.shuffle(items)  # type: ignore[attr-defined]
    assert recipe_hash(from_json(json.dumps(dict(items), indent=2))) == recipe_hash(recipe)


def test_hash_never_changes_between_versions_of_the_program() -> None:
    assert recipe_hash(PLAIN) == "8f198e2cc85b2b313c5cdefa4899ee2f8d6c18d7a17b24b008b5a6a4c446984d"


def test_hash_tells_pictures_apart_but_not_what_painted_them() -> None:
    text = to_json(PLAIN)
    assert recipe_hash(from_json(text.replace('"seed":7', '"seed":8'))) != recipe_hash(PLAIN)
    assert recipe_hash(from_json(text.replace('"exact":false', '"exact":true'))) == recipe_hash(PLAIN)
    assert recipe_hash(PLAIN.painted_in(Environment("0.1"))) == recipe_hash(PLAIN)


def test_whole_numbers_are_taken_for_decimals() -> None:
    assert from_json(to_json(PLAIN).replace('"guidance":7.0', '"guidance":7')) == PLAIN


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"recipe": 2}, "recipe: has version 2, and 1 is known here. Update the program."),
        ({"recipe": None}, "recipe: has version None"),
        ({"magic": 1}, "magic: is not known. Remove it, or update the program."),
        ({"seed": "7"}, 'seed: is "7". Use a value of type int.'),
        ({"seed": True}, "seed: is true. Use a value of type int."),
        ({"guidance": "7"}, 'guidance: is "7". Use a value of type float.'),
        ({"guidance": 10**400}, "guidance: is 1000"),
        ({"weighting": "loud"}, 'weighting: is "loud". Use one of embeddings, guidance.'),
        ({"phrases": "a"}, 'phrases: is "a". Use a list.'),
        ({"phrases": [{"text": 1}]}, "phrases[0].text: is 1. Use a value of type str."),
        ({"phrases": [7]}, "phrases[0]: is 7. Use an object."),
        (
            {"model": {}},
            "model.name: is missing. Add it.\nmodel.source: is missing. Add it.\n",
        ),
        ({"extras": {"a": None}}, "extras.a: is null. Use a value of type int or float or str or bool."),
        ({"extras": 1}, "extras: is 1. Use an object."),
        ({"environment": {"engine": "1", "packages": {"torch": 2}}}, "environment.packages.torch: is 2."),
        ({"steps": 0, "width": 1}, "width: is 1. Use 8 to 16384 pixels.\nsteps: is 0. Use 1 to 1000."),
    ],
)
def test_wrong_text_is_refused_with_every_place(change: dict[str, object], told: str) -> None:
    with pytest.raises(RecipeError) as caught:
        from_json(json.dumps(json.loads(to_json(PLAIN)) | change))
    assert told in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "7", "{}", "null", "[" * 100_000, '{"recipe":1}'])
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(RecipeError):
        from_json(text)
