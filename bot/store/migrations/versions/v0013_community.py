"""The community: themes, a day's pictures and votes on pairs of them, whom members follow, weekly digests."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0013"
down_revision = "0012"

STATEMENTS: Final = (
    """
    CREATE TABLE themes (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        server_id INTEGER NOT NULL,
        words TEXT NOT NULL,
        set_by INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        used_on TEXT
    ) STRICT
    """,
    "CREATE INDEX ix_themes_of_server ON themes (server_id, used_on)",
    """
    CREATE TABLE dailies (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        server_id INTEGER NOT NULL,
        day TEXT NOT NULL,
        theme TEXT NOT NULL,
        set_by INTEGER,
        state TEXT NOT NULL,
        channel_id INTEGER NOT NULL,
        home_id INTEGER,
        message_id INTEGER,
        thread_id INTEGER,
        crown_id INTEGER,
        opened_at INTEGER NOT NULL,
        ends_at INTEGER NOT NULL,
        CONSTRAINT ck_dailies_state CHECK (state IN ('open', 'ended')),
        CONSTRAINT uq_dailies_server_id_day UNIQUE (server_id, day)
    ) STRICT
    """,
    "CREATE INDEX ix_dailies_under_way ON dailies (state, ends_at)",
    """
    CREATE TABLE candidates (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        daily_id INTEGER NOT NULL,
        picture_id INTEGER NOT NULL,
        member_id INTEGER NOT NULL,
        entered_at INTEGER NOT NULL,
        message_id INTEGER,
        rating INTEGER,
        place INTEGER,
        CONSTRAINT uq_candidates_daily_id_member_id UNIQUE (daily_id, member_id),
        CONSTRAINT fk_candidates_daily_id FOREIGN KEY(daily_id) REFERENCES dailies (id),
        CONSTRAINT fk_candidates_picture_id FOREIGN KEY(picture_id) REFERENCES archive (id) ON DELETE CASCADE
    ) STRICT
    """,
    "CREATE INDEX ix_candidates_of_picture ON candidates (picture_id)",
    """
    CREATE TABLE ballots (
        member_id INTEGER NOT NULL,
        first_id INTEGER NOT NULL,
        second_id INTEGER NOT NULL,
        chosen_id INTEGER,
        cast_at INTEGER NOT NULL,
        CONSTRAINT pk_ballots PRIMARY KEY (member_id, first_id, second_id),
        CONSTRAINT ck_ballots_pair CHECK (first_id < second_id),
        CONSTRAINT ck_ballots_chosen CHECK (chosen_id IN (first_id, second_id)),
        CONSTRAINT fk_ballots_first_id FOREIGN KEY(first_id) REFERENCES candidates (id) ON DELETE CASCADE,
        CONSTRAINT fk_ballots_second_id FOREIGN KEY(second_id) REFERENCES candidates (id) ON DELETE CASCADE
    ) STRICT
    """,
    "CREATE INDEX ix_ballots_of_first ON ballots (first_id)",
    "CREATE INDEX ix_ballots_of_second ON ballots (second_id)",
    """
    CREATE TABLE follows (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        member_id INTEGER NOT NULL,
        server_id INTEGER NOT NULL,
        maker_id INTEGER,
        words TEXT,
        created_at INTEGER NOT NULL,
        CONSTRAINT ck_follows_one CHECK ((maker_id IS NULL) <> (words IS NULL)),
        CONSTRAINT ck_follows_other CHECK (member_id <> maker_id)
    ) STRICT
    """,
    """
    CREATE UNIQUE INDEX ix_follows_of_member
        ON follows (member_id, server_id, coalesce(maker_id, 0), coalesce(words, ''))
    """,
    "CREATE INDEX ix_follows_of_server ON follows (server_id, maker_id)",
    """
    CREATE TABLE digests (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        server_id INTEGER NOT NULL,
        week TEXT NOT NULL,
        starts_at INTEGER NOT NULL,
        channel_id INTEGER NOT NULL,
        home_id INTEGER,
        message_id INTEGER,
        created_at INTEGER NOT NULL,
        CONSTRAINT uq_digests_server_id_week UNIQUE (server_id, week)
    ) STRICT
    """,
    """
    CREATE TABLE digest_pictures (
        digest_id INTEGER NOT NULL,
        picture_id INTEGER NOT NULL,
        place INTEGER NOT NULL,
        votes INTEGER NOT NULL,
        CONSTRAINT pk_digest_pictures PRIMARY KEY (digest_id, picture_id),
        CONSTRAINT fk_digest_pictures_digest_id FOREIGN KEY(digest_id) REFERENCES digests (id) ON DELETE CASCADE,
        CONSTRAINT fk_digest_pictures_picture_id FOREIGN KEY(picture_id) REFERENCES archive (id) ON DELETE CASCADE
    ) STRICT
    """,
    "CREATE INDEX ix_digest_pictures_of_picture ON digest_pictures (picture_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
