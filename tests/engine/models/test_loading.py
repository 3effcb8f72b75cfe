"""What files are worth is seen before they are in memory; a broken one is named, and takes nothing with it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import ModelError
from engine.models.catalog import Family
from engine.models.device import Device
from engine.models.shelf import Shelf
from tests.engine import tiny
from tests.engine.models.conftest import GIB, PIPELINES, catalog_of, entry_for

UNET = "unet/diffusion_pytorch_model.safetensors"


def ignore(_: float, __: str) -> None:
    pass


@pytest.mark.filterwarnings("ignore:.*FluxPosEmbed:FutureWarning")
@pytest.mark.parametrize("family", Family)
def test_a_model_of_every_family_is_loaded_as_it_was_saved(family: Family, tmp_path: Path) -> None:
    """In the numbers of the device, nothing left out and nothing made up."""
    import diffusers
    import torch

    made = tiny.build(family)
    kind = getattr(diffusers, PIPELINES[family])
    expected = kind._get_signature_keys(kind)[0]
    kind(**{name: made.components.get(name) for name in expected}, **made.options).save_pretrained(tmp_path)
    entry = replace(entry_for(tmp_path), family=family)
    model = Shelf(catalog_of(entry), Device("cpu", "bfloat16", 8 * GIB, "")).load("mine", ignore)
    assert model.components.keys() == {name for name, part in made.components.items() if part is not None}
    for name, part in made.components.items():
        if isinstance(part, torch.nn.Module):
            held = model.components[name].state_dict()
            assert held.keys() == part.state_dict().keys()
            assert all(torch.equal(held[key], tensor.to(torch.bfloat16)) for key, tensor in part.state_dict().items())
            assert not any(tensor.is_meta for tensor in model.components[name].buffers())


def load_broken(folder: Path, dtype: str = "float32") -> str:
    """What is said when the model in a folder is asked for. The shelf goes on."""
    good = entry_for(folder.parent / "good", "good")
    shelf = Shelf(catalog_of(entry_for(folder, "bad"), good), Device("cpu", dtype, 8 * GIB, ""))
    with pytest.raises(ModelError) as told:
        shelf.load("bad", ignore)
    assert told.value.model == "bad"
    assert shelf.resident == ()
    return str(told.value)


def test_a_file_that_was_cut_off_is_named(copied: Path) -> None:
    with (copied / UNET).open("r+b") as file:
        file.truncate(1000)
    said = load_broken(copied)
    assert "diffusion_pytorch_model.safetensors of bad" in said


def test_a_missing_part_is_named(copied: Path) -> None:
    shutil.rmtree(copied / "vae")
    assert "The weights of bad's vae are missing" in load_broken(copied)


def test_a_missing_tokenizer_is_named(copied: Path) -> None:
    shutil.rmtree(copied / "tokenizer")
    assert "The tokenizer of bad is missing" in load_broken(copied)


def test_weights_of_another_model_are_refused(copied: Path) -> None:
    (copied / UNET).write_bytes((copied / "vae/diffusion_pytorch_model.safetensors").read_bytes())
    assert "unet of bad" in load_broken(copied)


def test_a_tensor_that_no_file_has_is_not_made_up(copied: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = copied / "text_encoder/model.safetensors"
    tensors = load_file(path)
    gone = next(name for name in tensors if "fc1.weight" in name)
    save_file({name: tensor for name, tensor in tensors.items() if name != gone}, path, {"format": "pt"})
    assert "The text_encoder of bad lacks 1 tensors" in load_broken(copied)


def test_a_pickle_is_refused_by_name(copied: Path) -> None:
    (copied / UNET).rename(copied / "unet/diffusion_pytorch_model.bin")
    said = load_broken(copied)
    assert "only there as diffusion_pytorch_model.bin, a pickle. Have it converted to .safetensors" in said


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (["modeling_mine", "MyUNet"], "asks for modeling_mine.MyUNet as its unet"),
        (["diffusers", "MyUNet"], "which the installed diffusers does not have"),
        (["transformers", "Trainer"], "asks for Trainer as its unet"),
        (["transformers", "AutoModel"], "asks for AutoModel as its unet"),
        (["os", "system"], "asks for os.system as its unet"),
    ],
)
def test_a_model_with_code_of_its_own_is_refused_by_name(copied: Path, part: list[str], said: str) -> None:
    index = json.loads((copied / "model_index.json").read_text())
    (copied / "model_index.json").write_text(json.dumps(index | {"unet": part}))
    (copied / "unet/modeling_mine.py").write_text("raise SystemExit('it ran')")
    told = load_broken(copied)
    assert said in told
    assert "never code that comes with a model" in told


def test_the_16_bit_files_are_taken_where_16_bits_are_painted_with(copied: Path) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    tensors = {name: tensor.to(torch.float16) for name, tensor in load_file(copied / UNET).items()}
    save_file(tensors, copied / "unet/diffusion_pytorch_model.fp16.safetensors", {"format": "pt"})
    (copied / UNET).unlink()
    shelf = Shelf(catalog_of(entry_for(copied)), Device("cpu", "bfloat16", 8 * GIB, ""))
    assert shelf.load("mine", ignore).denoiser.dtype is torch.bfloat16


def test_weights_in_pieces_are_put_together(copied: Path, cpu: Device) -> None:
    import torch
    from diffusers import UNet2DConditionModel
    from safetensors.torch import load_file

    saved = load_file(copied / UNET)
    unet = UNet2DConditionModel.from_pretrained(copied / "unet")
    (copied / UNET).unlink()
    unet.save_pretrained(copied / "unet", max_shard_size="300KB")
    pieces = sorted((copied / "unet").glob("*.safetensors"))
    assert len(pieces) > 1
    held = Shelf(catalog_of(entry_for(copied)), cpu).load("mine", ignore).denoiser.state_dict()
    assert all(torch.equal(held[name], saved[name]) for name in saved)
    pieces[1].unlink()
    assert "The weights of bad's unet are missing, or not all there" in load_broken(copied)
