"""Each parameter of the table at work: what it changes in pictures of several families, and that its neutral value, or
the model's own value written out, changes no bit. A new row of the table fails here until it is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from engine.job import Speed
from engine.language.parameters import BY_NAME, TABLE, Destination
from engine.language.preferences import add_suffix
from engine.language.prompt import Prompt, parse
from engine.language.unfolding import unfold
from engine.models.catalog import Catalog, Entry, Family
from engine.paint.easel import Easel
from engine.paint.painters.diffusion import paint_raw
from engine.recipe import Recipe, Role, Source, cell_seed
from engine.translate import translate
from tests.engine import test_parameters_at_work, tiny
from tests.engine.models import test_adapters
from tests.engine.paint import test_effects, test_seamless
from tests.engine.paint.gate import PICTURES

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The configuration file of this scheduler:FutureWarning"),
    pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning"),
]
SD, SDXL, FLUX, APART = Family.SD, Family.SDXL, Family.FLUX, Family.Z_IMAGE
SOURCE = Source(Role.IMAGE, "picture", 0.6)
DRAWN = 5
# Of a row that decides a picture: what is written, for which families.
ACTS: dict[str, dict[Family, str]] = {
    "aspect": dict.fromkeys((SD, FLUX, APART), "--ar 2:1"),
    "seed": dict.fromkeys((SD, FLUX, APART), "--seed 8"),
    "no": dict.fromkeys((SD, FLUX, APART), "--no hills"),
    "steps": dict.fromkeys((SD, FLUX, APART), "--steps 6"),
    "guidance": dict.fromkeys((SD, SDXL, FLUX), "--guidance 9"),
    "sampler": {SD: "--sampler ddim", SDXL: "--sampler heun", FLUX: "--sampler unipc"},
    "chaos": dict.fromkeys((SD, FLUX, APART), "--chaos 40"),
    "raw": dict.fromkeys((SD, SDXL), "--raw"),
    "stylize": dict.fromkeys((SD, FLUX, APART), "--stylize 1000"),
    "weird": dict.fromkeys((SD, FLUX, APART), "--weird 300"),
    "image weight": dict.fromkeys((SD, FLUX, APART), "--iw 2"),
    "tile": dict.fromkeys((SD, FLUX, APART), "--tile"),
    "hd": dict.fromkeys((SD, FLUX, APART), "--hd"),
    "quality": dict.fromkeys((SD, FLUX, APART), "--quality 2"),
    "draft": dict.fromkeys((SD, FLUX, APART), "--draft"),
    "stop": dict.fromkeys((SD, FLUX, APART), "--stop 50"),
}
SHOWN = [(name, family, flags) for name, of in ACTS.items() for family, flags in of.items()]


def entry(family: Family) -> Entry:
    return replace(tiny.entry(family), steps=4, most_steps=50)


def recipe(prompt: Prompt | str, family: Family, *, sources: tuple[Source, ...] = ()) -> Recipe:
    """From words to a recipe, as a member's are."""
    model = entry(family)
    read = parse(f"a red house on green hills {prompt}") if isinstance(prompt, str) else prompt
    asked = translate(
        read, Catalog.of([model]), default_model=model.name, drawn_seed=DRAWN, cells=1, sources=sources
    )  # fmt: skip
    return replace(asked.cells[0], model=tiny.build(family).pin)


def painted(one: Recipe, family: Family) -> torch.Tensor:
    image: torch.Tensor = paint_raw(Easel(one, tiny.build(family), PICTURES))[0]
    return image


