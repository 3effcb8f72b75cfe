"""What the words of a recipe become for its model: one text is left to the pipeline, several with weights are summed as
embeddings or guide each step on their own; chaos leads the cells of a grid apart, weird all of them the same way.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from engine.models.loaded import Loaded
from engine.paint.families import Style
from engine.paint.touches import STRANGEST, Touch
from engine.recipe import Phrase, Recipe, Weighting

if TYPE_CHECKING:
    from torch import Tensor

FARTHEST = 0.8  # how far chaos 100 leads from the words, as a part of their embedding's own deviation
STRANGE = 1.0  # how far weird 3000 lets the parts of what is meant grow and shrink: by e, for one in three
Embeddings = dict[str, Any]


def words_of(pipeline: Any, recipe: Recipe, model: Loaded, style: Style) -> dict[str, Any]:
    """The arguments of a pipeline that hold its words. One text of weight one takes the stock way."""
    negative = _negative(recipe, model, style)
    phrases = recipe.phrases or (Phrase(""),)  # a picture alone is told nothing
    if len(phrases) == 1 and not recipe.chaos and not Touch.of(recipe).weird and phrases[0].weight == 1:
        return {
            "prompt": phrases[0].text,
            **({"negative_prompt": negative} if negative is not None else {}),
        }
    encoded = [_encode(pipeline, phrase.text, negative, style) for phrase in phrases]
    if recipe.weighting is Weighting.GUIDANCE and len(phrases) > 1:
        _guide_apart(pipeline, [_led_away(one, recipe) for one in encoded], [phrase.weight for phrase in phrases])
        words = encoded[0]
    else:
        words = _weighed(encoded, [phrase.weight for phrase in phrases])
    words = _led_away(words, recipe)
    if negative is not None and not any(name.startswith("negative") for name in words):
        words["negative_prompt"] = negative
    return words


def _negative(recipe: Recipe, model: Loaded, style: Style) -> str | None:
    """None where a negative prompt has no place; a family that doubles its rows only for one gets at least a blank."""
    if not style.negatives or not model.entry.guides_twice(recipe.guidance):
        return None
    return recipe.negative or ("" if style.guidance == "guidance_scale" else " ")


def _encode(pipeline: Any, text: str, negative: str | None, style: Style) -> Embeddings:
    """What the pipeline's own `encode_prompt` says, by the names under which the pipeline takes it back."""
    takes = inspect.signature(pipeline.encode_prompt).parameters
    given: dict[str, Any] = {"prompt": text, "device": pipeline._execution_device, "num_images_per_prompt": 1}
    given |= {"prompt_2": None, "prompt_3": None}
    doubles = negative is not None and "negative_prompt" in takes
    given |= {"do_classifier_free_guidance": doubles, **({"negative_prompt": negative} if doubles else {})}
    said = pipeline.encode_prompt(**{name: value for name, value in given.items() if name in takes})
    said = said if isinstance(said, tuple) else (said,)
    return {name: value for name, value in zip(style.embeds, said, strict=False) if value is not None and len(value)}


def _weighed(encoded: list[Embeddings], weights: list[float]) -> Embeddings:
    """One weighted sum, as long as the texts are on average: the length means something to the model."""
    words = dict(encoded[0])
    if len(encoded) == 1:
        return words
    for name, first in words.items():
        if name.startswith("negative") or name.endswith("mask"):
            continue
        values = [one[name] for one in encoded]
        words[name] = (
            [_sum(list(group), weights) for group in zip(*values, strict=True)]
            if isinstance(first, list)
            else _sum(values, weights)
        )
    return words


def _sum(values: list[Tensor], weights: list[float]) -> Tensor:
    total = sum(
        (value.float() * weight for value, weight in zip(values, weights, strict=True)), start=values[0].float() * 0
    )
    length = sum(value.float().norm() * abs(weight) for value, weight in zip(values, weights, strict=True)) / sum(
        map(abs, weights)
    )
    scaled: Tensor = total * (length / total.norm().clamp_min(1e-6))
    return scaled.to(values[0].dtype)


