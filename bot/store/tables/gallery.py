"""Every picture that was ever made, as members look for it: what it shows, who may see it. The database itself keeps it
complete: a row comes with a picture and goes with it.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    event,
    text,
)

from bot.store.columns import Flag, Json, Moment, Word
from bot.store.tables.making import among, required, table
from bot.store.words import Audience, Hanging, Scope, Shape

# A single cell on its own (`U1`) is its grid's picture once more and has no row here.
archive = table(
    "archive",
    Column("id", Integer, primary_key=True),  # rises with time, so that pages go by it; also the row of its vectors
    required("job_id", Text, ForeignKey("jobs.id")),
    required("cell", Integer),
    required("member_id", Integer),
    Column("server_id", Integer),
    required("model", Text),
    required("style", Text),  # the first of its adapters; empty: none
    required("shape", Word(Shape)),
    required("audience", Word(Audience)),
    Column("room_id", Integer),  # none else sees it than who sees that channel, until its maker says who may
    required("words_hidden", Flag),  # the picture without its prompt
    required("created_at", Moment),
    Column("hidden_at", Moment),  # by its maker or a moderator, for all but its maker
    Column("hidden_by", Integer),  # whoever else hid it: then its maker cannot show it again
    Column("deleted_at", Moment),  # for all; its maker can have it back for a while
    CheckConstraint(among("audience", Audience), name="audience"),
    CheckConstraint(among("shape", Shape), name="shape"),
    UniqueConstraint("job_id", "cell"),
    ForeignKeyConstraint(["job_id", "cell"], ["pictures.job_id", "pictures.cell"], ondelete="CASCADE"),
    sqlite_autoincrement=True,  # a number is never given to another picture
)
Index("ix_archive_of_member", archive.c.member_id, archive.c.id)
Index("ix_archive_of_server", archive.c.server_id, archive.c.audience, archive.c.id)

friends = table(
    "friends",
    Column("member_id", Integer, primary_key=True, nullable=False),
    Column("friend_id", Integer, primary_key=True, nullable=False),
    required("created_at", Moment),
    CheckConstraint("member_id <> friend_id", name="other"),
)

# The roles on a server that a member shows to what is for roles.
shown_roles = table(
    "shown_roles",
    Column("member_id", Integer, primary_key=True, nullable=False),
    Column("server_id", Integer, primary_key=True, nullable=False),
    Column("role_id", Integer, primary_key=True, nullable=False),
    required("created_at", Moment),
    Index("ix_shown_roles_of_role", "server_id", "role_id"),
)

# What a page of the gallery is showing to one member; what is on it is asked for anew each time.
views = table(
    "views",
    Column("id", Text, primary_key=True, nullable=False),
    required("member_id", Integer),
    required("scope", Word(Scope)),
    Column("model", Text),
    Column("style", Text),
    Column("shape", Word(Shape)),
    Column("maker", Integer),
    Column("collection_id", Integer),
    required("words", Text),
    required("found", Json),  # what a search by meaning has found, the most alike first
    required("chosen", Json),  # pictures, for what is done with several
    required("unfolded", Flag),  # its filters are shown
    required("used_at", Moment),
    CheckConstraint(among("scope", Scope), name="scope"),
)

# Small copies, made when first looked at; the file lies among the originals.
thumbnails = table(
    "thumbnails",
    Column("sha256", Text, primary_key=True, nullable=False),  # the original's
    Column("side", Integer, primary_key=True, nullable=False),
    required("thumb_sha256", Text),
    required("width", Integer),
    required("height", Integer),
    required("bytes", Integer),
    required("made_at", Moment),
)

collections = table(
    "collections",
    Column("id", Integer, primary_key=True),
    required("member_id", Integer),
    required("name", Text),
    Column("server_id", Integer),  # where others may look through it; none: nowhere
    required("created_at", Moment),
    UniqueConstraint("member_id", "name"),
    sqlite_autoincrement=True,
)
Index("ix_collections_of_server", collections.c.server_id)

collection_items = table(
    "collection_items",
    Column("collection_id", Integer, ForeignKey("collections.id", ondelete="CASCADE"), primary_key=True),
    Column("picture_id", Integer, ForeignKey("archive.id", ondelete="CASCADE"), primary_key=True),
    required("added_at", Moment),
)
Index("ix_collection_items_of_picture", collection_items.c.picture_id)

# A member's own words about a picture, which nobody else reads.
notes = table(
    "notes",
    Column("member_id", Integer, primary_key=True, nullable=False),
    Column("picture_id", Integer, ForeignKey("archive.id", ondelete="CASCADE"), primary_key=True),
    required("text", Text),
    required("noted_at", Moment),
)
Index("ix_notes_of_picture", notes.c.picture_id)

# All of one's pictures as files, part after part: `last_id` is the last picture of the last part that was sent.
exports = table(
    "exports",
    Column("id", Integer, primary_key=True),
    required("member_id", Integer),
    Column("message_id", Integer),  # which tells how far it is, for as long as its token lives
    Column("webhook_token", Text),
    required("total", Integer),
    required("done", Integer),
    required("parts", Integer),
    required("last_id", Integer),
    required("created_at", Moment),
    Column("ended_at", Moment),
    Column("error", Text),
    sqlite_autoincrement=True,
)
Index(
    "ix_exports_under_way",
    exports.c.member_id,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
)

# What hangs in a server's gallery channel, or did. Its posts come and go; its votes stay.
exhibits = table(
    "exhibits",
    Column("id", Integer, primary_key=True),
    required("job_id", Text, ForeignKey("jobs.id")),
    Column("cell", Integer),  # none: all of the job's pictures, in one post
    Column("archive_id", Integer, ForeignKey("archive.id", ondelete="SET NULL"), index=True),  # none, too, for a grid
    required("server_id", Integer),
    required("channel_id", Integer),
    Column("thread_id", Integer),  # of a post in a forum
    Column("message_id", Integer, unique=True),  # none: it is still to be posted, or is not there any more
    required("state", Word(Hanging)),
    required("posting", Integer),  # which post of it this is: one more with each time that it is hung again
    required("published_at", Moment),
    Column("by", Integer),  # none: so many others liked it
    Column("hidden_by", Integer),  # none: somebody deleted its post in Discord
    required("votes", Integer),
    CheckConstraint(among("state", Hanging), name="state"),
    CheckConstraint("votes >= 0 AND posting >= 1", name="counts"),
    UniqueConstraint("server_id", "archive_id"),
    sqlite_autoincrement=True,
)
Index("ix_exhibits_of_job", exhibits.c.job_id, text("coalesce(cell, -1)"), exhibits.c.server_id, unique=True)
Index("ix_exhibits_of_server", exhibits.c.server_id, exhibits.c.state, exhibits.c.id)
Index("ix_exhibits_by_time", exhibits.c.state, exhibits.c.published_at)
Index("ix_exhibits_of_thread", exhibits.c.thread_id)

# Of several reactions of one member each has a row, and together they are one vote.
votes = table(
    "votes",
    Column("exhibit_id", Integer, ForeignKey("exhibits.id"), primary_key=True, nullable=False),
    Column("member_id", Integer, primary_key=True, nullable=False),
    Column("message_id", Integer, primary_key=True, nullable=False),  # the post of that time
    Column("emoji", Text, primary_key=True, nullable=False),
)

# Full text of the prompts, by the archive's ids. Names and accents do not matter, endings hardly.
WORDS: Final = "CREATE VIRTUAL TABLE prompts USING fts5(text, tokenize='porter unicode61 remove_diacritics 2')"
ENTER: Final = """
CREATE TRIGGER pictures_enter AFTER INSERT ON pictures
WHEN (SELECT kind FROM jobs WHERE id = NEW.job_id) <> 'single'
BEGIN
  UPDATE jobs SET words_hidden = 1 WHERE id = NEW.job_id AND NOT words_hidden AND EXISTS (SELECT 1
    FROM jobs AS before WHERE before.id IN (jobs.parent_id, jobs.root_id) AND before.words_hidden);
  INSERT INTO archive (job_id, cell, member_id, server_id, room_id, model, style, shape, audience, words_hidden,
      created_at)
    SELECT id, NEW.cell, member_id, server_id, room_id, coalesce(json_extract(NEW.recipe, '$.model.name'), ''),
      coalesce(json_extract(NEW.recipe, '$.adapters[0].name'), ''),
      CASE WHEN NEW.width > NEW.height THEN 'wide' WHEN NEW.width < NEW.height THEN 'tall' ELSE 'square' END,
      CASE WHEN privacy = 'public' THEN 'server' ELSE 'private' END,
      words_hidden, NEW.created_at
    FROM jobs WHERE id = NEW.job_id;
