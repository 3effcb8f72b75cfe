"""ControlNets and T2I-Adapters: one module in one folder, from the hub's cache or out of the engine itself. A recipe
names them, and a recipe may come from anywhere: only those two places are looked at.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import ModelError
from engine.models.device import Device
from engine.models.narrow import settle_narrow
from engine.models.parts import choose_files, find_class, load_module, read_headers
from engine.models.places import ENGINE, Places
from engine.models.weights import Choice, Part
from engine.recipe import ModelPin

_SOURCE = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)+\Z")  # owner/name, or a folder of the engine: no way up or out
_KINDS = ("ControlNet", "T2IAdapter")


@dataclass(frozen=True, slots=True)
class FoundControl:
    pin: ModelPin
    folder: Path
    kind: Any
    choice: Choice
    size: int


def find_control(pin: ModelPin, places: Places, device: Device) -> FoundControl:
    import torch

    folder = _folder(pin, places)
    part = Part(pin.name, "diffusers", _kind(folder, pin))
    kind = find_class(part, pin.name)
    itemsize = getattr(torch, device.dtype).itemsize
    choice = choose_files(folder, part, pin.name, small=itemsize < 4)
    size = sum(header.bytes_as(itemsize) for header in read_headers(folder, choice, pin.name))
    return FoundControl(pin, folder, kind, choice, size)


def load_control(found: FoundControl, device: Device) -> Any:
    import torch

    part = Part(found.pin.name, "diffusers", found.kind.__name__)
    dtype = getattr(torch, device.dtype)
    module = load_module(found.kind, found.folder, part, found.choice.variant, dtype, found.pin.name).to(device.name)
    settle_narrow(module, device)
    return module


def _folder(pin: ModelPin, places: Places) -> Path:
    if _SOURCE.match(pin.source):
        for folder in (ENGINE / pin.source, places.snapshot(pin.source, pin.revision)):
            if folder is not None and (folder / "config.json").is_file():
                return folder
    problem = f"The control model {pin.name} ({pin.source}) is not on this machine."
    raise ModelError(pin.name, problem, "Choose one that is, or ask whoever runs the engine to fetch it.")


def _kind(folder: Path, pin: ModelPin) -> str:
    try:
        kind = str(json.loads((folder / "config.json").read_text(encoding="utf-8"))["_class_name"])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(pin.name, f"The config.json of {pin.name} cannot be read.", "Fetch it again.") from error
    if not any(word in kind for word in _KINDS):
        raise ModelError(pin.name, f"{pin.name} is a {kind}.", "Name a ControlNet or a T2I-Adapter.")
    return kind
