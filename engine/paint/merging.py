"""Calls of one module into one: when two calls may share a forward, how their arguments are joined, how the result is
divided again. Whatever it does not understand is not merged. Knows no job and no model family.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import torch
from torch.utils.weak import WeakIdKeyDictionary

TIMES = frozenset({"timestep", "timesteps", "t"})
PLACES = frozenset({"img_ids", "txt_ids", "image_rotary_emb"})  # positions: of the picture, not of a row
ROW_LISTS = frozenset({"x", "cap_feats", "img_shapes", "txt_seq_lens"})  # one item a row
RAGGED = frozenset({"cap_feats"})  # rows of other lengths are padded by the model itself
_COMPARED_BYTES = 1 << 20  # what is not of a row must be equal by value; larger things are not compared
_digests: Any = WeakIdKeyDictionary()


class _Strange(Exception):  # noqa: N818  # no error: the call is simply run by itself
    """An argument of which it is not known how to join it."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """One call. `key` is None where it shares with nothing; `rows` is its part of a batch."""

    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    named: Mapping[str, Any]
    rows: int
    key: Hashable | None


def read_arguments(
    signature: inspect.Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any], ignored: frozenset[str]
) -> Arguments:
    """What a call asks for, by name. `ignored` arguments have no influence on the result."""
    try:
        named = dict(signature.bind(*args, **kwargs).arguments)
    except TypeError:
        return Arguments(args, kwargs, {}, 1, None)
    extra = [p.name for p in signature.parameters.values() if p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    rows = _count_rows(named)
    try:
        if rows is None or any(named.get(name) for name in extra):
            raise _Strange
        named = {name: value for name, value in named.items() if name not in extra}
        if "conditioning_scale" in named and not named.get("guess_mode"):
            named["conditioning_scale"] = _scale_of_rows(named, rows)
        key = tuple((name, _sign(name, value, rows)) for name, value in named.items() if name not in ignored)
    except _Strange:
        return Arguments(args, kwargs, named, rows or 1, None)
    return Arguments(args, kwargs, named, rows, key)


def join(calls: Sequence[Arguments]) -> dict[str, Any]:
    """The arguments of calls of one key, as those of a single call."""
    counts = [call.rows for call in calls]
    return {name: _join(name, [call.named[name] for call in calls], counts) for name in calls[0].named}


def has_row_lists(call: Arguments) -> bool:
    """Whether this model takes its rows as a list, and so gives them."""
    return any(isinstance(call.named.get(name), list) for name in ROW_LISTS & {"x"})


def divide(result: Any, counts: Sequence[int], *, row_lists: bool = False) -> list[Any]:
    """The result of a joined call, as each call would have got it."""
    if isinstance(result, torch.Tensor):
        return list(torch.split(result, list(counts)))
    if isinstance(result, dict):  # diffusers' and transformers' outputs are dictionaries too
        parts = [divide(value, counts, row_lists=row_lists) for value in result.values()]
        return [type(result)(**dict(zip(result, of_call, strict=True))) for of_call in zip(*parts, strict=True)]
    if row_lists and isinstance(result, list) and len(result) == sum(counts):
        starts = [sum(counts[:at]) for at in range(len(counts))]
        return [result[start : start + count] for start, count in zip(starts, counts, strict=True)]
    if isinstance(result, (list, tuple)):
        parts = [divide(value, counts, row_lists=row_lists) for value in result]
        return [type(result)(of_call) for of_call in zip(*parts, strict=True)]
    if result is None or isinstance(result, (bool, int, float, str)):
        return [result] * len(counts)
    raise TypeError(f"A result of type {type(result).__name__} cannot be divided among the calls that share it.")


def _count_rows(named: Mapping[str, Any]) -> int | None:
    """By the first argument that has rows: what is painted comes first in every model."""
    for value in named.values():
        if isinstance(value, torch.Tensor) and value.dim() >= 2:
            return int(value.shape[0])
        if isinstance(value, list) and value and isinstance(value[0], torch.Tensor):
            return len(value)
    return None


def _scale_of_rows(named: Mapping[str, Any], rows: int) -> Any:
    """A ControlNet multiplies its 4-D results with the scale: given for each row, different scales share a forward."""
    scale, sample = named["conditioning_scale"], named.get("sample")
    if not isinstance(scale, (int, float)) or not isinstance(sample, torch.Tensor) or sample.dim() != 4:
        return scale
    return torch.full((rows, 1, 1, 1), float(scale), dtype=sample.dtype, device=sample.device)


def _sign(name: str, value: Any, rows: int) -> Hashable:
    match value:
        case torch.Tensor():
            return _sign_tensor(name, value, rows)
        case int() | float() if name in TIMES and not isinstance(value, bool):
            return "time"
        case None | bool() | int() | float() | str() | torch.dtype() | torch.device() | Enum():
            return type(value).__name__, value
        case dict():
            return tuple((key, _sign(str(key), item, rows)) for key, item in value.items())
        case list() if name in ROW_LISTS:
            if len(value) != rows:
                raise _Strange
            return tuple(_sign_item(name, item) for item in value[:1]) + _agreeing(name, value)
        case list() | tuple():
            return type(value).__name__, tuple(_sign(name, item, rows) for item in value)
        case _:
            raise _Strange


def _sign_tensor(name: str, value: torch.Tensor, rows: int) -> Hashable:
    if name in PLACES:
        is_of_rows = value.dim() == 3 and value.shape[0] == rows
        return "places", value.dtype, value.device, _digest(value[:1] if is_of_rows else value)
    if value.dim() == 0 or (name in TIMES and value.shape == (1,)):
        return "time" if name in TIMES else ("scalar", value.dtype, value.device)
    if value.shape[0] == rows:
        if name in TIMES and value.dim() == 1:
            return "time"
        return "rows", value.dtype, value.device, tuple(value.shape[1:])
    return "same", value.dtype, value.device, tuple(value.shape), _digest(value)


def _sign_item(name: str, item: Any) -> Hashable:
    if isinstance(item, torch.Tensor):
        return item.dtype, item.device, tuple(item.shape[1:] if name in RAGGED else item.shape)
    if isinstance(item, (int, tuple, list)):
        return str(item)
    raise _Strange


def _agreeing(name: str, items: list[Any]) -> tuple[()]:
    """All rows of a call are of one kind; others have a key of their own."""
    if any(_sign_item(name, item) != _sign_item(name, items[0]) for item in items):
        raise _Strange
    return ()


def _digest(value: torch.Tensor) -> bytes:
    """Of the bytes. Positions are the same tensor at every step, so each is read once."""
    if value.numel() * value.element_size() > _COMPARED_BYTES:
        raise _Strange
    known = _digests.get(value)
    if known is None or known[0] != value._version:
        data = value.detach().cpu().contiguous().view(torch.uint8).numpy().tobytes()
        known = (value._version, hashlib.blake2b(repr(tuple(value.shape)).encode() + data, digest_size=16).digest())
        _digests[value] = known
    return bytes(known[1])


def _join(name: str, values: Sequence[Any], counts: Sequence[int]) -> Any:
    first = values[0]
    if name in TIMES:
        return torch.cat([_times(value, rows, values) for value, rows in zip(values, counts, strict=True)])
    match first:
        case torch.Tensor():
            return _join_tensors(name, values, counts)
        case dict():
            return {key: _join(str(key), [value[key] for value in values], counts) for key in first}
        case list() if name in ROW_LISTS:
            return [item for value in values for item in value]
        case list() | tuple():
            joined = [_join(name, [value[at] for value in values], counts) for at in range(len(first))]
            return type(first)(joined)
        case _:
            return first


def _join_tensors(name: str, values: Sequence[torch.Tensor], counts: Sequence[int]) -> torch.Tensor:
    first = values[0]
    if first.dim() == 0:
        return torch.cat([value.reshape(1).expand(rows) for value, rows in zip(values, counts, strict=True)])
    if all(value.shape[0] == rows for value, rows in zip(values, counts, strict=True)) and not (
        name in PLACES and first.dim() < 3
    ):
        return torch.cat(list(values))
    return first


def _times(value: Any, rows: int, all_values: Sequence[Any]) -> torch.Tensor:
    """A time for each row. Whole numbers become real ones, so that schedulers of both kinds share a forward."""
    tensors = [one for one in all_values if isinstance(one, torch.Tensor)]
    device = tensors[0].device if tensors else None
    floats = [one.dtype for one in tensors if one.is_floating_point()]
    time = torch.as_tensor(value, device=device)
    dtype = floats[0] if len(floats) == len(all_values) and len(set(floats)) == 1 else torch.float32
    return time.to(dtype).reshape(-1).expand(rows) if time.numel() == 1 else time.to(dtype)


def signature_of(forward: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(forward)
