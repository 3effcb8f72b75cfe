"""Models of the true architectures, as small as they can be, with random weights: what the engine must paint with them
is what the stock pipelines paint. Nothing is fetched; the tokenizers are made on the spot.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import torch

from engine.models.catalog import Entry, Family, Size
from engine.models.catalog_toml import load_catalog
from engine.models.loaded import Loaded
from engine.pocket.parts import make_tokenizer

CATALOG = load_catalog()
SIDE = 32  # pixels; a few tokens
_WIDTH = 32
_WORDS = [
    "a",
    "red",
    "house",
    "on",
    "green",
    "hills",
    "blue",
    "fox",
    "system",
    "user",
    "assistant",
    "describe",
    "image",
]
_CHAT = "{% for m in messages %}{{ m['role'] }} {{ m['content'] }} {% endfor %}assistant"
NAMES = {
    Family.SD: "sd1.5",
    Family.SDXL: "sdxl",
    Family.SD3: "sd3.5-medium",
    Family.FLUX: "flux-dev",
    Family.FLUX2: "flux2-klein",
    Family.Z_IMAGE: "z-image-turbo",
    Family.QWEN_IMAGE: "qwen-image",
}


def entry(family: Family) -> Entry:
    found = CATALOG.find(NAMES[family])
    return replace(found, sizes=(Size(SIDE, SIDE),), multiple=16, longest=128)


@cache
def build(family: Family) -> Loaded:
    """In 32 bits, the same weights each time."""
    torch.manual_seed(7)
    parts, controls = _BUILDERS[family]()
    for module in (*parts.values(), *controls.values()):
        if isinstance(module, torch.nn.Module):
            module.eval().requires_grad_(False)
            _liven(module)
    model = entry(family)
    return Loaded(model, model.pin("tiny"), parts, "cpu", "float32", 0, controls, options=_OPTIONS.get(family, {}))


def _liven(module: torch.nn.Module) -> None:
    """Gates and last layers are made as zeros, to be trained: as they are, half of a model would do nothing."""
    generator = torch.Generator().manual_seed(11)
    for parameter in module.parameters():
        if not bool(parameter.any()):
            parameter.data.normal_(0, 0.05, generator=generator)


def tokenizer(longest: int) -> Any:
    made = make_tokenizer(_WORDS)
    made.model_max_length = longest
    made.chat_template = _CHAT
    return made


def _clip(*, projected: bool = False, longest: int = 77) -> Any:
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        vocab_size=64, hidden_size=_WIDTH, intermediate_size=_WIDTH, projection_dim=_WIDTH, num_hidden_layers=2,
        num_attention_heads=2, max_position_embeddings=longest, pad_token_id=0, bos_token_id=1, eos_token_id=2,
    )  # fmt: skip
    return CLIPTextModelWithProjection(config) if projected else CLIPTextModel(config)


def _t5() -> Any:
    from transformers import T5Config, T5EncoderModel

    config = T5Config(vocab_size=64, d_model=_WIDTH, d_kv=16, d_ff=_WIDTH, num_layers=1, num_heads=2, pad_token_id=0)
    return T5EncoderModel(config)


def _qwen3(layers: int) -> Any:
    from transformers import Qwen3Config, Qwen3ForCausalLM

    return Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=64,
            hidden_size=_WIDTH,
            intermediate_size=_WIDTH,
            num_hidden_layers=layers,
            head_dim=16,
            num_attention_heads=2,
            num_key_value_heads=1,
            max_position_embeddings=600,
            pad_token_id=0,
        )
    )


def _qwen_vl() -> Any:
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    text = {
        "vocab_size": 64, "hidden_size": _WIDTH, "intermediate_size": _WIDTH, "num_hidden_layers": 1,
        "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 1200,
        "rope_scaling": {"type": "mrope", "mrope_section": [2, 3, 3]},
    }  # fmt: skip
    vision = {"depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 2, "out_hidden_size": _WIDTH}
    return Qwen2_5_VLForConditionalGeneration(
        Qwen2_5_VLConfig(text_config=text, vision_config=vision, image_token_id=60, video_token_id=61)
    )


def _vae(channels: int, **more: Any) -> Any:
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(16, 16, 16, 16), down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4, latent_channels=channels, norm_num_groups=4, layers_per_block=1,
        **more,
    )  # fmt: skip


def _unet(*, double: bool) -> Any:
    from diffusers import UNet2DConditionModel

    more: dict[str, Any] = {}
    if double:
        more = {
            "addition_embed_type": "text_time", "addition_time_embed_dim": 8, "use_linear_projection": True,
            "projection_class_embeddings_input_dim": 6 * 8 + _WIDTH, "transformer_layers_per_block": (1, 2),
        }  # fmt: skip
    return UNet2DConditionModel(
        sample_size=SIDE // 8, block_out_channels=(16, 32), layers_per_block=1, norm_num_groups=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=2 * _WIDTH if double else _WIDTH, attention_head_dim=(2, 4), **more,
    )  # fmt: skip


def _sd() -> tuple[dict[str, Any], dict[str, Any]]:
    from diffusers import ControlNetModel, PNDMScheduler

    unet = _unet(double=False)
    control = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(4, 8, 8, 16))
    scheduler = PNDMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", skip_prk_steps=True, steps_offset=1
    )
    parts = {
        "unet": unet, "vae": _vae(4, scaling_factor=0.18215), "text_encoder": _clip(), "tokenizer": tokenizer(77),
        "scheduler": scheduler,
    }  # fmt: skip
    return parts, {"control": control}


def _sdxl() -> tuple[dict[str, Any], dict[str, Any]]:
    from diffusers import ControlNetModel, EulerDiscreteScheduler

    unet = _unet(double=True)
    control = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(4, 8, 8, 16))
    scheduler = EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1, timestep_spacing="leading"
    )
    parts = {
        "unet": unet, "vae": _vae(4, scaling_factor=0.13025), "text_encoder": _clip(), "tokenizer": tokenizer(77),
        "text_encoder_2": _clip(projected=True), "tokenizer_2": tokenizer(77), "scheduler": scheduler,
    }  # fmt: skip
    return parts, {"control": control}


def _flow(**more: Any) -> Any:
    from diffusers import FlowMatchEulerDiscreteScheduler

    return FlowMatchEulerDiscreteScheduler(**more)


def _sd3() -> tuple[dict[str, Any], dict[str, Any]]:
    from diffusers import SD3ControlNetModel, SD3Transformer2DModel

    shape: dict[str, Any] = {
        "sample_size": 16, "patch_size": 2, "in_channels": 16, "num_layers": 2, "attention_head_dim": 16,
        "num_attention_heads": 2, "joint_attention_dim": 2 * _WIDTH, "caption_projection_dim": 32,
        "pooled_projection_dim": 2 * _WIDTH, "out_channels": 16, "pos_embed_max_size": 16, "qk_norm": "rms_norm",
        "dual_attention_layers": (0,),
    }  # fmt: skip
    parts = {
        "transformer": SD3Transformer2DModel(**shape), "vae": _vae(16, scaling_factor=1.5305, shift_factor=0.0609),
        "text_encoder": _clip(projected=True), "tokenizer": tokenizer(77),
        "text_encoder_2": _clip(projected=True), "tokenizer_2": tokenizer(77),
        "text_encoder_3": _wide_t5(), "tokenizer_3": tokenizer(77), "scheduler": _flow(shift=3.0),
    }  # fmt: skip
    return parts, {"control": SD3ControlNetModel(**{**shape, "num_layers": 1, "dual_attention_layers": ()})}


def _wide_t5() -> Any:
    from transformers import T5Config, T5EncoderModel

    return T5EncoderModel(
        T5Config(vocab_size=64, d_model=2 * _WIDTH, d_kv=16, d_ff=_WIDTH, num_layers=1, num_heads=2, pad_token_id=0)
    )


def _flux() -> tuple[dict[str, Any], dict[str, Any]]:
    from diffusers import FluxControlNetModel, FluxTransformer2DModel

    shape: dict[str, Any] = {
        "in_channels": 16, "num_layers": 1, "num_single_layers": 1, "attention_head_dim": 16, "num_attention_heads": 2,
        "joint_attention_dim": _WIDTH, "pooled_projection_dim": _WIDTH, "axes_dims_rope": (4, 4, 8),
        "guidance_embeds": True,
    }  # fmt: skip
    scheduler = _flow(shift=3.0, use_dynamic_shifting=True, base_image_seq_len=256, max_image_seq_len=4096)
    parts = {
        "transformer": FluxTransformer2DModel(**shape), "vae": _vae(4, scaling_factor=0.3611, shift_factor=0.1159),
        "text_encoder": _clip(), "tokenizer": tokenizer(77), "text_encoder_2": _t5(), "tokenizer_2": tokenizer(512),
        "scheduler": scheduler,
    }  # fmt: skip
    return parts, {"control": FluxControlNetModel(**shape)}


def _flux2() -> tuple[dict[str, Any], dict[str, Any]]:
    from diffusers import AutoencoderKLFlux2, Flux2Transformer2DModel

    transformer = Flux2Transformer2DModel(
        in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=16, num_attention_heads=2,
        joint_attention_dim=3 * _WIDTH, timestep_guidance_channels=16, mlp_ratio=2.0, axes_dims_rope=(4, 4, 4, 4),
        guidance_embeds=False,
    )  # fmt: skip
    vae = AutoencoderKLFlux2(
        block_out_channels=(16, 16, 16, 16), layers_per_block=1, latent_channels=4, norm_num_groups=4, sample_size=SIDE
    )
    vae.bn.running_mean.uniform_(-0.2, 0.2)
    vae.bn.running_var.uniform_(0.5, 1.5)
    parts = {
        "transformer": transformer, "vae": vae, "text_encoder": _qwen3(28), "tokenizer": tokenizer(512),
        "scheduler": _flow(shift=3.0, use_dynamic_shifting=True),
    }  # fmt: skip
    return parts, {}


def _z_image() -> tuple[dict[str, Any], dict[str, Any]]:
    from diffusers import ZImageControlNetModel, ZImageTransformer2DModel

    shape: dict[str, Any] = {"dim": 32, "n_refiner_layers": 1, "n_heads": 2, "n_kv_heads": 2}
    transformer = ZImageTransformer2DModel(
        in_channels=4, n_layers=2, cap_feat_dim=_WIDTH, axes_dims=[4, 6, 6], axes_lens=[1024, 64, 64], **shape
    )
    control = ZImageControlNetModel(
        control_layers_places=[0], control_refiner_layers_places=[0], control_in_dim=4, **shape
    )
    parts = {
        "transformer": transformer, "vae": _vae(4, scaling_factor=0.3611, shift_factor=0.1159),
        "text_encoder": _qwen3(2), "tokenizer": tokenizer(512), "scheduler": _flow(shift=3.0),
    }  # fmt: skip
    return parts, {"control": control}


def _qwen_image() -> tuple[dict[str, Any], dict[str, Any]]:
    from diffusers import AutoencoderKLQwenImage, QwenImageControlNetModel, QwenImageTransformer2DModel

    shape: dict[str, Any] = {
        "in_channels": 16, "out_channels": 4, "num_layers": 1, "attention_head_dim": 16, "num_attention_heads": 2,
        "joint_attention_dim": _WIDTH, "axes_dims_rope": (4, 6, 6),
    }  # fmt: skip
    vae = AutoencoderKLQwenImage(
        base_dim=8, z_dim=4, dim_mult=[1, 1, 1, 1], num_res_blocks=1, latents_mean=[0.1, -0.2, 0.3, 0.0],
        latents_std=[1.5, 2.0, 1.0, 2.5],
    )  # fmt: skip
    parts = {
        "transformer": QwenImageTransformer2DModel(**shape), "vae": vae, "text_encoder": _qwen_vl(),
        "tokenizer": tokenizer(1100), "scheduler": _flow(shift=1.0, use_dynamic_shifting=True),
    }  # fmt: skip
    return parts, {"control": QwenImageControlNetModel(**shape)}


_OPTIONS: Mapping[Family, dict[str, Any]] = {Family.FLUX2: {"is_distilled": True}}
_BUILDERS: Mapping[Family, Callable[[], tuple[dict[str, Any], dict[str, Any]]]] = {
    Family.SD: _sd,
    Family.SDXL: _sdxl,
    Family.SD3: _sd3,
    Family.FLUX: _flux,
    Family.FLUX2: _flux2,
    Family.Z_IMAGE: _z_image,
    Family.QWEN_IMAGE: _qwen_image,
}
