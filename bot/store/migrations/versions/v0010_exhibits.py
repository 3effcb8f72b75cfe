"""The gallery channel: what hangs there, and who voted for it. What was published before becomes an exhibit."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0010"
down_revision = "0009"

STATEMENTS: Final = (
    """
    CREATE TABLE exhibits (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        job_id TEXT NOT NULL,
        cell INTEGER,
        archive_id INTEGER,
        server_id INTEGER NOT NULL,
        channel_id INTEGER NOT NULL,
        thread_id INTEGER,
        message_id INTEGER,
        state TEXT NOT NULL,
        posting INTEGER NOT NULL,
        published_at INTEGER NOT NULL,
        "by" INTEGER,
        hidden_by INTEGER,
        votes INTEGER NOT NULL,
        CONSTRAINT ck_exhibits_state CHECK (state IN ('shown', 'hidden', 'deleted')),
        CONSTRAINT ck_exhibits_counts CHECK (votes >= 0 AND posting >= 1),
        CONSTRAINT uq_exhibits_server_id_archive_id UNIQUE (server_id, archive_id),
        CONSTRAINT uq_exhibits_message_id UNIQUE (message_id),
        CONSTRAINT fk_exhibits_job_id FOREIGN KEY(job_id) REFERENCES jobs (id),
        CONSTRAINT fk_exhibits_archive_id FOREIGN KEY(archive_id) REFERENCES archive (id) ON DELETE SET NULL
    ) STRICT
    """,
    "CREATE INDEX ix_exhibits_archive_id ON exhibits (archive_id)",
    "CREATE UNIQUE INDEX ix_exhibits_of_job ON exhibits (job_id, coalesce(cell, -1), server_id)",
    "CREATE INDEX ix_exhibits_of_server ON exhibits (server_id, state, id)",
    "CREATE INDEX ix_exhibits_of_thread ON exhibits (thread_id)",
    """
    CREATE TABLE votes (
        exhibit_id INTEGER NOT NULL,
        member_id INTEGER NOT NULL,
        message_id INTEGER NOT NULL,
        emoji TEXT NOT NULL,
        CONSTRAINT pk_votes PRIMARY KEY (exhibit_id, member_id, message_id, emoji),
        CONSTRAINT fk_votes_exhibit_id FOREIGN KEY(exhibit_id) REFERENCES exhibits (id)
    ) STRICT
    """,
    # A thread has a number of its own, and its first message has the same.
    """
    INSERT OR IGNORE INTO exhibits
        (job_id, cell, archive_id, server_id, channel_id, thread_id, message_id, state, posting, published_at, "by",
         votes)
        SELECT jobs.id,
            CASE WHEN (SELECT count(*) FROM pictures WHERE pictures.job_id = jobs.id) = 1 THEN 0 END,
            CASE WHEN (SELECT count(*) FROM pictures WHERE pictures.job_id = jobs.id) = 1 THEN (
                SELECT id FROM archive WHERE archive.job_id = iif(jobs.kind = 'single', jobs.parent_id, jobs.id)
                    AND archive.cell = iif(jobs.kind = 'single', jobs.parent_cell, 0)) END,
            jobs.server_id, coalesce(servers.gallery_channel_id, posts.channel_id),
            iif(posts.channel_id = posts.message_id, posts.channel_id, NULL), posts.message_id,
            iif(jobs.state = 'deleted', 'deleted', 'shown'), 1, jobs.created_at, jobs.member_id, 0
        FROM posts JOIN jobs ON jobs.id = posts.job_id JOIN servers ON servers.id = jobs.server_id
        WHERE posts.kind = 'publish'
        ORDER BY posts.message_id
    """,
    """
    UPDATE archive SET audience = 'gallery' WHERE audience = 'server' AND (
        id IN (SELECT archive_id FROM exhibits WHERE state = 'shown')
        OR job_id IN (SELECT job_id FROM exhibits WHERE cell IS NULL AND state = 'shown'))
    """,
    # These name no exhibit, and a press brings them back.
    """
    UPDATE outbox SET state = 'dropped', error = 'It was asked for before galleries had exhibits; publish it again.'
        WHERE kind = 'publish' AND state IN ('pending', 'sending')
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
