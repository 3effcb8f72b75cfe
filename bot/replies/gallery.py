"""What a member reads in the gallery, of their collections, friends and exports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bot.replies import WORDLESS, escaped, mention, shortened, title
from bot.store.archive import Archived
from bot.store.collections import Collection
from bot.store.words import Audience, Scope, Shape

LAID_ASIDE: Final = "Deleted. It is out of this channel; `/gallery mine` can bring it back for 30 days."
SCOPES: Final = {
    Scope.ALL: "Everything I may see",
    Scope.MINE: "Mine",
    Scope.SERVER: "This server",
    Scope.KEPT: "Bookmarks",
    Scope.DELETED: "Deleted in the last 30 days",
    Scope.DAY: "Top of the day",
    Scope.WEEK: "Top of the week",
    Scope.MONTH: "Top of the month",
    Scope.LIKE: "Found by meaning",
}
SHAPES: Final = {Shape.WIDE: "Wide", Shape.TALL: "Tall", Shape.SQUARE: "Square"}
SEEN_BY: Final = {
    Audience.PRIVATE: "only its maker",
    Audience.FRIENDS: "its maker's friends",
    Audience.ROLES: "friends, and roles that its maker named",
    Audience.SERVER: "this server",
    Audience.GALLERY: "the gallery",
}
NOTHING: Final = "Nothing here yet. Try another filter or other words."
NOTHING_YET: Final = "You have no pictures yet. `/imagine` paints some."
FILE_LOST: Final = "-# The file of this picture is missing. My operator can bring it back from a backup."
OPEN: Final = "Open a picture…"
CHOOSE: Final = "Choose several…"
DO_ALL: Final = "What to do with the chosen ones…"
DO_ONE: Final = "Who may see it, collections, delete…"
WHERE: Final = "Where to look"
MODEL: Final = "Any model"
STYLE: Final = "Any style"
SHAPE: Final = "Any shape"
MAKER: Final = "Any maker"
COLLECTION: Final = "Any collection"
ANY: Final = "Any"
WAYS: Final = ("Newer", "Older")
RANKED_WAYS: Final = ("Before", "Next")
ALIKE: Final = "The most alike come first."
FIND_WHAT: Final = "Say what the pictures should show, or attach one that they should be like: `/gallery find`."
TOO_LARGE: Final = "That file is too large to look at; attach a picture of at most 10 MiB."
NOT_FETCHED: Final = "That picture could not be fetched from Discord; attach it once more."
NOTE_TITLE: Final = "A note to yourself"
NOTE: Final = "Note (nobody else reads it)"
NOT_SHAREABLE: Final = "Not everybody here may see that picture. Its maker can show it to this server first."
NO_SERVER: Final = "There is nobody here to share it with. Use it on a server."
POSTED: Final = "It is on its way back into its channel."
SHOWN: Final = 80  # characters of a prompt in a list


def heading(scope: Scope, count: int, words: str, filters: Sequence[str]) -> str:
    what = "1 picture" if count == 1 else f"{count:,} pictures"
    about = [f"“{escaped(shortened(words, SHOWN))}”"] if words else []
    return f"## {SCOPES[scope]}\n{' · '.join([what, *about, *map(escaped, filters)])}"


def line(first: int, last: int, picture: Archived, *, is_own: bool, readable: bool, note: str, votes: int) -> str:
    """One picture, or several of one job that say the same."""
    words = title(picture.text if readable else None, SHOWN)
    parts = [f"`{first}`" if first == last else f"`{first}–{last}`", words]
    if not is_own:
        parts.append(mention(picture.member_id))
    if picture.hidden_at is not None:
        parts.append("hidden")
    if votes:
        parts.append(f"⭐ {votes}")
    if note:
        parts.append(f"📝 {escaped(shortened(note, SHOWN))}")
    return " · ".join(parts)


def about(picture: Archived, *, is_own: bool, readable: bool, note: str, gone_at: datetime | None) -> str:
    """Beside a picture on its own."""
    lines = [title(picture.text if readable else None)]
    made = f"{mention(picture.member_id)} · <t:{int(picture.created_at.timestamp())}:f> · {escaped(picture.model)}"
    lines.append(f"{made} · {picture.width} x {picture.height}")
    if gone_at is not None:
        lines.append(f"🗑️ Deleted. It is gone for good <t:{int(gone_at.timestamp())}:R>.")
    elif is_own:
        hidden = " · hidden from all others" if picture.hidden_at is not None else ""
        words = " · words kept private" if picture.words_hidden else ""
        in_room = picture.room_id is not None and picture.audience is Audience.SERVER
        seen_by = f"whoever sees <#{picture.room_id}>" if in_room else SEEN_BY[picture.audience]
        lines.append(f"Seen by: {seen_by}{hidden}{words}")
    if note:
        lines.append(f"📝 {escaped(note)}")
    lines.append(f"-# Job `{picture.job_id}`, picture {picture.cell + 1}")
    return "\n".join(lines)


def option(number: int, picture: Archived, *, readable: bool) -> str:
    words = " ".join(picture.text.split()) if readable else WORDLESS
    return shortened(f"{number}. {words or picture.job_id}", 100)


def choice(picture: Archived) -> str:
    """One of one's own, beside others in a list."""
    return shortened(f"{picture.cell + 1} · {picture.text or picture.job_id}", 100)


