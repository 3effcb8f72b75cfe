"""A method of a module that painters share: called by a painter, it parks. To everyone else it is what it was before.

Caches inside a model (First Block Cache and its like) keep state by the name of a context; painters of other jobs use
the same names, so each gets names of its own, and forwards of a model with such a cache are never joined.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from engine.paint.merging import Arguments, divide, has_row_lists, join, read_arguments
from engine.paint.strand import Request, current_strand, in_context, park
from engine.paint.torch_state import TorchState
from engine.schedule.timing import Stage

Prepare = Callable[[Hashable], None]
_IGNORED = frozenset({"generator"})  # decoders take one and draw nothing from it


class SharedMethod:
    def __init__(
        self, module: Any, name: str, *, stage: Stage, merges: bool, prepare: Prepare | None, is_drawn: bool = False
    ) -> None:
        self._module, self._name, self._prepare = module, name, prepare
        self._stage, self._merges = stage, merges
        self._ignored = frozenset() if is_drawn else _IGNORED
        self._was_own = name in vars(module)
        self.real: Callable[..., Any] = getattr(module, name)
        self._signature = inspect.signature(self.real)
        setattr(module, name, self._proxy())
        self._contexts = _Contexts(module) if hasattr(module, "cache_context") else None

    @property
    def merges(self) -> bool:
        return self._merges and not (self._contexts and self._contexts.is_used)

    def prepare(self, marks: Hashable) -> None:
        if self._prepare is not None:
            self._prepare(marks)

    def call_joined(self, calls: Sequence[Arguments]) -> list[Any]:
        result = self.real(**join(calls))
        return divide(result, [call.rows for call in calls], row_lists=has_row_lists(calls[0]))

    def forget(self, job: str) -> None:
        if self._contexts is not None:
            self._contexts.forget(f"{job}/")

    def release(self) -> None:
        """Give the module its own method back."""
        if self._was_own:
            setattr(self._module, self._name, self.real)
        else:
            delattr(self._module, self._name)
        if self._contexts is not None:
            self._contexts.release()

    def _proxy(self) -> Callable[..., Any]:
        @functools.wraps(self.real)
        def call(*args: Any, **kwargs: Any) -> Any:
            strand = current_strand()
            if strand is None:
                return self.real(*args, **kwargs)
            context = strand.context
            arguments = read_arguments(self._signature, args, kwargs, self._ignored)
            run = functools.partial(self._call_once, context, args, kwargs)
            return park(strand, Request(run, TorchState.now(), self._stage, self, arguments))

        return call

    def _call_once(self, context: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Exactly as it was called."""
        if self._contexts is None or context is None:
            return self.real(*args, **kwargs)
        with self._contexts.real(context[0], **context[1]):
            return self.real(*args, **kwargs)


class _Contexts:
    """The cache contexts of one module, apart for each painter."""

    def __init__(self, module: Any) -> None:
        self._module = module
        self.real = module.cache_context
        self._real_reset = module._reset_stateful_cache
        module.cache_context = self._context
        module._reset_stateful_cache = self._reset

    @property
    def is_used(self) -> bool:
        return bool(getattr(self._module, "is_cache_enabled", False))

    @contextmanager
    def _context(self, name: str, **details: Any) -> Iterator[None]:
        strand = current_strand()
        if strand is None:
            with self.real(name, **details):
                yield
            return
        with in_context((f"{strand.job}/{strand.number}/{name}", details)):
            yield

    def _reset(self, *args: Any, **kwargs: Any) -> None:
        """A pipeline that ends clears what it finds: here its own, not its neighbours'."""
        strand = current_strand()
        if strand is None:
            self._real_reset(*args, **kwargs)
        else:
            self.forget(f"{strand.job}/{strand.number}/")

    def forget(self, prefix: str) -> None:
        for module in self._module.modules():
            hooks = getattr(getattr(module, "_diffusers_hook", None), "hooks", {})
            for hook in hooks.values():
                states = getattr(getattr(hook, "state_manager", None), "_state_cache", {})
                for name in [name for name in states if name.startswith(prefix)]:
                    del states[name]

    def release(self) -> None:
        del self._module.cache_context
        del self._module._reset_stateful_cache
