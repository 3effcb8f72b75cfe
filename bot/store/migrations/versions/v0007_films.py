"""Films of jobs, which jobs ask for one, what a draft would be in full, and the links of pictures that were brought."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS: Final = (
    "ALTER TABLE jobs ADD COLUMN film INTEGER DEFAULT '0' NOT NULL",
    "ALTER TABLE jobs ADD COLUMN full_steps INTEGER",
    "ALTER TABLE sources ADD COLUMN link TEXT",
    "CREATE INDEX ix_sources_link ON sources (link)",
    """
    CREATE TABLE films (
        job_id TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        media_type TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_films PRIMARY KEY (job_id),
        CONSTRAINT fk_films_job_id FOREIGN KEY(job_id) REFERENCES jobs (id)
    ) STRICT
    """,
    "CREATE INDEX ix_films_sha256 ON films (sha256)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
