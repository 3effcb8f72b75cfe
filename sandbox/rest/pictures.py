"""Pictures in a body: `data:image/png;base64,…`, as avatars, icons and emoji are sent."""

from __future__ import annotations

import base64
import binascii

from sandbox.rules import errors
from sandbox.world.files import look_at
from sandbox.world.state import State


def read_picture(data_uri: object, field: str, largest_bytes: int | None = None) -> bytes:
    """The bytes behind a data URI; what is no picture, or too large a one, is refused under the field's name."""
    _, _, encoded = data_uri.partition(",") if isinstance(data_uri, str) else ("", "", "")
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    faults = errors.Faults()
    if look_at(data, "").content_type is None:
        faults.add((field,), "IMAGE_INVALID", "Unsupported image type given")
    elif largest_bytes is not None and len(data) > largest_bytes:
        faults.add((field,), "BINARY_TYPE_MAX_SIZE", f"File cannot be larger than {largest_bytes / 1024:.1f} kb.")
    faults.raise_if_any()
    return data


def keep_picture(state: State, data_uri: object, field: str) -> str | None:
    """Store a picture and return its hash; null is none."""
    return None if data_uri is None else state.keep_blob(read_picture(data_uri, field))
