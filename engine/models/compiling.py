"""The blocks that a denoiser repeats, compiled once and used for all of them. What each call costs falls; the first
call of a new kind waits for the compiler. Results round otherwise than the stock blocks', so `exact` jobs go without.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from typing import Any

from engine.models.loaded import Loaded

MOST_KINDS = 64  # of shapes for one kind of block: a UNet has a dozen, and torch's 8 would leave the rest uncompiled
_log = logging.getLogger(__name__)


def compile_blocks(model: Loaded, *, on_processor: bool = False, **how: Any) -> bool:
    """`how` goes to `torch.compile`. False, and nothing is done, where it does not pay: on a processor, for a model
    that is streamed block by block, and for one that names no blocks. Compiling itself waits for the first call. To be
    called on the thread that paints: torch keeps its settings for each thread."""
    denoiser = model.denoiser
    if model.device == "cpu" and not on_processor:
        return False
    if model.streamed or not getattr(denoiser, "_repeated_blocks", None):
        _log.info("%s runs uncompiled: it is streamed, or diffusers names no repeated blocks of it.", model.entry.name)
        return False
    from torch._dynamo import config

    config.recompile_limit = max(MOST_KINDS, config.recompile_limit)
    denoiser.compile_repeated_blocks(**how)  # sizes that change become variable at their second value
    return True


def eagerly() -> AbstractContextManager[Any]:
    """Within, nothing compiled runs: all is as the stock pipeline computes it."""
    import torch

    stance: AbstractContextManager[Any] = torch.compiler.set_stance("force_eager")
    return stance
