"""Stylize, weird, chaos and stop: what each does to pictures of every family, and that neutral values do nothing."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

import pytest
import torch
from PIL import Image

from engine.errors import RecipeError
from engine.language.prompt import parse
from engine.models.catalog import Catalog, Family, Guiding
from engine.paint.easel import Easel
from engine.paint.painters.diffusion import paint_raw
from engine.paint.touches import Touch
from engine.recipe import Recipe
from engine.translate import translate
from tests.engine import tiny
from tests.engine.paint.gate import PICTURES, Case, apart

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The configuration file of this scheduler:FutureWarning"),
    pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning"),
]
FAMILIES = list(Family)


def recipe(family: Family, flags: str = "", *, steps: int = 4) -> Recipe:
    """From words to a recipe, as a member's are."""
    entry = replace(tiny.entry(family), steps=steps, most_steps=50)
    text = parse(f"a red house on green hills {flags}")
    asked = translate(text, Catalog.of([entry]), default_model=entry.name, drawn_seed=5, cells=1)
    return replace(asked.cells[0], model=tiny.build(family).pin)


def painted(one: Recipe, family: Family) -> torch.Tensor:
    image: torch.Tensor = paint_raw(Easel(one, tiny.build(family), PICTURES))[0]
    return image


@pytest.mark.parametrize("flag", ["stylize", "weird", "chaos"])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_more_is_asked_for_the_further_it_leads_from_the_plain_picture(family: Family, flag: str) -> None:
    values = {"stylize": (100, 400, 1000), "weird": (300, 1000, 3000), "chaos": (10, 40, 100)}[flag]
    plain = painted(recipe(family), family)
    distances = [float((painted(recipe(family, f"--{flag} {v}"), family) - plain).abs().mean()) for v in values]
    assert 0 < distances[0] < distances[1] < distances[2]


def test_neutral_values_give_the_very_same_recipe() -> None:
    for family in FAMILIES:
        plain = recipe(family)
        for flags in ("--stylize 0", "--weird 0", "--chaos 0", "--quality 1", "--stop 100", "--sd", "--ar 1:1"):
            assert recipe(family, flags) == plain
        assert plain.extras == ()


@pytest.mark.parametrize("family", FAMILIES)
def test_weird_reads_the_same_words_the_same_way_in_every_cell(family: Family) -> None:
    from engine.paint.conditioning import _tilt

    value = torch.randn(1, 7, 32, generator=torch.Generator().manual_seed(3))
    one, other = (replace(recipe(family, "--weird 900"), seed=seed) for seed in (1, 2))
    assert torch.equal(_tilt(value, one, "prompt_embeds"), _tilt(value, other, "prompt_embeds"))
    assert float(_tilt(value, one, "x").norm()) == pytest.approx(float(value.norm()), rel=1e-5)


class Counted:
    """How often a model is asked."""

    def __init__(self, model: torch.nn.Module, patch: pytest.MonkeyPatch) -> None:
        self.calls = 0
        real = model.forward

        def forward(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            return real(*args, **kwargs)

        forward.__signature__ = inspect.signature(real)  # type: ignore[attr-defined]
        patch.setattr(model, "forward", forward)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_picture_that_stops_early_asks_its_model_less_and_is_less_far(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = Counted(tiny.build(family).denoiser, monkeypatch)
    whole = painted(recipe(family, steps=8), family)
    each = count.calls // 8
    distances = []
    for stop, calls in ((90, 7), (50, 4), (12, 1)):
        before = count.calls
        early = painted(recipe(family, f"--stop {stop}", steps=8), family)
        assert count.calls - before == calls * each
        assert bool(torch.isfinite(early).all())
        distances.append(float((early - whole).abs().mean()))
    assert 0 < distances[0] < distances[1] < distances[2]


@pytest.mark.parametrize("sampler", ["ddim", "ddpm", "euler", "euler_a", "heun", "dpm++", "dpm++_sde", "unipc"])
def test_stopping_works_with_every_sampler_and_ends_without_noise(sampler: str) -> None:
    """Near the end hardly anything is left to do: what was predicted then is nearly the picture."""
    flags = f"--sampler {sampler}"
    whole = painted(recipe(Family.SD, flags, steps=20), Family.SD)
    late = painted(recipe(Family.SD, f"{flags} --stop 97", steps=20), Family.SD)
    early = painted(recipe(Family.SD, f"{flags} --stop 20", steps=20), Family.SD)
    assert 0 < float((late - whole).abs().mean()) < float((early - whole).abs().mean())


@pytest.mark.parametrize("family", FAMILIES)
def test_what_may_not_change_does_not_change_when_a_picture_stops_early(family: Family) -> None:
    """Where the mask is black: noise that was mixed in for a step that never came would be seen."""
    base = Case(family, "inpaint", tiny.entry(family).scheduler, steps=6, strength=1.0).recipe()
    closed = {**PICTURES, "mask": Image.new("RGB", (tiny.SIDE, tiny.SIDE), "black")}
    whole, early = (
        paint_raw(Easel(replace(base, extras=Touch(stop=stop).extras), tiny.build(family), closed))[0]
        for stop in (100, 50)
    )
    assert apart(early, whole) < 1e-4


@pytest.mark.parametrize("family", [f for f in FAMILIES if tiny.entry(f).guiding is not Guiding.NONE])
def test_guidance_acts_where_a_model_takes_it(family: Family) -> None:
    plain = recipe(family)
    assert apart(painted(replace(plain, guidance=plain.guidance + 2), family), painted(plain, family)) > 1e-4


@pytest.mark.parametrize("family", FAMILIES)
def test_the_weightier_the_picture_the_less_the_painting_leaves_it(family: Family) -> None:
    """What is left of it after nothing but decoding is the measure: strength 0.01 of one step."""
    base = Case(family, "image", tiny.entry(family).scheduler, steps=12).recipe()

    def started(strength: float) -> torch.Tensor:
        return painted(replace(base, sources=(replace(base.sources[0], strength=strength),)), family)

    kept = started(0.01)
    far = [float((started(strength) - kept).abs().mean()) for strength in (0.2, 0.6, 1.0)]
    assert 0 < far[0] < far[1] < far[2]


def test_extras_that_nobody_knows_are_refused() -> None:
    for extras in ((("stop", 5),), (("tile", 1),), (("weird", 3001),), (("nope", True),), (("stop", 100),)):
        with pytest.raises(RecipeError, match=f"extras.{extras[0][0]}"):
            Touch.of(replace(recipe(Family.SD), extras=extras))
    assert Touch.of(recipe(Family.SD, "--tile --stop 60 --weird 5")) == Touch(stop=60, tile=True, weird=5)
