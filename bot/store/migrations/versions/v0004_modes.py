"""How visible a member wants their jobs to be, and what a job was told to cost at most."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS: Final = (
    "ALTER TABLE members ADD COLUMN visibility TEXT",
    "ALTER TABLE jobs ADD COLUMN quoted_gpu_ms INTEGER",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
