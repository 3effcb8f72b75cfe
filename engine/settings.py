"""How an engine is set up. Every field has a default; nothing is read from the environment here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.schedule.queue import DEFAULT_RULES
from engine.schedule.turn import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """`models` is the folder of fetched models (None: where the hub's own tools keep them), `adapters` one of LoRAs,
    `catalogs` are an operator's own catalogue files. `device` names one (`cpu`, `cuda:1`); None picks the best."""

    models: Path | None = None
    adapters: Path | None = None
    catalogs: tuple[Path, ...] = ()
    device: str | None = None
    encoders: Path | None = None  # a folder with encoders for `read`; None: those that ship
    upscaler: Path | None = None  # a safetensors file of another enlarging net; None: the one that ships
    state: Path | None = None  # a folder of the engine's own: what it found out, so that it need not again
    memory_gib: float | None = None  # as much of the device as may be used; None: what is free
    compile: bool = False  # on a GPU, the repeated blocks of a denoiser: faster steps for a slow first one
    prompt_cache_mib: int = 512
    swatch_seconds: float = 0.0  # a colour card takes at least so long, to see everything else at a real model's pace
    preview_seconds: float = 1.5  # chat edits are limited in rate: more often is never seen
    hang_seconds: float = 120.0  # a step that takes this long, and far longer than expected, hangs
    load_hang_seconds: float = 900.0
    close_seconds: float = 10.0
    encoding_threads: int = 2
    rules: Rules = DEFAULT_RULES
