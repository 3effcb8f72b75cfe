"""A model's files by their names and headers: what a pipeline needs of a folder or a repository, and whether a file of
weights is whole. Reads no tensor, and knows nothing of torch or of who wants the model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import ModelError

INDEX = "model_index.json"
PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl")  # opening one can run code
_WORDS = (".json", ".txt", ".model", ".jinja")  # configurations and tokenizers
_LEFT_OUT = ("safety_checker", "feature_extractor", "image_encoder")  # optional in every pipeline; judging is not here
_WEIGHTS = re.compile(
    r"(?:diffusion_pytorch_model|model)(?:\.(?P<one>fp16|bf16))?"
    r"(?:-(?P<shard>\d{5})-of-(?P<shards>\d{5}))?(?:\.(?P<two>fp16|bf16))?\.safetensors\Z"
)
_LONGEST_HEADER = 100 * 2**20
_FLOATS = ("F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2")
_REMEDY_PICKLE = "Have it converted to .safetensors; other kinds can run code when they are opened."


@dataclass(frozen=True, slots=True)
class Part:
    """One component as a model's index names it."""

    name: str
    library: str
    kind: str


@dataclass(frozen=True, slots=True)
class Index:
    """`options` is what the pipeline's class is given besides components."""

    pipeline: str
    parts: tuple[Part, ...]
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Choice:
    """The weights of one part: which of its variants (empty: the plain one), and the files."""

    variant: str
    files: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Header:
    """What a .safetensors file says of its tensors: name to kind of number and count."""

    tensors: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    size: int = 0

    def bytes_as(self, itemsize: int, tensor: str | None = None) -> int:
        """What one tensor, or all, will take once floats have that size."""
        wanted = self.tensors.values() if tensor is None else (self.tensors[tensor],)
        return sum(count * (itemsize if kind in _FLOATS else 8) for kind, count in wanted)


def read_index(text: str, model: str) -> Index:
    try:
        data = json.loads(text)
        pipeline = data["_class_name"]
        named = {name: value for name, value in data.items() if not name.startswith("_")}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(model, f"The {INDEX} of {model} cannot be read: {error}.", "Fetch the model again.") from error
    if not isinstance(pipeline, str):
        raise ModelError(model, f"{model} asks for code of its own ({pipeline}).", "Only stock pipelines are run.")
    strange = next((name for name in named if not name.isidentifier()), None)  # a part's name is also its folder's
    if strange is not None:
        raise ModelError(model, f"The {INDEX} of {model} names a part {strange!r:.60}.", "Choose another model.")
    parts = [Part(name, *value) for name, value in named.items() if _is_part(value) and name not in _LEFT_OUT]
    options = {name: value for name, value in named.items() if not isinstance(value, list)}
    if "safety_checker" in named:
        options["requires_safety_checker"] = False  # else the pipeline would complain that it was left out
    return Index(pipeline, tuple(parts), options)


def _is_part(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(word, str) for word in value)


def choose_weights(sizes: Mapping[str, int], *, small: bool) -> Choice | None:
    """Of the files in a part's folder those that make up one complete set: the smallest, or the most exact."""
    sets: dict[str, dict[int, str]] = {}
    wanted: dict[str, int] = {}
    for name in sorted(sizes):
        if found := _WEIGHTS.match(name):
            key = f"{found['one'] or found['two'] or ''}/{found['shards'] or ''}"
            sets.setdefault(key, {})[int(found["shard"] or 1)] = name
            wanted[key] = int(found["shards"] or 1)
    whole = [(key, tuple(files.values())) for key, files in sets.items() if len(files) == wanted[key]]
    choices = [Choice(key.split("/")[0], files, sum(sizes[name] for name in files)) for key, files in whole]
    return (min if small else max)(choices, key=lambda choice: (choice.size, choice.variant), default=None)


def needed_files(sizes: Mapping[str, int], index: Index, model: str, *, small: bool = True) -> dict[str, int]:
    """Of all files of a model, by path and size, those that painting with it reads."""
    needed = {INDEX: sizes.get(INDEX, 0)}
    for part in index.parts:
        inside = {path.removeprefix(f"{part.name}/"): size for path, size in sizes.items() if _is_in(path, part.name)}
        needed |= {f"{part.name}/{name}": size for name, size in inside.items() if name.endswith(_WORDS)}
        choice = choose_weights(inside, small=small)
        if choice is None:
            refuse_pickles(inside, model, part.name)
            continue
        needed |= {f"{part.name}/{name}": inside[name] for name in choice.files}
    return needed


def _is_in(path: str, part: str) -> bool:
    return path.startswith(f"{part}/") and path.count("/") == 1


def refuse_pickles(names: Iterable[str], model: str, part: str) -> None:
    """A part without .safetensors that has something else instead is refused by that file's name."""
    for name in sorted(names):
        if name.endswith(PICKLES):
            raise ModelError(model, f"The {part} of {model} is only there as {name}, a pickle.", _REMEDY_PICKLE)


def files_in(folder: Path) -> dict[str, int]:
    """The files directly in a folder, by name and size."""
    try:
        return {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()}
    except (NotADirectoryError, FileNotFoundError):
        return {}


def read_header(path: Path, model: str) -> Header:
    """Refuses what is no whole .safetensors file, by name and before anything is loaded from it."""
    remedy = f"Fetch it again: delete it, then `python -m engine --pull {model}` or copy it anew."
    if path.suffix in PICKLES:
        raise ModelError(model, f"{path.name} is a pickle.", _REMEDY_PICKLE)
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= _LONGEST_HEADER:
                raise ValueError("it does not begin like one")
            entries = json.loads(file.read(length))
        size = path.stat().st_size
        tensors, end = _tensors(entries)
    except OSError as error:
        raise ModelError(model, f"{path.name} of {model} cannot be read: {error.strerror}.", remedy) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"{path.name} of {model} is no .safetensors file, or a broken one: {error}."
        raise ModelError(model, problem, remedy) from error
    if size != 8 + length + end:
        problem = f"{path.name} of {model} has {size} bytes and should have {8 + length + end}."
        raise ModelError(model, problem, remedy)
    return Header(tensors, size)


def _tensors(entries: Mapping[str, Any]) -> tuple[dict[str, tuple[str, int]], int]:
    tensors = {}
    end = 0
    for name, entry in entries.items():
        if name == "__metadata__":
            continue
        count = 1
        for side in entry["shape"]:
            count *= int(side)
        tensors[name] = (str(entry["dtype"]), count)
        end = max(end, int(entry["data_offsets"][1]))
    return tensors, end
