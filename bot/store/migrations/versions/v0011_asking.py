"""From which price on a member wants to be asked before something is painted."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("ALTER TABLE preferences ADD COLUMN ask_gpu_ms INTEGER")
