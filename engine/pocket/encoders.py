"""The pair of encoders for words and pictures: a small CLIP in the stock class, so that search, ranking and description
run the same code over it as over any CLIP of the catalogue.
"""

from __future__ import annotations

from typing import Any

from engine.pocket.parts import PROMPT_LENGTH

PICTURE_SIDE = 128
FEATURES = 128


def make_encoders(vocabulary_size: int) -> Any:
    from transformers import CLIPConfig, CLIPModel

    return CLIPModel(
        CLIPConfig(
            text_config={
                "vocab_size": vocabulary_size,
                "hidden_size": 128,
                "intermediate_size": 256,
                "num_hidden_layers": 2,
                "num_attention_heads": 4,
                "max_position_embeddings": PROMPT_LENGTH,
                "hidden_act": "gelu",
                "pad_token_id": 0,
                "bos_token_id": 1,
                "eos_token_id": 2,
            },
            vision_config={
                "image_size": PICTURE_SIDE,
                "patch_size": 16,
                "hidden_size": 128,
                "intermediate_size": 384,
                "num_hidden_layers": 5,
                "num_attention_heads": 4,
                "hidden_act": "gelu",
            },
            projection_dim=FEATURES,
        )
    )


def picture_input(pictures: Any) -> Any:
    """Pictures from 0 to 1, of any size, as the encoder wants them."""
    from torch.nn import functional

    if pictures.shape[-2:] != (PICTURE_SIDE, PICTURE_SIDE):
        pictures = functional.interpolate(pictures, (PICTURE_SIDE, PICTURE_SIDE), mode="bilinear", antialias=True)
    return pictures * 2 - 1


def picture_features(encoders: Any, pictures: Any) -> Any:
    from torch.nn import functional

    pooled = encoders.vision_model(pixel_values=picture_input(pictures)).pooler_output
    return functional.normalize(encoders.visual_projection(pooled), dim=-1)


def text_features(encoders: Any, token_ids: Any) -> Any:
    from torch.nn import functional

    pooled = encoders.text_model(input_ids=token_ids).pooler_output
    return functional.normalize(encoders.text_projection(pooled), dim=-1)
