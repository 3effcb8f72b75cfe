"""Offers that wait for a confirmation, and notices that are given once."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS: Final = (
    """
    CREATE TABLE offers (
        id TEXT NOT NULL,
        interaction_id INTEGER,
        member_id INTEGER NOT NULL,
        occasion TEXT NOT NULL,
        orders TEXT NOT NULL,
        asker TEXT NOT NULL,
        files TEXT NOT NULL,
        gpu_ms INTEGER NOT NULL,
        state TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        CONSTRAINT pk_offers PRIMARY KEY (id),
        CONSTRAINT ck_offers_state CHECK (state IN ('open', 'taken', 'dropped')),
        CONSTRAINT ck_offers_not_negative CHECK (gpu_ms >= 0),
        CONSTRAINT ck_offers_period CHECK (expires_at > created_at),
        CONSTRAINT uq_offers_interaction_id UNIQUE (interaction_id)
    ) STRICT
    """,
    "CREATE INDEX ix_offers_member_id ON offers (member_id)",
    "CREATE INDEX ix_offers_expires_at ON offers (expires_at)",
    """
    CREATE TABLE notices (
        member_id INTEGER NOT NULL,
        "key" TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_notices PRIMARY KEY (member_id, "key")
    ) STRICT
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
