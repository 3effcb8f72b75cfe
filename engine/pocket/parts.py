"""The model's parts, all stock: which classes of diffusers and transformers, and how large. Knows nothing of the world;
the tokenizer's words are given to it. Torch is imported inside functions, so that reading this file costs nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diffusers import AutoencoderTiny, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextModel, PreTrainedTokenizerFast

PROMPT_LENGTH = 40
TEXT_WIDTH = 256
LATENT_CHANNELS = 4
PIXELS_PER_LATENT = 8
SKETCH_NOISE = 0.00085  # beta where the noise begins, for 16 x 16 latents
PAINTER_NOISE = 0.003  # four times the squares need four times the noise to be hidden as well
PAD, START, END, UNKNOWN = "<|pad|>", "<|start|>", "<|end|>", "<|unk|>"
_WORD = r"[a-z]+|[0-9]|,|[^\sa-z0-9,]"


def split_words(text: str) -> list[str]:
    """A prompt's words as the tokenizer sees them."""
    return re.findall(_WORD, text.lower())


def make_tokenizer(words: list[str]) -> PreTrainedTokenizerFast:
    """A word-level tokenizer: what it does not know becomes one `<|unk|>` that training has shown the model."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    table = {PAD: 0, START: 1, END: 2, UNKNOWN: 3, ",": 4}
    for word in words:
        for piece in split_words(word):
            table.setdefault(piece, len(table))
    inner = Tokenizer(models.WordLevel(table, unk_token=UNKNOWN))
    inner.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    inner.pre_tokenizer = pre_tokenizers.Split(Regex(_WORD), behavior="removed", invert=True)
    inner.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}", special_tokens=[(START, 1), (END, 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        bos_token=START,
        eos_token=END,
        unk_token=UNKNOWN,
        pad_token=PAD,
        model_max_length=PROMPT_LENGTH,
    )


def make_text_encoder(vocabulary_size: int) -> CLIPTextModel:
    from transformers import CLIPTextConfig, CLIPTextModel

    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=vocabulary_size,
            hidden_size=TEXT_WIDTH,
            intermediate_size=3 * TEXT_WIDTH,
            projection_dim=TEXT_WIDTH,
            num_hidden_layers=4,
            num_attention_heads=4,
            max_position_embeddings=PROMPT_LENGTH,
            hidden_act="gelu",
            pad_token_id=0,
            bos_token_id=1,
            eos_token_id=2,
        )
    )


def make_autoencoder() -> AutoencoderTiny:
    from diffusers import AutoencoderTiny

    return AutoencoderTiny(
        encoder_block_out_channels=(64,) * 4,
        decoder_block_out_channels=(64,) * 4,
        num_encoder_blocks=(0, 1, 2, 3),
        num_decoder_blocks=(4, 3, 2, 0),
        latent_channels=LATENT_CHANNELS,
    )


def make_unet(
    channels: tuple[int, ...] = (64, 64, 128, 256), heads: tuple[int, ...] = (1, 4, 4, 4)
) -> UNet2DConditionModel:
    """Cross-attention in every block, as T2I-Adapter needs it. The outermost level sees four times the squares of the
    next: one head there costs least.
    """
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        sample_size=32,
        in_channels=LATENT_CHANNELS,
        out_channels=LATENT_CHANNELS,
        layers_per_block=1,
        block_out_channels=channels,
        norm_num_groups=16,
        cross_attention_dim=TEXT_WIDTH,
        attention_head_dim=heads[: len(channels)],  # diffusers means the number of heads by this name
        down_block_types=("CrossAttnDownBlock2D",) * len(channels),
        up_block_types=("CrossAttnUpBlock2D",) * len(channels),
    )


def make_sketch_unet() -> UNet2DConditionModel:
    """The inner three levels alone: a quarter of the work, for small pictures."""
    return make_unet((64, 128, 256), (4, 4, 4))


def make_scheduler(noise: float = PAINTER_NOISE) -> DDIMScheduler:
    from diffusers import DDIMScheduler

    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=noise,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        clip_sample=False,
        steps_offset=1,
    )


def make_pipeline(
    tokenizer: Any, text_encoder: Any, unet: Any, autoencoder: Any, noise: float = PAINTER_NOISE
) -> StableDiffusionPipeline:
    from diffusers import StableDiffusionPipeline

    return StableDiffusionPipeline(
        vae=autoencoder,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=make_scheduler(noise),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