END
"""
# What a job's privacy says of pictures that are there, these rows decide: of a grid all of them, of a cell on its own
# its row. Nobody else writes it once they exist.
SHOWN: Final = """
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
"""
# Of a job's words its pictures decide, and its message needs to know when they are gone. What has none of its own, as a
# cell on its own or what failed, follows what it was made from.
TOLD: Final = """
CREATE TRIGGER archive_told AFTER UPDATE OF words_hidden ON archive BEGIN
  UPDATE jobs SET words_hidden = EXISTS (SELECT 1 FROM archive WHERE job_id = NEW.job_id AND words_hidden)
    WHERE id = NEW.job_id;
  UPDATE jobs SET words_hidden = (SELECT before.words_hidden FROM jobs AS before WHERE before.id = NEW.job_id)
    WHERE parent_id = NEW.job_id AND state <> 'deleted'
      AND NOT EXISTS (SELECT 1 FROM archive WHERE archive.job_id = jobs.id);
END
"""
LISTED: Final = """
CREATE TRIGGER archive_listed AFTER INSERT ON archive BEGIN
  INSERT INTO prompts (rowid, text) SELECT NEW.id, text FROM jobs WHERE id = NEW.job_id;
END
"""
UNLISTED: Final = """
CREATE TRIGGER archive_unlisted AFTER DELETE ON archive BEGIN
  DELETE FROM prompts WHERE rowid = OLD.id;
END
"""
for _statement in (WORDS, ENTER, SHOWN, TOLD, LISTED, UNLISTED):
    event.listen(archive, "after_create", DDL(_statement.strip().replace("%", "%%")))  # type: ignore[no-untyped-call]
