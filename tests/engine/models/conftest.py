"""A tiny model of the pocket family with random weights, saved as diffusers saves it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.models.catalog import Catalog, Entry, Family, Place
from engine.models.catalog_toml import load_catalog
from engine.models.device import Device
from engine.pocket import parts

GIB = 2**30
PIPELINES = {
    Family.SD: "StableDiffusionPipeline",
    Family.SDXL: "StableDiffusionXLPipeline",
    Family.SD3: "StableDiffusion3Pipeline",
    Family.FLUX: "FluxPipeline",
    Family.FLUX2: "Flux2KleinPipeline",
    Family.Z_IMAGE: "ZImagePipeline",
    Family.QWEN_IMAGE: "QwenImagePipeline",
}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Two threads wait for each other longer than such small models compute, where cores are busy."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder; copy it before you change anything in it."""
    import torch
    from diffusers import AutoencoderTiny

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = parts.make_tokenizer(["house", "red"])
    autoencoder = AutoencoderTiny(
        encoder_block_out_channels=(8,) * 2,
        decoder_block_out_channels=(8,) * 2,
        num_encoder_blocks=(0, 1),
        num_decoder_blocks=(1, 0),
    )
    pipeline: Any = parts.make_pipeline(
        tokenizer, parts.make_text_encoder(len(tokenizer)), parts.make_unet((16, 16)), autoencoder
    )
    pipeline.save_pretrained(folder)
    return folder


@pytest.fixture
def cpu() -> Device:
    return Device("cpu", "float32", 8 * GIB, "For a test.")


@pytest.fixture
def copied(tiny: Path, tmp_path: Path) -> Path:
    """A model that a test may break."""
    return shutil.copytree(tiny, tmp_path / "copy")


def entry_for(folder: Path, name: str = "mine", **changes: Any) -> Entry:
    pocket = load_catalog().find("pocket")
    return replace(pocket, name=name, title=name, place=Place.FOLDER, source=str(folder), aliases=(), **changes)


def catalog_of(*entries: Entry) -> Catalog:
    return Catalog.of(entries)
