"""The one place that decides who may see a picture, a prompt, a file's name and an alt text, and who rules over it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from bot.asking import Asker
from bot.kinds import Kind
from bot.store import archive, friends, jobs, shown_roles
from bot.store.archive import Archived, Viewer
from bot.store.exhibits import Exhibit
from bot.store.jobs import Job
from bot.store.pictures import Picture
from bot.store.transactions import Reading
from bot.store.window import Visitor
from bot.store.words import Audience, Privacy, State

ALT_LIMIT = 1024
HASH_SHOWN = 16  # of 64 digits: enough that no two of one job are alike
MOST_MARKED = 10
NOBODY = 0  # no member has this id


async def sees(tx: Reading, job: Job, asker: Asker, cell: int | None = None) -> bool:
    """Whether somebody may be shown a job: all of its pictures, or that one. Pictures that are there decide, and whose
    they are: a cell that somebody else took out of a grid is still its maker's. A job without any is seen as it was
    asked for."""
    shown = await _shown(tx, job, cell)
    if not shown:
        return may_see(job, asker)
    viewer = await viewer_of(tx, asker)
    return all(may_view(picture, viewer) or _is_shown_in(picture, job, asker) for picture in shown)


async def reads(tx: Reading, job: Job, asker: Asker, cell: int | None = None) -> bool:
    """The words and numbers behind what somebody sees."""
    shown = await _shown(tx, job, cell)
    if not shown:
        is_told = is_prompt_public(job) and job.state is not State.DELETED
        return job.member_id == asker.member or (is_told and not await jobs.hides_words(tx, job))
    return all(may_read(picture, Viewer(asker.member)) for picture in shown) and await sees(tx, job, asker, cell)


async def has_hidden_words(tx: Reading, job: Job) -> bool:
    """To be asked before anything is said of a job where others look on, also of one that has no pictures."""
    shown = await archive.of_job(tx, job)
    return any(picture.words_hidden for picture in shown) if shown else await jobs.hides_words(tx, job)


async def viewer_of(tx: Reading, asker: Asker) -> Viewer:
    role_of: frozenset[int] = frozenset()
    if asker.server is not None:
        role_of = await shown_roles.who_named(tx, asker.server, asker.roles)
    friend_of = await friends.who_named(tx, asker.member)
    return Viewer(asker.member, asker.server, asker.rules, friend_of, role_of, asker.rooms)


def everybody_on(server: int, rooms: frozenset[int] = frozenset()) -> Viewer:
    """Whoever is there, and nobody's friend: what they see may be shown to all of that server, or to all who see those
    of its channels."""
    return Viewer(NOBODY, server, rooms=rooms)


async def _shown(tx: Reading, job: Job, cell: int | None) -> list[Archived]:
    found = await archive.of_job(tx, job)
    if cell is None or job.kind == archive.SINGLE:
        return found
    return [picture for picture in found if picture.cell == cell]


def _is_shown_in(picture: Archived, job: Job, asker: Asker) -> bool:
    """What is public was posted in a channel, and whoever is there sees it, also where there is no server."""
    is_out = picture.audience in (Audience.SERVER, Audience.GALLERY) and picture.hidden_at is None
    return is_out and job.channel_id == asker.channel


def may_see(job: Job, asker: Asker) -> bool:
    """By its own word, which the archive keeps up to date: a public picture is seen by whoever sees its server, or the
    channel where it was asked for; any other by its owner alone."""
    if job.member_id == asker.member:
        return True
    is_let_in = job.room_id is None or job.room_id in asker.rooms
    is_there = job.server_id is not None and job.server_id == asker.server and is_let_in
    is_near = job.channel_id == asker.channel or is_there
    return job.privacy is Privacy.PUBLIC and is_near


def maker_of(job: Job, parent: Job | None) -> int:
    """Whose picture it is: a cell on its own is that of whoever asked for its grid, whoever took it out."""
    return parent.member_id if parent is not None and Kind(job.kind).is_free else job.member_id


def may_bring(job: Job, member: int, *, is_kept: bool) -> bool:
    """By its id, wherever one is: one's own, and what one saw, keeps a bookmark of, and is public still."""
    return job.member_id == member or (is_kept and job.privacy is Privacy.PUBLIC)


def may_view(picture: Archived, viewer: Viewer) -> bool:
    """Whether a picture of the archive may be shown to somebody; `archive.py` asks the same of many at once."""
    if picture.deleted_at is not None:
        return False
    if picture.member_id == viewer.member:
        return True
    is_here = viewer.server is not None and picture.server_id == viewer.server
    if picture.hidden_at is not None and not (viewer.rules and is_here):
        return False
    if picture.room_id is not None and picture.room_id not in viewer.rooms:
        return False
    match picture.audience:
        case Audience.PRIVATE:
            return False
        case Audience.FRIENDS:
            return picture.member_id in viewer.friend_of
        case Audience.ROLES:
            return (is_here and picture.member_id in viewer.role_of) or picture.member_id in viewer.friend_of
        case Audience.SERVER | Audience.GALLERY:
            return is_here or picture.member_id in viewer.friend_of
    assert_never(picture.audience)


