"""How a picture looks before it is done: its latents, each channel weighed into red, green and blue. The weights are
measured for each model when it is loaded, on pictures made for that; no table is borrowed.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from engine.models.catalog import Place
from engine.models.loaded import Loaded
from engine.paint.image import make_grid
from engine.recipe import ModelPin

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

SHIPPED = Path(__file__).parent.parent
PREVIEW_SIDE = 384  # of the longer side of one cell: enough to recognise, and 20 kB
_SIDE = 128  # of the pictures that are measured
_SAMPLES = 8


@dataclass(frozen=True, slots=True)
class Factors:
    """One more row than there are channels: the last is what no latent at all looks like."""

    weights: Any  # a tensor, (channels + 1) x 3


class Previews:
    """Factors by the files that a decoder came from. Belongs to the device thread."""

    def __init__(self) -> None:
        self._factors: dict[ModelPin, Factors | None] = {}

    def calibrate(self, model: Loaded) -> None:
        """Once for the same files: a name may come back with others. A model without an encoder shows no previews."""
        if model.pin not in self._factors:
            own = shipped(SHIPPED / model.entry.source) if model.entry.place is Place.SHIPPED else None
            vae = model.components.get("vae")
            self._factors[model.pin] = own or (measure(vae) if hasattr(vae, "encode") else None)

    def forget(self, name: str) -> None:
        """Nothing of this name is loaded any more."""
        self._factors = {pin: factors for pin, factors in self._factors.items() if pin.name != name}

    def sketch(self, model: Loaded | None, latents: Any) -> np.ndarray | None:
        """A pixel for each place of the latents; a painter without a model hands over pixels. None: no preview."""
        if model is None:
            pixels: np.ndarray = latents
            return pixels
        factors = self._factors[model.pin]
        return None if factors is None else project(latents, factors)


def measure(vae: Any) -> Factors | None:
    """Least squares between the latents of synthetic pictures and the mean colour of the square each stands for. The
    pictures are encoded one by one: this may need no more memory than a preview's worth. None if it says no numbers."""
    import torch

    parameter = next(vae.parameters())
    pictures = _pictures()
    with torch.inference_mode():
        given = pictures.to(parameter.device, parameter.dtype)
        latents = torch.cat([_encoded(vae, picture[None]).float() for picture in given])
        colours = torch.nn.functional.adaptive_avg_pool2d(pictures, (latents.shape[-2], latents.shape[-1]))
        known = latents.permute(0, 2, 3, 1).flatten(0, 2).cpu()
        known = torch.cat([known, torch.ones_like(known[:, :1])], dim=1)
        wanted = colours.permute(0, 2, 3, 1).flatten(0, 2)
        # A little ridge: a channel that changes nothing must not get a weight out of rounding.
        gram = known.T @ known + 1e-4 * len(known) * torch.eye(known.shape[1], dtype=torch.float32)
        weights = torch.linalg.solve(gram, known.T @ wanted)
    return Factors(weights.to(parameter.device)) if bool(torch.isfinite(weights).all()) else None


def shipped(folder: Path) -> Factors | None:
    """The factors that a model's folder brings along, measured in training."""
    import torch

    path = folder / "preview.json"
    if not path.is_file():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    plane = torch.tensor([*found["factors"], found["bias"]])
    plane = plane * 2  # they say colours from 0 to 1, the decoder's go from -1 to 1
    plane[-1] -= 1
    return Factors(plane)


def _pictures() -> Tensor:
    """Soft blots and hard edges in all colours, from -1 to 1."""
    import torch
    from torch.nn.functional import interpolate

    generator = torch.Generator("cpu").manual_seed(0)
    sides = [2, 4, 8, 16] * (_SAMPLES // 4)
    # The kind of number is said: another thread that loads a model changes what torch takes by itself.
    blots = [torch.rand(1, 3, side, side, generator=generator, dtype=torch.float32) * 2 - 1 for side in sides]
    modes = ["bilinear", "nearest"] * (len(sides) // 2)
    return torch.cat([interpolate(blot, (_SIDE, _SIDE), mode=mode) for blot, mode in zip(blots, modes, strict=True)])


def _encoded(vae: Any, pictures: Tensor) -> Tensor:
    """As pipelines have latents: shifted and scaled."""
    import torch

    config = vae.config
    moving = "z_dim" in config  # made for film: a picture is a film of one frame
    said = vae.encode(pictures[:, :, None] if moving else pictures)
    latents: Tensor = said.latent_dist.mode() if hasattr(said, "latent_dist") else said.latents
    if hasattr(vae, "bn"):  # its pipelines scale packed squares; what is shown was scaled back
        return latents
    if moving:
        shape = (1, -1, 1, 1, 1)
        mean, deviation = (
            torch.tensor(config[name]).view(shape).to(latents) for name in ("latents_mean", "latents_std")
        )
        return ((latents - mean) / deviation)[:, :, 0]
    return (latents - (config.get("shift_factor") or 0)) * (config.get("scaling_factor") or 1)


def project(latents: Tensor, factors: Factors) -> np.ndarray:
    """On the device up to the last copy, which is of a few kilobytes."""
    import torch

    with torch.inference_mode():
        flat = latents.float().permute(1, 2, 0)
        weights = factors.weights.to(flat.device)
        colours = flat @ weights[:-1] + weights[-1]
        pixels: np.ndarray = ((colours / 2 + 0.5).clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()
    return pixels


def encode_preview(cells: Sequence[np.ndarray | None], width: int, height: int) -> bytes:
    """A grid of sketches as a small JPEG."""
    grid = Image.fromarray(make_grid(cells))
    scale = min(1.0, PREVIEW_SIDE / max(width, height))
    columns = grid.width // next(cell.shape[1] for cell in cells if cell is not None)
    rows = grid.height // next(cell.shape[0] for cell in cells if cell is not None)
    size = (round(width * scale) * columns, round(height * scale) * rows)
    out = io.BytesIO()
    grid.resize(size, Image.Resampling.BICUBIC).save(out, "JPEG", quality=80)
    return out.getvalue()
