"""How an entity is written to the state file: compact JSON without the fields that still have their default.

Made when a change is saved, so that a later change of the same object cannot race with the writer thread.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Final, get_args

from sandbox.world import entities
from sandbox.world.entities import Entity

KINDS: Final[dict[str, type]] = {kind.__name__: kind for kind in get_args(Entity)}

_REQUIRED: Final = object()  # equal to no value, so that a field without a default is always written


def _defaults(kind: type) -> tuple[tuple[str, Any], ...]:
    pairs: list[tuple[str, Any]] = []
    for field in dataclasses.fields(kind):
        if field.default_factory is not dataclasses.MISSING:
            pairs.append((field.name, field.default_factory()))
        else:
            pairs.append((field.name, _REQUIRED if field.default is dataclasses.MISSING else field.default))
    return tuple(pairs)


_PARTS: Final = (entities.Overwrite, entities.ForumTag, entities.Thread, entities.Attachment, entities.Reaction)
_DEFAULTS: Final = {kind: _defaults(kind) for kind in (*KINDS.values(), *_PARTS)}
# A message's ids are columns of its row; repeating them would be a third of a short message's bytes.
_IN_COLUMNS: Final = frozenset({"id", "channel_id"})
_MESSAGE: Final = tuple(pair for pair in _DEFAULTS[entities.Message] if pair[0] not in _IN_COLUMNS)


def _lean(part: Any) -> dict[str, Any]:
    """Called by the encoder for each dataclass it meets inside a record."""
    return {name: value for name, default in _DEFAULTS[type(part)] if (value := getattr(part, name)) != default}


_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, default=_lean, check_circular=False).encode


def encode(entity: Entity) -> str:
    # ensure_ascii=False halves the bytes of non-Latin text, but SQLite cannot hold a lone surrogate, which JSON can.
    if isinstance(entity, entities.Message):
        text = _encode({k: value for k, default in _MESSAGE if (value := getattr(entity, k)) != default})
    else:
        text = _encode(entity)
    return text if text.isascii() else _without_surrogates(text)


def _without_surrogates(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(json.loads(text, strict=False), separators=(",", ":"))
    return text


def decode(kind: str, record: str, **columns: int) -> Entity:
    entity: Entity = entities.from_json(KINDS[kind], {**json.loads(record), **columns})
    return entity
