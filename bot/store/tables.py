"""Every table, as the newest migration leaves it. Ids that are not ours are Discord's snowflakes; GPU time is whole
milliseconds. What a job's recipes and payloads mean is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from bot.store.columns import Flag, Json, Moment, Word
from bot.store.words import MOVES, OF_JOBS, UNFINISHED, Account, Act, Origin, Privacy, Sending, Source, State

metadata = MetaData(
    naming_convention={
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *parts: Any, **options: Any) -> Table:
    # Strict: SQLite keeps a word in a column of numbers otherwise.
    return Table(name, metadata, *parts, sqlite_strict=True, **options)


def _required(name: str, kind: Any, *parts: Any, **options: Any) -> Column[Any]:
    return Column(name, kind, *parts, nullable=False, **options)


def among(column: str, words: Iterable[str]) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({listed})"


def _moves(act: Act) -> str:
    pairs = " OR ".join(f"from_account = '{taken}' AND to_account = '{given}'" for taken, given in MOVES[act])
    return f"act = '{act}' AND ({pairs})"


members = _table(
    "members",
    Column("id", Integer, primary_key=True),
    Column("locale", Text),
    Column("speed", Text),  # how urgent one's jobs are unless one says otherwise; none: the plan's first
    _required("remix", Flag),
    _required("notify", Flag),  # mention the member when a long job is done
    Column("blocked_at", Moment),
    Column("blocked_reason", Text),
    _required("created_at", Moment),
    _required("seen_at", Moment),
)

servers = _table(
    "servers",
    Column("id", Integer, primary_key=True),
    Column("allowed", Flag),  # none: nobody has decided, the settings decide
    Column("gallery_channel_id", Integer),
    _required("bar", Json),  # emoji that the bot adds under a grid
    Column("default_model", Text),
    _required("settings", Json),
    _required("joined_at", Moment),
    Column("left_at", Moment),
)

jobs = _table(
    "jobs",
    Column("id", Text, primary_key=True, nullable=False),
    Column("interaction_id", Integer, unique=True),  # Discord may deliver one twice
    Column("press", Text, unique=True),  # for what may be done once only, as `single:PARENT:CELL`
    _required("member_id", Integer),
    Column("server_id", Integer),
    _required("channel_id", Integer),
    _required("kind", Text),
    Column("parent_id", Text, ForeignKey("jobs.id")),
    Column("parent_cell", Integer),
    _required("root_id", Text, ForeignKey("jobs.id")),
    _required("text", Text),  # what the member typed
    _required("cells", Json),  # one recipe a cell, each as the JSON text that the engine wrote
    _required("speed", Text),
    _required("privacy", Word(Privacy)),
    _required("plan", Text),
    _required("share", Json),
    _required("state", Word(State)),
    _required("attempt", Integer),  # the fence: whoever writes for an older attempt changes nothing
    _required("deaths", Integer),  # how often the program ended while it ran
    Column("boot_id", Text),  # which run of the program has it in its engine
    _required("unwanted", Flag),  # the member has asked to cancel it
    _required("reserved_gpu_ms", Integer),
    _required("gpu_ms", Integer),  # as measured
    Column("failure", Text),
    Column("message", Text),
    _required("notes", Json),
    _required("created_at", Moment),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    CheckConstraint(among("state", State), name="state"),
    CheckConstraint(among("privacy", Privacy), name="privacy"),
    CheckConstraint("attempt >= 0 AND deaths >= 0 AND reserved_gpu_ms >= 0 AND gpu_ms >= 0", name="counts"),
)
Index("ix_jobs_unfinished", jobs.c.created_at, sqlite_where=jobs.c.state.in_(UNFINISHED))
Index(None, jobs.c.member_id, jobs.c.created_at)
Index(None, jobs.c.parent_id)
Index(None, jobs.c.root_id)

pictures = _table(
    "pictures",
    Column("job_id", Text, ForeignKey("jobs.id"), primary_key=True, nullable=False),
    Column("cell", Integer, primary_key=True, nullable=False),
    _required("sha256", Text, index=True),
    _required("media_type", Text),
    _required("width", Integer),
    _required("height", Integer),
    _required("bytes", Integer),
    _required("recipe", Text),
    _required("recipe_hash", Text, index=True),
    _required("created_at", Moment),
)

# Pictures that a job starts from: named here, so that the sweeper leaves them.
sources = _table(
    "sources",
    Column("job_id", Text, ForeignKey("jobs.id"), primary_key=True, nullable=False),
    Column("sha256", Text, primary_key=True, nullable=False),
    _required("media_type", Text),
    _required("bytes", Integer),
    Index(None, "sha256"),
)

# The one message of a job, which is only ever edited.
placeholders = _table(
    "placeholders",
    Column("job_id", Text, ForeignKey("jobs.id"), primary_key=True, nullable=False),
    _required("channel_id", Integer),
    Column("message_id", Integer, unique=True),
    Column("webhook_token", Text),
    Column("token_until", Moment),
    _required("ephemeral", Flag),
    _required("by_token", Flag),  # the bot cannot write in that channel itself: only the token can
    Column("reply_to", Integer),
    _required("limit_bytes", Integer),  # the largest file that its interaction may post
    Column("edited_at", Moment),
)

# Every further message that belongs to a job: a mention, a direct message, a gallery post.
posts = _table(
    "posts",
    Column("message_id", Integer, primary_key=True),
    _required("channel_id", Integer),
    _required("job_id", Text, ForeignKey("jobs.id"), index=True),
    _required("kind", Text),
)

outbox = _table(
    "outbox",
    Column("id", Integer, primary_key=True),
    _required("key", Text, unique=True),  # what is told once is put once
    Column("job_id", Text, ForeignKey("jobs.id"), index=True),
    _required("member_id", Integer),
    _required("channel_id", Integer),
    _required("kind", Text),
    _required("payload", Json),
    _required("state", Word(Sending)),
    _required("tries", Integer),
    _required("due_at", Moment),
    Column("sending_since", Moment),
    Column("sent_at", Moment),
    Column("message_id", Integer),
    Column("error", Text),
    CheckConstraint(among("state", Sending), name="state"),
    Index(None, "state", "due_at"),
    sqlite_autoincrement=True,  # an id is never used again, so order of ids is order of events
)

bookmarks = _table(
    "bookmarks",
    Column("member_id", Integer, primary_key=True, nullable=False),
    Column("job_id", Text, primary_key=True, nullable=False),
    Column("cell", Integer, primary_key=True, nullable=False),
    _required("created_at", Moment),
    ForeignKeyConstraint(["job_id", "cell"], ["pictures.job_id", "pictures.cell"], ondelete="CASCADE"),
    Index(None, "job_id", "cell"),
)

reports = _table(
    "reports",
    Column("id", Integer, primary_key=True),
    _required("job_id", Text, ForeignKey("jobs.id")),
    _required("reporter_id", Integer),
    _required("reason", Text),
    _required("created_at", Moment),
    UniqueConstraint("job_id", "reporter_id"),
)

# Why a member has a plan: one row a subscription, role or grant, with the period that it is in.
memberships = _table(
    "memberships",
    Column("id", Integer, primary_key=True),
    _required("member_id", Integer, index=True),
    _required("source", Word(Source)),
    _required("external_id", Text),  # what its source calls it
    _required("plan", Text),
    _required("starts_at", Moment),
    Column("ends_at", Moment),  # none: until somebody ends it
    Column("revoked_at", Moment),  # the money went back; it stays as a row, so that a late event cannot revive it
    _required("created_at", Moment),
    CheckConstraint(among("source", Source), name="source"),
    CheckConstraint("ends_at >= starts_at", name="period"),
    UniqueConstraint("source", "external_id"),
)

# Dated GPU time. What is left in one, its accounts say.
buckets = _table(
    "buckets",
    Column("id", Integer, primary_key=True),
    _required("key", Text, unique=True),  # whatever is told twice is granted once
    _required("member_id", Integer, index=True),
    _required("origin", Word(Origin)),
    Column("membership_id", Integer, ForeignKey("memberships.id"), index=True),
    _required("gpu_ms", Integer),  # as granted
    _required("starts_at", Moment),
    Column("expires_at", Moment),  # none: never
    _required("note", Text),
    _required("created_at", Moment),
    CheckConstraint(among("origin", Origin), name="origin"),
    CheckConstraint("gpu_ms >= 0", name="not_negative"),
    CheckConstraint("expires_at > starts_at", name="period"),
    UniqueConstraint("id", "member_id"),
    sqlite_autoincrement=True,
)

# A bucket that has ended before its jobs did: where what they free goes.
closures = _table(
    "closures",
    Column("bucket_id", Integer, ForeignKey("buckets.id"), primary_key=True, nullable=False),
    Column("act", Word(Act), primary_key=True, nullable=False),
    _required("created_at", Moment),
    CheckConstraint(among("act", (Act.EXPIRE, Act.CLAW_BACK)), name="act"),
)

# Balances, as the entries add up to: a cache that a trigger keeps, and that cannot go where it must not.
accounts = _table(
    "accounts",
    Column("bucket_id", Integer, primary_key=True, nullable=False),
    Column("account", Word(Account), primary_key=True, nullable=False),
    _required("member_id", Integer, index=True),
    _required("gpu_ms", Integer),
    CheckConstraint(among("account", Account), name="account"),
    CheckConstraint("gpu_ms >= 0 OR account IN ('granted', 'debt')", name="not_negative"),
    CheckConstraint("gpu_ms <= 0 OR account NOT IN ('granted', 'debt')", name="not_positive"),
    ForeignKeyConstraint(["bucket_id", "member_id"], ["buckets.id", "buckets.member_id"]),
)
Index("ix_accounts_left", accounts.c.bucket_id, sqlite_where=text("account = 'available' AND gpu_ms > 0"))
Index("ix_accounts_held", accounts.c.member_id, sqlite_where=text("account = 'held' AND gpu_ms > 0"))

# The ledger's truth. An entry takes from one account of a bucket and gives to another, so that the legs of every
# transaction sum to nothing. It names no job's row: it outlives what a member has deleted.
entries = _table(
    "entries",
    Column("id", Integer, primary_key=True),
    _required("transaction_id", Text),
    _required("bucket_id", Integer),
    _required("member_id", Integer, index=True),
    _required("from_account", Word(Account)),
    _required("to_account", Word(Account)),
    _required("gpu_ms", Integer),
    _required("act", Word(Act)),
    Column("job_id", Text, index=True),
    _required("note", Text),
    _required("created_at", Moment),
    CheckConstraint("gpu_ms >= 0", name="not_negative"),
    CheckConstraint(" OR ".join(map(_moves, Act)), name="move"),
    CheckConstraint(f"job_id IS NOT NULL OR NOT {among('act', OF_JOBS)}", name="job"),
    UniqueConstraint("transaction_id", "bucket_id", "from_account", "to_account"),
    ForeignKeyConstraint(["bucket_id", "member_id"], ["buckets.id", "buckets.member_id"]),
    Index(None, "bucket_id"),
    sqlite_autoincrement=True,
)

# One reservation a job, and one end of it: a settlement or a refund, never both.
reserves = _table(
    "reserves",
    Column("job_id", Text, primary_key=True, nullable=False),
    _required("member_id", Integer, index=True),
    _required("gpu_ms", Integer),
    _required("created_at", Moment),
    CheckConstraint("gpu_ms >= 0", name="not_negative"),
)

ends = _table(
    "ends",
    Column("job_id", Text, ForeignKey("reserves.job_id"), primary_key=True, nullable=False),
    _required("act", Word(Act)),
    _required("created_at", Moment),
    CheckConstraint(among("act", (Act.SETTLE, Act.REFUND)), name="act"),
)

# Secrets that sign custom ids: the newest signs, all verify.
keys = _table(
    "keys",
    Column("id", Integer, primary_key=True),
    _required("secret", LargeBinary),
    _required("created_at", Moment),
)

meta = _table(
    "meta",
    Column("key", Text, primary_key=True, nullable=False),
    _required("value", Text),
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
