"""What a recipe is, and how the cells of a grid get their seeds."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from engine.errors import RecipeError
from engine.recipe import Adapter, Environment, ModelPin, Phrase, Recipe, Role, Source, cell_seed

PIN = ModelPin("sdxl", "owner/sdxl", "4621" + "0" * 36)
PLAIN = Recipe(model=PIN, width=1024, height=1024, seed=7, steps=30, guidance=7.0, scheduler="euler")


def test_first_cell_has_the_jobs_seed_and_the_others_follow_a_rule_that_never_changes() -> None:
    assert [cell_seed(7, cell) for cell in range(4)] == [7, 1416492364, 2519643401, 3328716737]


def test_neighbouring_seeds_share_no_cell() -> None:
    seeds = [cell_seed(seed, cell) for seed in range(1000) for cell in range(4)]
    assert len(set(seeds)) == len(seeds)
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_all_faults_of_a_recipe_are_told_at_once() -> None:
    with pytest.raises(RecipeError) as caught:
        replace(
            PLAIN,
            kind="",
            width=4,
            height=99_999,
            seed=-1,
            steps=0,
            guidance=math.nan,
            chaos=101,
            phrases=(Phrase("a", math.inf),),
            sources=(Source(Role.IMAGE, "00", math.nan),),
            adapters=(Adapter("a", "00", math.inf),),
            extras=(("b", 1), ("a", math.nan)),
        )
    places = [fault.where for fault in caught.value.faults]
    numbers = ["phrases[0].weight", "sources[0].strength", "adapters[0].strength", "extras.a", "extras"]
    assert places == ["kind", "width", "height", "seed", "steps", "guidance", "chaos", *numbers]
    assert "width: is 4. Use 8 to 16384 pixels." in str(caught.value)


@pytest.mark.parametrize("strength", [-0.1, 1.01])
def test_a_picture_may_change_between_not_at_all_and_wholly(strength: float) -> None:
    with pytest.raises(RecipeError, match=r"strength: is .* Use 0 to 1."):
        replace(PLAIN, sources=(Source(Role.IMAGE, "00", strength),))
    assert replace(PLAIN, sources=(Source(Role.CONTROL, "00", strength),)).sources


def test_what_painted_it_is_no_part_of_what_was_asked() -> None:
    painted = replace(PLAIN, exact=True).painted_in(Environment("0.1.0", (("torch", "2.11"),), "cpu", "float32"))
    assert painted != PLAIN
    assert painted.asked() == PLAIN
