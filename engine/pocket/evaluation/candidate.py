"""The model that is judged: a folder that diffusers loads, or one of the catalogue by its name. It is painted with
through the stock pipeline alone, so that what is measured is the model and not the engine around it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.errors import ModelError
from engine.models.catalog import Entry
from engine.models.catalog_toml import load_catalog
from engine.models.device import pick_device
from engine.models.hashes import Hashes
from engine.models.loading import Loading
from engine.models.places import Places
from engine.models.seating import plan_seats

Paint = Callable[[Sequence[str], Sequence[int]], Tensor]  # prompts and seeds to pictures from 0 to 1


@dataclass(frozen=True, slots=True)
class Manner:
    """How it paints; what is None is as the model is used to, and as the pocket model is where nobody knows."""

    side: int | None = None
    steps: int | None = None
    guidance: float | None = None

    def of(self, entry: Entry | None) -> tuple[int, int, float]:
        usual = (256, 8, 3.0) if entry is None else (entry.sizes[0].width, entry.steps, entry.guidance)
        side, steps, guidance = (
            one if asked is None else asked
            for asked, one in zip((self.side, self.steps, self.guidance), usual, strict=True)
        )
        return int(side), int(steps), guidance


def open_painter(name: str, manner: Manner) -> Paint:
    """Raises UnknownModelError or ModelError for what is neither a folder nor a model that is here."""
    pipe, entry = _open_folder(Path(name)) if Path(name).is_dir() else _open_entry(name)
    pipe.set_progress_bar_config(disable=True)
    side, steps, guidance = manner.of(entry)

    def paint(prompts: Sequence[str], seeds: Sequence[int]) -> Tensor:
        images = pipe(
            list(prompts),
            width=side,
            height=side,
            num_inference_steps=steps,
            guidance_scale=guidance,
            generator=[torch.Generator().manual_seed(seed) for seed in seeds],
            output_type="np",
        ).images
        return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float()

    return paint


def _open_folder(folder: Path) -> tuple[Any, None]:
    from diffusers import AutoPipelineForText2Image

    pipe: Any = AutoPipelineForText2Image.from_pretrained(folder, dtype=torch.bfloat16)
    pipe.to("cuda" if torch.cuda.is_available() else "cpu")
    return pipe, None


def _open_entry(name: str) -> tuple[Any, Entry]:
    import diffusers

    catalog = load_catalog()
    entry = catalog.find(name)
    if entry.kind != "diffusion":
        raise ModelError(name, f"{entry.title} paints no scenes.", "Name a model that does.")
    device = pick_device()
    loading = Loading(entry, Places(catalog, None, Hashes()).find(entry), device, lambda fraction, message: None)
    loaded = loading.run(lambda needs: plan_seats(needs, device.memory_bytes, streams=True, model=name))
    kind = getattr(diffusers, loaded.pipeline)
    left_out = dict.fromkeys(
        ["safety_checker", "feature_extractor", "image_encoder"] & signature(kind).parameters.keys()
    )
    return kind(**left_out | loaded.components | loaded.options), entry
