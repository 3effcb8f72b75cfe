"""GPU time in dated buckets, entries that take and give at once, and memberships.

What was granted before came from the plan without a bound, so it goes into each member's open bucket.
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0002"
down_revision = "0001"

_KEPT: Final = ("buckets", "closures", "entries")

STATEMENTS: Final = (
    """
    CREATE TABLE memberships (
        id INTEGER NOT NULL,
        member_id INTEGER NOT NULL,
        source TEXT NOT NULL,
        external_id TEXT NOT NULL,
        "plan" TEXT NOT NULL,
        starts_at INTEGER NOT NULL,
        ends_at INTEGER,
        revoked_at INTEGER,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_memberships PRIMARY KEY (id),
        CONSTRAINT ck_memberships_source CHECK (source IN ('discord', 'role', 'grant', 'stripe')),
        CONSTRAINT ck_memberships_period CHECK (ends_at >= starts_at),
        CONSTRAINT uq_memberships_source_external_id UNIQUE (source, external_id)
    ) STRICT
    """,
    "CREATE INDEX ix_memberships_member_id ON memberships (member_id)",
    """
    CREATE TABLE buckets (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        "key" TEXT NOT NULL,
        member_id INTEGER NOT NULL,
        origin TEXT NOT NULL,
        membership_id INTEGER,
        gpu_ms INTEGER NOT NULL,
        starts_at INTEGER NOT NULL,
        expires_at INTEGER,
        note TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT ck_buckets_origin
            CHECK (origin IN ('open', 'default', 'discord', 'role', 'grant', 'stripe', 'bought', 'operator', 'gift',
                'rollover')),
        CONSTRAINT ck_buckets_not_negative CHECK (gpu_ms >= 0),
        CONSTRAINT ck_buckets_period CHECK (expires_at > starts_at),
        CONSTRAINT uq_buckets_id_member_id UNIQUE (id, member_id),
        CONSTRAINT uq_buckets_key UNIQUE ("key"),
        CONSTRAINT fk_buckets_membership_id FOREIGN KEY(membership_id) REFERENCES memberships (id)
    ) STRICT
    """,
    "CREATE INDEX ix_buckets_member_id ON buckets (member_id)",
    "CREATE INDEX ix_buckets_membership_id ON buckets (membership_id)",
    """
    CREATE TABLE closures (
        bucket_id INTEGER NOT NULL,
        act TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_closures PRIMARY KEY (bucket_id, act),
        CONSTRAINT ck_closures_act CHECK (act IN ('expire', 'claw-back')),
        CONSTRAINT fk_closures_bucket_id FOREIGN KEY(bucket_id) REFERENCES buckets (id)
    ) STRICT
    """,
    "DROP INDEX ix_entries_job_id",
    "DROP INDEX ix_entries_member_id",
    "DROP TRIGGER entries_no_update",
    "DROP TRIGGER entries_no_delete",
    "ALTER TABLE entries RENAME TO legs",
    "DROP TABLE accounts",
    """
    CREATE TABLE accounts (
        bucket_id INTEGER NOT NULL,
        account TEXT NOT NULL,
        member_id INTEGER NOT NULL,
        gpu_ms INTEGER NOT NULL,
        CONSTRAINT pk_accounts PRIMARY KEY (bucket_id, account),
        CONSTRAINT ck_accounts_account
            CHECK (account IN ('available', 'held', 'spent', 'granted', 'expired', 'debt', 'given')),
        CONSTRAINT ck_accounts_not_negative CHECK (gpu_ms >= 0 OR account IN ('granted', 'debt')),
        CONSTRAINT ck_accounts_not_positive CHECK (gpu_ms <= 0 OR account NOT IN ('granted', 'debt')),
        CONSTRAINT fk_accounts_bucket_id_member_id
            FOREIGN KEY(bucket_id, member_id) REFERENCES buckets (id, member_id)
    ) STRICT
    """,
    "CREATE INDEX ix_accounts_member_id ON accounts (member_id)",
    "CREATE INDEX ix_accounts_left ON accounts (bucket_id) WHERE account = 'available' AND gpu_ms > 0",
    "CREATE INDEX ix_accounts_held ON accounts (member_id) WHERE account = 'held' AND gpu_ms > 0",
    """
    CREATE TABLE entries (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        transaction_id TEXT NOT NULL,
        bucket_id INTEGER NOT NULL,
        member_id INTEGER NOT NULL,
        from_account TEXT NOT NULL,
        to_account TEXT NOT NULL,
        gpu_ms INTEGER NOT NULL,
        act TEXT NOT NULL,
        job_id TEXT,
        note TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT ck_entries_not_negative CHECK (gpu_ms >= 0),
        CONSTRAINT ck_entries_move CHECK (
            act = 'grant' AND (from_account = 'granted' AND to_account = 'available')
            OR act = 'reserve' AND (from_account = 'available' AND to_account = 'held')
            OR act = 'settle' AND (from_account = 'held' AND to_account = 'spent'
                OR from_account = 'held' AND to_account = 'available'
                OR from_account = 'held' AND to_account = 'expired'
                OR from_account = 'held' AND to_account = 'granted')
            OR act = 'refund' AND (from_account = 'held' AND to_account = 'available'
                OR from_account = 'held' AND to_account = 'expired'
                OR from_account = 'held' AND to_account = 'granted')
            OR act = 'expire' AND (from_account = 'available' AND to_account = 'expired')
            OR act = 'roll-over' AND (from_account = 'available' AND to_account = 'granted'
                OR from_account = 'granted' AND to_account = 'available')
            OR act = 'claw-back' AND (from_account = 'available' AND to_account = 'granted'
                OR from_account = 'debt' AND to_account = 'granted')
            OR act = 'repay' AND (from_account = 'available' AND to_account = 'given'
                OR from_account = 'granted' AND to_account = 'debt')
            OR act = 'gift' AND (from_account = 'available' AND to_account = 'given'
                OR from_account = 'granted' AND to_account = 'available')
        ),
        CONSTRAINT ck_entries_job CHECK (job_id IS NOT NULL OR NOT act IN ('reserve', 'settle', 'refund')),
        CONSTRAINT uq_entries_transaction_id_bucket_id_from_account_to_account
            UNIQUE (transaction_id, bucket_id, from_account, to_account),
        CONSTRAINT fk_entries_bucket_id_member_id
            FOREIGN KEY(bucket_id, member_id) REFERENCES buckets (id, member_id)
    ) STRICT
    """,
    "CREATE INDEX ix_entries_bucket_id ON entries (bucket_id)",
    "CREATE INDEX ix_entries_job_id ON entries (job_id)",
    "CREATE INDEX ix_entries_member_id ON entries (member_id)",
    """
    CREATE TRIGGER entries_balance AFTER INSERT ON entries BEGIN
        INSERT INTO accounts (bucket_id, account, member_id, gpu_ms)
            VALUES (NEW.bucket_id, NEW.from_account, NEW.member_id, 0),
                (NEW.bucket_id, NEW.to_account, NEW.member_id, 0)
            ON CONFLICT DO NOTHING;
        UPDATE accounts SET gpu_ms = gpu_ms - NEW.gpu_ms
            WHERE bucket_id = NEW.bucket_id AND account = NEW.from_account;
        UPDATE accounts SET gpu_ms = gpu_ms + NEW.gpu_ms
            WHERE bucket_id = NEW.bucket_id AND account = NEW.to_account;
    END
    """,
    """
    CREATE TRIGGER entries_fence BEFORE INSERT ON entries
    WHEN NEW.act = 'reserve' AND NOT EXISTS (SELECT 1 FROM reserves WHERE job_id = NEW.job_id)
        OR NEW.act IN ('settle', 'refund')
            AND NOT EXISTS (SELECT 1 FROM ends WHERE job_id = NEW.job_id AND act = NEW.act)
    BEGIN SELECT RAISE(ABORT, 'The credit of a job moves with its one reservation and its one end.'); END
    """,
    """
    INSERT INTO buckets ("key", member_id, origin, gpu_ms, starts_at, note, created_at)
        SELECT 'open:' || member_id, member_id, 'open', 0, min(created_at), '', min(created_at)
        FROM legs GROUP BY member_id
    """,
    # A leg that gives says what its act takes from.
    """
    INSERT INTO entries (transaction_id, bucket_id, member_id, from_account, to_account, gpu_ms, act, job_id, note,
            created_at)
        SELECT legs.transaction_id, buckets.id, legs.member_id,
            CASE legs.act WHEN 'grant' THEN 'granted' WHEN 'reserve' THEN 'available' ELSE 'held' END,
            legs.account, legs.gpu_ms, legs.act, legs.job_id, legs.note, legs.created_at
        FROM legs JOIN buckets ON buckets.member_id = legs.member_id
        WHERE legs.account <> CASE legs.act WHEN 'grant' THEN 'granted' WHEN 'reserve' THEN 'available' ELSE 'held' END
        ORDER BY legs.id
    """,
    "DROP TABLE legs",
    *(
        f"""
        CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table}
            BEGIN SELECT RAISE(ABORT, 'The ledger is only ever added to: {table} allows no {deed}.'); END
        """
        for table in _KEPT
        for deed in ("UPDATE", "DELETE")
    ),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
