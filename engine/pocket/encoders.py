"""The pair of encoders for words and pictures: small, of stock classes, so that search, ranking and description run the
same code over it as over any CLIP of the catalogue. A plain convolutional net learns shapes from far fewer pictures
than a transformer of its size.
"""

from __future__ import annotations

from typing import Any

from engine.pocket.parts import PROMPT_LENGTH

PICTURE_SIDE = 128
FEATURES = 128
CHANNELS = (32, 64, 96, 144)


def make_encoders(vocabulary_size: int) -> Any:
    from transformers import BertConfig, ResNetConfig, VisionTextDualEncoderConfig, VisionTextDualEncoderModel

    seeing = ResNetConfig(
        image_size=PICTURE_SIDE,
        embedding_size=24,
        hidden_sizes=list(CHANNELS),
        hidden_size=CHANNELS[-1],  # where the pair's own class looks for it
        depths=[1, 1, 1, 1],
        layer_type="basic",
    )
    hearing = BertConfig(
        vocab_size=vocabulary_size,
        hidden_size=128,
        intermediate_size=256,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=PROMPT_LENGTH,
        type_vocab_size=1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    config = VisionTextDualEncoderConfig.from_vision_text_configs(seeing, hearing, projection_dim=FEATURES)
    return joined(VisionTextDualEncoderModel(config))


def joined(encoders: Any) -> Any:
    """Convolutional nets pool to maps of one square, where the class of a pair expects plain vectors. The weights are
    the same either way."""
    from torch import nn

    pooler = getattr(encoders.vision_model, "pooler", None)
    if isinstance(pooler, nn.AdaptiveAvgPool2d):
        encoders.vision_model.pooler = nn.Sequential(pooler, nn.Flatten())
    return encoders


def picture_input(pictures: Any) -> Any:
    """Pictures from 0 to 1, of any size, as the encoder wants them."""
    from torch.nn import functional

    if pictures.shape[-2:] != (PICTURE_SIDE, PICTURE_SIDE):
        pictures = functional.interpolate(pictures, (PICTURE_SIDE, PICTURE_SIDE), mode="bilinear", antialias=True)
    return pictures * 2 - 1


def picture_features(encoders: Any, pictures: Any) -> Any:
    from torch.nn import functional

    return functional.normalize(encoders.get_image_features(pixel_values=picture_input(pictures)).pooler_output, dim=-1)


def text_features(encoders: Any, token_ids: Any) -> Any:
    from torch.nn import functional

    words = token_ids != encoders.config.text_config.pad_token_id
    said = encoders.get_text_features(input_ids=token_ids, attention_mask=words).pooler_output
    return functional.normalize(said, dim=-1)
