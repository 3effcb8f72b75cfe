"""A job remembers that its words are hidden, also when its pictures are gone; what is made of it takes that over."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0016"
down_revision = "0015"

STATEMENTS: Final = (
    "ALTER TABLE jobs ADD COLUMN words_hidden INTEGER DEFAULT '0' NOT NULL",
    "UPDATE jobs SET words_hidden = 1 WHERE id IN (SELECT job_id FROM archive WHERE words_hidden)",
    # Cells on their own, what failed or is under way, and what is to be made of those.
    """
    WITH RECURSIVE below (id) AS (
        SELECT id FROM jobs WHERE words_hidden
        UNION
        SELECT jobs.id FROM below JOIN jobs ON jobs.parent_id = below.id OR jobs.root_id = below.id
        WHERE NOT EXISTS (SELECT 1 FROM archive WHERE archive.job_id = jobs.id)
    )
    UPDATE jobs SET words_hidden = 1 WHERE id IN (SELECT id FROM below)
    """,
    "DROP TRIGGER pictures_enter",
    """
    CREATE TRIGGER pictures_enter AFTER INSERT ON pictures
    WHEN (SELECT kind FROM jobs WHERE id = NEW.job_id) <> 'single'
    BEGIN
        UPDATE jobs SET words_hidden = 1 WHERE id = NEW.job_id AND NOT words_hidden AND EXISTS (SELECT 1
            FROM jobs AS before WHERE before.id IN (jobs.parent_id, jobs.root_id) AND before.words_hidden);
        INSERT INTO archive (job_id, cell, member_id, server_id, room_id, model, style, shape, audience, words_hidden,
            created_at)
            SELECT id, NEW.cell, member_id, server_id, room_id, coalesce(json_extract(NEW.recipe, '$.model.name'), ''),
            coalesce(json_extract(NEW.recipe, '$.adapters[0].name'), ''),
            CASE WHEN NEW.width > NEW.height THEN 'wide' WHEN NEW.width < NEW.height THEN 'tall' ELSE 'square' END,
            CASE WHEN privacy = 'public' THEN 'server' ELSE 'private' END,
            words_hidden, NEW.created_at
        FROM jobs WHERE id = NEW.job_id;
    END
    """,
    """
    CREATE TRIGGER archive_told AFTER UPDATE OF words_hidden ON archive BEGIN
        UPDATE jobs SET words_hidden = EXISTS (SELECT 1 FROM archive WHERE job_id = NEW.job_id AND words_hidden)
            WHERE id = NEW.job_id;
        UPDATE jobs SET words_hidden = (SELECT before.words_hidden FROM jobs AS before WHERE before.id = NEW.job_id)
            WHERE parent_id = NEW.job_id AND state <> 'deleted'
            AND NOT EXISTS (SELECT 1 FROM archive WHERE archive.job_id = jobs.id);
    END
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
