"""Work that waits for one confirmation, and what a member was told once."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, Text

from bot.store.columns import Json, Moment, Word
from bot.store.tables.making import among, required, table
from bot.store.words import Decision

offers = table(
    "offers",
    Column("id", Text, primary_key=True, nullable=False),
    Column("interaction_id", Integer, unique=True),  # Discord may deliver one twice
    required("member_id", Integer, index=True),
    required("occasion", Text),  # why it waits
    required("orders", Json),  # one a job: words, recipes, price, and all else that its row needs
    required("asker", Json),  # who asked where: it is painted there, wherever it is confirmed
    required("files", Json),  # what the recipes start from, named here, so that the sweeper leaves it
    required("gpu_ms", Integer),  # at most, of all its jobs
    required("state", Word(Decision)),
    required("created_at", Moment),
    required("expires_at", Moment),
    CheckConstraint(among("state", Decision), name="state"),
    CheckConstraint("gpu_ms >= 0", name="not_negative"),
    CheckConstraint("expires_at > created_at", name="period"),
    Index(None, "expires_at"),
)

# What is said once: to whom, and of what.
notices = table(
    "notices",
    Column("member_id", Integer, primary_key=True, nullable=False),
    Column("key", Text, primary_key=True, nullable=False),
    required("created_at", Moment),
)
