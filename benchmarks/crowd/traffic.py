"""What a bot asked of the sandbox, from the file that the sandbox logs to: requests by route, and its refusals."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]
_TOKEN = re.compile(r"/(webhooks|interactions)/\d+/[^/?]+")
_ID = re.compile(r"/\d{10,}")


@dataclass(slots=True)
class Traffic:
    routes: Counter[str] = field(default_factory=Counter)
    limited: int = 0  # answered with 429
    failed: int = 0  # any other 4xx and 5xx


def traffic(log: Path, since: int = 0) -> tuple[Traffic, int]:
    """From this byte of the file on, and the byte it ends at. People's own requests do not count."""
    found = Traffic()
    with log.open("rb") as file:
        file.seek(since)
        for raw in file:
            if not raw.endswith(b"\n"):
                break  # it is being written
            since += len(raw)
            entry = json.loads(raw)
            if entry["kind"] == "request" and (entry["actor"] or {}).get("kind") != "person":
                found.routes[route_of(entry)] += 1
                found.limited += entry["status"] == 429
                found.failed += entry["status"] >= 400 and entry["status"] != 429
    return found, since


def route_of(entry: Json) -> str:
    path = _TOKEN.sub(r"/\1/{id}/{token}", entry["path"].partition("?")[0].removeprefix("/api/v10"))
    return f"{entry['method']} {_ID.sub('/{id}', path)}"
