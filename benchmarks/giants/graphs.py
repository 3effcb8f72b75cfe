"""A module's forward as CUDA graphs: recorded once for each kind of call, then replayed, so that the processor no
longer limits how fast kernels follow each other. An arm of the benchmark; the engine itself does not do this yet.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Hashable
from typing import Any

Run = Callable[[], Any]
Record = Callable[[Run], tuple[Run, Any]]  # to a replay, and the result that each replay fills anew


class Graphed:
    """Stands in a forward's place. What it returns is a copy: the next replay overwrites the original."""

    def __init__(self, forward: Callable[..., Any], device: str, record: Record | None = None) -> None:
        self._forward, self._device, self._record = forward, device, record or CudaRecorder()
        self._tapes: dict[Hashable, tuple[list[Any], Run, Any]] = {}
        functools.update_wrapper(self, forward)
        self.__signature__ = inspect.signature(forward)

    @property
    def kinds(self) -> int:
        return len(self._tapes)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        import torch
        from torch.utils import _pytree as trees

        leaves, shape = trees.tree_flatten((args, kwargs))
        key = (repr(shape), tuple(_sign(leaf) for leaf in leaves))
        if key not in self._tapes:
            kept = [leaf.to(self._device).clone() if isinstance(leaf, torch.Tensor) else leaf for leaf in leaves]
            kept_args, kept_kwargs = trees.tree_unflatten(kept, shape)
            replay, result = self._record(functools.partial(self._forward, *kept_args, **kept_kwargs))
            self._tapes[key] = (kept, replay, result)
        kept, replay, result = self._tapes[key]
        for old, new in zip(kept, leaves, strict=True):
            if isinstance(new, torch.Tensor):
                old.copy_(new)
        replay()
        return trees.tree_map(lambda one: one.clone() if isinstance(one, torch.Tensor) else one, result)


class CudaRecorder:
    """All graphs share one pool of memory: they never run at the same time, and results are copied out."""

    def __init__(self) -> None:
        self._pool: Any = None

    def __call__(self, run: Run) -> tuple[Run, Any]:
        import torch

        self._pool = self._pool or torch.cuda.graph_pool_handle()
        stream: Any = torch.cuda.Stream
        aside, here = stream(), torch.cuda.current_stream()
        aside.wait_stream(here)
        with torch.cuda.stream(aside):  # libraries look for their best way, which must not be recorded
            for _ in range(3):
                run()
        here.wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
            result = run()
        return graph.replay, result


def _sign(leaf: Any) -> Hashable:
    """Everything but a tensor's numbers is part of the recording."""
    import torch

    if isinstance(leaf, torch.Tensor):
        return tuple(leaf.shape), leaf.dtype
    return repr(leaf)
