"""Models come and go by what memory there is; a broken one takes nothing else with it."""

from __future__ import annotations

import gc
import shutil
import weakref
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import ModelError, UnknownModelError
from engine.models.catalog import Catalog
from engine.models.device import Device
from engine.models.loaded import Loaded
from engine.models.seating import WORKING_SHARE
from engine.models.shelf import Shelf
from tests.engine.models.conftest import GIB, catalog_of, entry_for

UNET = "unet/diffusion_pytorch_model.safetensors"


def ignore(_: float, __: str) -> None:
    pass


@pytest.fixture
def three(tiny: Path) -> Catalog:
    return catalog_of(*(entry_for(tiny, name) for name in ("one", "two", "three")))


def shelf_for(catalog: Catalog, models: float) -> Shelf:
    """With room for so many of the tiny model."""
    size = Shelf(catalog, Device("cpu", "float32", 8 * GIB, "")).load(next(iter(catalog)).name, ignore).held_bytes
    return Shelf(catalog, Device("cpu", "float32", round(size * models / (1 - WORKING_SHARE)), ""))


def test_a_loaded_model_is_what_was_saved_in_the_devices_numbers(tiny: Path, three: Catalog) -> None:
    import torch
    from safetensors.torch import load_file

    model = Shelf(three, Device("cpu", "bfloat16", 8 * GIB, "")).load("one", ignore)
    saved = load_file(tiny / UNET)
    held = model.denoiser.state_dict()
    assert held.keys() == saved.keys()
    assert all(torch.equal(held[name], saved[name].to(torch.bfloat16)) for name in saved)
    assert set(model.components) == {"unet", "vae", "text_encoder", "tokenizer", "scheduler"}
    assert (model.pipeline, model.options) == ("StableDiffusionPipeline", {"requires_safety_checker": False})
    assert not any(weight.requires_grad for weight in model.denoiser.parameters())
    assert model.pin.revision.startswith("sha256:")


def test_loading_tells_how_far_it_is_and_is_done_once(three: Catalog, cpu: Device) -> None:
    told: list[tuple[float, str]] = []
    shelf = Shelf(three, cpu)
    model = shelf.load("one", lambda fraction, said: told.append((fraction, said)))
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0, 1)
    assert any("unet" in said for _, said in told)
    told.clear()
    assert shelf.load("one", lambda fraction, said: told.append((fraction, said))) is model
    assert told == []


def test_held_bytes_are_those_of_the_weights(three: Catalog) -> None:
    for dtype in ("float32", "bfloat16"):
        shelf = Shelf(three, Device("cpu", dtype, 8 * GIB, ""))
        before = shelf.room
        model = shelf.load("one", ignore)
        modules = [model.components[name] for name in ("unet", "vae", "text_encoder")]
        weights = sum(weight.nbytes for module in modules for weight in module.parameters())
        assert weights <= model.held_bytes <= 1.01 * weights
        assert before - shelf.room == model.held_bytes


def test_the_least_lately_used_model_goes_first(three: Catalog) -> None:
    shelf = shelf_for(three, 2.5)
    for name in ("one", "two", "one", "three"):
        shelf.load(name, ignore)
    assert shelf.resident == ("one", "three")


def test_a_model_that_is_needed_stays_and_another_goes(three: Catalog) -> None:
    shelf = shelf_for(three, 2.5)
    for name in ("one", "two"):
        shelf.load(name, ignore)
    shelf.load("three", ignore, keep=["one"])
    assert shelf.resident == ("one", "three")


def test_where_all_are_needed_a_new_one_is_to_come_again_later(three: Catalog) -> None:
    shelf = shelf_for(three, 1.5)
    shelf.load("one", ignore)
    with pytest.raises(ModelError, match="Wait until one is free again") as told:
        shelf.load("two", ignore, keep=["one"])
    assert told.value.again
    assert shelf.resident == ("one",)


def test_a_model_that_never_fits_says_how_much_it_needs(three: Catalog) -> None:
    shelf = shelf_for(three, 0.5)
    with pytest.raises(ModelError, match=r"one needs 0\.0 GiB and 0\.0 GiB can be had\. Choose a smaller") as told:
        shelf.load("one", ignore)
    assert not told.value.again


def test_nothing_goes_for_a_model_that_would_not_fit_anyway(three: Catalog, tiny: Path, tmp_path: Path) -> None:
    from engine.pocket.parts import make_unet

    large = shutil.copytree(tiny, tmp_path / "large")
    make_unet((64, 64)).save_pretrained(large / "unet")
    shelf = shelf_for(catalog_of(*three, entry_for(large, "large")), 1.5)
    shelf.load("one", ignore)
    with pytest.raises(ModelError, match="large needs"):
        shelf.load("large", ignore)
    assert shelf.resident == ("one",)


def test_who_wraps_a_model_hears_before_it_goes_and_its_memory_comes_back(three: Catalog, cpu: Device) -> None:
    seen: list[str] = []

    def let_go(model: Loaded) -> None:
        assert model.components
        seen.append(model.entry.name)

    shelf = Shelf(three, cpu, evicting=let_go)
    room = shelf.room
    unet = weakref.ref(shelf.load("one", ignore).denoiser)
    shelf.load("two", ignore)
    assert shelf.make_room(keep=["two"])
    gc.collect()
    assert unet() is None
    assert (seen, shelf.resident) == (["one"], ("two",))
    assert not shelf.make_room(keep=["two"])
    shelf.evict("two")
    shelf.evict("two")
    assert shelf.room == room


def test_an_unknown_model_is_refused_with_a_near_one(three: Catalog, cpu: Device) -> None:
    with pytest.raises(UnknownModelError, match="Did you mean three"):
        Shelf(three, cpu).load("threee", ignore)


def test_changed_files_are_another_pin(copied: Path, tiny: Path, cpu: Device) -> None:
    catalog = catalog_of(entry_for(copied, "copy"), entry_for(tiny, "original"))
    shelf = Shelf(catalog, cpu)
    assert shelf.load("copy", ignore).pin.revision == shelf.load("original", ignore).pin.revision
    shelf.evict("copy")
    config = copied / "scheduler/scheduler_config.json"
    config.write_text(config.read_text().replace("1000", "999"))
    assert shelf.load("copy", ignore).pin.revision != shelf.load("original", ignore).pin.revision


def test_the_model_that_ships_is_a_folder_of_the_engine(
    tiny: Path, cpu: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.models import places
    from engine.models.catalog import Place

    monkeypatch.setattr(places, "ENGINE", tiny.parent)
    entry = replace(entry_for(tiny), place=Place.SHIPPED, source=tiny.name)
    assert Shelf(catalog_of(entry), cpu).load("mine", ignore).pin.source == tiny.name


def test_a_model_that_something_still_holds_in_a_ring_is_looked_for(three: Catalog, cpu: Device) -> None:
    shelf = Shelf(three, cpu)
    unet = shelf.load("one", ignore).denoiser
    unet.ring = [unet.conv_in]
    unet.conv_in.ring = unet.ring
    weight = weakref.ref(unet.conv_in.weight)
    del unet
    gc.disable()
    try:
        shelf.evict("one")
        assert weight() is None
    finally:
        gc.enable()
