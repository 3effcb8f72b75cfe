"""The gallery's rest: roles as an audience, styles as a filter, what a search by meaning found, small copies of several
sizes. The archive is made anew, because SQLite changes no check of a table that is there.
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0014"
down_revision = "0013"

STATEMENTS: Final = (
    "DROP TRIGGER pictures_enter",
    "CREATE TABLE archive_kept AS SELECT * FROM archive",
    # No number is ever given to another picture, also if the last ones are gone.
    "CREATE TABLE archive_last AS SELECT seq FROM sqlite_sequence WHERE name = 'archive'",
    "DROP TABLE archive",
    """
    CREATE TABLE archive (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        job_id TEXT NOT NULL,
        cell INTEGER NOT NULL,
        member_id INTEGER NOT NULL,
        server_id INTEGER,
        model TEXT NOT NULL,
        style TEXT NOT NULL,
        shape TEXT NOT NULL,
        audience TEXT NOT NULL,
        words_hidden INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        hidden_at INTEGER,
        hidden_by INTEGER,
        deleted_at INTEGER,
        CONSTRAINT ck_archive_audience CHECK (audience IN ('private', 'friends', 'roles', 'server', 'gallery')),
        CONSTRAINT ck_archive_shape CHECK (shape IN ('wide', 'tall', 'square')),
        CONSTRAINT uq_archive_job_id_cell UNIQUE (job_id, cell),
        CONSTRAINT fk_archive_job_id_cell FOREIGN KEY(job_id, cell) REFERENCES pictures (job_id, cell)
            ON DELETE CASCADE,
        CONSTRAINT fk_archive_job_id FOREIGN KEY(job_id) REFERENCES jobs (id)
    ) STRICT
    """,
    """
    INSERT INTO archive (id, job_id, cell, member_id, server_id, model, style, shape, audience, words_hidden,
            created_at, hidden_at, hidden_by, deleted_at)
        SELECT kept.id, kept.job_id, kept.cell, kept.member_id, kept.server_id, kept.model,
            coalesce(json_extract(pictures.recipe, '$.adapters[0].name'), ''), kept.shape, kept.audience,
            kept.words_hidden, kept.created_at, kept.hidden_at, kept.hidden_by, kept.deleted_at
        FROM archive_kept AS kept JOIN pictures ON pictures.job_id = kept.job_id AND pictures.cell = kept.cell
        ORDER BY kept.id
    """,
    "DELETE FROM sqlite_sequence WHERE name = 'archive'",
    "INSERT INTO sqlite_sequence (name, seq) SELECT 'archive', seq FROM archive_last",
    "DROP TABLE archive_kept",
    "DROP TABLE archive_last",
    "CREATE INDEX ix_archive_of_member ON archive (member_id, id)",
    "CREATE INDEX ix_archive_of_server ON archive (server_id, audience, id)",
    """
    CREATE TRIGGER archive_listed AFTER INSERT ON archive BEGIN
        INSERT INTO prompts (rowid, text) SELECT NEW.id, text FROM jobs WHERE id = NEW.job_id;
    END
    """,
    """
    CREATE TRIGGER archive_unlisted AFTER DELETE ON archive BEGIN
        DELETE FROM prompts WHERE rowid = OLD.id;
    END
    """,
    """
    CREATE TRIGGER archive_shown AFTER UPDATE OF audience, hidden_at ON archive BEGIN
        UPDATE jobs SET privacy = CASE
            WHEN NOT EXISTS (SELECT 1 FROM archive WHERE job_id = NEW.job_id
            AND (audience IN ('private', 'friends', 'roles') OR hidden_at IS NOT NULL)) THEN 'public'
            WHEN privacy = 'public' THEN 'private' ELSE privacy END
        WHERE id = NEW.job_id;
        UPDATE jobs SET privacy = CASE
            WHEN NEW.audience IN ('server', 'gallery') AND NEW.hidden_at IS NULL THEN 'public'
            WHEN privacy = 'public' THEN 'private' ELSE privacy END
        WHERE parent_id = NEW.job_id AND parent_cell = NEW.cell AND kind = 'single';
    END
    """,
    """
    CREATE TRIGGER pictures_enter AFTER INSERT ON pictures
    WHEN (SELECT kind FROM jobs WHERE id = NEW.job_id) <> 'single'
    BEGIN
        INSERT INTO archive (job_id, cell, member_id, server_id, model, style, shape, audience, words_hidden,
            created_at)
            SELECT id, NEW.cell, member_id, server_id, coalesce(json_extract(NEW.recipe, '$.model.name'), ''),
            coalesce(json_extract(NEW.recipe, '$.adapters[0].name'), ''),
            CASE WHEN NEW.width > NEW.height THEN 'wide' WHEN NEW.width < NEW.height THEN 'tall' ELSE 'square' END,
            CASE WHEN privacy = 'public' THEN 'server' ELSE 'private' END,
            coalesce((SELECT max(before.words_hidden) FROM archive AS before
            WHERE before.job_id IN (jobs.parent_id, jobs.root_id)), 0), NEW.created_at
        FROM jobs WHERE id = NEW.job_id;
    END
    """,
    """
    CREATE TABLE shown_roles (
        member_id INTEGER NOT NULL,
        server_id INTEGER NOT NULL,
        role_id INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_shown_roles PRIMARY KEY (member_id, server_id, role_id)
    ) STRICT
    """,
    "CREATE INDEX ix_shown_roles_of_role ON shown_roles (server_id, role_id)",
    "CREATE TABLE views_kept AS SELECT * FROM views",
    "DROP TABLE views",
    """
    CREATE TABLE views (
        id TEXT NOT NULL,
        member_id INTEGER NOT NULL,
        scope TEXT NOT NULL,
        model TEXT,
        style TEXT,
        shape TEXT,
        maker INTEGER,
        collection_id INTEGER,
        words TEXT NOT NULL,
        found TEXT NOT NULL,
        chosen TEXT NOT NULL,
        unfolded INTEGER NOT NULL,
        used_at INTEGER NOT NULL,
        CONSTRAINT pk_views PRIMARY KEY (id),
        CONSTRAINT ck_views_scope CHECK (scope IN
            ('all', 'mine', 'server', 'kept', 'deleted', 'day', 'week', 'month', 'like'))
    ) STRICT
    """,
    """
    INSERT INTO views (id, member_id, scope, model, shape, maker, collection_id, words, found, chosen, unfolded,
            used_at)
        SELECT id, member_id, scope, model, shape, maker, collection_id, words, '[]', chosen, unfolded, used_at
        FROM views_kept
    """,
    "DROP TABLE views_kept",
    # Made anew when somebody looks; the files go with the next sweep.
    "DROP TABLE thumbnails",
    """
    CREATE TABLE thumbnails (
        sha256 TEXT NOT NULL,
        side INTEGER NOT NULL,
        thumb_sha256 TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        made_at INTEGER NOT NULL,
        CONSTRAINT pk_thumbnails PRIMARY KEY (sha256, side)
    ) STRICT
    """,
    "CREATE INDEX ix_exhibits_by_time ON exhibits (state, published_at)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
