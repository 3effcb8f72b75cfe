"""The first schema."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS: Final = (
    """
    CREATE TABLE members (
        id INTEGER NOT NULL,
        locale TEXT,
        speed TEXT,
        remix INTEGER NOT NULL,
        notify INTEGER NOT NULL,
        blocked_at INTEGER,
        blocked_reason TEXT,
        created_at INTEGER NOT NULL,
        seen_at INTEGER NOT NULL,
        CONSTRAINT pk_members PRIMARY KEY (id)
    ) STRICT
    """,
    """
    CREATE TABLE servers (
        id INTEGER NOT NULL,
        allowed INTEGER,
        gallery_channel_id INTEGER,
        bar TEXT NOT NULL,
        default_model TEXT,
        settings TEXT NOT NULL,
        joined_at INTEGER NOT NULL,
        left_at INTEGER,
        CONSTRAINT pk_servers PRIMARY KEY (id)
    ) STRICT
    """,
    """
    CREATE TABLE jobs (
        id TEXT NOT NULL,
        interaction_id INTEGER,
        press TEXT,
        member_id INTEGER NOT NULL,
        server_id INTEGER,
        channel_id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        parent_id TEXT,
        parent_cell INTEGER,
        root_id TEXT NOT NULL,
        text TEXT NOT NULL,
        cells TEXT NOT NULL,
        speed TEXT NOT NULL,
        privacy TEXT NOT NULL,
        "plan" TEXT NOT NULL,
        share TEXT NOT NULL,
        state TEXT NOT NULL,
        attempt INTEGER NOT NULL,
        deaths INTEGER NOT NULL,
        boot_id TEXT,
        unwanted INTEGER NOT NULL,
        reserved_gpu_ms INTEGER NOT NULL,
        gpu_ms INTEGER NOT NULL,
        failure TEXT,
        message TEXT,
        notes TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        started_at INTEGER,
        ended_at INTEGER,
        CONSTRAINT pk_jobs PRIMARY KEY (id),
        CONSTRAINT ck_jobs_state
            CHECK (state IN ('queued', 'running', 'rendered', 'done', 'failed', 'cancelled', 'deleted')),
        CONSTRAINT ck_jobs_privacy CHECK (privacy IN ('public', 'private', 'stealth')),
        CONSTRAINT ck_jobs_counts CHECK (attempt >= 0 AND deaths >= 0 AND reserved_gpu_ms >= 0 AND gpu_ms >= 0),
        CONSTRAINT uq_jobs_interaction_id UNIQUE (interaction_id),
        CONSTRAINT uq_jobs_press UNIQUE (press),
        CONSTRAINT fk_jobs_parent_id FOREIGN KEY(parent_id) REFERENCES jobs (id),
        CONSTRAINT fk_jobs_root_id FOREIGN KEY(root_id) REFERENCES jobs (id)
    ) STRICT
    """,
    "CREATE INDEX ix_jobs_unfinished ON jobs (created_at) WHERE state IN ('queued', 'running', 'rendered')",
    "CREATE INDEX ix_jobs_parent_id ON jobs (parent_id)",
    "CREATE INDEX ix_jobs_member_id_created_at ON jobs (member_id, created_at)",
    "CREATE INDEX ix_jobs_root_id ON jobs (root_id)",
    """
    CREATE TABLE pictures (
        job_id TEXT NOT NULL,
        cell INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        media_type TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        recipe TEXT NOT NULL,
        recipe_hash TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_pictures PRIMARY KEY (job_id, cell),
        CONSTRAINT fk_pictures_job_id FOREIGN KEY(job_id) REFERENCES jobs (id)
    ) STRICT
    """,
    "CREATE INDEX ix_pictures_sha256 ON pictures (sha256)",
    "CREATE INDEX ix_pictures_recipe_hash ON pictures (recipe_hash)",
    """
    CREATE TABLE sources (
        job_id TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        media_type TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        CONSTRAINT pk_sources PRIMARY KEY (job_id, sha256),
        CONSTRAINT fk_sources_job_id FOREIGN KEY(job_id) REFERENCES jobs (id)
    ) STRICT
    """,
    "CREATE INDEX ix_sources_sha256 ON sources (sha256)",
    """
    CREATE TABLE placeholders (
        job_id TEXT NOT NULL,
        channel_id INTEGER NOT NULL,
        message_id INTEGER,
        webhook_token TEXT,
        token_until INTEGER,
        ephemeral INTEGER NOT NULL,
        by_token INTEGER NOT NULL,
        reply_to INTEGER,
        limit_bytes INTEGER NOT NULL,
        edited_at INTEGER,
        CONSTRAINT pk_placeholders PRIMARY KEY (job_id),
        CONSTRAINT fk_placeholders_job_id FOREIGN KEY(job_id) REFERENCES jobs (id),
        CONSTRAINT uq_placeholders_message_id UNIQUE (message_id)
    ) STRICT
    """,
    """
    CREATE TABLE posts (
        message_id INTEGER NOT NULL,
        channel_id INTEGER NOT NULL,
        job_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        CONSTRAINT pk_posts PRIMARY KEY (message_id),
        CONSTRAINT fk_posts_job_id FOREIGN KEY(job_id) REFERENCES jobs (id)
    ) STRICT
    """,
    "CREATE INDEX ix_posts_job_id ON posts (job_id)",
    """
    CREATE TABLE outbox (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        "key" TEXT NOT NULL,
        job_id TEXT,
        member_id INTEGER NOT NULL,
        channel_id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        payload TEXT NOT NULL,
        state TEXT NOT NULL,
        tries INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        sending_since INTEGER,
        sent_at INTEGER,
        message_id INTEGER,
        error TEXT,
        CONSTRAINT ck_outbox_state CHECK (state IN ('pending', 'sending', 'sent', 'dropped')),
        CONSTRAINT uq_outbox_key UNIQUE ("key"),
        CONSTRAINT fk_outbox_job_id FOREIGN KEY(job_id) REFERENCES jobs (id)
    ) STRICT
    """,
    "CREATE INDEX ix_outbox_state_due_at ON outbox (state, due_at)",
    "CREATE INDEX ix_outbox_job_id ON outbox (job_id)",
    """
    CREATE TABLE bookmarks (
        member_id INTEGER NOT NULL,
        job_id TEXT NOT NULL,
        cell INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_bookmarks PRIMARY KEY (member_id, job_id, cell),
        CONSTRAINT fk_bookmarks_job_id_cell FOREIGN KEY(job_id, cell) REFERENCES pictures (job_id, cell)
            ON DELETE CASCADE
    ) STRICT
    """,
    "CREATE INDEX ix_bookmarks_job_id_cell ON bookmarks (job_id, cell)",
    """
    CREATE TABLE reports (
        id INTEGER NOT NULL,
        job_id TEXT NOT NULL,
        reporter_id INTEGER NOT NULL,
        reason TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_reports PRIMARY KEY (id),
        CONSTRAINT uq_reports_job_id_reporter_id UNIQUE (job_id, reporter_id),
        CONSTRAINT fk_reports_job_id FOREIGN KEY(job_id) REFERENCES jobs (id)
    ) STRICT
    """,
    """
    CREATE TABLE accounts (
        member_id INTEGER NOT NULL,
        account TEXT NOT NULL,
        gpu_ms INTEGER NOT NULL,
        CONSTRAINT pk_accounts PRIMARY KEY (member_id, account),
        CONSTRAINT ck_accounts_account CHECK (account IN ('available', 'held', 'spent', 'granted', 'expired', 'debt')),
        CONSTRAINT ck_accounts_not_negative CHECK (gpu_ms >= 0 OR account IN ('granted', 'debt'))
    ) STRICT
    """,
    """
    CREATE TABLE entries (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        transaction_id TEXT NOT NULL,
        member_id INTEGER NOT NULL,
        account TEXT NOT NULL,
        gpu_ms INTEGER NOT NULL,
        act TEXT NOT NULL,
        job_id TEXT,
        note TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT ck_entries_account CHECK (account IN ('available', 'held', 'spent', 'granted', 'expired', 'debt')),
        CONSTRAINT uq_entries_transaction_id_member_id_account UNIQUE (transaction_id, member_id, account)
    ) STRICT
    """,
    "CREATE INDEX ix_entries_job_id ON entries (job_id)",
    "CREATE INDEX ix_entries_member_id ON entries (member_id)",
    """
    CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
        BEGIN SELECT RAISE(ABORT, 'The ledger is only ever added to: entries allows no UPDATE.'); END
    """,
    """
    CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'The ledger is only ever added to: entries allows no DELETE.'); END
    """,
    """
    CREATE TABLE reserves (
        job_id TEXT NOT NULL,
        member_id INTEGER NOT NULL,
        gpu_ms INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_reserves PRIMARY KEY (job_id),
        CONSTRAINT ck_reserves_not_negative CHECK (gpu_ms >= 0)
    ) STRICT
    """,
    "CREATE INDEX ix_reserves_member_id ON reserves (member_id)",
    """
    CREATE TRIGGER reserves_no_update BEFORE UPDATE ON reserves
        BEGIN SELECT RAISE(ABORT, 'The ledger is only ever added to: reserves allows no UPDATE.'); END
    """,
    """
    CREATE TRIGGER reserves_no_delete BEFORE DELETE ON reserves
        BEGIN SELECT RAISE(ABORT, 'The ledger is only ever added to: reserves allows no DELETE.'); END
    """,
    """
    CREATE TABLE ends (
        job_id TEXT NOT NULL,
        act TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_ends PRIMARY KEY (job_id),
        CONSTRAINT ck_ends_act CHECK (act IN ('settle', 'refund')),
        CONSTRAINT fk_ends_job_id FOREIGN KEY(job_id) REFERENCES reserves (job_id)
    ) STRICT
    """,
    """
    CREATE TRIGGER ends_no_update BEFORE UPDATE ON ends
        BEGIN SELECT RAISE(ABORT, 'The ledger is only ever added to: ends allows no UPDATE.'); END
    """,
    """
    CREATE TRIGGER ends_no_delete BEFORE DELETE ON ends
        BEGIN SELECT RAISE(ABORT, 'The ledger is only ever added to: ends allows no DELETE.'); END
    """,
    """
    CREATE TABLE keys (
        id INTEGER NOT NULL,
        secret BLOB NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_keys PRIMARY KEY (id)
    ) STRICT
    """,
    """
    CREATE TABLE meta (
        "key" TEXT NOT NULL,
        value TEXT NOT NULL,
        CONSTRAINT pk_meta PRIMARY KEY ("key")
    ) STRICT
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
