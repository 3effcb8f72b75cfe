"""Every table, as the newest migration leaves it, one file a noun. Ids that are not ours are Discord's snowflakes;
GPU time is whole milliseconds.
"""

from bot.store.tables.community import ballots, candidates, dailies, digest_pictures, digests, follows, themes
from bot.store.tables.credit import (
    APPEND_ONLY,
    BALANCE,
    FENCE,
    accounts,
    append_only,
    buckets,
    closures,
    ends,
    entries,
    memberships,
    reserves,
)
from bot.store.tables.films import films
from bot.store.tables.gallery import (
    archive,
    collection_items,
    collections,
    exhibits,
    exports,
    friends,
    notes,
    shown_roles,
    thumbnails,
    views,
    votes,
)
from bot.store.tables.jobs import MODEL, bookmarks, jobs, outbox, pictures, placeholders, posts, reports, sources
from bot.store.tables.making import among, metadata
from bot.store.tables.offers import notices, offers
from bot.store.tables.people import given_roles, keys, members, meta, payment_events, payment_names, servers
from bot.store.tables.preferences import options, preferences, shortenings, strange_words

__all__ = [
    "APPEND_ONLY",
    "BALANCE",
    "FENCE",
    "MODEL",
    "accounts",
    "among",
    "append_only",
    "archive",
    "ballots",
    "bookmarks",
    "buckets",
    "candidates",
    "closures",
    "collection_items",
    "collections",
    "dailies",
    "digest_pictures",
    "digests",
    "ends",
    "entries",
    "exhibits",
    "exports",
    "films",
    "follows",
    "friends",
    "given_roles",
    "jobs",
    "keys",
    "members",
    "memberships",
    "meta",
    "metadata",
    "notes",
    "notices",
    "offers",
    "options",
    "outbox",
    "payment_events",
    "payment_names",
    "pictures",
    "placeholders",
    "posts",
    "preferences",
    "reports",
    "reserves",
    "servers",
    "shortenings",
    "shown_roles",
    "sources",
    "strange_words",
    "themes",
    "thumbnails",
    "views",
    "votes",
]
