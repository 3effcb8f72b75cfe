"""What members have reported: each picture with who reported it, and two buttons that decide. What one has decided is
shown to nobody else any more.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import discord

from bot import replies, visibility
from bot.asking import Asker
from bot.buttons.custom_id import Action, Press
from bot.desk import Desk, asker_of
from bot.errors import NoJobError, NotAllowedError
from bot.handlers.answering import link_of
from bot.handlers.hanging import take_away
from bot.messages.cards import Button, Card, Pictures, Tone
from bot.messages.exhibiting import find_as_made
from bot.messages.exhibiting import link_of as link_of_post
from bot.replies import reports as words
from bot.store import archive, exhibits, jobs, pictures, reports
from bot.store.exhibits import Exhibit
from bot.store.jobs import Job
from bot.store.words import Privacy, State

SHOWN = 3  # pictures at once: each is read, made smaller and sent
SPOILER = "SPOILER_"  # Discord blurs a file of such a name until it is clicked


@dataclass(frozen=True, slots=True)
class Reported:
    """A whole job, or what one post of a gallery shows of it."""

    job: Job
    exhibit: Exhibit | None = None


async def reports_card(desk: Desk, asker: Asker) -> Card:
    """Of everywhere for the operator, of their own server for a moderator: its jobs, then its gallery's posts."""
    operates = asker.member in desk.settings.owners
    if not operates and not (asker.rules and asker.server is not None):
        raise NotAllowedError
    async with desk.store.read() as tx:
        found = await reports.open_jobs(tx, None if operates else asker.server)
        posts = await reports.open_posts(tx, None if operates else asker.server)
        hung = [(await find_as_made(tx, post.job_id), post) for post in posts]
    waiting = [Reported(job) for job in found if visibility.may_judge(job, asker, operates=operates)]
    waiting += [Reported(job, post) for job, post in hung if job is not None and job.state is not State.DELETED]
    if not waiting:
        return Card(words.NONE)
    shown = waiting[:SHOWN]
    lines = [words.head(len(waiting), len(shown))]
    lines += [await _line(desk, number, one) for number, one in enumerate(shown, 1)]
    files = tuple(file for file in [await _picture(desk, one) for one in shown] if file is not None)
    rows = tuple(_buttons(number, one) for number, one in enumerate(shown, 1))
    return Card(replies.shortened("\n\n".join(lines), replies.MESSAGE_LIMIT), rows, files)


async def decide(interaction: discord.Interaction[Any], desk: Desk, press: Press) -> None:
    """Then the card shows the next one."""
    asker = asker_of(interaction)
    operates = asker.member in desk.settings.owners
    job, exhibit = await _pressed(desk, asker, press, operates=operates)
    await interaction.response.defer()
    if press.action is Action.TAKE_AWAY and exhibit is not None:
        with suppress(NoJobError):  # it is gone already
            await take_away(desk, asker, exhibit.id, operates=operates)
    elif press.action is Action.TAKE_AWAY and job.state is not State.DELETED:
        # The operator rules everywhere as a moderator does on one server.
        await desk.intake.delete(replace(asker, server=job.server_id) if operates else asker, job.id)
    async with desk.store.write() as tx:
        await reports.close(tx, job.id, desk.now(), exhibit.id if exhibit is not None else None)
    parts = await desk.sender.parts(await reports_card(desk, asker), interaction.filesize_limit)
    await interaction.edit_original_response(
        content=parts["content"],
        view=parts["view"],
        attachments=parts["files"],
        allowed_mentions=parts["allowed_mentions"],
    )


async def _pressed(desk: Desk, asker: Asker, press: Press, *, operates: bool) -> tuple[Job, Exhibit | None]:
    """What this member may decide about."""
    async with desk.store.read() as tx:
        job = await jobs.find(tx, press.job)
        exhibit = await exhibits.find(tx, int(press.extra)) if press.extra else None
    if job is None or (press.extra and exhibit is None):
        raise NoJobError
    if exhibit is not None:
        may_judge = visibility.may_judge_post(exhibit.server_id, asker, operates=operates)
    else:
        # What was deleted meanwhile, and by that hidden, is shown to nobody, and its reports may be closed.
        as_reported = replace(job, privacy=Privacy.PUBLIC) if job.state is State.DELETED else job
        may_judge = visibility.may_judge(as_reported, asker, operates=operates)
    if not may_judge:
        raise NoJobError
    return job, exhibit


async def _line(desk: Desk, number: int, told: Reported) -> str:
    """Without words that its maker keeps private."""
    job, exhibit = told.job, told.exhibit
    async with desk.store.read() as tx:
        found = await reports.of_job(tx, job.id)
        if exhibit is None:
            is_wordless = await visibility.has_hidden_words(tx, job)
        else:
            is_wordless = await archive.words_hidden(tx, await exhibits.pictures_of(tx, exhibit))
    about = exhibit.id if exhibit is not None else None
    waiting = [one for one in found if one.closed_at is None and one.exhibit == about]
    link = await link_of(desk, job.id) if exhibit is None else link_of_post(exhibit)
    return words.reported(number, replace(job, text=replies.WORDLESS) if is_wordless else job, waiting, link)


async def _picture(desk: Desk, told: Reported) -> Pictures | None:
    """Blurred, since somebody did not want to see it; none while it is still being painted."""
    job, exhibit = told.job, told.exhibit
    async with desk.store.read() as tx:
        stored = await pictures.of_job(tx, job.id)
        is_wordless = await visibility.has_hidden_words(tx, job)
    found = tuple(one for one in stored if exhibit is None or exhibit.cell in (None, one.cell))
    if not found:
        return None
    alt = None if is_wordless else visibility.alt_text(job)
    hashes = tuple(picture.sha256 for picture in found)
    return Pictures(hashes, SPOILER + visibility.file_stem(job), visibility.mark(job, found), alt)


def _buttons(number: int, told: Reported) -> tuple[Button, ...]:
    extra = str(told.exhibit.id) if told.exhibit is not None else ""
    return (
        Button(Action.TAKE_AWAY, told.job.id, f"{words.TAKE_AWAY} {number}", tone=Tone.DANGER, extra=extra),
        Button(Action.CLOSE_REPORT, told.job.id, f"{words.LEAVE} {number}", extra=extra),
    )