def done(what: str, count: int, asked: int) -> str:
    pictures = "1 picture" if count == 1 else f"{count} pictures"
    rest = f" {asked - count} were left as they are." if 0 < count < asked else ""
    return f"{what}: {pictures}.{rest}" if count else "Nothing was changed: that was so already, or you may not."


def shared(picture: Archived, by: int, *, readable: bool) -> str:
    words = title(picture.text if readable else None)
    whose = f"by {mention(picture.member_id)}"
    return f"{words} · {whose}" if by == picture.member_id else f"{words} · {whose}, shared by {mention(by)}"


def collections(found: Sequence[Collection]) -> str:
    if not found:
        return "You have no collections yet. `/collection new` makes one."
    lines = []
    for one in found:
        count = "1 picture" if one.count == 1 else f"{one.count} pictures"
        lines.append(f"- **{escaped(one.name)}** · {count}{' · shared' if one.server_id is not None else ''}")
    return shortened("\n".join(lines), 2000)


def made(name: str) -> str:
    return f"“{escaped(name)}” is there. Put pictures into it by `/collection add`, or in `/gallery mine`."


def there_already(name: str) -> str:
    return f"You have a collection called “{escaped(name)}” already."


def removed(name: str) -> str:
    return f"“{escaped(name)}” is gone. Its pictures stay where they were."


def too_many(most: int) -> str:
    return f"You have {most} collections, and no more fit. Remove one first."


def put_in(name: str, *, is_new: bool) -> str:
    return f"It is in “{escaped(name)}”." if is_new else f"It was in “{escaped(name)}” already."


def sharing(name: str, *, is_open: bool) -> str:
    if is_open:
        return (
            f"Everybody here finds “{escaped(name)}” among the filters of `/gallery browse`. "
            "Of its pictures they see those that they may see anyhow."
        )
    return f"“{escaped(name)}” is yours alone."


def friend(member: int, *, is_now: bool, changed: bool) -> str:
    if not changed:
        return f"{mention(member)} {'is one of your friends already' if is_now else 'was none of your friends'}."
    if is_now:
        return f"{mention(member)} sees your pictures from now on, except the private ones. They are not told."
    return f"{mention(member)} sees none of your pictures as a friend any more."


NOT_YOURSELF: Final = "You see your own pictures anyhow."


NO_ROLES_HERE: Final = "Roles belong to servers: use this on the one whose role you mean, where I am a member."
NO_ROLES_YET: Final = "You have named no role on this server yet; `/friends add-role` does that."


def role(number: int, *, is_now: bool, changed: bool) -> str:
    if not changed:
        return f"<@&{number}> {'is one of your roles already' if is_now else 'was none of your roles'}."
    if is_now:
        return f"Whoever has <@&{number}> sees, here, those of your pictures that roles may see. They are not told."
    return f"<@&{number}> sees no more of your pictures than everybody does."


def friends(members: Sequence[int], roles: Sequence[int]) -> str:
    named = []
    if members:
        named.append("Your friends: " + ", ".join(map(mention, members)))
    if roles:
        named.append("Your roles on this server: " + ", ".join(f"<@&{number}>" for number in roles))
    if not named:
        return (
            "You have named no friends yet. `/friends add` names one: they see all your pictures but the private ones. "
            "`/friends add-role` names a role of a server: it sees there what you show to roles."
        )
    return shortened("\n".join(named), 2000)


EXPORT_UNDER_WAY: Final = "Your pictures are being packed already; they come by direct message."
EXPORT_CLOSED: Final = (
    "⚠️ I could not send you the files: your direct messages are closed to me. Open them in the server's privacy "
    "settings, then use `/gallery export` once more."
)

EXPORT_BROKE: Final = "⚠️ Something broke while I packed your pictures. Nothing of them is lost; please try again."


def exporting(done: int, total: int, parts: int) -> str:
    sent = f", {parts} sent" if parts else ""
    return f"📦 Packing your pictures: {done} of {total}{sent}. They come by direct message, also after a restart."


def exported(total: int, parts: int) -> str:
    files = "one file" if parts == 1 else f"{parts} files"
    return f"✅ {total} pictures are in your direct messages, in {files}."


def export_part(number: int, done: int, total: int) -> str:
    return f"📦 Your pictures, part {number}: up to {done} of {total}, with recipes, prompts and alt texts."
