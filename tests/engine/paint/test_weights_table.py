"""Each cell of the page's table about weights and `--no`, on real pipelines with random weights: from the words that a
member types to what the denoiser is given and to the latents that come out.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import torch

from engine.language.prompt import parse
from engine.models.catalog import Catalog, Entry, Family, Size
from engine.paint.easel import Easel
from engine.paint.painters.diffusion import paint_raw
from engine.recipe import Weighting
from engine.translate import translate
from tests.engine import tiny

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The configuration file of this scheduler:FutureWarning"),
    pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning"),
]
OFFERED = list(tiny.CATALOG.offered)
MIXED = [entry for entry in OFFERED if entry.weighting is not Weighting.GUIDANCE]
APART = [entry for entry in OFFERED if entry.weighting is Weighting.GUIDANCE]
TWICE = [entry for entry in OFFERED if entry.guides_twice(entry.guidance)]
ONCE = [entry for entry in OFFERED if not entry.guides_twice(entry.guidance)]
RED, BLUE = "a red house", "a blue fox"


def title(entry: Entry) -> str:
    return entry.name


@dataclass
class Seen:
    """What the denoiser was given for words, a row each, and the latents as they were decoded."""

    texts: list[torch.Tensor] = field(default_factory=list)
    latents: torch.Tensor = field(default_factory=lambda: torch.zeros(0))
    calls: int = 0

    @property
    def wanted(self) -> torch.Tensor:
        """The unwanted words stand before the wanted ones in one call, or are asked in a second call."""
        return self.texts[-1 if self.calls == 1 else 0]


@contextmanager
def watched(family: Family) -> Iterator[Seen]:
    model, seen = tiny.build(family), Seen()
    denoiser, vae = model.denoiser, model.components["vae"]
    forward, decode = denoiser.forward, vae.decode

    def told(*args: Any, **kwargs: Any) -> Any:
        given = inspect.signature(forward).bind(*args, **kwargs).arguments
        words = given["cap_feats"] if "cap_feats" in given else given["encoder_hidden_states"]
        seen.texts += [row.clone() for row in words]
        seen.calls += 1
        return forward(*args, **kwargs)

    def decoded(latents: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        seen.latents = latents.clone()
        return decode(latents, *args, **kwargs)

    told.__signature__ = inspect.signature(forward)  # type: ignore[attr-defined]
    denoiser.forward, vae.decode = told, decoded
    try:
        yield seen
    finally:
        del denoiser.forward, vae.decode


def painted(entry: Entry, text: str) -> Seen:
    """With one step: what it adds to the noise is what the denoiser said, times a number."""
    small = replace(entry, sizes=(Size(tiny.SIDE, tiny.SIDE),), multiple=16, longest=128, most_steps=50)
    read = parse(f"{text} --steps 1 --raw")
    asked = translate(read, Catalog.of([small]), default_model=entry.name, drawn_seed=5, cells=1)
    model = tiny.build(small.family)
    recipe = replace(asked.cells[0], model=model.pin)
    with watched(small.family) as seen:
        paint_raw(Easel(recipe, replace(model, entry=small)))
    return seen


def alike(one: torch.Tensor, other: torch.Tensor) -> float:
    return float(torch.nn.functional.cosine_similarity(one.flatten().float(), other.flatten().float(), dim=0))


SHARES = [("::3 ", "::1", 0.75, 0.25), ("::1 ", "::3", 0.25, 0.75), ("::1.5 ", "::-.5", 1.5, -0.5)]


@pytest.mark.parametrize(("first", "second", "red", "blue"), SHARES)
@pytest.mark.parametrize("entry", MIXED, ids=title)
def test_where_words_are_mixed_the_denoiser_gets_the_weighted_sum_of_both_in_one_call(
    entry: Entry, first: str, second: str, red: float, blue: float
) -> None:
    alone, other = painted(entry, RED), painted(entry, BLUE)
    both = painted(entry, f"{RED}{first}{BLUE}{second}")
    assert both.calls == alone.calls
    assert alike(both.wanted, red * alone.wanted + blue * other.wanted) > 0.9999
    lengths = [float(seen.wanted.norm()) for seen in (alone, other)]
    middle = (lengths[0] * abs(red) + lengths[1] * abs(blue)) / (abs(red) + abs(blue))
    assert float(both.wanted.norm()) == pytest.approx(middle, rel=1e-3)
    assert not torch.equal(both.latents, alone.latents)


@pytest.mark.parametrize(("first", "second", "red", "blue"), SHARES)
@pytest.mark.parametrize("entry", APART, ids=title)
def test_where_texts_guide_apart_the_step_is_the_weighted_sum_of_the_steps_by_each(
    entry: Entry, first: str, second: str, red: float, blue: float
) -> None:
    flags = " --guidance 1" if entry in TWICE else ""
    alone, other = painted(entry, RED + flags), painted(entry, BLUE + flags)
    both = painted(entry, f"{RED}{first}{BLUE}{second}{flags}")
    assert both.calls == alone.calls + 1
    expected = red * alone.latents + blue * other.latents
    assert float((both.latents - expected).abs().max() / expected.abs().max()) < 1e-4
    assert float((both.latents - alone.latents).abs().max()) > 1e-5


@pytest.mark.parametrize("entry", TWICE, ids=title)
def test_where_there_is_a_negative_prompt_the_unwanted_words_stand_in_it_alone(entry: Entry) -> None:
    unwanted, plain = painted(entry, BLUE), painted(entry, RED)
    both = painted(entry, f"{RED} --no {BLUE}")

    def holds(seen: Seen, words: torch.Tensor) -> bool:
        return any(row.shape == words.shape and torch.allclose(row, words, atol=1e-5) for row in seen.texts)

    assert holds(both, unwanted.wanted)
    assert not holds(plain, unwanted.wanted)
    assert both.calls == plain.calls
    assert holds(both, plain.wanted)
    assert not torch.equal(both.latents, plain.latents)


@pytest.mark.parametrize("entry", ONCE, ids=title)
def test_where_there_is_none_the_unwanted_words_count_half_against_the_text(entry: Entry) -> None:
    """1 and −0.5, as shares of one whole: twice the text, less once what is unwanted."""
    alone, other = painted(entry, RED), painted(entry, BLUE)
    both = painted(entry, f"{RED} --no {BLUE}")
    if entry.weighting is Weighting.GUIDANCE:
        expected = 2 * alone.latents - other.latents
        assert float((both.latents - expected).abs().max() / expected.abs().max()) < 1e-4
    else:
        assert alike(both.wanted, 2 * alone.wanted - other.wanted) > 0.9999
    assert not torch.equal(both.latents, alone.latents)


def test_every_model_that_is_offered_is_in_one_cell_of_each_row() -> None:
    assert {entry.name for entry in MIXED} | {entry.name for entry in APART} == {entry.name for entry in OFFERED}
    assert min(map(len, (MIXED, APART, TWICE, ONCE))) >= 2
