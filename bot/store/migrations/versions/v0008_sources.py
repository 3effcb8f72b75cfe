"""Roles that the bot gave because of a plan, and what Stripe told of payments."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0008"
down_revision = "0007"


STATEMENTS: Final = (
    """
    CREATE TABLE given_roles (
        member_id INTEGER NOT NULL,
        role_id INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_given_roles PRIMARY KEY (member_id, role_id)
    ) STRICT
    """,
    """
    CREATE TABLE payment_events (
        id TEXT NOT NULL,
        kind TEXT NOT NULL,
        about TEXT NOT NULL,
        told_at INTEGER NOT NULL,
        CONSTRAINT pk_payment_events PRIMARY KEY (id)
    ) STRICT
    """,
    """
    CREATE TABLE payment_names (
        name TEXT NOT NULL,
        event_id TEXT NOT NULL,
        CONSTRAINT pk_payment_names PRIMARY KEY (name, event_id),
        CONSTRAINT fk_payment_names_event_id FOREIGN KEY(event_id) REFERENCES payment_events (id)
    ) STRICT
    """,
    "CREATE INDEX ix_payment_names_event_id ON payment_names (event_id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
