"""A model in memory: what diffusers' pipelines are built from, and where it lies. Who loads it is `shelf.py`'s affair."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.models.catalog import Entry
from engine.recipe import ModelPin


@dataclass(slots=True)
class Loaded:
    """`components` by the names that pipelines give them (`unet` or `transformer`, `vae`, `text_encoder`, `tokenizer`,
    `scheduler`, …); `controls` are ControlNets by their source. `pin` says exactly which files these are."""

    entry: Entry
    pin: ModelPin
    components: dict[str, Any]
    device: str
    dtype: str
    held_bytes: int
    controls: dict[str, Any] = field(default_factory=dict)

    @property
    def denoiser(self) -> Any:
        """The module that runs at every step."""
        return self.components["transformer"] if "transformer" in self.components else self.components["unet"]