def _led_away(words: Embeddings, recipe: Recipe) -> Embeddings:
    """Weird, then chaos: the same for all cells, then for each its own; both the same at every painting."""
    led = dict(words)
    for wanted, lead in ((Touch.of(recipe).weird, _tilt), (recipe.chaos, _step_away)):
        for name, value in led.items() if wanted else ():
            if not name.startswith("negative") and not name.endswith("mask"):
                many = isinstance(value, list)
                led[name] = [lead(item, recipe, name) for item in value] if many else lead(value, recipe, name)
    return led


def _tilt(value: Tensor, recipe: Recipe, name: str) -> Tensor:
    """Of what the words mean some grows and some shrinks: which, the words alone decide: a grid is of one mind."""
    import torch

    texts = "|".join(phrase.text for phrase in recipe.phrases)
    digest = hashlib.sha256(f"atelier weird {texts} {name}".encode()).digest()
    generator = torch.Generator("cpu").manual_seed(int.from_bytes(digest[:6], "big"))
    gains = torch.randn(value.shape[-1], generator=generator).to(value.device)
    known = value.float()
    tilted = known * torch.exp(gains * (STRANGE * Touch.of(recipe).weird / STRANGEST))
    led: Tensor = tilted * (known.norm() / tilted.norm().clamp_min(1e-6))
    return led.to(value.dtype)


def _step_away(value: Tensor, recipe: Recipe, name: str) -> Tensor:
    import torch

    digest = hashlib.sha256(f"atelier chaos {recipe.seed} {name}".encode()).digest()
    generator = torch.Generator("cpu").manual_seed(int.from_bytes(digest[:6], "big"))
    # One direction for all words together: noise on each of them apart would cancel out in attention.
    direction = torch.randn((1,) * (value.dim() - 1) + value.shape[-1:], generator=generator).to(value.device)
    known = value.float()
    moved = known + direction * known.std() * (FARTHEST * recipe.chaos / 100)
    led: Tensor = moved * (known.norm() / moved.norm())
    return led.to(value.dtype)


def _guide_apart(pipeline: Any, encoded: list[Embeddings], weights: list[float]) -> None:
    """Let each phrase guide the step: the pipeline's denoiser is asked once for each, and the answers are summed."""
    pipeline.transformer = Choir(pipeline.transformer, [_texts_of(pipeline, one) for one in encoded], weights)


def _texts_of(pipeline: Any, encoded: Embeddings) -> dict[str, Any]:
    """The denoiser's own arguments for one phrase."""
    embeds = encoded["prompt_embeds"]
    if isinstance(embeds, list):
        return {"cap_feats": embeds}
    texts = {"encoder_hidden_states": embeds}
    if "prompt_embeds_mask" in encoded:
        texts["encoder_hidden_states_mask"] = encoded["prompt_embeds_mask"]
    if hasattr(pipeline, "_prepare_text_ids"):
        texts["txt_ids"] = pipeline._prepare_text_ids(embeds).to(embeds.device)
    return texts


class Choir:
    """Stands in the denoiser's place in a pipeline, and asks it once for each phrase. All else is the denoiser's."""

    def __init__(self, denoiser: Any, texts: list[Mapping[str, Any]], weights: list[float]) -> None:
        self._denoiser, self._texts, self._weights = denoiser, texts, weights
        self._signature = inspect.signature(denoiser.forward)
        self._wanted = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._denoiser, name)

    @contextmanager
    def cache_context(self, name: str, **details: Any) -> Iterator[None]:
        """Pipelines say so which of their calls is for the unwanted words."""
        before, self._wanted = self._wanted, name != "uncond"
        try:
            with self._denoiser.cache_context(name, **details):
                yield
        finally:
            self._wanted = before

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._wanted:
            return self._denoiser(*args, **kwargs)
        named = self._signature.bind(*args, **kwargs).arguments
        total: Any = None
        for texts, weight in zip(self._texts, self._weights, strict=True):
            said = self._denoiser(**{**named, **texts})
            total = _scaled(said, weight) if total is None else _added(total, _scaled(said, weight))
        return total


def _scaled(value: Any, weight: float) -> Any:
    if isinstance(value, (tuple, list)):
        return type(value)(_scaled(item, weight) for item in value)
    return value * weight


def _added(one: Any, other: Any) -> Any:
    if isinstance(one, (tuple, list)):
        return type(one)(_added(a, b) for a, b in zip(one, other, strict=True))
    return one + other
