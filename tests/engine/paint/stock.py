"""What the stock pipelines paint, called as their documentation says: the gate's other side. Shares no line with the
engine's own way to the same pipelines.
"""

from __future__ import annotations

from typing import Any

import diffusers
import torch
from PIL import Image

from engine.models.catalog import Family
from tests.engine import tiny

SIDE = tiny.SIDE
TEXT = "a red house on green hills"
OTHER = "a blue fox"
NEGATIVE = "a house"
PICTURE = Image.effect_mandelbrot((SIDE, SIDE), (-2, -1, 1, 1), 20).convert("RGB")
MASK = Image.new("L", (SIDE, SIDE), 0)
MASK.paste(255, (8, 8, 24, 24))
CONTROL = PICTURE.transpose(Image.Transpose.ROTATE_90)

PIPELINES = {
    (Family.SD, "text"): "StableDiffusionPipeline",
    (Family.SD, "image"): "StableDiffusionImg2ImgPipeline",
    (Family.SD, "inpaint"): "StableDiffusionInpaintPipeline",
    (Family.SD, "control"): "StableDiffusionControlNetPipeline",
    (Family.SDXL, "text"): "StableDiffusionXLPipeline",
    (Family.SDXL, "image"): "StableDiffusionXLImg2ImgPipeline",
    (Family.SDXL, "inpaint"): "StableDiffusionXLInpaintPipeline",
    (Family.SDXL, "control"): "StableDiffusionXLControlNetPipeline",
    (Family.SD3, "text"): "StableDiffusion3Pipeline",
    (Family.SD3, "image"): "StableDiffusion3Img2ImgPipeline",
    (Family.SD3, "inpaint"): "StableDiffusion3InpaintPipeline",
    (Family.SD3, "control"): "StableDiffusion3ControlNetPipeline",
    (Family.FLUX, "text"): "FluxPipeline",
    (Family.FLUX, "image"): "FluxImg2ImgPipeline",
    (Family.FLUX, "inpaint"): "FluxInpaintPipeline",
    (Family.FLUX, "control"): "FluxControlNetPipeline",
    (Family.FLUX2, "text"): "Flux2KleinPipeline",
    (Family.FLUX2, "inpaint"): "Flux2KleinInpaintPipeline",
    (Family.Z_IMAGE, "text"): "ZImagePipeline",
    (Family.Z_IMAGE, "image"): "ZImageImg2ImgPipeline",
    (Family.Z_IMAGE, "inpaint"): "ZImageInpaintPipeline",
    (Family.Z_IMAGE, "control"): "ZImageControlNetPipeline",
    (Family.QWEN_IMAGE, "text"): "QwenImagePipeline",
    (Family.QWEN_IMAGE, "image"): "QwenImageImg2ImgPipeline",
    (Family.QWEN_IMAGE, "inpaint"): "QwenImageInpaintPipeline",
    (Family.QWEN_IMAGE, "control"): "QwenImageControlNetPipeline",
}
_SAMPLERS = {
    "ddim": diffusers.DDIMScheduler,
    "ddpm": diffusers.DDPMScheduler,
    "euler": diffusers.EulerDiscreteScheduler,
    "euler_a": diffusers.EulerAncestralDiscreteScheduler,
    "heun": diffusers.HeunDiscreteScheduler,
    "dpm++": diffusers.DPMSolverMultistepScheduler,
    "dpm++_sde": diffusers.DPMSolverMultistepScheduler,
    "unipc": diffusers.UniPCMultistepScheduler,
    "flow": diffusers.FlowMatchEulerDiscreteScheduler,
    "flow_heun": diffusers.FlowMatchHeunDiscreteScheduler,
}


def scheduler(name: str, own: Any) -> Any:
    more: dict[str, Any] = {"algorithm_type": "sde-dpmsolver++"} if name == "dpm++_sde" else {}
    if isinstance(own, diffusers.FlowMatchEulerDiscreteScheduler) and not name.startswith("flow"):
        more = {"use_flow_sigmas": True, "prediction_type": "flow_prediction", "flow_shift": own.config.shift}
    return _SAMPLERS[name].from_config(own.config, **more)


def paint(
    family: Family, task: str, sampler: str, *, seed: int, steps: int, guidance: float, text: str = TEXT,
    strength: float = 0.6, scale: float = 0.8,
) -> torch.Tensor:  # fmt: skip
    """The stock answer, from 0 to 1: (3, height, width)."""
    model = tiny.build(family)
    parts = {**model.components, "scheduler": scheduler(sampler, model.components["scheduler"])}
    if task == "control":
        parts["controlnet"] = model.controls["control"]
    if family is Family.SD:
        parts |= {"safety_checker": None, "feature_extractor": None, "requires_safety_checker": False}
    if family is Family.SDXL:
        parts["add_watermarker"] = False
    if family is Family.FLUX2:
        parts["is_distilled"] = True
    if family is Family.FLUX and task == "control":
        parts = {name: part for name, part in parts.items() if name not in ("image_encoder", "feature_extractor")}
    name = PIPELINES[family, "inpaint" if family is Family.FLUX2 and task == "image" else task]
    pipeline = getattr(diffusers, name)(**parts)
    pipeline.set_progress_bar_config(disable=True)
    asked: dict[str, Any] = {"prompt": text, "num_inference_steps": steps, "output_type": "pt"}
    asked["generator"] = torch.Generator().manual_seed(seed)
    if not (family is Family.SD and task == "image"):
        asked |= {"width": SIDE, "height": SIDE}
    asked["true_cfg_scale" if family is Family.QWEN_IMAGE else "guidance_scale"] = guidance
    if family in (Family.SD, Family.SDXL, Family.SD3, Family.QWEN_IMAGE) and guidance > 1:
        asked["negative_prompt"] = NEGATIVE
    if task in ("image", "inpaint"):
        asked |= {"image": PICTURE, "strength": strength}
    if task == "inpaint":
        asked["mask_image"] = MASK
    if family is Family.FLUX2 and task == "image":
        asked["mask_image"] = Image.new("L", (SIDE, SIDE), 255)
    if task == "control":
        asked["image" if family in (Family.SD, Family.SDXL) else "control_image"] = CONTROL
        asked["controlnet_conditioning_scale"] = scale
    torch.manual_seed(seed)  # SD3's ControlNet pipelines draw from it
    image: torch.Tensor = pipeline(**asked).images[0]
    return image
