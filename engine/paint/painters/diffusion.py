"""A recipe of kind `diffusion`: the stock pipeline of the model's family, called as its documentation says, with a
scheduler and a seed of this picture's own. Knows no other picture: sharing happens below, in the modules that it calls.
"""

from __future__ import annotations

import inspect
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from PIL import Image

from engine.errors import NotANumberError
from engine.models.catalog import Family, Guiding
from engine.models.loaded import Loaded
from engine.paint.conditioning import words_of
from engine.paint.course import Course, Rested, watched
from engine.paint.easel import Easel
from engine.paint.families import STYLES, Kind, Style, kind_of, make_pipeline
from engine.paint.image import fit
from engine.paint.schedulers import make_scheduler
from engine.paint.seamless import FOLDING, Rolled, Wrapped, folded
from engine.paint.strand import current_strand
from engine.recipe import Recipe, Role, Source

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor


CONTROLLED = (Kind.CONTROL, Kind.CONTROL_IMAGE, Kind.CONTROL_INPAINT)


def paint(easel: Easel) -> np.ndarray:
    return _pixels(paint_raw(easel))


def paint_raw(easel: Easel) -> Tensor:
    """The picture as the decoder gave it, from 0 to 1: (1, 3, height, width)."""
    recipe, model = easel.recipe, _model_of(easel)
    scheduler = make_scheduler(recipe.scheduler, model.components["scheduler"], model.entry.schedulers)
    with watched(scheduler, easel, model.components["vae"], STYLES[model.entry.family].packed) as course:
        return _carried_out(easel, model, scheduler, course)


def _carried_out(easel: Easel, model: Loaded, scheduler: Any, course: Course) -> Tensor:
    import torch

    recipe, kind, style = easel.recipe, kind_of(easel.recipe), STYLES[model.entry.family]
    pipeline = make_pipeline(model, kind, scheduler, _controlnet(recipe, model))
    if style.draws_unseeded and kind in CONTROLLED:
        pipeline.vae = Seeded(pipeline.vae, recipe.seed)
    _stand_in(pipeline, recipe, model, course)
    with torch.no_grad():
        words = words_of(pipeline, recipe, model, style)
    parts = (model.denoiser, model.components["vae"], *model.controls.values())
    with folded(parts) if course.touch.tile and current_strand() is None else nullcontext():
        result = pipeline(
            **words,
            **_guidance(recipe, model, style),
            **_sources(easel, kind, style),
            **_size(recipe, pipeline),
            num_inference_steps=recipe.steps,
            generator=torch.Generator("cpu").manual_seed(recipe.seed),
            output_type="pt",
        )
    images: Tensor = result.images
    return images


def _stand_in(pipeline: Any, recipe: Recipe, model: Loaded, course: Course) -> None:
    """What a picture asks for beyond the stock pipeline; without extras nothing is touched."""
    name = "transformer" if hasattr(pipeline, "transformer") else "unet"
    denoiser = getattr(pipeline, name)
    if course.touch.tile and model.entry.family not in FOLDING:
        square = 2 * pipeline.vae_scale_factor
        denoiser = Rolled(denoiser, recipe.height // square, recipe.width // square, lambda: course.done)
        if model.entry.family is Family.QWEN_IMAGE:
            pipeline.vae = Wrapped(pipeline.vae)
    if course.touch.stop < 100:
        denoiser = Rested(denoiser, course)
    if denoiser is not getattr(pipeline, name):
        setattr(pipeline, name, denoiser)


class Seeded:
    """Stands in an autoencoder's place where a pipeline draws from what it encoded without its generator: the same
    recipe must be the same picture."""

    def __init__(self, autoencoder: Any, seed: int) -> None:
        self._autoencoder, self._seed = autoencoder, seed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._autoencoder, name)

    def encode(self, *args: Any, **kwargs: Any) -> Any:
        import torch

        said = self._autoencoder.encode(*args, **kwargs)
        torch.manual_seed(self._seed)
        return said


def _model_of(easel: Easel) -> Loaded:
    if easel.model is None:
        raise ValueError("A recipe of kind diffusion is painted with a model, and this easel has none.")
    return easel.model


def _controlnet(recipe: Recipe, model: Loaded) -> Any:
    control = next((source for source in recipe.sources if source.role is Role.CONTROL), None)
    if control is None or control.model is None:
        return None
    return model.controls[control.model.source]


def _guidance(recipe: Recipe, model: Loaded, style: Style) -> dict[str, Any]:
    if style.guidance == "guidance_scale" or model.entry.guiding is not Guiding.DOUBLE:
        return {"guidance_scale": recipe.guidance}
    return {style.guidance: recipe.guidance}


def _size(recipe: Recipe, pipeline: Any) -> dict[str, int]:
    """Where a pipeline starts from a picture and asks for no size, the picture has it."""
    asked = inspect.signature(type(pipeline).__call__).parameters
    return {"width": recipe.width, "height": recipe.height} if "width" in asked else {}


def _sources(easel: Easel, kind: Kind, style: Style) -> dict[str, Any]:
    recipe = easel.recipe
    found = {source.role: source for source in recipe.sources}
    given: dict[str, Any] = {}
    if kind in CONTROLLED:
        control = found[Role.CONTROL]
        name = style.control if kind is Kind.CONTROL else "control_image"
        given[name] = _fitted(easel, control)
        given["controlnet_conditioning_scale"] = control.strength
    if kind not in (Kind.TEXT, Kind.CONTROL):
        image = found[Role.IMAGE]
        given["image"] = _fitted(easel, image)
        # A pipeline that would take no step at all refuses; one step is the least that paints.
        given["strength"] = min(1.0, max(image.strength, 1 / recipe.steps + 1e-6))
        if kind in (Kind.INPAINT, Kind.CONTROL_INPAINT):
            given["mask_image"] = _fitted(easel, found[Role.MASK]).convert("L")
        elif style.paints_over:
            given["mask_image"] = Image.new("L", (recipe.width, recipe.height), 255)
    return given


def _fitted(easel: Easel, source: Source) -> Image.Image:
    return fit(easel.pictures[source.sha256], easel.recipe.width, easel.recipe.height)


def _pixels(images: Tensor) -> np.ndarray:
    """One picture, 8 bits, made on the device: a quarter of the bytes to copy, and no pass on the processor."""
    import torch

    image = images[0]
    if not bool(torch.isfinite(image).all()):
        raise NotANumberError
    pixels: np.ndarray = image.float().clamp(0, 1).mul(255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
    return pixels
