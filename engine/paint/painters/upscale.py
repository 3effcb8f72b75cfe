"""Recipes of kind `upscale`: a picture made four times as large by a small net, tile by tile. A tile is a turn in the
queue, and memory is bounded whatever the picture's size.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import DataFault, ModelError, RecipeError
from engine.paint.easel import Easel
from engine.paint.image import fit
from engine.paint.strand import pause
from engine.pocket.upscaler import SCALE, load_upscaler
from engine.recipe import Recipe, Role
from engine.schedule.timing import Stage

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor, nn

SHIPPED = Path(__file__).parent.parent.parent / "pocket" / "weights" / "upscaler" / "model.safetensors"
TILE = 128  # pixels of the small picture
OVERLAP = 16  # more than the net looks around itself (14 convolutions of 3), so that seams cannot be seen


def paint(easel: Easel) -> np.ndarray:
    import numpy as np
    import torch

    recipe, net = easel.recipe, _load(_weights(easel.recipe))
    width, height = recipe.width // SCALE, recipe.height // SCALE
    small = torch.from_numpy(np.array(fit(_source(easel), width, height))).permute(2, 0, 1)[None].float() / 255
    large = torch.zeros(3, height * SCALE, width * SCALE, dtype=torch.uint8)
    places = [(top, left) for top in range(0, height, TILE) for left in range(0, width, TILE)]
    for done, (top, left) in enumerate(places, 1):
        tile = pause(functools.partial(_enlarge, net, small, top, left), stage=Stage.STEP)
        large[:, top * SCALE : top * SCALE + tile.shape[1], left * SCALE : left * SCALE + tile.shape[2]] = tile
        easel.tell(done, len(places))
    pixels: np.ndarray = large.permute(1, 2, 0).contiguous().numpy()
    return pixels


def _enlarge(net: nn.Module, small: Tensor, top: int, left: int) -> Tensor:
    """One tile, reckoned with what lies around it, which is cut off again."""
    import torch

    height, width = small.shape[2:]
    above, before = min(OVERLAP, top), min(OVERLAP, left)
    bottom, right = min(height, top + TILE), min(width, left + TILE)
    around = small[:, :, top - above : min(height, bottom + OVERLAP), left - before : min(width, right + OVERLAP)]
    with torch.inference_mode():
        large = net(around)[0, :, above * SCALE :, before * SCALE :]
    large = large[:, : (bottom - top) * SCALE, : (right - left) * SCALE]
    rounded: Tensor = (large.clamp(0, 1) * 255).round().to(torch.uint8)
    return rounded


def _source(easel: Easel) -> Any:
    found = next((source for source in easel.recipe.sources if source.role is Role.IMAGE), None)
    if found is None:
        raise RecipeError([DataFault("sources", "have no picture to enlarge.", "Add one with the role image.")])
    return easel.pictures[found.sha256]


def _weights(recipe: Recipe) -> Path:
    if recipe.width % SCALE or recipe.height % SCALE:
        size = f"is {recipe.width} x {recipe.height}, which is not {SCALE} times a picture's size."
        raise RecipeError([DataFault("width", size, f"Use multiples of {SCALE}.")])
    if not SHIPPED.is_file():
        raise ModelError("upscaler", "There are no weights of the enlarging net here.", "Train it, or add them.")
    return SHIPPED


@functools.cache
def _load(path: Path) -> nn.Module:
    return load_upscaler(path)
