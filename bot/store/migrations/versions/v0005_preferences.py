"""What members set once for all their prompts, what was told them of their words, and the text that really ran."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS: Final = (
    "ALTER TABLE jobs ADD COLUMN effective TEXT",
    """
    CREATE TABLE preferences (
        member_id INTEGER NOT NULL,
        suffix TEXT NOT NULL,
        chosen TEXT NOT NULL,
        desk TEXT NOT NULL,
        auto_dm INTEGER NOT NULL,
        variability TEXT NOT NULL,
        CONSTRAINT pk_preferences PRIMARY KEY (member_id),
        CONSTRAINT ck_preferences_variability CHECK (variability IN ('strong', 'subtle'))
    ) STRICT
    """,
    """
    CREATE TABLE options (
        member_id INTEGER NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_options PRIMARY KEY (member_id, name)
    ) STRICT
    """,
    """
    CREATE TABLE strange_words (
        member_id INTEGER NOT NULL,
        model TEXT NOT NULL,
        word TEXT NOT NULL,
        told_at INTEGER NOT NULL,
        CONSTRAINT pk_strange_words PRIMARY KEY (member_id, model, word)
    ) STRICT
    """,
    """
    CREATE TABLE shortenings (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        member_id INTEGER NOT NULL,
        texts TEXT NOT NULL,
        created_at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX ix_shortenings_member_id ON shortenings (member_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
