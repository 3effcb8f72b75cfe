"""How a member wants prompts to be read, and what was told them of their words."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, Text

from bot.store.columns import Flag, Json, Moment, Word
from bot.store.tables.making import among, required, table
from bot.store.words import Variability

preferences = table(
    "preferences",
    Column("member_id", Integer, primary_key=True, nullable=False),
    required("suffix", Text),  # parameters behind every prompt, as they were typed
    required("chosen", Text),  # parameters that the settings' menus put there
    required("desk", Text),  # parameters that lie on the prompt desk
    required("auto_dm", Flag),
    required("variability", Word(Variability)),
    Column("ask_gpu_ms", Integer),  # what costs more waits for a confirmation; none: as the plan has it
    CheckConstraint(among("variability", Variability), name="variability"),
)

# A member's own names for pieces of prompt.
options = table(
    "options",
    Column("member_id", Integer, primary_key=True, nullable=False),
    Column("name", Text, primary_key=True, nullable=False),
    required("value", Text),
    required("created_at", Moment),
)

# Words that a model does not know, of which a member was told.
strange_words = table(
    "strange_words",
    Column("member_id", Integer, primary_key=True, nullable=False),
    Column("model", Text, primary_key=True, nullable=False),
    Column("word", Text, primary_key=True, nullable=False),
    required("told_at", Moment),
)

# Shorter prompts that buttons offer: too long for a button's id.
shortenings = table(
    "shortenings",
    Column("id", Integer, primary_key=True),
    required("member_id", Integer, index=True),
    required("texts", Json),
    required("created_at", Moment),
    sqlite_autoincrement=True,
)
