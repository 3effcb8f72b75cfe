"""Words with weights, unwanted words and chaos: what each does to a picture, for every family."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.models.catalog import Family, Guiding
from engine.paint.easel import Easel
from engine.paint.painters.diffusion import paint_raw
from engine.recipe import Phrase, Recipe, Weighting
from tests.engine import tiny
from tests.engine.paint.gate import Case, apart

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning"),
]
FAMILIES = list(Family)
APART = [family for family in Family if tiny.entry(family).weighting is Weighting.GUIDANCE]


def recipe(family: Family, *phrases: Phrase, **changes: object) -> Recipe:
    entry = tiny.entry(family)
    base = Case(family, "text", entry.scheduler, steps=2).recipe()
    return replace(base, phrases=phrases or base.phrases, weighting=entry.weighting, **changes)  # type: ignore[arg-type]


def picture(one: Recipe, family: Family) -> object:
    return paint_raw(Easel(one, tiny.build(family)))[0]


def distance(one: Recipe, other: Recipe, family: Family) -> float:
    return apart(picture(one, family), picture(other, family))  # type: ignore[arg-type]


RED, BLUE = Phrase("a red house"), Phrase("a blue fox")


@pytest.mark.parametrize("family", FAMILIES)
def test_words_decide_the_picture(family: Family) -> None:
    assert distance(recipe(family, RED), recipe(family, BLUE), family) > 1e-3


@pytest.mark.parametrize("family", FAMILIES)
def test_two_texts_with_weights_are_between_them_and_nearer_to_the_heavier(family: Family) -> None:
    alone = picture(recipe(family, RED), family)
    heavy = picture(recipe(family, replace(RED, weight=0.9), replace(BLUE, weight=0.1)), family)
    light = picture(recipe(family, replace(RED, weight=0.1), replace(BLUE, weight=0.9)), family)
    assert 0 < apart(heavy, alone) < apart(light, alone)  # type: ignore[arg-type]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_text_that_counts_against_leads_away_from_it(family: Family) -> None:
    plain = recipe(family, RED)
    against = recipe(family, replace(RED, weight=1.5), replace(BLUE, weight=-0.5))
    assert distance(plain, against, family) > 1e-4


@pytest.mark.parametrize("family", APART)
def test_phrases_that_guide_apart_and_say_the_same_are_that_text(family: Family) -> None:
    twice = recipe(family, replace(RED, weight=0.25), replace(RED, weight=0.75))
    assert distance(twice, recipe(family, RED), family) < 1e-4


@pytest.mark.parametrize("family", [f for f in FAMILIES if tiny.entry(f).guiding is Guiding.DOUBLE])
def test_unwanted_words_act_where_a_model_guides_twice(family: Family) -> None:
    assert distance(recipe(family, RED, negative="a fox"), recipe(family, RED, negative="green hills"), family) > 1e-4


@pytest.mark.parametrize("family", FAMILIES)
def test_chaos_leads_cells_apart_and_the_more_the_further(family: Family) -> None:
    plain = recipe(family, RED)
    distances = [distance(replace(plain, chaos=chaos), plain, family) for chaos in (0, 20, 100)]
    assert distances[0] == 0
    assert distances[0] < distances[1] < distances[2]


@pytest.mark.parametrize("family", [Family.SD, Family.Z_IMAGE])
def test_chaos_is_the_same_at_every_painting(family: Family) -> None:
    one = recipe(family, RED, chaos=50)
    assert distance(one, one, family) == 0


def test_chaos_leads_each_cell_its_own_way() -> None:
    """The same noise to begin with would hide it: the words alone are compared."""
    from engine.paint.conditioning import _step_away

    embeds = __import__("torch").randn(1, 7, 32)
    ways = [
        _step_away(embeds, recipe(Family.SD, RED, chaos=80, seed=seed), "prompt_embeds").numpy() for seed in (1, 2, 1)
    ]
    assert np.array_equal(ways[0], ways[2])
    assert not np.allclose(ways[0], ways[1])


def test_the_four_cells_of_a_grid_mean_the_same_without_chaos_and_lie_further_apart_with_more() -> None:
    """Measured between each two cells, on all that their words become. Their noise differs anyway, by their seeds."""
    from itertools import combinations

    import torch

    from engine.paint.conditioning import _led_away
    from engine.recipe import cell_seed

    words = {"prompt_embeds": torch.randn(1, 7, 32), "pooled_prompt_embeds": torch.randn(1, 32)}

    def apart_by(chaos: int) -> float:
        cells = [_led_away(words, recipe(Family.SDXL, RED, chaos=chaos, seed=cell_seed(7, cell))) for cell in range(4)]
        pairs = [float((one[name] - other[name]).norm()) for one, other in combinations(cells, 2) for name in words]
        return min(pairs) if chaos else max(pairs)

    distances = [apart_by(chaos) for chaos in (0, 1, 10, 40, 70, 100)]
    assert distances[0] == 0
    assert distances == sorted(set(distances))
