"""LoRAs out of one folder, by file name, worn by models that share them between jobs: fitted once, then switched
between steps. A recipe's hash must be the file's. Knows no job; when to switch is the rendezvous' affair.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.errors import AdapterError, ModelError, nearest_name
from engine.models.hashes import Hashes
from engine.models.loaded import Loaded
from engine.models.parts import quietly
from engine.models.weights import PICKLES, Header, read_header
from engine.recipe import Adapter

MOST_FITTED = 8  # per model; each takes memory even while it is not worn
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}\Z")
_MARKS = ("lora_a", "lora_b", "lora_down", "lora_up", ".lora.", "lokr_")
_REMEDY = "Choose another style, or another model."


class Adapters:
    """The folder, and who wears what of it. `find` may be called from any thread, `wear` from the device's alone."""

    def __init__(self, folder: Path | None, hashes: Hashes | None = None) -> None:
        self._folder = folder
        self._hashes = hashes or Hashes()

    @property
    def names(self) -> tuple[str, ...]:
        """By which they can be asked for. The folder is read anew: a file that is put there is there."""
        return tuple(sorted(path.stem for path in self._files() if path.suffix == ".safetensors"))

    @property
    def styles(self) -> Mapping[str, Adapter]:
        """What can be asked for, each file read for its hash only when it is."""
        return _Styles(self)

    def find(self, name: str, strength: float = 1.0) -> Adapter:
        """What a recipe records. Raises AdapterError. The first time, a file of 200 MB takes a moment."""
        path = self._path(name)
        return Adapter(path.stem, self._hashes.file(path), strength)

    def wear(self, model: Loaded, wanted: Sequence[Adapter]) -> None:
        """From now on these act on the model's modules, and no others. Costs nothing if nothing changes."""
        if tuple(wanted) == model.worn:
            return
        self.fit(model, wanted)
        model.worn = tuple(wanted)
        _switch(model)
        _unfit_least_used(model)

    def fit(self, model: Loaded, wanted: Sequence[Adapter]) -> None:
        """Read them and build them in, so that they can be worn at once; what is worn stays. Raises AdapterError."""
        try:
            for adapter in wanted:
                self._fit(model, adapter)
        finally:
            _switch(model)  # building one in also puts it on

    def _fit(self, model: Loaded, adapter: Adapter) -> None:
        key = _key(adapter)
        if key in model.fitted:
            model.fitted[key] = model.fitted.pop(key)  # now the last one used
            return
        if model.streamed:
            problem = f"{model.entry.name} does not fit this device whole, and takes no styles while it is streamed."
            raise AdapterError(adapter.name, problem, _REMEDY)
        path = self._path(adapter.name)
        if self._hashes.file(path) != adapter.sha256:
            problem = f"The style {adapter.name} is another file now than the one that the recipe names."
            raise AdapterError(adapter.name, problem, "Put the old file back, or leave the style out.")
        header = _header(path, adapter.name)
        _refuse_others(header.tensors, adapter.name)
        _load(model, path, key, adapter.name)
        model.fitted[key] = header.size
        model.held_bytes += header.size

    def _path(self, name: str) -> Path:
        files = {path.name.lower(): path for path in self._files()} if _NAME.match(name) else {}
        found = files.get(f"{name.lower()}.safetensors")
        if found is not None:
            return found
        for ending in PICKLES:
            if f"{name.lower()}{ending}" in files:
                problem = f"The style {name} is only there as {files[name.lower() + ending].name}, a pickle."
                remedy = "Have it converted to .safetensors; other kinds can run code when they are opened."
                raise AdapterError(name, problem, remedy)
        known = self.names
        nearest = nearest_name(name, known)
        hint = f"Did you mean {nearest}?" if nearest else f"Known are: {', '.join(known) or 'none'}."
        raise AdapterError(name, f"There is no style named {name[:80]}.", hint)

    def _files(self) -> list[Path]:
        if self._folder is None or not self._folder.is_dir():
            return []
        return [path for path in sorted(self._folder.iterdir()) if path.is_file() and _NAME.match(path.stem)]


