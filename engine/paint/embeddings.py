"""What text encoders said before: the cells of a grid, rerolls and the empty negative prompt ask the same again.
Bounded by bytes; the least lately used goes first. Belongs to the device thread.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

from engine.paint.strand import current_strand, pause

_BESIDES = ("logits", "past_key_values")


class EmbeddingCache:
    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.held_bytes = 0
        self.hits = 0
        self.misses = 0
        self._asking: set[Hashable] = set()
        self._said: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._wrapped: dict[int, tuple[Any, Any, bool]] = {}

    def wrap(self, encoder: Any, model: str) -> None:
        """From now on this text encoder is asked only what it was not asked before."""
        if id(encoder) in self._wrapped:
            return
        real = encoder.forward
        self._wrapped[id(encoder)] = (encoder, real, "forward" in vars(encoder))

        @functools.wraps(real)
        def forward(*args: Any, **kwargs: Any) -> Any:
            key = self._key(model, encoder, args, kwargs)
            if key is None:
                return real(*args, **kwargs)
            if key in self._asking:  # the cells of a grid begin together; by our turn the first of them has the answer
                pause(_wait)
            if key in self._said:
                self.hits += 1
                self._said.move_to_end(key)
                return self._said[key][0]
            self.misses += 1
            self._asking.add(key)
            try:
                said = _words_of(real(*args, **kwargs))
            finally:
                self._asking.discard(key)
            self._keep(key, said)
            return said

        encoder.forward = forward

    def forget(self, model: str) -> None:
        """The model goes: its encoders get their own method back, and what they said goes with them."""
        for key in [key for key in self._said if isinstance(key, tuple) and key[0] == model]:
            self.held_bytes -= self._said.pop(key)[1]

    def clear(self) -> None:
        """Memory ran out: whatever was said can be asked for again."""
        self._said.clear()
        self.held_bytes = 0

    def unwrap(self, encoder: Any) -> None:
        found = self._wrapped.pop(id(encoder), None)
        if found is None:
            return
        _, real, was_own = found
        if was_own:
            encoder.forward = real
        else:
            del encoder.forward

    def _key(self, model: str, encoder: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Hashable | None:
        strand = current_strand()
        marks = strand.marks if strand is not None else ()
        asked = [_written(value) for value in (*args, *kwargs.values())]
        if None in asked:
            return None
        return model, id(encoder), marks, tuple(kwargs), tuple(asked)

    def _keep(self, key: Hashable, said: Any) -> None:
        size = _bytes_of(said)
        if size > self.most_bytes // 4:
            return
        self._said[key] = (said, size)
        self.held_bytes += size
        while self.held_bytes > self.most_bytes:
            _, (_, freed) = self._said.popitem(last=False)
            self.held_bytes -= freed


def _wait() -> None:
    """A turn in which nothing is done."""


def _words_of(said: Any) -> Any:
    """Where all layers were asked for, the words are read from them. What a language model says besides is larger than
    they are: a number for each word it knows (150 MB a prompt at FLUX.2 klein), and what it keeps to talk on."""
    if not (isinstance(said, dict) and said.get("hidden_states") is not None):
        return said
    return type(said)(**{name: value for name, value in said.items() if name not in _BESIDES})


def _written(value: Any) -> Hashable | None:
    """A value as part of a key; None if it is none that can be one."""
    import torch

    if value is None or isinstance(value, (bool, int, float, str)):
        return type(value).__name__, value
    if isinstance(value, torch.Tensor) and not value.is_floating_point() and value.numel() <= 1 << 16:
        return str(value.dtype), tuple(value.shape), value.cpu().numpy().tobytes()
    return None


def _bytes_of(said: Any) -> int:
    import torch

    if isinstance(said, torch.Tensor):
        return said.numel() * said.element_size()
    if isinstance(said, dict):
        return sum(map(_bytes_of, said.values()))
    if isinstance(said, (list, tuple)):
        return sum(map(_bytes_of, said))
    return 0
