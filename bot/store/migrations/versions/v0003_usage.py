"""An index that says how the GPU was used without reading a recipe, and reports that can be closed."""

from __future__ import annotations

from typing import Final

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS: Final = (
    """
    CREATE INDEX ix_jobs_usage ON jobs (ended_at, member_id, kind, speed, state, gpu_ms, started_at,
        json_extract(json_extract(cells, '$[0]'), '$.model.name')) WHERE ended_at IS NOT NULL
    """,
    "ALTER TABLE reports ADD COLUMN closed_at INTEGER",
    "CREATE INDEX ix_reports_open ON reports (job_id) WHERE closed_at IS NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