class _Styles(Mapping[str, Adapter]):
    def __init__(self, adapters: Adapters) -> None:
        self._adapters = adapters

    def __getitem__(self, name: str) -> Adapter:
        try:
            return self._adapters.find(name)
        except AdapterError as error:
            raise KeyError(name) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._adapters.names)

    def __len__(self) -> int:
        return len(self._adapters.names)


def _key(adapter: Adapter) -> str:
    """Its name inside the modules: there, a dot would cut it in two."""
    return f"style_{adapter.sha256[:24]}"


def _header(path: Path, name: str) -> Header:
    try:
        return read_header(path, name)
    except ModelError as error:
        raise AdapterError(name, error.problem, "Copy the file into the folder of styles again.") from error


def _refuse_others(tensors: Any, name: str) -> None:
    lowered = [tensor.lower() for tensor in tensors]
    if not lowered or not any(mark in tensor for tensor in lowered for mark in _MARKS):
        raise AdapterError(name, f"{name} is no LoRA.", "Put only LoRAs into the folder of styles.")
    if any("x_embedder" in tensor or "lora_controlnet" in tensor for tensor in lowered):
        raise AdapterError(name, f"{name} changes what goes into the model; it is no style.", _REMEDY)


def _load(model: Loaded, path: Path, key: str, name: str) -> None:
    import torch

    before = {id(module): module.dtype for module in _wearers(model)}
    pipeline = _pipeline(model)
    try:
        with quietly():
            pipeline.load_lora_weights(
                str(path.parent), weight_name=path.name, adapter_name=key, use_safetensors=True, local_files_only=True
            )
        if not any(key in held for held in pipeline.get_list_adapters().values()):
            raise ValueError("none of its layers are in this model")
    except torch.OutOfMemoryError:
        _take_off(model, key)
        raise
    except (ValueError, RuntimeError, KeyError, TypeError, AttributeError, OSError, IndexError) as error:
        _take_off(model, key)
        lines = str(error).strip().splitlines() or [type(error).__name__]
        problem = f"The style {name} does not fit {model.entry.name}: {lines[0][:200]}"
        raise AdapterError(name, problem, _REMEDY) from error
    for module in _wearers(model):
        for tensor_name, tensor in module.named_parameters():
            if key in tensor_name:
                tensor.data = tensor.data.to(before[id(module)])


def _take_off(model: Loaded, key: str) -> None:
    """Whatever of it got in. The layers that carried it stay, empty: without one they compute what they did before."""
    from diffusers.utils import delete_adapter_layers

    with quietly():
        for module in _wearers(model):
            delete_adapter_layers(module, key)


def _switch(model: Loaded) -> None:
    """Layer by layer, as diffusers does it, but without asking for gradients and in one walk for all modules."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    strengths = {_key(adapter): adapter.strength for adapter in model.worn}
    kind: Any = BaseTunerLayer  # its subclasses have more methods than it declares
    for layer in (layer for module in _wearers(model) for layer in module.modules()):
        if isinstance(layer, kind):
            layer.enable_adapters(bool(strengths))
            if strengths:
                layer.set_adapter(list(strengths), inference_mode=True)
            for key, strength in strengths.items():
                layer.set_scale(key, strength)


def _unfit_least_used(model: Loaded) -> None:
    worn = {_key(adapter) for adapter in model.worn}
    for key in [key for key in model.fitted if key not in worn][: max(0, len(model.fitted) - MOST_FITTED)]:
        _take_off(model, key)
        model.held_bytes -= model.fitted.pop(key)


def _wearers(model: Loaded) -> list[Any]:
    """The modules that a LoRA may act on."""
    names = [name for name in model.components if name in ("unet", "transformer") or name.startswith("text_encoder")]
    return [model.components[name] for name in names if model.components[name] is not None]


def _pipeline(model: Loaded) -> Any:
    """A light one around the shared modules: it knows how its family's LoRAs are written."""
    import diffusers

    kind = getattr(diffusers, model.pipeline)
    if not hasattr(kind, "load_lora_weights"):
        raise ModelError(model.entry.name, f"{model.entry.name} takes no styles.", "Leave the style out.")
    absent = dict.fromkeys(("safety_checker", "feature_extractor", "image_encoder"))
    known = kind._get_signature_keys(kind)[0]
    return kind(**{name: None for name in absent if name in known}, **model.components, **model.options)
