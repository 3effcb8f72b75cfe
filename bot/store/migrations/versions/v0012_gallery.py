"""The gallery: pages that members leaf through, small copies, collections, notes, exports; who may see a picture is
the archive's alone to say.
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0012"
down_revision = "0011"

STATEMENTS: Final = (
    "ALTER TABLE archive ADD COLUMN hidden_by INTEGER",
    """
    CREATE TABLE views (
        id TEXT NOT NULL,
        member_id INTEGER NOT NULL,
        scope TEXT NOT NULL,
        model TEXT,
        shape TEXT,
        maker INTEGER,
        collection_id INTEGER,
        words TEXT NOT NULL,
        chosen TEXT NOT NULL,
        unfolded INTEGER NOT NULL,
        used_at INTEGER NOT NULL,
        CONSTRAINT pk_views PRIMARY KEY (id),
        CONSTRAINT ck_views_scope CHECK (scope IN ('all', 'mine', 'server', 'kept', 'deleted'))
    ) STRICT
    """,
    """
    CREATE TABLE thumbnails (
        sha256 TEXT NOT NULL,
        thumb_sha256 TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        CONSTRAINT pk_thumbnails PRIMARY KEY (sha256)
    ) STRICT
    """,
    """
    CREATE TABLE collections (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        member_id INTEGER NOT NULL,
        name TEXT NOT NULL,
        server_id INTEGER,
        created_at INTEGER NOT NULL,
        CONSTRAINT uq_collections_member_id_name UNIQUE (member_id, name)
    ) STRICT
    """,
    "CREATE INDEX ix_collections_of_server ON collections (server_id)",
    """
    CREATE TABLE collection_items (
        collection_id INTEGER NOT NULL,
        picture_id INTEGER NOT NULL,
        added_at INTEGER NOT NULL,
        CONSTRAINT pk_collection_items PRIMARY KEY (collection_id, picture_id),
        CONSTRAINT fk_collection_items_collection_id FOREIGN KEY(collection_id) REFERENCES collections (id)
            ON DELETE CASCADE,
        CONSTRAINT fk_collection_items_picture_id FOREIGN KEY(picture_id) REFERENCES archive (id) ON DELETE CASCADE
    ) STRICT
    """,
    "CREATE INDEX ix_collection_items_of_picture ON collection_items (picture_id)",
    """
    CREATE TABLE notes (
        member_id INTEGER NOT NULL,
        picture_id INTEGER NOT NULL,
        text TEXT NOT NULL,
        noted_at INTEGER NOT NULL,
        CONSTRAINT pk_notes PRIMARY KEY (member_id, picture_id),
        CONSTRAINT fk_notes_picture_id FOREIGN KEY(picture_id) REFERENCES archive (id) ON DELETE CASCADE
    ) STRICT
    """,
    "CREATE INDEX ix_notes_of_picture ON notes (picture_id)",
    """
    CREATE TABLE exports (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        member_id INTEGER NOT NULL,
        message_id INTEGER,
        webhook_token TEXT,
        total INTEGER NOT NULL,
        done INTEGER NOT NULL,
        parts INTEGER NOT NULL,
        last_id INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        ended_at INTEGER,
        error TEXT
    ) STRICT
    """,
    "CREATE UNIQUE INDEX ix_exports_under_way ON exports (member_id) WHERE ended_at IS NULL",
    "DROP TRIGGER pictures_enter",
    """
    CREATE TRIGGER pictures_enter AFTER INSERT ON pictures
    WHEN (SELECT kind FROM jobs WHERE id = NEW.job_id) <> 'single'
    BEGIN
        INSERT INTO archive (job_id, cell, member_id, server_id, model, shape, audience, words_hidden, created_at)
            SELECT id, NEW.cell, member_id, server_id, coalesce(json_extract(NEW.recipe, '$.model.name'), ''),
            CASE WHEN NEW.width > NEW.height THEN 'wide' WHEN NEW.width < NEW.height THEN 'tall' ELSE 'square' END,
            CASE WHEN privacy = 'public' THEN 'server' ELSE 'private' END,
            coalesce((SELECT max(before.words_hidden) FROM archive AS before
            WHERE before.job_id IN (jobs.parent_id, jobs.root_id)), 0), NEW.created_at
        FROM jobs WHERE id = NEW.job_id;
    END
    """,
    """
    CREATE TRIGGER archive_shown AFTER UPDATE OF audience, hidden_at ON archive BEGIN
        UPDATE jobs SET privacy = CASE
            WHEN NOT EXISTS (SELECT 1 FROM archive WHERE job_id = NEW.job_id
            AND (audience IN ('private', 'friends') OR hidden_at IS NOT NULL)) THEN 'public'
            WHEN privacy = 'public' THEN 'private' ELSE privacy END
        WHERE id = NEW.job_id;
        UPDATE jobs SET privacy = CASE
            WHEN NEW.audience IN ('server', 'gallery') AND NEW.hidden_at IS NULL THEN 'public'
            WHEN privacy = 'public' THEN 'private' ELSE privacy END
        WHERE parent_id = NEW.job_id AND parent_cell = NEW.cell AND kind = 'single';
    END
    """,
    # What was taken down from a gallery was hidden from everybody; it is not shown there, and may be seen as before.
    """
    UPDATE archive SET hidden_at = NULL, audience = CASE WHEN audience = 'gallery' THEN 'server' ELSE audience END
        WHERE hidden_at IS NOT NULL
    """,
    # What was asked for in a channel of no server that we know is public there.
    """
    UPDATE archive SET audience = 'server' WHERE audience = 'private' AND server_id IS NULL
        AND (SELECT privacy FROM jobs WHERE jobs.id = archive.job_id) = 'public'
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
