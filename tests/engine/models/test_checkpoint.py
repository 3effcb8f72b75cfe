"""One file as people pass them around paints as the folder that it was made from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ModelError
from engine.models.catalog import Catalog, Place
from engine.models.device import Device
from engine.models.loaded import Loaded
from engine.models.shelf import Shelf
from engine.pocket import parts
from tests.engine.models.conftest import GIB, entry_for

CPU = Device("cpu", "float32", 8 * GIB, "")
_RESNET = (
    (r"\.norm1\.", ".in_layers.0."),
    (r"\.conv1\.", ".in_layers.2."),
    (r"\.norm2\.", ".out_layers.0."),
    (r"\.conv2\.", ".out_layers.3."),
    (r"\.time_emb_proj\.", ".emb_layers.1."),
    (r"\.conv_shortcut\.", ".skip_connection."),
)
_UNET = (
    (r"^time_embedding\.linear_1\.", "time_embed.0."),
    (r"^time_embedding\.linear_2\.", "time_embed.2."),
    (r"^conv_in\.", "input_blocks.0.0."),
    (r"^conv_norm_out\.", "out.0."),
    (r"^conv_out\.", "out.2."),
    (r"^mid_block\.resnets\.0\.", "middle_block.0."),
    (r"^mid_block\.attentions\.0\.", "middle_block.1."),
    (r"^mid_block\.resnets\.1\.", "middle_block.2."),
    (r"^down_blocks\.0\.resnets\.0\.", "input_blocks.1.0."),
    (r"^down_blocks\.0\.attentions\.0\.", "input_blocks.1.1."),
    (r"^down_blocks\.0\.downsamplers\.0\.conv\.", "input_blocks.2.0.op."),
    (r"^down_blocks\.1\.resnets\.0\.", "input_blocks.3.0."),
    (r"^up_blocks\.0\.resnets\.([01])\.", r"output_blocks.\1.0."),
    (r"^up_blocks\.0\.upsamplers\.0\.", "output_blocks.1.1."),
    (r"^up_blocks\.1\.resnets\.0\.", "output_blocks.2.0."),
    (r"^up_blocks\.1\.attentions\.0\.", "output_blocks.2.1."),
    (r"^up_blocks\.1\.resnets\.1\.", "output_blocks.3.0."),
    (r"^up_blocks\.1\.attentions\.1\.", "output_blocks.3.1."),
)
_VAE = (
    (r"down_blocks\.(\d)\.resnets\.", r"down.\1.block."),
    (r"down_blocks\.(\d)\.downsamplers\.0\.", r"down.\1.downsample."),
    (r"up_blocks\.0\.resnets\.", "up.1.block."),
    (r"up_blocks\.1\.resnets\.", "up.0.block."),
    (r"up_blocks\.0\.upsamplers\.0\.", "up.1.upsample."),
    (r"mid_block\.resnets\.0\.", "mid.block_1."),
    (r"mid_block\.resnets\.1\.", "mid.block_2."),
    (r"mid_block\.attentions\.0\.", "mid.attn_1."),
    (r"group_norm\.", "norm."),
    (r"to_([qkv])\.", r"\1."),
    (r"to_out\.0\.", "proj_out."),
    (r"conv_norm_out\.", "norm_out."),
    (r"conv_shortcut\.", "nin_shortcut."),
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stable Diffusion 1.5's own layout, tiny."""
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel

    torch.manual_seed(0)
    tokenizer = parts.make_tokenizer(["house"])
    unet = UNet2DConditionModel(
        sample_size=8,
        layers_per_block=1,
        block_out_channels=(16, 32),
        norm_num_groups=8,
        cross_attention_dim=parts.TEXT_WIDTH,
        attention_head_dim=4,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    )
    autoencoder = AutoencoderKL(
        block_out_channels=(16, 32),
        norm_num_groups=8,
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
    )
    folder = tmp_path_factory.mktemp("base")
    reader = parts.make_text_encoder(len(tokenizer))
    parts.make_pipeline(tokenizer, reader, unet, autoencoder).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def whole(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of it in one file, under the names of the original code."""
    from safetensors.torch import save_file

    unet = renamed(read(base, "unet"), _UNET, "model.diffusion_model.")
    for pattern, new in _RESNET:
        unet = {name if "transformer_blocks" in name else re.sub(pattern, new, name): t for name, t in unet.items()}
    vae = renamed(read(base, "vae"), _VAE, "first_stage_model.")
    vae = {name: t[:, :, None, None] if t.ndim == 2 and ".attn_1." in name else t for name, t in vae.items()}
    words = {
        f"text_model.{name.removeprefix('text_model.')}": tensor for name, tensor in read(base, "text_encoder").items()
    }
    reader = renamed(words, (), "cond_stage_model.transformer.")
    path = tmp_path_factory.mktemp("files") / "whole.safetensors"
    save_file({name: t.contiguous() for name, t in {**unet, **vae, **reader}.items()}, path)
    return path


def read(folder: Path, part: str) -> dict[str, Any]:
    from safetensors.torch import load_file

    return dict(load_file(next((folder / part).glob("*.safetensors"))))


def renamed(tensors: Mapping[str, Any], pairs: tuple[tuple[str, str], ...], prefix: str) -> dict[str, Any]:
    result = {}
    for name, tensor in tensors.items():
        for pattern, new in pairs:
            name = re.sub(pattern, new, name)
        result[prefix + name] = tensor
    return result


def load(base: Path, file: Path, device: Device = CPU) -> tuple[Loaded, Loaded]:
    """The file's model, and the one whose configuration it is read with."""
    own = replace(entry_for(base, "file"), place=Place.FILE, source=str(file), like="base")
    shelf = Shelf(Catalog.of([entry_for(base, "base"), own]), device)
    said: list[str] = []
    loaded = shelf.load("file", lambda fraction, text: said.append(text))
    assert any(file.name in text for text in said)
    return loaded, shelf.load("base", lambda fraction, text: None)


def same(one: Loaded, other: Loaded, part: str) -> bool:
    import torch

    left, right = one.components[part].state_dict(), other.components[part].state_dict()
    return left.keys() == right.keys() and all(torch.equal(left[name], right[name]) for name in left)


def test_a_whole_checkpoint_is_read_with_the_configuration_of_its_like(base: Path, whole: Path) -> None:
    import hashlib

    loaded, like = load(base, whole)
    assert all(same(loaded, like, part) for part in ("unet", "vae", "text_encoder"))
    assert loaded.components.keys() == like.components.keys()
    assert loaded.pin.revision == f"sha256:{hashlib.sha256(whole.read_bytes()).hexdigest()}"
    assert abs(loaded.held_bytes - like.held_bytes) < 0.01 * like.held_bytes


def test_a_whole_checkpoint_needs_no_weights_of_its_like(base: Path, whole: Path, tmp_path: Path) -> None:
    import shutil

    bare = shutil.copytree(base, tmp_path / "bare", ignore=shutil.ignore_patterns("*.safetensors"))
    own = replace(entry_for(bare, "file"), place=Place.FILE, source=str(whole), like="base")
    shelf = Shelf(Catalog.of([entry_for(bare, "base"), own]), CPU)
    assert shelf.load("file", lambda fraction, text: None).denoiser is not None


def test_a_denoiser_alone_takes_the_rest_from_its_like(base: Path, tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    doubled = {name: tensor * 2 for name, tensor in read(base, "unet").items()}
    save_file(doubled, tmp_path / "unet.safetensors")
    loaded, like = load(base, tmp_path / "unet.safetensors", replace(CPU, dtype="bfloat16"))
    assert same(loaded, like, "vae")
    assert same(loaded, like, "text_encoder")
    name, tensor = next(iter(doubled.items()))
    assert torch.equal(loaded.denoiser.state_dict()[name], tensor.to(torch.bfloat16))


def test_a_file_of_another_model_is_refused(base: Path, whole: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(whole)
    spoilt = {
        "half": {name: t for name, t in tensors.items() if "middle_block" not in name},
        "none": {"strange": tensors["model.diffusion_model.out.2.bias"]},
    }
    for kind, content in spoilt.items():
        save_file(content, tmp_path / f"{kind}.safetensors")
        with pytest.raises(ModelError) as told:
            load(base, tmp_path / f"{kind}.safetensors")
        assert re.search(
            r"half\.safetensors lacks \d+ tensors|The checkpoint of file cannot be loaded", str(told.value)
        )


def test_a_file_that_is_gone_is_named(base: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"file needs .*gone\.safetensors, which is not there"):
        load(base, tmp_path / "gone.safetensors")