def differs(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.shape != other.shape or float((one - other).abs().mean()) > 1e-4


@pytest.mark.parametrize(("name", "family", "flags"), SHOWN)
def test_what_is_asked_for_changes_the_picture_and_the_same_way_each_time(
    name: str, family: Family, flags: str
) -> None:
    sources = (SOURCE,) if name == "image weight" else ()
    plain, asked = (recipe(text, family, sources=sources) for text in ("", flags))
    picture = painted(asked, family)
    assert bool(torch.isfinite(picture).all())
    assert differs(picture, painted(plain, family))
    assert torch.equal(painted(asked, family), picture)


OWN: dict[str, Callable[[Entry], str]] = {
    "seed": lambda _: f"--seed {DRAWN}",
    "steps": lambda model: f"--steps {model.steps}",
    "guidance": lambda model: f"--guidance {model.guidance:g}",
    "sampler": lambda model: f"--sampler {model.scheduler}",
    "model": lambda model: f"--model {model.name}",
    "sd": lambda _: "--sd",
}
UNWRITTEN = {"no", "raw", "tile", "draft"}  # what is neutral of them is to write nothing
NEUTRAL = [
    row
    for row in TABLE
    if row.destination is Destination.PICTURE and row.neutral is not None and row.name not in UNWRITTEN
]


def neutral(name: str, family: Family) -> str:
    row = BY_NAME[name]
    return OWN[name](entry(family)) if name in OWN else f"{row.flag} {row.kind.write(row.neutral)}"


@pytest.mark.parametrize("family", [SD, FLUX, APART])
@pytest.mark.parametrize("name", [*(row.name for row in NEUTRAL), *OWN])
def test_what_is_neutral_changes_no_bit(name: str, family: Family) -> None:
    sources = (SOURCE,) if name == "image weight" else ()
    written = neutral(name, family)
    plain, asked = (recipe(text, family, sources=sources) for text in ("", written))
    assert name in dict(parse(f"a {written}").settings)
    assert asked == plain
    assert torch.equal(painted(asked, family), painted(plain, family))


def test_what_cannot_be_written_as_neutral_is_so_when_it_is_not_written() -> None:
    for name in UNWRITTEN:
        assert BY_NAME[name].neutral in (False, ())
        assert parse("a").get(BY_NAME[name]) is None


def test_the_model_that_is_named_paints() -> None:
    both = Catalog.of([entry(SD), entry(FLUX)])
    for family, other in ((SD, FLUX), (FLUX, SD)):
        read = parse(f"a red house --model {entry(family).name}")
        asked = translate(read, both, default_model=entry(other).name, drawn_seed=DRAWN, cells=1)
        assert asked.cells[0].model == entry(family).pin()
        named = painted(replace(asked.cells[0], model=tiny.build(family).pin), family)
        assert torch.equal(named, painted(recipe(parse("a red house"), family), family))
        assert differs(named, painted(recipe(parse("a red house"), other), other))


@pytest.mark.parametrize("family", [SD, FLUX, APART])
def test_the_models_own_size_comes_back_where_twice_is_the_habit(family: Family) -> None:
    plain, habit, typed = (
        painted(recipe(parse(text), family), family)
        for text in ("a fox", add_suffix("a fox", "--hd"), add_suffix("a fox --sd", "--hd"))
    )
    assert habit.shape[-1] == 2 * plain.shape[-1]
    assert torch.equal(typed, plain)


@pytest.mark.parametrize("family", [SD, FLUX, APART])
def test_repetitions_are_other_pictures_and_the_first_is_the_seeds_own(family: Family) -> None:
    first, second = (painted(recipe(one, family), family) for one in unfold("a fox --seed 7 --repeat 2"))
    assert torch.equal(first, painted(recipe(parse("a fox --seed 7"), family), family))
    assert differs(second, first)
    (once,) = unfold("a fox --seed 7 --repeat 1")
    assert recipe(once, family) == recipe(parse("a fox --seed 7"), family)


@pytest.mark.parametrize("family", list(Family))
def test_cells_have_seeds_by_one_rule_on_every_model(family: Family) -> None:
    """The rule as the page states it, with numbers that were worked out apart: it may never change."""
    asked = translate(
        parse("a fox --seed 7"), Catalog.of([entry(family)]), default_model=entry(family).name, drawn_seed=1
    )
    assert [cell.seed for cell in asked.cells] == [7, 1416492364, 2519643401, 3328716737]
    third = painted(replace(asked.cells[2], model=tiny.build(family).pin), family)
    alone = recipe(parse(f"a fox --seed {cell_seed(7, 2)}"), family)
    assert torch.equal(third, painted(alone, family))


@pytest.mark.parametrize(
    "row", [row for row in TABLE if row.choice in ("speed", "visibility")], ids=lambda row: row.name
)
def test_how_a_job_waits_and_who_sees_it_change_no_picture(row: Any) -> None:
    read = parse(f"a fox {row.flag}")
    assert read.chosen(row.choice) == row.name
    assert row.choice != "speed" or Speed(row.name) in Speed
    for family in (SD, FLUX):
        assert recipe(read, family) == recipe(parse("a fox"), family)


def test_asking_what_it_costs_changes_no_picture() -> None:
    for family in (SD, FLUX):
        assert recipe(parse("a fox --quote"), family) == recipe(parse("a fox"), family)


# Rows that are shown by tests of their own.
ELSEWHERE: dict[str, Callable[..., object]] = {
    "model": test_the_model_that_is_named_paints,
    "style": test_adapters.test_models_of_every_family_take_styles,
    "sd": test_the_models_own_size_comes_back_where_twice_is_the_habit,
    "quote": test_asking_what_it_costs_changes_no_picture,
    "repeat": test_repetitions_are_other_pictures_and_the_first_is_the_seeds_own,
    "video": test_parameters_at_work.test_a_film_changes_no_picture_and_comes_only_where_it_was_asked_for,
    **dict.fromkeys(
        ("fast", "relax", "turbo", "stealth", "public"), test_how_a_job_waits_and_who_sees_it_change_no_picture
    ),
}
# What is more than "it changes something": monotone, cheaper, seamless.
EXACTLY: dict[str, Callable[..., object]] = {
    "stylize": test_effects.test_the_more_is_asked_for_the_further_it_leads_from_the_plain_picture,
    "weird": test_effects.test_weird_reads_the_same_words_the_same_way_in_every_cell,
    "chaos": test_effects.test_the_more_is_asked_for_the_further_it_leads_from_the_plain_picture,
    "stop": test_effects.test_a_picture_that_stops_early_asks_its_model_less_and_is_less_far,
    "tile": test_seamless.test_edges_of_a_tile_continue_each_other,
    "image weight": test_effects.test_the_weightier_the_picture_the_less_the_painting_leaves_it,
    "seed": test_cells_have_seeds_by_one_rule_on_every_model,
}


def test_every_row_of_the_table_is_shown_at_work() -> None:
    assert {row.name for row in TABLE} == {*ACTS, *ELSEWHERE}
    assert not set(ACTS) & set(ELSEWHERE)
    for name, of in ACTS.items():
        assert len(of) >= 2, name
        assert {row for flags in of.values() for row in dict(parse(f"a {flags}").settings)} == {name}
    assert set(EXACTLY) <= set(ACTS)
    for test in (*ELSEWHERE.values(), *EXACTLY.values()):
        assert test.__name__.startswith("test_")
