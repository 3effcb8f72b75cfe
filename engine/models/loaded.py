"""A model in memory: what diffusers' pipelines are built from, and where it lies. `shelf.py` loads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.models.catalog import Entry
from engine.recipe import Adapter, ModelPin


@dataclass(slots=True)
class Loaded:
    """`components` by the names that pipelines give them (`unet` or `transformer`, `vae`, `text_encoder`, `tokenizer`,
    `scheduler`, …); `pipeline` is the stock class that they were saved from and `options` what it is given besides;
    `streamed` are the components that do not lie whole on the device.
    `controls` are ControlNets by their source. `pin` says exactly which files these are. `fitted` are the LoRAs that
    its modules carry (size by key, least lately used first), `worn` those that act now: `adapters.py` writes them."""

    entry: Entry
    pin: ModelPin
    components: dict[str, Any]
    device: str
    dtype: str
    held_bytes: int
    controls: dict[str, Any] = field(default_factory=dict)
    pipeline: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    streamed: tuple[str, ...] = ()
    fitted: dict[str, int] = field(default_factory=dict)
    worn: tuple[Adapter, ...] = ()

    @property
    def denoiser(self) -> Any:
        """The module that runs at every step."""
        return self.components["transformer"] if "transformer" in self.components else self.components["unet"]