def may_open(picture: Archived, visitor: Visitor) -> bool:
    """Whether the web may show a picture to somebody: what is published is for everybody there. `window.py` asks the
    same of many at once."""
    is_out = picture.hidden_at is None and picture.room_id is None and picture.audience is Audience.GALLERY
    if picture.deleted_at is not None or not is_out:
        server = picture.server_id if picture.server_id in visitor.servers else None
        return visitor.is_known and may_view(picture, Viewer(visitor.member, server, friend_of=visitor.friend_of))
    return True


def may_view_copy(job: Job, original: Archived | None, viewer: Viewer) -> bool:
    """A cell that somebody took out of a grid: as its grid's picture, and as whoever took it wants. Of a grid that is
    gone it is theirs alone."""
    is_own = job.member_id == viewer.member
    is_near = viewer.server is not None and job.server_id == viewer.server
    if original is None:
        return is_own
    return may_view(original, viewer) and (is_own or (job.privacy is Privacy.PUBLIC and is_near))


def may_read(picture: Archived, viewer: Viewer | Visitor) -> bool:
    """Its prompt and recipe, of a picture that the viewer sees."""
    return picture.member_id == viewer.member or not picture.words_hidden


def may_rule(job: Job, asker: Asker) -> bool:
    """Cancel or delete: its owner, or a moderator where it was asked for."""
    return job.member_id == asker.member or rules_over(asker, job.server_id, job.channel_id)


def rules_over(asker: Asker, server_id: int | None, channel_id: int) -> bool:
    """A moderator of that server; or of that channel, for what they find there."""
    is_here = asker.rules_here and channel_id in (asker.channel, asker.parent)
    return server_id is not None and asker.server == server_id and (asker.rules or is_here)


def may_judge(job: Job, asker: Asker, *, operates: bool) -> bool:
    """What was reported of a public picture: the operator, and a moderator where it was asked for. What is private can
    be reported by its maker alone, and nobody else gets to see it."""
    return job.privacy is Privacy.PUBLIC and (operates or (asker.rules and _is_there(job, asker)))


def may_judge_post(server_id: int, asker: Asker, *, operates: bool) -> bool:
    """What was reported of a post in that server's gallery: it is to be seen there, whoever may see all of its job."""
    return operates or (asker.rules and asker.server == server_id)


def is_aside(privacy: Privacy, asker: Asker) -> bool:
    """Whether others could read it where it was asked for, and must not: then its member alone is told. What was asked
    for in a group of direct messages may be seen there, unless it is hidden from everybody."""
    return privacy is not Privacy.PUBLIC and not (asker.is_unseen if privacy is Privacy.STEALTH else asker.alone)


def shows_in(parent: Job, child: Job) -> bool:
    """Whether a job's buttons may show that there is this child: where others look on, only if they may see it too."""
    return child.privacy is Privacy.PUBLIC or parent.privacy is not Privacy.PUBLIC


def may_curate(job: Job, asker: Asker, exhibit: Exhibit) -> bool:
    """Take a picture down from a gallery: its maker, or a moderator there."""
    return job.member_id == asker.member or rules_over(asker, exhibit.server_id, exhibit.channel_id)


def is_prompt_public(job: Job) -> bool:
    return job.privacy is Privacy.PUBLIC


def alt_text(job: Job) -> str | None:
    """The prompt, for whoever hears pictures instead of seeing them; nothing where the prompt is private."""
    return job.text[:ALT_LIMIT] if is_prompt_public(job) else None


def words_for(job: Job, member: int) -> str:
    """What may be taken over and edited: its maker's own words, which may hold options that nobody else has."""
    return job.text if job.member_id == member else job.effective or job.text


def file_stem(job: Job, picture: Picture | None = None) -> str:
    """A file's name tells its job and recipe to who may look them up, and nothing to anybody else."""
    if picture is None:
        return job.id
    return f"{job.id}-{picture.cell + 1}-{picture.recipe_hash[:8]}"


def mark(job: Job, pictures: tuple[Picture, ...]) -> str:
    """What a posted file carries inside: job and recipes by their hashes, as much of them as a mark has room for."""
    return " ".join([job.id, *(picture.recipe_hash[:HASH_SHOWN] for picture in pictures[:MOST_MARKED])])


def alt_of(picture: Archived, viewer: Viewer) -> str | None:
    """What is said of a picture to one viewer alone."""
    return picture.text[:ALT_LIMIT] if may_read(picture, viewer) and picture.text else None


def is_barred(pictures: Iterable[Archived], who: Viewer | Asker) -> bool:
    """Hidden by a moderator: only a moderator of its own server shows it again, wherever that is asked for."""
    return any(picture.hidden_by not in (None, who.member) and not moderates(picture, who) for picture in pictures)


def moderates(picture: Archived, who: Viewer | Asker) -> bool:
    return who.rules and who.server is not None and picture.server_id == who.server


def _is_there(job: Job, asker: Asker) -> bool:
    return job.server_id == asker.server and job.server_id is not None
