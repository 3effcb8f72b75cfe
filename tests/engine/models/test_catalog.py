"""The models that ship: what is said of them, and the sizes that they paint."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UnknownModelError
from engine.models.catalog import Commercial, Entry, Family, Guiding, Place, Size, Task
from engine.models.catalog_toml import load_catalog
from engine.recipe import Weighting

CATALOG = load_catalog()
ENTRIES = list(CATALOG)


def test_every_promised_model_is_there() -> None:
    families = {entry.family for entry in ENTRIES}
    assert families == set(Family)
    promised = "pocket sd1.5 sdxl sdxl-turbo sdxl-lightning sd3.5-medium sd3.5-large flux-schnell flux-dev flux2-klein"
    assert {*promised.split(), "z-image-turbo", "qwen-image"} <= set(CATALOG.names)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_entry_says_where_it_comes_from_and_what_is_allowed(entry: Entry) -> None:
    assert entry.place is Place.SHIPPED or re.fullmatch(r"[0-9a-f]{40}", entry.revision)
    assert entry.licence.url.startswith("https://")
    assert entry.licence.commercial is Commercial.YES or entry.licence.terms.endswith(".")
    assert Task.TEXT in entry.tasks
    assert 0 < entry.memory_gib < 100


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
@given(width=st.integers(1, 140), height=st.integers(1, 140))
def test_every_ratio_gets_a_size_that_the_model_can_paint(entry: Entry, width: int, height: int) -> None:
    if not 1 / 14 <= width / height <= 14:
        return
    size = entry.size_for(width, height)
    assert size.width % entry.multiple == size.height % entry.multiple == 0
    assert max(size.width, size.height) <= entry.longest
    area = entry.sizes[0].width * entry.sizes[0].height
    assert size.width * size.height <= 1.15 * area
    unit = entry.multiple / min(size.width, size.height)  # a short side of few multiples cannot be more exact
    assert abs(math.log(size.width / size.height * height / width)) <= max(0.05, 0.75 * unit)


@given(width=st.integers(1, 140), height=st.integers(1, 140))
def test_portrait_is_landscape_turned(width: int, height: int) -> None:
    for entry in ENTRIES:
        if all(Size(size.height, size.width) in entry.sizes for size in entry.sizes):
            wide, tall = entry.size_for(width, height), entry.size_for(height, width)
            assert abs(math.log(wide.width * tall.width / wide.height / tall.height)) < 0.09


def test_listed_sizes_are_preferred() -> None:
    sdxl = CATALOG.find("sdxl")
    assert [str(sdxl.size_for(*ratio)) for ratio in ((1, 1), (3, 2), (16, 9), (2, 3))] == [
        "1024x1024",
        "1216x832",
        "1344x768",
        "832x1216",
    ]


def test_models_are_found_by_any_of_their_names() -> None:
    assert CATALOG.find("FLUX") is CATALOG.find("flux-dev")
    with pytest.raises(UnknownModelError, match=r"no model named sdlx\. Did you mean sdxl\?") as caught:
        CATALOG.find("sdlx")
    assert caught.value.nearest == "sdxl"
    with pytest.raises(UnknownModelError, match="Known are: pocket"):
        CATALOG.find("????")


def test_rows_follow_from_how_a_model_is_guided() -> None:
    assert CATALOG.find("sdxl").rows(7.0) == 2
    assert CATALOG.find("sdxl").rows(1.0) == 1
    assert CATALOG.find("sdxl").rows(7.0, phrases=3) == 2
    assert CATALOG.find("flux-dev").rows(3.5) == 1
    assert CATALOG.find("qwen-image").rows(4.0, phrases=3) == 4
    assert CATALOG.find("z-image-turbo").rows(0.0, phrases=0) == 1


def test_models_that_may_not_earn_money_say_so() -> None:
    refused = {entry.name for entry in ENTRIES if entry.licence.commercial is Commercial.NO}
    assert refused == {"sdxl-turbo", "flux-dev"}


def test_distilled_models_take_no_guidance() -> None:
    for entry in ENTRIES:
        assert (entry.guiding is Guiding.NONE) == (entry.most_guidance == 0)
        assert entry.weighting in Weighting


def test_pin_names_one_exact_model() -> None:
    pin = CATALOG.find("sdxl").pin()
    assert (pin.name, pin.source) == ("sdxl", "stabilityai/stable-diffusion-xl-base-1.0")
    assert CATALOG.find("pocket").pin("sha256:00").revision == "sha256:00"
