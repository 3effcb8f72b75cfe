"""The commands of a message's menu (right-click, Apps): Cancel Job, DM Results, Report, Use as Prompt."""

from __future__ import annotations

import logging
from typing import Any

import discord
from discord import app_commands

from bot import replies, visibility
from bot.buttons.custom_id import Action, Press
from bot.desk import asker_of, desk_of
from bot.errors import NoJobError, NotAPictureError, NoWordsError, WordsHiddenError
from bot.handlers.answering import guarded, say
from bot.handlers.finding import cell_at, job_of_message
from bot.handlers.modals import prompt_dialog
from bot.handlers.reactions import send_direct
from bot.store import exhibits, jobs, members, reports
from bot.store.exhibits import Exhibit
from bot.store.jobs import Job
from bot.store.words import Hanging, Privacy, State

_log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]


def _menu(name: str, work: Any) -> app_commands.ContextMenu:
    async def chosen(interaction: Interaction, message: discord.Message) -> None:
        await guarded(interaction, work(interaction, message))

    menu = app_commands.ContextMenu(name=name, callback=chosen)
    menu.allowed_installs = app_commands.AppInstallationType(guild=True, user=True)
    menu.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
    return menu


async def _cancel(interaction: Interaction, message: discord.Message) -> None:
    job = await _job(interaction, message)
    await desk_of(interaction).intake.cancel(asker_of(interaction), job.id)
    await say(interaction, replies.CANCELLING)


async def _direct(interaction: Interaction, message: discord.Message) -> None:
    job = await _job(interaction, message)
    await send_direct(desk_of(interaction), asker_of(interaction), job)
    await say(interaction, replies.SENT_BY_DM)


async def _report(interaction: Interaction, message: discord.Message) -> None:
    desk, hung = desk_of(interaction), await _hung(interaction, message)
    job = hung[1] if hung is not None else await _job(interaction, message)
    reason = reports.about(hung[0].id) if hung is not None else ""
    async with desk.store.write(hurried=True) as tx:
        await members.meet(tx, interaction.user.id, desk.now())
        is_new = await reports.add(tx, job.id, interaction.user.id, reason, desk.now())
    if is_new:
        _log.warning("Member %d reported job %s of member %d.", interaction.user.id, job.id, job.member_id)
    await say(interaction, replies.REPORTED if is_new else replies.REPORTED_BEFORE)


async def _hung(interaction: Interaction, message: discord.Message) -> tuple[Exhibit, Job] | None:
    """A post of this server's gallery, where it shows what is otherwise not to be seen or judged here: a cell of a
    private grid, a picture of another server."""
    asker = asker_of(interaction)
    async with desk_of(interaction).store.read() as tx:
        exhibit = await exhibits.by_message(tx, message.id)
        job = await jobs.find(tx, exhibit.job_id) if exhibit is not None else None
        sees = job is not None and await visibility.sees(tx, job, asker)
    if exhibit is None or job is None or exhibit.state is not Hanging.SHOWN or exhibit.server_id != asker.server:
        return None
    is_of_here = sees and job.privacy is Privacy.PUBLIC and job.server_id == asker.server
    return None if is_of_here or job.state is State.DELETED else (exhibit, job)


async def _use(interaction: Interaction, message: discord.Message) -> None:
    """The prompt of a picture of ours, or the words of any other message, to be edited and painted."""
    desk = desk_of(interaction)
    job = await job_of_message(desk, message.id, message.author.id)
    if job is not None:
        if job.state is State.DELETED:  # the plan's room let its pictures go, and its message stays
            raise NoJobError
        async with desk.store.read() as tx:
            cell = await cell_at(tx, job, message.id)
            if not await visibility.reads(tx, job, asker_of(interaction), cell):
                raise WordsHiddenError
    text = visibility.words_for(job, interaction.user.id) if job is not None else message.content
    if not text.strip():
        raise NoWordsError
    press = Press(Action.REMIX, extra="new")
    await interaction.response.send_modal(prompt_dialog(desk.signer, press, text, replies.USE_TITLE))


async def _job(interaction: Interaction, message: discord.Message) -> Job:
    job = await job_of_message(desk_of(interaction), message.id, message.author.id)
    if job is None:
        raise NotAPictureError
    async with desk_of(interaction).store.read() as tx:
        if job.state is State.DELETED or not await visibility.sees(tx, job, asker_of(interaction)):
            raise NoJobError
    return job


COMMANDS = (
    _menu("Cancel Job", _cancel),
    _menu("DM Results", _direct),
    _menu("Report", _report),
    _menu("Use as Prompt", _use),
)
