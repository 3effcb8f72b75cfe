"""What may be done with pictures, one or several at once: who may see them, where they are, whether they are there."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from bot import visibility
from bot.desk import Desk
from bot.errors import CannotDoError
from bot.messages import withdrawing
from bot.messages.publishing import Hung, publish_picture
from bot.replies import NO_GALLERY
from bot.replies import exhibits as words
from bot.replies import gallery as replies
from bot.store import collections, servers, shown_roles
from bot.store.archive import Archived, Viewer
from bot.store.collections import Collection
from bot.store.transactions import Writing
from bot.store.words import Audience

PUT_IN, TAKE_OUT = "c", "x"  # before the number of a collection
MOST_OPTIONS = 25


class Deed(StrEnum):
    PRIVATE = "private"
    FRIENDS = "friends"
    ROLES = "roles"
    SERVER = "server"
    PUBLISH = "publish"
    HIDE = "hide"
    SHOW = "show"
    HIDE_WORDS = "hide-words"
    SHOW_WORDS = "show-words"
    DELETE = "delete"
    RESTORE = "restore"


LABELS = {
    Deed.PRIVATE: "Only I may see it",
    Deed.FRIENDS: "My friends may see it",
    Deed.ROLES: "Roles that I named may see it",
    Deed.SERVER: "The server may see it",
    Deed.PUBLISH: "Publish it in the gallery",
    Deed.HIDE: "Hide it from all others",
    Deed.SHOW: "Do not hide it any more",
    Deed.HIDE_WORDS: "Keep its words private",
    Deed.SHOW_WORDS: "Show its words again",
    Deed.DELETE: "Delete it (30 days to restore)",
    Deed.RESTORE: "Restore it",
}
_AUDIENCES = {
    Deed.PRIVATE: Audience.PRIVATE,
    Deed.FRIENDS: Audience.FRIENDS,
    Deed.ROLES: Audience.ROLES,
    Deed.SERVER: Audience.SERVER,
}
_OF_SERVERS = (Deed.ROLES, Deed.SERVER)


def may_do(deed: Deed, picture: Archived, viewer: Viewer) -> bool:
    """Whether it is theirs to do, and would change anything."""
    is_own = picture.member_id == viewer.member
    rules = is_own or visibility.moderates(picture, viewer)
    if picture.deleted_at is not None:
        return is_own and deed is Deed.RESTORE
    match deed:
        case Deed.PRIVATE | Deed.FRIENDS | Deed.ROLES | Deed.SERVER:
            has_place = deed not in _OF_SERVERS or picture.server_id is not None
            is_so = picture.audience is _AUDIENCES[deed] and picture.room_id is None
            return is_own and has_place and not is_so
        case Deed.PUBLISH:
            has_place = viewer.server is not None or picture.server_id is not None
            hangs = picture.audience is Audience.GALLERY and picture.hidden_at is None
            return is_own and has_place and not hangs
        case Deed.HIDE:
            return rules and picture.hidden_at is None
        case Deed.SHOW:  # what a moderator hid, only a moderator shows again
            return rules and picture.hidden_at is not None and not visibility.is_barred([picture], viewer)
        case Deed.HIDE_WORDS:
            return is_own and not picture.words_hidden
        case Deed.SHOW_WORDS:
            return is_own and picture.words_hidden
        case Deed.DELETE:
            return rules
        case Deed.RESTORE:
            return False


def options(pictures: Sequence[Archived], viewer: Viewer, own: Sequence[Collection]) -> tuple[tuple[str, str], ...]:
    """What can be done with at least one of them, as a menu's values and labels."""
    found = [(deed.value, LABELS[deed]) for deed in Deed if any(may_do(deed, each, viewer) for each in pictures)]
    if all(picture.deleted_at is None for picture in pictures):
        room = (MOST_OPTIONS - len(found)) // 2
        found += [(f"{PUT_IN}{one.id}", f"Put into “{one.name}”"[:100]) for one in own[:room]]
        found += [(f"{TAKE_OUT}{one.id}", f"Take out of “{one.name}”"[:100]) for one in own[:room] if one.count]
    return tuple(found)


async def do(desk: Desk, viewer: Viewer, value: str, pictures: Sequence[Archived]) -> str:
    """To those of them that it may be done to; what came of it, as a sentence."""
    note = ""
    async with desk.store.write() as tx:
        if value[:1] in (PUT_IN, TAKE_OUT) and value[1:].isdigit():
            label, count = await _collect(tx, desk, viewer, value, pictures)
        else:
            deed = Deed(value)
            found = [picture for picture in pictures if may_do(deed, picture, viewer)]
            label, count = LABELS[deed], len(found)
            if deed is Deed.PUBLISH:
                count, note = await _publish(tx, desk, viewer, found)
            else:
                await _do(tx, desk, viewer, deed, found)
            if deed is Deed.ROLES and not await _has_roles(tx, found):
                note = f" {replies.NO_ROLES_YET}"
    desk.delivery.poke()
    return f"{replies.done(label, count, len(pictures))}{note}"


async def _publish(tx: Writing, desk: Desk, viewer: Viewer, found: Sequence[Archived]) -> tuple[int, str]:
    """Into this server's gallery; outside of servers, into that of the server where each was painted."""
    came = []
    for picture in found:
        home = viewer.server if viewer.server is not None else picture.server_id
        server = await servers.find(tx, home) if home is not None else None
        if server is None or server.gallery_channel_id is None:
            raise CannotDoError(NO_GALLERY)
        came.append(await publish_picture(tx, picture, server, viewer, desk.now()))
    count = came.count(Hung.NEW) + came.count(Hung.AGAIN)
    notes = [words.VOTES_KEPT] * (Hung.AGAIN in came) + [words.BY_MODERATOR] * (Hung.BARRED in came)
    return count, "".join(f" {note}" for note in notes)


async def _has_roles(tx: Writing, found: Sequence[Archived]) -> bool:
    """Whether anybody sees them by a role."""
    return all([await shown_roles.of_member(tx, one.member_id, one.server_id or 0) for one in found])


async def _do(tx: Writing, desk: Desk, viewer: Viewer, deed: Deed, found: Sequence[Archived]) -> None:
    now = desk.now()
    match deed:
        case Deed.PRIVATE | Deed.FRIENDS | Deed.ROLES | Deed.SERVER:
            await withdrawing.show_to(tx, found, _AUDIENCES[deed], viewer.member, now)
        case Deed.HIDE:
            await withdrawing.hide(tx, found, viewer.member, now)
        case Deed.SHOW:
            await withdrawing.unhide(tx, found, viewer.member, now)
        case Deed.HIDE_WORDS | Deed.SHOW_WORDS:
            await withdrawing.hide_words(tx, found, viewer.member, now, hidden=deed is Deed.HIDE_WORDS)
        case Deed.DELETE:
            await withdrawing.lay_aside(tx, found, viewer.member, now)
        case Deed.RESTORE:
            await withdrawing.bring_back(tx, found, viewer.member, now)


async def _collect(
    tx: Writing, desk: Desk, viewer: Viewer, value: str, pictures: Sequence[Archived]
) -> tuple[str, int]:
    own = {one.id: one for one in await collections.of_member(tx, viewer.member)}
    collection = own.get(int(value[1:]))
    if collection is None:
        return "", 0
    ids = [picture.id for picture in pictures]
    if value[0] == PUT_IN:
        return f"Put into “{collection.name}”", await collections.put(tx, collection.id, ids, desk.now())
    return f"Taken out of “{collection.name}”", await collections.take_out(tx, collection.id, ids)
