"""Films: at most one of each job."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Text

from bot.store.columns import Moment
from bot.store.tables.making import required, table

films = table(
    "films",
    Column("job_id", Text, ForeignKey("jobs.id"), primary_key=True, nullable=False),
    required("sha256", Text, index=True),
    required("media_type", Text),
    required("bytes", Integer),
    required("created_at", Moment),
)
