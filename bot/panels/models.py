"""The models that can be painted with here, for menus and completions."""

from __future__ import annotations

from bot.desk import Desk

Choices = tuple[tuple[str, str], ...]
MOST = 25  # of one menu


def paintable(desk: Desk) -> Choices:
    """Names and titles, the default first. It looks at the disk: call it in a thread."""
    engine = desk.engine
    offered = [entry for entry in engine.catalog.offered if engine.can_paint(entry.name)]
    entries = {entry.name: entry for entry in (engine.catalog.find(desk.default_model), *offered)}
    return tuple((entry.name, entry.title) for entry in entries.values())[:MOST]
