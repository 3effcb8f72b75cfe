"""Every table, as the newest migration leaves it, one file a noun. Ids that are not ours are Discord's snowflakes;
GPU time is whole milliseconds.
"""

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
from bot.store.tables.gallery import (
    archive,
    collection_items,
    collections,
    exports,
    friends,
    notes,
    thumbnails,
    views,
)
from bot.store.tables.jobs import bookmarks, jobs, outbox, pictures, placeholders, posts, reports, sources
from bot.store.tables.making import among, metadata
from bot.store.tables.people import keys, members, meta, servers

__all__ = [
    "APPEND_ONLY",
    "BALANCE",
    "FENCE",
    "accounts",
    "among",
    "append_only",
    "archive",
    "bookmarks",
    "buckets",
    "closures",
    "collection_items",
    "collections",
    "ends",
    "entries",
    "exports",
    "friends",
    "jobs",
    "keys",
    "members",
    "memberships",
    "meta",
    "metadata",
    "notes",
    "outbox",
    "pictures",
    "placeholders",
    "posts",
    "reports",
    "reserves",
    "servers",
    "sources",
    "thumbnails",
    "views",
]
