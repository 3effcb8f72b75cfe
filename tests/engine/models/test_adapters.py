"""Styles are put on and taken off without a trace, and never act on a neighbour's picture."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.errors import AdapterError
from engine.models import adapters
from engine.models.adapters import Adapters
from engine.models.catalog import Family
from engine.models.device import Device
from engine.models.hashes import Hashes
from engine.models.loaded import Loaded
from engine.models.shelf import Shelf
from engine.recipe import Adapter
from tests.engine import tiny as tiny_models
from tests.engine.models.conftest import GIB, PIPELINES, catalog_of, entry_for


@pytest.fixture(scope="session")
def styles(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("styles")
    save_style(tiny, folder / "ink.safetensors", 1)
    save_style(tiny, folder / "Oil.safetensors", 2, text=True)
    return folder


def save_style(model: Path, path: Path, seed: int, *, text: bool = False) -> None:
    """A LoRA as training scripts save it; with `text` it also changes how words are read."""
    import torch
    from diffusers import StableDiffusionPipeline, UNet2DConditionModel
    from peft import LoraConfig
    from peft.utils import get_peft_model_state_dict
    from transformers import CLIPTextModel

    torch.manual_seed(seed)
    unet = UNet2DConditionModel.from_pretrained(model / "unet")
    unet.add_adapter(LoraConfig(r=2 + seed, target_modules=["to_q", "to_v"], init_lora_weights=False))
    reader = CLIPTextModel.from_pretrained(model / "text_encoder")
    reader.add_adapter(LoraConfig(r=2, target_modules=["q_proj"], init_lora_weights=False))
    StableDiffusionPipeline.save_lora_weights(
        path.parent,
        unet_lora_layers=get_peft_model_state_dict(unet),
        text_encoder_lora_layers=get_peft_model_state_dict(reader) if text else None,
        weight_name=path.name,
    )


@pytest.fixture
def model(tiny: Path, cpu: Device) -> Loaded:
    return Shelf(catalog_of(entry_for(tiny)), cpu).load("mine", lambda fraction, said: None)


@pytest.fixture
def wardrobe(styles: Path) -> Adapters:
    return Adapters(styles)


def paint(model: Loaded) -> Any:
    """What reader and denoiser say, one after the other."""
    import torch

    latents = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        words = model.components["text_encoder"](torch.arange(6)[None]).last_hidden_state
        seen = model.denoiser(latents, torch.tensor(5.0), encoder_hidden_states=words).sample
    return torch.cat([words.flatten(), seen.flatten()])


def test_a_style_changes_the_picture_and_leaves_no_trace(model: Loaded, wardrobe: Adapters) -> None:
    import torch

    plain = paint(model)
    wardrobe.wear(model, [wardrobe.find("ink")])
    inked = paint(model)
    wardrobe.wear(model, [wardrobe.find("oil")])
    oiled = paint(model)
    wardrobe.wear(model, [wardrobe.find("ink", 0.5)])
    half = paint(model)
    wardrobe.wear(model, [wardrobe.find("ink")])
    assert torch.equal(paint(model), inked)
    wardrobe.wear(model, [])
    assert torch.equal(paint(model), plain)
    assert not any(
        torch.allclose(one, other, atol=1e-4) for one, other in ((plain, inked), (inked, oiled), (inked, half))
    )
    assert not any(weight.requires_grad for weight in model.denoiser.parameters())


def test_two_styles_act_together_with_their_strengths(
    model: Loaded, wardrobe: Adapters, tiny: Path, cpu: Device
) -> None:
    import torch

    both = [wardrobe.find("ink", 0.7), wardrobe.find("oil", 0.3)]
    wardrobe.wear(model, both)
    together = paint(model)
    stock = stock_pipeline(tiny)
    stock.load_lora_weights(wardrobe_folder(wardrobe), weight_name="ink.safetensors", adapter_name="ink")
    stock.load_lora_weights(wardrobe_folder(wardrobe), weight_name="Oil.safetensors", adapter_name="oil")
    stock.set_adapters(["ink", "oil"], [0.7, 0.3])
    other = replace(model, components=stock.components)
    assert torch.allclose(together, paint(other), atol=1e-6)
    wardrobe.wear(model, both[:1])
    assert not torch.allclose(paint(model), together, atol=1e-4)


def wardrobe_folder(wardrobe: Adapters) -> str:
    folder = wardrobe._folder
    assert folder is not None
    return str(folder)


def stock_pipeline(folder: Path) -> Any:
    import warnings

    from diffusers import StableDiffusionPipeline

    warnings.filterwarnings("ignore", message="Already found a `peft_config`")
    return StableDiffusionPipeline.from_pretrained(folder)


def test_a_style_as_other_trainers_write_it_acts_the_same(model: Loaded, styles: Path, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    written: dict[str, Any] = {}
    for name, tensor in load_file(styles / "ink.safetensors").items():
        layer, _, which = name.removesuffix(".weight").rpartition(".lora_")
        flat = "lora_unet_" + layer.removeprefix("unet.").replace(".", "_")
        written[f"{flat}.lora_{'down' if which == 'A' else 'up'}.weight"] = tensor
        written[f"{flat}.alpha"] = torch.tensor(3.0)  # its rank: a scale of one
    save_file(written, tmp_path / "other.safetensors")
    ours, theirs = Adapters(styles), Adapters(tmp_path)
    ours.wear(model, [ours.find("ink")])
    inked = paint(model)
    theirs.wear(model, [theirs.find("other")])
    assert torch.allclose(paint(model), inked, atol=1e-6)


@pytest.mark.filterwarnings("ignore:.*FluxPosEmbed:FutureWarning")
@pytest.mark.parametrize("family", Family)
def test_models_of_every_family_take_styles(family: Family, tmp_path: Path) -> None:
    import diffusers
    import torch
    from peft import LoraConfig
    from peft.utils import get_peft_model_state_dict

    model = copy.deepcopy(tiny_models.build(family))
    model.pipeline = PIPELINES[family]
    before = model.denoiser.state_dict()
    trained = copy.deepcopy(model.denoiser)
    trained.add_adapter(LoraConfig(r=2, target_modules=["to_q", "to_v"], init_lora_weights=False))
    layers = get_peft_model_state_dict(trained)
    named = {f"{'unet' if 'unet' in model.components else 'transformer'}_lora_layers": layers}
    getattr(diffusers, model.pipeline).save_lora_weights(tmp_path, **named, weight_name="ink.safetensors")
    wardrobe = Adapters(tmp_path)
    wardrobe.wear(model, [wardrobe.find("ink", 0.5)])
    worn = model.denoiser.state_dict()
    assert len(layers) == sum("lora_" in name for name in worn) > 0
    wardrobe.wear(model, [])
    plain = {name.replace(".base_layer", ""): tensor for name, tensor in worn.items() if "lora_" not in name}
    assert plain.keys() == before.keys()
    assert all(torch.equal(plain[name], tensor) for name, tensor in before.items())


def test_what_is_worn_already_costs_nothing(model: Loaded, wardrobe: Adapters, monkeypatch: pytest.MonkeyPatch) -> None:
    ink = wardrobe.find("ink")
    wardrobe.wear(model, [ink])
    monkeypatch.setattr(adapters, "_switch", broken)
    wardrobe.wear(model, [ink])


def broken(*_: object) -> None:
    raise AssertionError("It was switched.")


def test_fitting_beforehand_changes_no_picture(model: Loaded, wardrobe: Adapters) -> None:
    import torch

    plain = paint(model)
    wardrobe.fit(model, [wardrobe.find("ink"), wardrobe.find("oil")])
    assert torch.equal(paint(model), plain)
    wardrobe.wear(model, [wardrobe.find("oil")])
    oiled = paint(model)
    wardrobe.fit(model, [wardrobe.find("ink")])
    assert torch.equal(paint(model), oiled)


def test_the_least_lately_worn_are_taken_out_when_there_are_many(
    model: Loaded, wardrobe: Adapters, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(adapters, "MOST_FITTED", 1)
    held, plain = model.held_bytes, paint(model)
    wardrobe.wear(model, [wardrobe.find("ink")])
    inked = paint(model)
    wardrobe.wear(model, [wardrobe.find("oil")])
    assert len(model.fitted) == 1
    assert not any("style_" + wardrobe.find("ink").sha256[:24] in name for name, _ in model.denoiser.named_parameters())
    wardrobe.wear(model, [wardrobe.find("ink")])
    assert torch.equal(paint(model), inked)
    wardrobe.wear(model, [])
    assert torch.equal(paint(model), plain)
    assert model.held_bytes == held + sum(model.fitted.values())


def test_a_model_that_comes_back_wears_nothing(tiny: Path, cpu: Device, wardrobe: Adapters) -> None:
    import torch

    shelf = Shelf(catalog_of(entry_for(tiny)), cpu)
    model = shelf.load("mine", lambda fraction, said: None)
    plain = paint(model)
    wardrobe.wear(model, [wardrobe.find("ink")])
    shelf.evict("mine")
    again = shelf.load("mine", lambda fraction, said: None)
    assert torch.equal(paint(again), plain)
    wardrobe.wear(again, [wardrobe.find("ink")])
    assert not torch.equal(paint(again), plain)


def test_a_style_takes_on_the_models_numbers(tiny: Path, wardrobe: Adapters) -> None:
    import torch

    shelf = Shelf(catalog_of(entry_for(tiny)), Device("cpu", "bfloat16", 8 * GIB, ""))
    model = shelf.load("mine", lambda fraction, said: None)
    wardrobe.wear(model, [wardrobe.find("ink"), wardrobe.find("oil")])
    modules = (model.denoiser, model.components["text_encoder"])
    assert {weight.dtype for module in modules for weight in module.parameters()} == {torch.bfloat16}


def test_a_style_is_found_by_its_files_name(wardrobe: Adapters) -> None:
    assert wardrobe.names == ("Oil", "ink")
    assert wardrobe.find("oil", 0.4).name == "Oil"
    assert wardrobe.find("oil", 0.4).strength == 0.4
    with pytest.raises(AdapterError, match=r"There is no style named inc\. Did you mean ink\?"):
        wardrobe.find("inc")
    for name in ("../ink", "", "/etc/passwd", "x" * 200):
        with pytest.raises(AdapterError, match="no style named"):
            wardrobe.find(name)
    with pytest.raises(AdapterError, match="Known are: none"):
        Adapters(None).find("ink")


def spoil_shapes(tensors: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tensor.repeat(1, 2) if "lora_A" in name or "down" in name else tensor for name, tensor in tensors.items()
    }


def rename_layers(tensors: dict[str, Any]) -> dict[str, Any]:
    return {name.replace("unet.", "transformer.").replace("text_encoder.", "other."): t for name, t in tensors.items()}


def drop_marks(tensors: dict[str, Any]) -> dict[str, Any]:
    return {f"layer.{number}.weight": tensor for number, tensor in enumerate(tensors.values())}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(spoil_shapes, "does not fit mine"), (rename_layers, "does not fit mine"), (drop_marks, "is no LoRA")],
)
def test_what_is_no_style_for_this_model_is_refused_and_leaves_no_trace(
    model: Loaded, styles: Path, tmp_path: Path, spoil: Callable[[dict[str, Any]], dict[str, Any]], said: str
) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    shutil.copy(styles / "ink.safetensors", tmp_path)
    spoilt = spoil(load_file(styles / "Oil.safetensors"))
    save_file({name: tensor.contiguous() for name, tensor in spoilt.items()}, tmp_path / "bad.safetensors")
    wardrobe = Adapters(tmp_path)
    wardrobe.wear(model, [wardrobe.find("ink")])
    inked = paint(model)
    with pytest.raises(AdapterError, match=said) as told:
        wardrobe.wear(model, [wardrobe.find("bad")])
    assert told.value.model == "bad"
    assert torch.equal(paint(model), inked)
    assert len(model.fitted) == 1


def test_a_pickle_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "ink.pt").write_bytes(b"it would run")
    with pytest.raises(AdapterError, match=r"only there as ink\.pt, a pickle"):
        Adapters(tmp_path).find("ink")
    assert Adapters(tmp_path).names == ()


def test_another_file_than_the_recipes_is_refused(model: Loaded, wardrobe: Adapters) -> None:
    with pytest.raises(AdapterError, match="another file now than the one that the recipe names"):
        wardrobe.wear(model, [Adapter("ink", "0" * 64)])


def test_a_broken_file_is_named(model: Loaded, styles: Path, tmp_path: Path) -> None:
    (tmp_path / "ink.safetensors").write_bytes((styles / "ink.safetensors").read_bytes()[:-5])
    wardrobe = Adapters(tmp_path)
    with pytest.raises(AdapterError, match=r"ink\.safetensors"):
        wardrobe.wear(model, [wardrobe.find("ink")])


def test_a_streamed_model_says_that_it_takes_no_styles(model: Loaded, wardrobe: Adapters) -> None:
    model.streamed = ("unet",)
    with pytest.raises(AdapterError, match="does not fit this device whole"):
        wardrobe.wear(model, [wardrobe.find("ink")])


def test_only_the_file_of_a_style_that_is_asked_for_is_read(styles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    real = Hashes.file

    def file(self: Hashes, path: Path) -> str:
        read.append(path.name)
        return real(self, path)

    monkeypatch.setattr(Hashes, "file", file)
    found = Adapters(styles).styles
    assert (list(found), len(found), read) == (["Oil", "ink"], 2, [])
    assert found["ink"] == Adapters(styles).find("ink")
    assert set(read) == {"ink.safetensors"}
    assert found.get("nope") is None
