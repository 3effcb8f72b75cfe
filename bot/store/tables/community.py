"""What a server's members do together: a theme and a thread a day, votes on pairs of pictures, whom they follow, and
the week's digest.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Text, UniqueConstraint, text

from bot.store.columns import Moment, Word
from bot.store.tables.making import among, required, table
from bot.store.words import Running

# What moderators want the next days to be about, in their order.
themes = table(
    "themes",
    Column("id", Integer, primary_key=True),
    required("server_id", Integer),
    required("words", Text),
    required("set_by", Integer),
    required("created_at", Moment),
    Column("used_on", Text),  # the day that got it
    sqlite_autoincrement=True,
)
Index("ix_themes_of_server", themes.c.server_id, themes.c.used_on)

dailies = table(
    "dailies",
    Column("id", Integer, primary_key=True),
    required("server_id", Integer),
    required("day", Text),  # 2026-11-21; one of each on a server, whatever happens
    required("theme", Text),
    Column("set_by", Integer),  # none: it was drawn
    required("state", Word(Running)),
    required("channel_id", Integer),
    Column("home_id", Integer),  # where its card is: in a forum, the thread itself
    Column("message_id", Integer),  # its card
    Column("thread_id", Integer),  # below it; none where we may not make one
    Column("crown_id", Integer),  # the message that shows the winner
    required("opened_at", Moment),
    required("ends_at", Moment),
    CheckConstraint(among("state", Running), name="state"),
    UniqueConstraint("server_id", "day"),
    sqlite_autoincrement=True,
)
Index("ix_dailies_under_way", dailies.c.state, dailies.c.ends_at)

# Pictures that were entered for a day, one a member.
candidates = table(
    "candidates",
    Column("id", Integer, primary_key=True),
    required("daily_id", Integer, ForeignKey("dailies.id")),
    required("picture_id", Integer, ForeignKey("archive.id", ondelete="CASCADE")),
    required("member_id", Integer),
    required("entered_at", Moment),
    Column("message_id", Integer),  # in the day's thread
    Column("rating", Integer),  # these two once the day is over
    Column("place", Integer),
    UniqueConstraint("daily_id", "member_id"),
    sqlite_autoincrement=True,
)
Index("ix_candidates_of_picture", candidates.c.picture_id)

ballots = table(
    "ballots",
    Column("member_id", Integer, primary_key=True, nullable=False),
    Column("first_id", Integer, ForeignKey("candidates.id", ondelete="CASCADE"), primary_key=True),
    Column("second_id", Integer, ForeignKey("candidates.id", ondelete="CASCADE"), primary_key=True),
    Column("chosen_id", Integer),  # none: they did not want to say
    required("cast_at", Moment),
    CheckConstraint("first_id < second_id", name="pair"),
    CheckConstraint("chosen_id IN (first_id, second_id)", name="chosen"),
)
Index("ix_ballots_of_first", ballots.c.first_id)
Index("ix_ballots_of_second", ballots.c.second_id)

# A maker, or words: of one of them a member wants to hear on that server.
follows = table(
    "follows",
    Column("id", Integer, primary_key=True),
    required("member_id", Integer),
    required("server_id", Integer),
    Column("maker_id", Integer),
    Column("words", Text),
    required("created_at", Moment),
    CheckConstraint("(maker_id IS NULL) <> (words IS NULL)", name="one"),
    CheckConstraint("member_id <> maker_id", name="other"),
    sqlite_autoincrement=True,
)
Index(
    "ix_follows_of_member",
    follows.c.member_id,
    follows.c.server_id,
    text("coalesce(maker_id, 0)"),
    text("coalesce(words, '')"),
    unique=True,
)
Index("ix_follows_of_server", follows.c.server_id, follows.c.maker_id)

digests = table(
    "digests",
    Column("id", Integer, primary_key=True),
    required("server_id", Integer),
    required("week", Text),  # 2026-W47; one of each on a server, whatever happens
    required("starts_at", Moment),
    required("channel_id", Integer),
    Column("home_id", Integer),  # where its post is: in a forum, the thread itself
    Column("message_id", Integer),
    required("created_at", Moment),
    UniqueConstraint("server_id", "week"),
    sqlite_autoincrement=True,
)

digest_pictures = table(
    "digest_pictures",
    Column("digest_id", Integer, ForeignKey("digests.id", ondelete="CASCADE"), primary_key=True),
    Column("picture_id", Integer, ForeignKey("archive.id", ondelete="CASCADE"), primary_key=True),
    required("place", Integer),
    required("votes", Integer),
)
Index("ix_digest_pictures_of_picture", digest_pictures.c.picture_id)
