"""GPU time as double entry in dated buckets, and the memberships that grant it. The database itself keeps the rules."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    event,
    text,
)

from bot.store.columns import Moment, Word
from bot.store.tables.making import among, required, table
from bot.store.words import MOVES, OF_JOBS, Account, Act, Origin, Source


def _moves(act: Act) -> str:
    pairs = " OR ".join(f"from_account = '{taken}' AND to_account = '{given}'" for taken, given in MOVES[act])
    return f"act = '{act}' AND ({pairs})"


# Why a member has a plan: one row a subscription, role or grant, with the period that it is in.
memberships = table(
    "memberships",
    Column("id", Integer, primary_key=True),
    required("member_id", Integer, index=True),
    required("source", Word(Source)),
    required("external_id", Text),  # what its source calls it
    required("plan", Text),
    required("starts_at", Moment),
    Column("ends_at", Moment),  # none: until somebody ends it
    Column("revoked_at", Moment),  # the money went back; it stays as a row, so that a late event cannot revive it
    required("created_at", Moment),
    CheckConstraint(among("source", Source), name="source"),
    CheckConstraint("ends_at >= starts_at", name="period"),
    UniqueConstraint("source", "external_id"),
)

# Dated GPU time. What is left in one, its accounts say.
buckets = table(
    "buckets",
    Column("id", Integer, primary_key=True),
    required("key", Text, unique=True),  # whatever is told twice is granted once
    required("member_id", Integer, index=True),
    required("origin", Word(Origin)),
    Column("membership_id", Integer, ForeignKey("memberships.id"), index=True),
    required("gpu_ms", Integer),  # as granted
    required("starts_at", Moment),
    Column("expires_at", Moment),  # none: never
    required("note", Text),
    required("created_at", Moment),
    CheckConstraint(among("origin", Origin), name="origin"),
    CheckConstraint("gpu_ms >= 0", name="not_negative"),
    CheckConstraint("expires_at > starts_at", name="period"),
    UniqueConstraint("id", "member_id"),
    sqlite_autoincrement=True,
)

# A bucket that has ended before its jobs did: where what they free goes.
closures = table(
    "closures",
    Column("bucket_id", Integer, ForeignKey("buckets.id"), primary_key=True, nullable=False),
    Column("act", Word(Act), primary_key=True, nullable=False),
    required("created_at", Moment),
    CheckConstraint(among("act", (Act.EXPIRE, Act.CLAW_BACK)), name="act"),
)

# Balances, as the entries add up to: a cache that a trigger keeps, and that cannot go where it must not.
accounts = table(
    "accounts",
    Column("bucket_id", Integer, primary_key=True, nullable=False),
    Column("account", Word(Account), primary_key=True, nullable=False),
    required("member_id", Integer, index=True),
    required("gpu_ms", Integer),
    CheckConstraint(among("account", Account), name="account"),
    CheckConstraint("gpu_ms >= 0 OR account IN ('granted', 'debt')", name="not_negative"),
    CheckConstraint("gpu_ms <= 0 OR account NOT IN ('granted', 'debt')", name="not_positive"),
    ForeignKeyConstraint(["bucket_id", "member_id"], ["buckets.id", "buckets.member_id"]),
)
Index("ix_accounts_left", accounts.c.bucket_id, sqlite_where=text("account = 'available' AND gpu_ms > 0"))
Index("ix_accounts_held", accounts.c.member_id, sqlite_where=text("account = 'held' AND gpu_ms > 0"))

# The ledger's truth. An entry takes from one account of a bucket and gives to another, so that the legs of every
# transaction sum to nothing. It names no job's row: it outlives what a member has deleted.
entries = table(
    "entries",
    Column("id", Integer, primary_key=True),
    required("transaction_id", Text),
    required("bucket_id", Integer),
    required("member_id", Integer, index=True),
    required("from_account", Word(Account)),
    required("to_account", Word(Account)),
    required("gpu_ms", Integer),
    required("act", Word(Act)),
    Column("job_id", Text, index=True),
    required("note", Text),
    required("created_at", Moment),
    CheckConstraint("gpu_ms >= 0", name="not_negative"),
    CheckConstraint(" OR ".join(map(_moves, Act)), name="move"),
    CheckConstraint(f"job_id IS NOT NULL OR NOT {among('act', OF_JOBS)}", name="job"),
    UniqueConstraint("transaction_id", "bucket_id", "from_account", "to_account"),
    ForeignKeyConstraint(["bucket_id", "member_id"], ["buckets.id", "buckets.member_id"]),
    Index(None, "bucket_id"),
    sqlite_autoincrement=True,
)

# One reservation a job, and one end of it: a settlement or a refund, never both.
reserves = table(
    "reserves",
    Column("job_id", Text, primary_key=True, nullable=False),
    required("member_id", Integer, index=True),
    required("gpu_ms", Integer),
    required("created_at", Moment),
    CheckConstraint("gpu_ms >= 0", name="not_negative"),
)

ends = table(
    "ends",
    Column("job_id", Text, ForeignKey("reserves.job_id"), primary_key=True, nullable=False),
    required("act", Word(Act)),
    required("created_at", Moment),
    CheckConstraint(among("act", (Act.SETTLE, Act.REFUND)), name="act"),
)

APPEND_ONLY: Final = (buckets, closures, entries, reserves, ends)


def append_only(table: str, deed: str) -> str:
    """The trigger that keeps a row of the ledger as it was written."""
    return (
        f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'The ledger is only ever added to: {table} allows no {deed}.'); END"
    )


for _kept in APPEND_ONLY:
    for _deed in ("UPDATE", "DELETE"):
        event.listen(_kept, "after_create", DDL(append_only(_kept.name, _deed)))  # type: ignore[no-untyped-call]

BALANCE: Final = """
CREATE TRIGGER entries_balance AFTER INSERT ON entries BEGIN
  INSERT INTO accounts (bucket_id, account, member_id, gpu_ms)
    VALUES (NEW.bucket_id, NEW.from_account, NEW.member_id, 0),
      (NEW.bucket_id, NEW.to_account, NEW.member_id, 0)
    ON CONFLICT DO NOTHING;
  UPDATE accounts SET gpu_ms = gpu_ms - NEW.gpu_ms WHERE bucket_id = NEW.bucket_id AND account = NEW.from_account;
  UPDATE accounts SET gpu_ms = gpu_ms + NEW.gpu_ms WHERE bucket_id = NEW.bucket_id AND account = NEW.to_account;
END
"""
FENCE: Final = """
CREATE TRIGGER entries_fence BEFORE INSERT ON entries
WHEN NEW.act = 'reserve' AND NOT EXISTS (SELECT 1 FROM reserves WHERE job_id = NEW.job_id)
  OR NEW.act IN ('settle', 'refund') AND NOT EXISTS (SELECT 1 FROM ends WHERE job_id = NEW.job_id AND act = NEW.act)
BEGIN SELECT RAISE(ABORT, 'The credit of a job moves with its one reservation and its one end.'); END
"""
for _trigger in (BALANCE, FENCE):
    event.listen(entries, "after_create", DDL(_trigger.strip()))  # type: ignore[no-untyped-call]
