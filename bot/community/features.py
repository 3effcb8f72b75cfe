"""What of the community a server has turned on, as its settings say it. Nothing is on until somebody who manages the
server says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

ON, PLACE = "community", "community_channel"  # keys of a server's settings


class Feature(StrEnum):
    DAILY = "daily"
    DIGEST = "digest"
    TOP = "top"
    PROFILE = "profile"
    FOLLOW = "follow"


def is_on(settings: Mapping[str, Any], feature: Feature) -> bool:
    return feature.value in settings.get(ON, ())


def place_of(settings: Mapping[str, Any], gallery: int | None) -> int | None:
    """Where days and digests are posted: where they are wanted, else in the gallery."""
    chosen = settings.get(PLACE)
    return int(chosen) if chosen is not None else gallery
