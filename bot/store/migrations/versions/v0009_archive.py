"""The archive: every picture as members look for it, who may see it, and the words of its prompt."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0009"
down_revision = "0008"

STATEMENTS: Final = (
    """
    CREATE TABLE archive (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        job_id TEXT NOT NULL,
        cell INTEGER NOT NULL,
        member_id INTEGER NOT NULL,
        server_id INTEGER,
        model TEXT NOT NULL,
        shape TEXT NOT NULL,
        audience TEXT NOT NULL,
        words_hidden INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        hidden_at INTEGER,
        deleted_at INTEGER,
        CONSTRAINT ck_archive_audience CHECK (audience IN ('private', 'friends', 'server', 'gallery')),
        CONSTRAINT ck_archive_shape CHECK (shape IN ('wide', 'tall', 'square')),
        CONSTRAINT uq_archive_job_id_cell UNIQUE (job_id, cell),
        CONSTRAINT fk_archive_job_id_cell FOREIGN KEY(job_id, cell) REFERENCES pictures (job_id, cell)
            ON DELETE CASCADE,
        CONSTRAINT fk_archive_job_id FOREIGN KEY(job_id) REFERENCES jobs (id)
    ) STRICT
    """,
    "CREATE INDEX ix_archive_of_member ON archive (member_id, id)",
    "CREATE INDEX ix_archive_of_server ON archive (server_id, audience, id)",
    """
    CREATE TABLE friends (
        member_id INTEGER NOT NULL,
        friend_id INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_friends PRIMARY KEY (member_id, friend_id),
        CONSTRAINT ck_friends_other CHECK (member_id <> friend_id)
    ) STRICT
    """,
    "CREATE VIRTUAL TABLE prompts USING fts5(text, tokenize='porter unicode61 remove_diacritics 2')",
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
    # What was made before, in the order in which it was made.
    """
    INSERT INTO archive (job_id, cell, member_id, server_id, model, shape, audience, words_hidden, created_at)
        SELECT jobs.id, pictures.cell, jobs.member_id, jobs.server_id,
            coalesce(json_extract(pictures.recipe, '$.model.name'), ''),
            CASE WHEN pictures.width > pictures.height THEN 'wide'
                WHEN pictures.width < pictures.height THEN 'tall' ELSE 'square' END,
            CASE WHEN jobs.privacy = 'public' AND jobs.server_id IS NOT NULL THEN 'server' ELSE 'private' END,
            0, pictures.created_at
        FROM pictures JOIN jobs ON jobs.id = pictures.job_id
        WHERE jobs.kind <> 'single'
        ORDER BY pictures.created_at, pictures.job_id, pictures.cell
    """,
    """
    CREATE TRIGGER pictures_enter AFTER INSERT ON pictures
    WHEN (SELECT kind FROM jobs WHERE id = NEW.job_id) <> 'single'
    BEGIN
        INSERT INTO archive (job_id, cell, member_id, server_id, model, shape, audience, words_hidden, created_at)
            SELECT id, NEW.cell, member_id, server_id, coalesce(json_extract(NEW.recipe, '$.model.name'), ''),
            CASE WHEN NEW.width > NEW.height THEN 'wide' WHEN NEW.width < NEW.height THEN 'tall' ELSE 'square' END,
            CASE WHEN privacy = 'public' AND server_id IS NOT NULL THEN 'server' ELSE 'private' END, 0, NEW.created_at
        FROM jobs WHERE id = NEW.job_id;
    END
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
