"""What hangs in a gallery is taken down, put back or deleted by its maker or a moderator; the post follows at once."""

from __future__ import annotations

from typing import Any

import discord

from bot import visibility
from bot.asking import Asker
from bot.buttons.custom_id import Action, Press
from bot.desk import Desk, asker_of
from bot.errors import NoJobError, NotAllowedError
from bot.handlers.answering import say
from bot.messages import withdrawing
from bot.messages.cards import Button, Card, Tone
from bot.messages.exhibit_cards import restoring
from bot.messages.exhibiting import find_as_made, put_exhibit
from bot.messages.publishing import publish_again
from bot.messages.withdrawing import OUT, show_to
from bot.replies import exhibits as words
from bot.store import archive, exhibits, jobs, servers
from bot.store.archive import Archived
from bot.store.exhibits import Exhibit
from bot.store.jobs import Job
from bot.store.transactions import Writing
from bot.store.words import Audience, Hanging, State

Interaction = discord.Interaction[Any]


async def hide(interaction: Interaction, desk: Desk, press: Press) -> None:
    """Whoever took it down is shown at once how to undo that, and how to go further."""
    asker = asker_of(interaction)
    async with desk.store.write(hurried=True) as tx:
        found = await _found(tx, press)
        answer = words.FULLY_GONE if found is None else await _hide(tx, desk, asker, *found)
    desk.delivery.poke()
    if found is None or answer != words.TAKEN_DOWN:
        await say(interaction, answer)
        return
    exhibit, job = found
    delete = Button(Action.DELETE, job.id, "Delete the picture", tone=Tone.DANGER)
    is_one_of_several = exhibit.cell is not None and len(job.cells) > 1  # whose job has others, which hang nowhere
    await say(interaction, "", Card(answer, ((restoring(exhibit), *(() if is_one_of_several else (delete,))),)))


async def restore(interaction: Interaction, desk: Desk, press: Press) -> None:
    asker = asker_of(interaction)
    async with desk.store.write(hurried=True) as tx:
        found = await _found(tx, press)
        answer = words.FULLY_GONE if found is None else await _restore(tx, desk, asker, *found)
    desk.delivery.poke()
    await say(interaction, answer)


async def _hide(tx: Writing, desk: Desk, asker: Asker, exhibit: Exhibit, job: Job) -> str:
    if not visibility.may_curate(job, asker, exhibit):
        return words.NOT_YOURS
    if not await exhibits.hide(tx, exhibit.id, asker.member):
        return words.DOWN_ALREADY
    await _tell(tx, desk, exhibit)
    shown = await _pictures(tx, exhibit, job)
    if not any(one.state is Hanging.SHOWN for one in await exhibits.of_pictures(tx, [each.id for each in shown])):
        hung = [picture for picture in shown if picture.audience is Audience.GALLERY]
        await show_to(tx, hung, Audience.SERVER, asker.member, desk.now())
    return words.TAKEN_DOWN


async def take_away(desk: Desk, asker: Asker, number: int, *, operates: bool = False) -> None:
    """What one exhibit shows and no more of its job, deleted by whoever rules over it. A picture of another server is
    only taken down from this one's gallery."""
    async with desk.store.write(hurried=True) as tx:
        found = await _find(tx, number)
        if found is None:
            raise NoJobError
        exhibit, job = found
        if not (operates or visibility.may_curate(job, asker, exhibit)):
            raise NotAllowedError
        shown = await _pictures(tx, exhibit, job)
        is_theirs = operates or job.member_id == asker.member
        if not is_theirs and not all(visibility.moderates(picture, asker) for picture in shown):
            await _hide(tx, desk, asker, exhibit, job)
        elif job.kind == archive.SINGLE:  # a copy: the picture stays its grid's
            await withdrawing.delete(tx, job, asker.member, desk.now())
        else:
            await withdrawing.lay_aside(tx, shown, asker.member, desk.now())
    desk.delivery.poke()


async def take_one_away(desk: Desk, asker: Asker, job_id: str, cell: int) -> None:
    """One picture that a message outside of the gallery shows, and no more of its job, by whoever rules over that."""
    async with desk.store.write(hurried=True) as tx:
        job = await jobs.find(tx, job_id)
        shown = [one for one in await archive.of_job(tx, job) if one.cell == cell] if job is not None else []
        if job is None or not shown:
            raise NoJobError
        if not visibility.may_rule(job, asker):
            raise NotAllowedError
        await withdrawing.lay_aside(tx, shown, asker.member, desk.now())
    desk.delivery.poke()


async def _restore(tx: Writing, desk: Desk, asker: Asker, exhibit: Exhibit, job: Job) -> str:
    """What a moderator took down, its maker does not put back; what its maker keeps private, no moderator does."""
    is_own = job.member_id == asker.member
    shown = await _pictures(tx, exhibit, job)
    is_kept_back = any(one.audience not in OUT or (one.hidden_at and one.hidden_by is None) for one in shown)
    if not visibility.may_curate(job, asker, exhibit) or (is_kept_back and not is_own):
        return words.NOT_YOURS
    if exhibit.state is not Hanging.HIDDEN:
        return words.UP_ALREADY
    rules_there = visibility.rules_over(asker, exhibit.server_id, exhibit.channel_id)
    is_barred = is_own and exhibit.hidden_by != asker.member and not rules_there
    if is_barred or visibility.is_barred(shown, asker):
        return words.BY_MODERATOR
    server = await servers.find(tx, exhibit.server_id)
    channel = server.gallery_channel_id if server is not None else None
    await publish_again(tx, exhibit, channel or exhibit.channel_id, shown, asker.member, desk.now())
    return words.PUT_BACK


async def _pictures(tx: Writing, exhibit: Exhibit, job: Job) -> list[Archived]:
    ids = await exhibits.pictures_of(tx, exhibit)
    return [picture for picture in await archive.of_job(tx, job) if picture.id in ids]


async def _tell(tx: Writing, desk: Desk, exhibit: Exhibit) -> None:
    now = await exhibits.find(tx, exhibit.id)
    if now is not None:
        await put_exhibit(tx, now, desk.now())


async def _found(tx: Writing, press: Press) -> tuple[Exhibit, Job] | None:
    return await _find(tx, int(press.extra.partition(".")[0]))


async def _find(tx: Writing, number: int) -> tuple[Exhibit, Job] | None:
    """None if its pictures are no more."""
    exhibit = await exhibits.find(tx, number)
    job = await find_as_made(tx, exhibit.job_id) if exhibit is not None else None
    if exhibit is None or job is None or exhibit.state is Hanging.DELETED or job.state is State.DELETED:
        return None
    return exhibit, job
