"""What every Python bot of the wire tests is told by its environment, and how it tells the test what it saw."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

URL: Final = os.environ.get("WIRE_URL", "")
GATEWAY: Final = os.environ.get("WIRE_GATEWAY", "")
TOKEN: Final = os.environ.get("WIRE_TOKEN", "")
STYLES: Final = ("mint", "mist", "stone")


def picture() -> Path:
    """The picture that the bot paints."""
    return Path(os.environ["WIRE_PICTURE"])


def tell(event: str, **fields: object) -> None:
    """One line of JSON on standard output; the test waits for it."""
    print(json.dumps({"event": event, **fields}), flush=True)  # noqa: T201  # it is how this program speaks
