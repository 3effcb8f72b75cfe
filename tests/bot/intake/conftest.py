"""The store's own fixtures."""

from __future__ import annotations

from tests.bot.store.conftest import clock, store

__all__ = ["clock", "store"]
