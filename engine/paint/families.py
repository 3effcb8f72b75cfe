"""Which stock pipeline paints what, and where families differ in the names of their arguments. Data: a further family
is a further row, unless it truly differs.
"""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engine.errors import DataFault, RecipeError
from engine.models.catalog import Family
from engine.models.parts import quietly
from engine.recipe import Recipe, Role

if TYPE_CHECKING:
    from engine.models.loaded import Loaded


class Kind(StrEnum):
    """What a recipe's sources ask for."""

    TEXT = "text"
    IMAGE = "image"
    INPAINT = "inpaint"
    CONTROL = "control"
    CONTROL_IMAGE = "control and image"
    CONTROL_INPAINT = "control and inpaint"


@dataclass(frozen=True, slots=True)
class Style:
    """One family: a pipeline for each kind. `guidance` names the argument that doubles the rows, `embeds` what
    `encode_prompt` returns for the wanted words, in order; `packed` latents are rows of little squares."""

    pipelines: Mapping[Kind, str]
    embeds: tuple[str, ...]
    negatives: bool = True
    guidance: str = "guidance_scale"
    packed: str = ""
    control: str = "control_image"
    multiple: int = 16  # pixels that a side must be divisible by
    paints_over: bool = False  # starts from a picture only as inpainting all of it
    draws_unseeded: bool = False  # its ControlNet pipelines sample what they encode from torch's own generator
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def _named(prefix: str, *, control_inpaint: str = "ControlNetInpaint", **less: bool) -> dict[Kind, str]:
    names = {
        Kind.TEXT: f"{prefix}Pipeline",
        Kind.IMAGE: f"{prefix}Img2ImgPipeline",
        Kind.INPAINT: f"{prefix}InpaintPipeline",
        Kind.CONTROL: f"{prefix}ControlNetPipeline",
        Kind.CONTROL_IMAGE: f"{prefix}ControlNetImg2ImgPipeline",
        Kind.CONTROL_INPAINT: f"{prefix}{control_inpaint}Pipeline",
    }
    return {kind: name for kind, name in names.items() if less.get(kind.name.lower(), True)}


_POOLED = ("prompt_embeds", "negative_prompt_embeds", "pooled_prompt_embeds", "negative_pooled_prompt_embeds")
_NO_CHECKER = MappingProxyType({"requires_safety_checker": False})

STYLES: Mapping[Family, Style] = MappingProxyType(
    {
        Family.SD: Style(
            _named("StableDiffusion"), ("prompt_embeds", "negative_prompt_embeds"), control="image", multiple=8,
            options=_NO_CHECKER,
        ),
        Family.SDXL: Style(
            _named("StableDiffusionXL"), _POOLED, control="image", multiple=8,
            options=MappingProxyType({"add_watermarker": False}),
        ),
        Family.SD3: Style(
            _named("StableDiffusion3", control_inpaint="ControlNetInpainting", control_image=False),
            _POOLED,
            draws_unseeded=True,
        ),
        Family.FLUX: Style(
            _named("Flux"), ("prompt_embeds", "pooled_prompt_embeds"), negatives=False, packed="flux"
        ),
        Family.FLUX2: Style(
            {
                Kind.TEXT: "Flux2KleinPipeline",
                Kind.IMAGE: "Flux2KleinInpaintPipeline",
                Kind.INPAINT: "Flux2KleinInpaintPipeline",
            },
            ("prompt_embeds",),
            negatives=False,
            packed="flux2",
            paints_over=True,
        ),
        Family.Z_IMAGE: Style(
            _named("ZImage", control_image=False), ("prompt_embeds", "negative_prompt_embeds")
        ),
        Family.QWEN_IMAGE: Style(
            _named("QwenImage", control_image=False),
            ("prompt_embeds", "prompt_embeds_mask"),
            guidance="true_cfg_scale",
            packed="flux",
        ),
    }
)  # fmt: skip


def kind_of(recipe: Recipe) -> Kind:
    """By the sources that are there."""
    named = [source.role for source in recipe.sources]
    twice = [role for role in Role if named.count(role) > 1]
    if twice:
        problem = f"have more than one {twice[0]} picture."
        raise RecipeError([DataFault("sources", problem, f"Leave one with the role {twice[0]}.")])
    if Role.MASK in named and Role.IMAGE not in named:
        raise RecipeError([DataFault("sources", "have a mask but no picture.", "Add the picture that it belongs to.")])
    return kind_among(named)


def kind_among(roles: Collection[Role]) -> Kind:
    match Role.CONTROL in roles, Role.IMAGE in roles, Role.MASK in roles:
        case False, False, _:
            return Kind.TEXT
        case False, True, False:
            return Kind.IMAGE
        case False, True, True:
            return Kind.INPAINT
        case True, False, _:
            return Kind.CONTROL
        case True, True, False:
            return Kind.CONTROL_IMAGE
        case _:
            return Kind.CONTROL_INPAINT


def make_pipeline(model: Loaded, kind: Kind, scheduler: Any, controlnet: Any = None) -> Any:
    """A light pipeline of this picture's own, over the parts that all share."""
    import diffusers

    style = STYLES[model.entry.family]
    name = style.pipelines.get(kind)
    if name is None:
        problem = f"ask for {kind}, which {model.entry.title} cannot do."
        raise RecipeError([DataFault("sources", problem, "Leave one of them out, or use another model.")])
    with nullcontext() if name in vars(diffusers) else quietly():  # imported when first asked for
        pipeline_class = getattr(diffusers, name)
    parts = {**model.options, **model.components, "scheduler": scheduler, "controlnet": controlnet}
    chosen = {}
    for parameter in list(inspect.signature(pipeline_class.__init__).parameters.values())[1:]:
        if parameter.name in style.options:
            chosen[parameter.name] = style.options[parameter.name]
        elif parameter.name in parts:
            chosen[parameter.name] = parts[parameter.name]
        elif parameter.default is inspect.Parameter.empty:
            chosen[parameter.name] = None
    pipeline = pipeline_class(**chosen)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline
