"""Rooms: what is painted in a channel that is not for everybody on its server stays with those who see it. Where older
pictures were painted was not kept, so they are seen as before.
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0015"
down_revision = "0014"

STATEMENTS: Final = (
    "ALTER TABLE jobs ADD COLUMN room_id INTEGER",
    "ALTER TABLE archive ADD COLUMN room_id INTEGER",
    "DROP TRIGGER pictures_enter",
    """
    CREATE TRIGGER pictures_enter AFTER INSERT ON pictures
    WHEN (SELECT kind FROM jobs WHERE id = NEW.job_id) <> 'single'
    BEGIN
        INSERT INTO archive (job_id, cell, member_id, server_id, room_id, model, style, shape, audience, words_hidden,
            created_at)
            SELECT id, NEW.cell, member_id, server_id, room_id, coalesce(json_extract(NEW.recipe, '$.model.name'), ''),
            coalesce(json_extract(NEW.recipe, '$.adapters[0].name'), ''),
            CASE WHEN NEW.width > NEW.height THEN 'wide' WHEN NEW.width < NEW.height THEN 'tall' ELSE 'square' END,
            CASE WHEN privacy = 'public' THEN 'server' ELSE 'private' END,
            coalesce((SELECT max(before.words_hidden) FROM archive AS before
            WHERE before.job_id IN (jobs.parent_id, jobs.root_id)), 0), NEW.created_at
        FROM jobs WHERE id = NEW.job_id;
    END
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
