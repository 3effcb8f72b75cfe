"""Models of true size with random weights, made on the device: nothing is fetched, and speed does not depend on what
a model has learnt. `configs/` says how each is built, text encoders included; its `tiny` values make the same
architecture small enough for a test.
"""

from __future__ import annotations

import copy
import importlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import load_catalog
from engine.models.loaded import Loaded
from engine.models.parts import is_module
from engine.pocket.parts import make_tokenizer

CONFIGS = Path(__file__).parent / "configs"
COLOURS = ("red", "green", "blue", "white", "golden", "black", "grey", "pink")
THINGS = ("house", "fox", "boat", "tower", "tree", "bridge", "horse", "lamp")
PLACES = ("hills", "snow", "water", "sand", "stone", "grass", "clouds", "leaves")
_CHAT = "{% for m in messages %}{{ m['role'] }} {{ m['content'] }} {% endfor %}assistant"
_WORDS = ("a", "on", "user", "assistant", *COLOURS, *THINGS, *PLACES)
_DEVIATION = 0.02


def names() -> list[str]:
    return sorted(path.stem for path in CONFIGS.glob("*.json"))


def prompt(number: int) -> str:
    """Always of seven words, which no other of the next 512 numbers has: none is answered out of a cache."""
    colour, thing, place = number % 8, number // 8 % 8, number // 64 % 8
    return f"a {COLOURS[colour]} {THINGS[thing]} on {COLOURS[(colour + 1) % 8]} {PLACES[place]}"


def build(name: str, device: str, *, tiny: bool = False) -> Loaded:
    """In bfloat16, or tiny in float32: a processor need not know the former."""
    import torch

    told = json.loads((CONFIGS / f"{name}.json").read_text(encoding="utf-8"))
    dtype = torch.float32 if tiny else torch.bfloat16
    torch.manual_seed(0)
    parts = {part: _make(how, dtype, device, tiny=tiny) for part, how in told["parts"].items()}
    modules = {part: module for part, module in parts.items() if isinstance(module, torch.nn.Module)}
    for module in modules.values():
        _fill(module)
    for part, longest in told["tokenizers"].items():
        parts[part] = _tokenizer(longest)
    entry = load_catalog().find(name)
    held = sum(one.numel() * one.element_size() for module in modules.values() for one in module.parameters())
    numbers = str(dtype).removeprefix("torch.")
    return Loaded(entry, entry.pin("random"), parts, device, numbers, held, options=told["options"])


def twin(model: Loaded) -> Loaded:
    """The same weights in modules of their own: what is compiled, shared or watched in one is not in the other."""
    import torch

    modules = {name: part for name, part in model.components.items() if isinstance(part, torch.nn.Module)}
    tensors = (one for module in modules.values() for one in (*module.parameters(), *module.buffers()))
    copied = copy.deepcopy(modules, {id(one): one for one in tensors})
    return replace(model, components={**model.components, **copied}, controls={}, fitted={})


def count_parameters(module: Any) -> int:
    return sum(one.numel() for one in module.parameters())


@contextmanager
def made_as(dtype: Any, device: str) -> Iterator[None]:
    """Made where it will lie: there is no copy of it on the way. What a class asks for in 32 bits stays so."""
    import torch

    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        with torch.device(device):
            yield
    finally:
        torch.set_default_dtype(before)


def _make(how: Mapping[str, Any], dtype: Any, device: str, *, tiny: bool) -> Any:
    kind = getattr(importlib.import_module(how["library"]), how["kind"])
    config = {**how["config"], **(how["tiny"] if tiny else {})}
    if not is_module(kind):  # a scheduler, whose times are 32 bits on the processor whatever the device
        return kind(**config)
    with made_as(dtype, device):
        return kind(kind.config_class(**config)) if how["library"] == "transformers" else kind(**config)


def _fill(module: Any) -> None:
    """Matrices alike; what scales and shifts stays as it was made. Zeros would be faster than true weights are, since a
    GPU draws less power for them."""
    import torch

    module.eval().requires_grad_(False)
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, _DEVIATION)


def _tokenizer(longest: int) -> Any:
    made = make_tokenizer(list(_WORDS))
    made.model_max_length = longest
    made.chat_template = _CHAT
    return made
