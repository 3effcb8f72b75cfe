"""What nobody could paint is refused at the door, in the sentence that its painter would have said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.derive import enlarge, enlarge_creatively
from engine.engine import Engine
from engine.errors import RecipeError
from engine.job import Job, Speed
from engine.models.catalog_toml import load_catalog
from engine.paint.painters.checks import check
from engine.recipe import ModelPin, Recipe, Role, Source
from engine.settings import EngineSettings
from tests.engine.test_recipe import PLAIN

CATALOG = load_catalog()
IMAGE, MASK = Source(Role.IMAGE, "ab", 0.5), Source(Role.MASK, "cd")
CONTROL = Source(Role.CONTROL, "ef", 1.0, ModelPin("canny", "some/canny", "main"))


def recipe(model: str = "sdxl", **changes: object) -> Recipe:
    entry = CATALOG.find(model)
    plain = replace(PLAIN, kind=entry.kind, model=entry.pin(), scheduler=entry.scheduler, extras=())
    return replace(plain, **changes)  # type: ignore[arg-type]


LARGE = enlarge(recipe(), "ab").cells[0]
RICHER = enlarge_creatively(recipe(), "ab", CATALOG.find("sdxl")).cells[0]
WRONG = [
    (recipe(sources=(IMAGE, replace(IMAGE, sha256="99"))), "sources: have more than one image picture."),
    (recipe(sources=(CONTROL, replace(CONTROL, sha256="99"))), "sources: have more than one control picture."),
    (recipe("swatch", sources=(IMAGE, IMAGE)), "sources: have more than one image picture."),
    (recipe(sources=(MASK,)), "sources: have a mask but no picture."),
    (recipe("swatch", sources=(MASK,)), "sources: have a mask but no picture."),
    (recipe(sources=(replace(CONTROL, model=None),)), "sources[0].model: is missing from a control picture."),
    (recipe("sd3.5-medium", sources=(CONTROL, IMAGE)), "sources: ask for control and image, which"),
    (recipe(scheduler="flow"), "scheduler: is flow, which Stable Diffusion XL 1.0 cannot be painted with."),
    (recipe("sd3.5-medium", scheduler="dpm++", sources=(IMAGE,)), "with which Stable Diffusion 3.5 Medium starts from"),
    (recipe(width=1001), "width: is 1001, which Stable Diffusion XL 1.0 cannot paint. Use a multiple of 8."),
    (recipe("flux-dev", height=1000), "height: is 1000, which FLUX.1 dev cannot paint. Use a multiple of 16."),
    (recipe(kind="sculpture"), "kind: is sculpture, which nobody here can paint."),
    (recipe(kind="swatch"), "kind: is swatch, and Stable Diffusion XL 1.0 is painted by diffusion."),
    (recipe("swatch", kind="diffusion"), "kind: is diffusion, and Swatch is painted by swatch."),
    (recipe(extras=(("glitter", 1),)), "extras.glitter: is 1."),
    (replace(LARGE, sources=()), "sources: have no picture to enlarge."),
    (replace(LARGE, sources=(IMAGE, MASK)), "sources: are not one picture to enlarge."),
    (replace(LARGE, extras=(("glitter", 1),)), "extras.glitter: is 1."),
    (replace(LARGE, extras=(("enlarger", "net"), ("net", "huge"))), "extras.net: is 'huge'."),
    (replace(RICHER, scheduler="flow"), "scheduler: is flow"),
    (replace(RICHER, model=CATALOG.find("swatch").pin()), "kind: is diffusion, and Swatch is painted by swatch."),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG)
async def test_a_malformed_cell_is_refused_when_it_is_submitted_or_quoted(wrong: Recipe, sentence: str) -> None:
    pictures = {source.sha256: b"" for source in wrong.sources}
    async with await Engine.open(EngineSettings(device="none")) as engine:
        with pytest.raises(RecipeError) as refused:
            engine.submit(Job("j", 1, "ada", Speed.FAST, (wrong,), pictures=pictures))
        assert sentence in str(refused.value)
        with pytest.raises(RecipeError):
            await engine.quote((wrong,))
        assert (await engine.queue_view()).waiting == ()


@pytest.mark.parametrize("name", [entry.name for entry in CATALOG.offered])
def test_what_the_catalogue_offers_passes(name: str) -> None:
    entry = CATALOG.find(name)
    for size in entry.sizes:
        for scheduler in entry.schedulers:
            check(recipe(name, width=size.width, height=size.height, scheduler=scheduler), entry)
    check(recipe(name, sources=(IMAGE, MASK)), entry)
    check(enlarge_creatively(recipe(name), "ab", entry).cells[0], entry)
