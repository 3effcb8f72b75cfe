"""Members, servers, and what the bot itself keeps: secrets, notes."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
)

from bot.store.columns import Flag, Json, Moment, Word
from bot.store.tables.making import required, table
from bot.store.words import Privacy

members = table(
    "members",
    Column("id", Integer, primary_key=True),
    Column("locale", Text),
    Column("speed", Text),  # how urgent one's jobs are unless one says otherwise; none: the plan's first
    Column("visibility", Word(Privacy)),  # of one's jobs, unless one says otherwise; none: public
    required("remix", Flag),
    required("notify", Flag),  # mention the member when a long job is done
    Column("blocked_at", Moment),
    Column("blocked_reason", Text),
    required("created_at", Moment),
    required("seen_at", Moment),
)

servers = table(
    "servers",
    Column("id", Integer, primary_key=True),
    Column("allowed", Flag),  # none: nobody has decided, the settings decide
    Column("gallery_channel_id", Integer),
    required("bar", Json),  # emoji that the bot adds under a grid
    Column("default_model", Text),
    required("settings", Json),
    required("joined_at", Moment),
    Column("left_at", Moment),
)

# Secrets that sign custom ids: the newest signs, all verify.
keys = table(
    "keys",
    Column("id", Integer, primary_key=True),
    required("secret", LargeBinary),
    required("created_at", Moment),
)

# Roles that the bot gave because of a plan, so that it takes no others.
given_roles = table(
    "given_roles",
    Column("member_id", Integer, primary_key=True, nullable=False),
    Column("role_id", Integer, primary_key=True, nullable=False),
    required("created_at", Moment),
)

# What a seller told of payments, as it was told, and by which names those belong together.
payment_events = table(
    "payment_events",
    Column("id", Text, primary_key=True, nullable=False),  # an event that comes twice is one
    required("kind", Text),
    required("about", Json),
    required("told_at", Moment),
)

payment_names = table(
    "payment_names",
    Column("name", Text, primary_key=True, nullable=False),
    Column("event_id", Text, ForeignKey("payment_events.id"), primary_key=True, nullable=False),
    Index(None, "event_id"),
)

meta = table(
    "meta",
    Column("key", Text, primary_key=True, nullable=False),
    required("value", Text),
)
