"""Jobs, their pictures, and the messages that tell of them. What recipes and payloads mean is not known here."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)

from bot.store.columns import Flag, Json, Moment, Word
from bot.store.tables.making import among, required, table
from bot.store.words import UNFINISHED, Privacy, Sending, State

jobs = table(
    "jobs",
    Column("id", Text, primary_key=True, nullable=False),
    Column("interaction_id", Integer, unique=True),  # Discord may deliver one twice
    Column("press", Text, unique=True),  # for what may be done once only, as `single:PARENT:CELL`
    required("member_id", Integer),
    Column("server_id", Integer),
    required("channel_id", Integer),
    Column("room_id", Integer),  # the channel, or a thread's, if not everybody on the server is let in
    required("kind", Text),
    Column("parent_id", Text, ForeignKey("jobs.id")),
    Column("parent_cell", Integer),
    required("root_id", Text, ForeignKey("jobs.id")),
    required("text", Text),  # what the member typed
    Column("effective", Text),  # what ran, where that was not the same: options, suffix and defaults put in
    required("cells", Json),  # one recipe a cell, each as the JSON text that the engine wrote
    required("speed", Text),
    required("privacy", Word(Privacy)),
    required("plan", Text),
    required("share", Json),
    required("state", Word(State)),
    required("attempt", Integer),  # the fence: whoever writes for an older attempt changes nothing
    required("deaths", Integer),  # how often the program ended while it ran
    Column("boot_id", Text),  # which run of the program has it in its engine
    required("unwanted", Flag),  # the member has asked to cancel it
    Column("quoted_gpu_ms", Integer),  # the most that it may use of the GPU; none: stored before that was kept
    required("reserved_gpu_ms", Integer),
    required("gpu_ms", Integer),  # as measured
    Column("failure", Text),
    Column("message", Text),
    required("notes", Json),
    required("film", Flag, server_default="0"),  # one of the pictures forming is to come with them
    Column("full_steps", Integer),  # of a draft: how many it would be painted with otherwise
    # Of one of its pictures, or of what it is made from: said here as well, because pictures go and messages stay.
    required("words_hidden", Flag, server_default="0"),
    required("created_at", Moment),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    CheckConstraint(among("state", State), name="state"),
    CheckConstraint(among("privacy", Privacy), name="privacy"),
    CheckConstraint("attempt >= 0 AND deaths >= 0 AND reserved_gpu_ms >= 0 AND gpu_ms >= 0", name="counts"),
)
Index("ix_jobs_unfinished", jobs.c.created_at, sqlite_where=jobs.c.state.in_(UNFINISHED))
Index(None, jobs.c.member_id, jobs.c.created_at)
Index(None, jobs.c.parent_id)
Index(None, jobs.c.root_id)
MODEL: Final = "json_extract(json_extract(cells, '$[0]'), '$.model.name')"
# Whatever `usage.py` asks of jobs that have ended stands in the index, so that no recipe is read for it.
Index(
    "ix_jobs_usage",
    *(jobs.c.ended_at, jobs.c.member_id, jobs.c.kind, jobs.c.speed, jobs.c.state, jobs.c.gpu_ms, jobs.c.started_at),
    text(MODEL),
    sqlite_where=jobs.c.ended_at.is_not(None),
)

pictures = table(
    "pictures",
    Column("job_id", Text, ForeignKey("jobs.id"), primary_key=True, nullable=False),
    Column("cell", Integer, primary_key=True, nullable=False),
    required("sha256", Text, index=True),
    required("media_type", Text),
    required("width", Integer),
    required("height", Integer),
    required("bytes", Integer),
    required("recipe", Text),
    required("recipe_hash", Text, index=True),
    required("created_at", Moment),
)

# Pictures that a job starts from: named here, so that the sweeper leaves them.
sources = table(
    "sources",
    Column("job_id", Text, ForeignKey("jobs.id"), primary_key=True, nullable=False),
    Column("sha256", Text, primary_key=True, nullable=False),
    required("media_type", Text),
    required("bytes", Integer),
    Column("link", Text, index=True),  # as it stands in the job's text, of a picture that a member brought
    Index(None, "sha256"),
)

# The one message of a job, which is only ever edited.
placeholders = table(
    "placeholders",
    Column("job_id", Text, ForeignKey("jobs.id"), primary_key=True, nullable=False),
    required("channel_id", Integer),
    Column("message_id", Integer, unique=True),
    Column("webhook_token", Text),
    Column("token_until", Moment),
    required("ephemeral", Flag),
    required("by_token", Flag),  # the bot cannot write in that channel itself: only the token can
    Column("reply_to", Integer),
    required("limit_bytes", Integer),  # the largest file that its interaction may post
    Column("edited_at", Moment),
)

# Every further message that belongs to a job: a mention, a direct message, a gallery post.
posts = table(
    "posts",
    Column("message_id", Integer, primary_key=True),
    required("channel_id", Integer),
    required("job_id", Text, ForeignKey("jobs.id"), index=True),
    required("kind", Text),
)

outbox = table(
    "outbox",
    Column("id", Integer, primary_key=True),
    required("key", Text, unique=True),  # what is told once is put once
    Column("job_id", Text, ForeignKey("jobs.id"), index=True),
    required("member_id", Integer),
    required("channel_id", Integer),
    required("kind", Text),
    required("payload", Json),
    required("state", Word(Sending)),
    required("tries", Integer),
    required("due_at", Moment),
    Column("sending_since", Moment),
    Column("sent_at", Moment),
    Column("message_id", Integer),
    Column("error", Text),
    CheckConstraint(among("state", Sending), name="state"),
    Index(None, "state", "due_at"),
    sqlite_autoincrement=True,  # an id is never used again, so order of ids is order of events
)

bookmarks = table(
    "bookmarks",
    Column("member_id", Integer, primary_key=True, nullable=False),
    Column("job_id", Text, primary_key=True, nullable=False),
    Column("cell", Integer, primary_key=True, nullable=False),
    required("created_at", Moment),
    ForeignKeyConstraint(["job_id", "cell"], ["pictures.job_id", "pictures.cell"], ondelete="CASCADE"),
    Index(None, "job_id", "cell"),
)

reports = table(
    "reports",
    Column("id", Integer, primary_key=True),
    required("job_id", Text, ForeignKey("jobs.id")),
    required("reporter_id", Integer),
    required("reason", Text),
    required("created_at", Moment),
    Column("closed_at", Moment),  # somebody has looked at it and decided
    UniqueConstraint("job_id", "reporter_id"),
    Index("ix_reports_open", "job_id", sqlite_where=text("closed_at IS NULL")),
)
