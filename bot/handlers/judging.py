"""What members have reported: each picture with who reported it, and two buttons that decide. What one has decided is
shown to nobody else any more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord

from bot import replies, visibility
from bot.asking import Asker
from bot.buttons.custom_id import Action, Press
from bot.desk import Desk, asker_of
from bot.errors import NoJobError, NotAllowedError
from bot.handlers.answering import link_of
from bot.messages.cards import Button, Card, Pictures, Tone
from bot.replies import reports as words
from bot.store import jobs, pictures, reports
from bot.store.jobs import Job
from bot.store.words import Privacy, State

SHOWN = 3  # pictures at once: each is read, made smaller and sent
SPOILER = "SPOILER_"  # Discord blurs a file of such a name until it is clicked


async def reports_card(desk: Desk, asker: Asker) -> Card:
    """Of everywhere for the operator, of their own server for a moderator."""
    operates = asker.member in desk.settings.owners
    if not operates and not (asker.rules and asker.server is not None):
        raise NotAllowedError
    async with desk.store.read() as tx:
        found = await reports.open_jobs(tx, None if operates else asker.server)
    waiting = [job for job in found if visibility.may_judge(job, asker, operates=operates)]
    if not waiting:
        return Card(words.NONE)
    shown = [await _as_told(desk, job) for job in waiting[:SHOWN]]
    lines = [words.head(len(waiting), len(shown))]
    lines += [await _line(desk, number, job) for number, job in enumerate(shown, 1)]
    files = tuple(file for file in [await _picture(desk, job) for job in shown] if file is not None)
    rows = tuple(_buttons(number, job) for number, job in enumerate(shown, 1))
    return Card(replies.shortened("\n\n".join(lines), replies.MESSAGE_LIMIT), rows, files)


async def decide(interaction: discord.Interaction[Any], desk: Desk, press: Press) -> None:
    """Then the card shows the next one."""
    asker = asker_of(interaction)
    operates = asker.member in desk.settings.owners
    async with desk.store.read() as tx:
        job = await jobs.find(tx, press.job)
    if job is None:
        raise NoJobError
    # What was deleted meanwhile, and by that hidden, is shown to nobody, and its reports may be closed.
    as_reported = replace(job, privacy=Privacy.PUBLIC) if job.state is State.DELETED else job
    if not visibility.may_judge(as_reported, asker, operates=operates):
        raise NoJobError
    await interaction.response.defer()
    if press.action is Action.TAKE_AWAY and job.state is not State.DELETED:
        # The operator rules everywhere as a moderator does on one server.
        await desk.intake.delete(replace(asker, server=job.server_id) if operates else asker, job.id)
    async with desk.store.write() as tx:
        await reports.close(tx, job.id, desk.now())
    parts = await desk.sender.parts(await reports_card(desk, asker), interaction.filesize_limit)
    await interaction.edit_original_response(
        content=parts["content"],
        view=parts["view"],
        attachments=parts["files"],
        allowed_mentions=parts["allowed_mentions"],
    )


async def _as_told(desk: Desk, job: Job) -> Job:
    """Without words that its maker keeps private."""
    async with desk.store.read() as tx:
        is_wordless = await visibility.has_hidden_words(tx, job)
    return replace(job, text=replies.WORDLESS) if is_wordless else job


async def _line(desk: Desk, number: int, job: Job) -> str:
    async with desk.store.read() as tx:
        found = await reports.of_job(tx, job.id)
    waiting = [one for one in found if one.closed_at is None]
    return words.reported(number, job, waiting, await link_of(desk, job.id))


async def _picture(desk: Desk, job: Job) -> Pictures | None:
    """Blurred, since somebody did not want to see it; none while it is still being painted."""
    async with desk.store.read() as tx:
        found = await pictures.of_job(tx, job.id)
    if not found:
        return None
    hashes = tuple(picture.sha256 for picture in found)
    return Pictures(hashes, SPOILER + visibility.file_stem(job), visibility.mark(job, found), visibility.alt_text(job))


def _buttons(number: int, job: Job) -> tuple[Button, ...]:
    return (
        Button(Action.TAKE_AWAY, job.id, f"{words.TAKE_AWAY} {number}", tone=Tone.DANGER),
        Button(Action.CLOSE_REPORT, job.id, f"{words.LEAVE} {number}"),
    )
