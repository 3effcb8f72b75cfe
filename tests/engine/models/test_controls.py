"""A ControlNet is loaded beside its model, from the two places that a recipe may name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import ModelError
from engine.models import controls
from engine.models.device import Device
from engine.models.loaded import Loaded
from engine.models.shelf import Shelf
from engine.recipe import ModelPin
from tests.engine.models.conftest import catalog_of, entry_for

COMMIT = "b" * 40


def ignore(_: float, __: str) -> None:
    pass


@pytest.fixture
def hub(tiny: Path, tmp_path: Path) -> Path:
    """With one ControlNet in it, as if it had been fetched."""
    from diffusers import ControlNetModel, UNet2DConditionModel

    control = ControlNetModel.from_unet(
        UNet2DConditionModel.from_pretrained(tiny / "unet"), conditioning_embedding_out_channels=(16,)
    )
    control.save_pretrained(tmp_path / "models--eve--lines" / "snapshots" / COMMIT)
    return tmp_path


@pytest.fixture
def shelf(tiny: Path, hub: Path, cpu: Device) -> Shelf:
    return Shelf(catalog_of(entry_for(tiny)), cpu, hub=hub)


@pytest.fixture
def model(shelf: Shelf) -> Loaded:
    return shelf.load("mine", ignore)


def test_a_controlnet_is_loaded_once_and_goes_with_its_model(shelf: Shelf, model: Loaded) -> None:
    pin = ModelPin("lines", "eve/lines", COMMIT)
    room, told = shelf.room, [0.0]
    control = shelf.load_control(model, pin, lambda fraction, _: told.append(fraction))
    assert model.controls == {"eve/lines": control}
    assert told[-1] == 1
    assert room - shelf.room == sum(weight.nbytes for weight in control.parameters())
    assert shelf.load_control(model, pin, ignore) is control
    shelf.evict("mine")
    assert model.controls == {}
    again = shelf.load("mine", ignore)
    assert shelf.load_control(again, pin, ignore) is not control


def test_a_shipped_control_is_a_folder_of_the_engine(
    shelf: Shelf, model: Loaded, hub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controls, "ENGINE", hub)
    source = f"models--eve--lines/snapshots/{COMMIT}"
    assert shelf.load_control(model, ModelPin("lines", source, ""), ignore) is model.controls[source]


@pytest.mark.parametrize("source", ["eve/none", "../../secrets", "/etc/models", "eve/../../x", ""])
def test_a_control_elsewhere_or_nowhere_is_refused(shelf: Shelf, model: Loaded, source: str) -> None:
    with pytest.raises(ModelError, match=r"The control model lines .* is not on this machine"):
        shelf.load_control(model, ModelPin("lines", source, COMMIT), ignore)


def test_what_is_no_controlnet_is_refused(shelf: Shelf, model: Loaded, hub: Path) -> None:
    config = hub / "models--eve--lines" / "snapshots" / COMMIT / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"_class_name": "UNet2DConditionModel"}))
    with pytest.raises(ModelError, match="lines is a UNet2DConditionModel"):
        shelf.load_control(model, ModelPin("lines", "eve/lines", COMMIT), ignore)


def test_a_control_that_never_fits_beside_its_model_says_so(tiny: Path, hub: Path, cpu: Device) -> None:
    size = Shelf(catalog_of(entry_for(tiny)), cpu).load("mine", ignore).held_bytes
    shelf = Shelf(catalog_of(entry_for(tiny)), Device("cpu", "float32", round(size * 1.2), ""), hub=hub)
    model = shelf.load("mine", ignore)
    with pytest.raises(ModelError, match=r"lines needs .* Choose a smaller model"):
        shelf.load_control(model, ModelPin("lines", "eve/lines", COMMIT), ignore)
    assert shelf.resident == ("mine",)
