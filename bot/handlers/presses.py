"""What each button, select and dialog does: read from its signed id, then one call to the intake or one answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import discord

from bot import replies, visibility
from bot.buttons.custom_id import PATTERN, Action, CustomIdError, Press, UnknownVersionError
from bot.desk import Desk, asker_of, desk_of
from bot.errors import NoJobError, NotReadyError, WordsHiddenError, WrongButtonError
from bot.handlers import daily, following, gallery, offers
from bot.handlers.answering import acknowledge, guarded, say
from bot.handlers.family import turn
from bot.handlers.hanging import hide, restore
from bot.handlers.judging import decide
from bot.handlers.modals import prompt_dialog, prompt_of
from bot.handlers.prompting import begin_desk, paint_shorter
from bot.handlers.publishing import publish
from bot.handlers.selling import show_plans
from bot.intake import Words
from bot.kinds import Kind
from bot.messages.cards import Card
from bot.messages.exhibit_cards import USE
from bot.panels import gallery_channel, settings, setup
from bot.panels.community import setup as community_setup
from bot.panels.help import help_card
from bot.panels.queue import queue_card
from bot.panels.recipe import recipe_card
from bot.replies.gallery import LAID_ASIDE
from bot.store import bookmarks, jobs, members, pictures
from bot.store.bookmarks import Bookmark
from bot.store.jobs import Job
from bot.store.words import OPEN, State
from engine import Manner

Interaction = discord.Interaction[Any]
Handler = Callable[[Interaction, Desk, Press], Awaitable[None]]


async def handle(interaction: Interaction) -> None:
    """A component was used or a dialog submitted."""
    data: Mapping[str, Any] = interaction.data or {}
    custom_id = str(data.get("custom_id", ""))
    await guarded(interaction, _dispatch(interaction, custom_id))


async def _dispatch(interaction: Interaction, custom_id: str) -> None:
    desk = desk_of(interaction)
    try:
        press = desk.signer.read(custom_id)
    except CustomIdError as error:
        is_old = isinstance(error, UnknownVersionError) and PATTERN.fullmatch(custom_id) is not None
        raise WrongButtonError(is_old=is_old) from error
    await _HANDLERS[press.action](interaction, desk, press)


async def _single(interaction: Interaction, desk: Desk, press: Press) -> None:
    await acknowledge(interaction, lambda: desk.intake.single(asker_of(interaction), press.job, press.cell))


async def _vary(interaction: Interaction, desk: Desk, press: Press) -> None:
    manner = Manner.SUBTLE if press.action is Action.VARY_SUBTLE else Manner.STRONG
    if press.action is Action.VARY:
        manner = await desk.manner_of(interaction.user.id)
    if await _remixes(interaction, desk):
        await _open_remix(interaction, desk, press, manner.value)
        return
    await acknowledge(interaction, lambda: desk.intake.vary(asker_of(interaction), press.job, press.cell, manner))


async def _reroll(interaction: Interaction, desk: Desk, press: Press) -> None:
    if await _remixes(interaction, desk) and not Kind((await _job(interaction, desk, press)).kind).enlarges:
        await _open_remix(interaction, desk, press, "again")
        return
    await acknowledge(interaction, lambda: desk.intake.reroll(asker_of(interaction), press.job))


async def _redo(interaction: Interaction, desk: Desk, press: Press) -> None:
    await acknowledge(interaction, lambda: desk.intake.redo(asker_of(interaction), press.job))


async def _upscale(interaction: Interaction, desk: Desk, press: Press) -> None:
    manner = Manner.SUBTLE if press.action is Action.UPSCALE_SUBTLE else Manner.STRONG
    await acknowledge(interaction, lambda: desk.intake.upscale(asker_of(interaction), press.job, press.cell, manner))


async def _remix(interaction: Interaction, desk: Desk, press: Press) -> None:
    """The dialog was submitted, or a button opens one. An unchanged prompt is a plain variation."""
    if press.extra == USE:
        await _open_use(interaction, desk, press)
        return
    text, asker = prompt_of(interaction.data or {}), asker_of(interaction)
    if press.extra == "new":
        await acknowledge(interaction, lambda: desk.intake.imagine(asker, text), Words(asker, text))
    elif press.extra == "again":
        words = Words(asker, text, press.job)
        await acknowledge(interaction, lambda: desk.intake.reroll(asker, press.job, text), words)
    else:
        words, manner = Words(asker, text, press.job), Manner(press.extra)
        await acknowledge(interaction, lambda: desk.intake.vary(asker, press.job, press.cell, manner, text), words)


async def _cancel(interaction: Interaction, desk: Desk, press: Press) -> None:
    await desk.intake.cancel(asker_of(interaction), press.job)
    await say(interaction, replies.CANCELLING)


async def _delete(interaction: Interaction, desk: Desk, press: Press) -> None:
    """Where only an interaction's token reaches the message, this press takes it away itself."""
    asker = asker_of(interaction)
    is_by_token = asker.ephemeral or not asker.reaches
    if is_by_token:
        await interaction.response.defer()  # while the message is there
    job = await desk.intake.delete(asker, press.job)
    if is_by_token:
        with suppress(discord.NotFound):  # the letter about it may have been quicker
            await interaction.delete_original_response()
    await say(interaction, replies.DELETED if job.kind == Kind.SINGLE else LAID_ASIDE)


async def _bookmark(interaction: Interaction, desk: Desk, press: Press) -> None:
    job = await _job(interaction, desk, press)
    await interaction.response.defer()  # first, and it works only once: told twice, the heart must not be taken back
    async with desk.store.write() as tx:
        if await pictures.find(tx, job.id, press.cell) is None:
            raise NotReadyError
        await members.meet(tx, interaction.user.id, desk.now())
        kept = Bookmark(interaction.user.id, job.id, press.cell, desk.now())
        is_new = await bookmarks.add(tx, kept)
        if not is_new:
            await bookmarks.remove(tx, kept.member_id, kept.job_id, kept.cell)
    await say(interaction, replies.KEPT if is_new else replies.KEPT_NO_MORE)


async def _publish(interaction: Interaction, desk: Desk, press: Press) -> None:
    job = await _job(interaction, desk, press)
    confirmed = int(press.extra) if press.action is Action.CONFIRM else None
    answer = await publish(desk, asker_of(interaction), job, confirmed=confirmed)
    if isinstance(answer, Card):
        await say(interaction, "", answer)
    elif confirmed is not None:
        await interaction.response.edit_message(content=answer, view=None)
    else:
        await say(interaction, answer)


async def _dismiss(interaction: Interaction, desk: Desk, press: Press) -> None:
    await interaction.response.edit_message(content=replies.KEPT_PRIVATE, view=None)


async def _recipe(interaction: Interaction, desk: Desk, press: Press) -> None:
    """Every number that decided the picture, as a file and in a few words."""
    job = await _job(interaction, desk, press)
    async with desk.store.read() as tx:
        asker, cells = asker_of(interaction), await pictures.of_job(tx, job.id)
        every = await visibility.reads(tx, job, asker)
        is_one_read = every or await visibility.reads(tx, job, asker, press.cell)
    shown = cells if every else tuple(cell for cell in cells if cell.cell == press.cell)
    if not shown or not is_one_read:
        raise NotReadyError if job.state in OPEN else NoJobError
    await say(interaction, "", await recipe_card(desk, job, shown))


async def _help(interaction: Interaction, desk: Desk, press: Press) -> None:
    await say(interaction, "", await help_card(desk, interaction.guild_id))


async def _queue(interaction: Interaction, desk: Desk, press: Press) -> None:
    card = await queue_card(desk, asker_of(interaction))
    parts = await desk.sender.parts(card, 0)
    await interaction.response.edit_message(content=parts["content"], view=parts["view"])


async def _subscribe(interaction: Interaction, desk: Desk, press: Press) -> None:
    await show_plans(interaction)


async def _job(interaction: Interaction, desk: Desk, press: Press) -> Job:
    async with desk.store.read() as tx:
        job = await jobs.find(tx, press.job)
        if job is None or job.state is State.DELETED:
            raise NoJobError
        if not await visibility.sees(tx, job, asker_of(interaction), press.cell):
            raise NoJobError
    return job


async def _remixes(interaction: Interaction, desk: Desk) -> bool:
    async with desk.store.read() as tx:
        member = await members.find(tx, interaction.user.id)
    return member is not None and member.remix


async def _open_remix(interaction: Interaction, desk: Desk, press: Press, what: str) -> None:
    job = await _job(interaction, desk, press)
    await _require_words(interaction, desk, job, press)
    dialog = prompt_dialog(
        desk.signer, Press(Action.REMIX, job.id, press.cell, what), visibility.words_for(job, interaction.user.id)
    )
    await interaction.response.send_modal(dialog)


async def _open_use(interaction: Interaction, desk: Desk, press: Press) -> None:
    """A picture's words, to be changed and painted anew."""
    job = await _job(interaction, desk, press)
    await _require_words(interaction, desk, job, press)
    text = visibility.words_for(job, interaction.user.id)
    dialog = prompt_dialog(desk.signer, Press(Action.REMIX, job.id, 0, "new"), text, replies.USE_TITLE)
    await interaction.response.send_modal(dialog)


async def _require_words(interaction: Interaction, desk: Desk, job: Job, press: Press) -> None:
    async with desk.store.read() as tx:
        if not await visibility.reads(tx, job, asker_of(interaction), press.cell):
            raise WordsHiddenError


_HANDLERS: Mapping[Action, Handler] = {
    Action.SINGLE: _single,
    Action.VARY: _vary,
    Action.VARY_SUBTLE: _vary,
    Action.VARY_STRONG: _vary,
    Action.REROLL: _reroll,
    Action.REDO: _redo,
    Action.REMIX: _remix,
    Action.UPSCALE_SUBTLE: _upscale,
    Action.UPSCALE_CREATIVE: _upscale,
    Action.CANCEL: _cancel,
    Action.DELETE: _delete,
    Action.BOOKMARK: _bookmark,
    Action.PUBLISH: _publish,
    Action.CONFIRM: _publish,
    Action.DISMISS: _dismiss,
    Action.RECIPE: _recipe,
    Action.HELP: _help,
    Action.QUEUE: _queue,
    Action.SETTINGS: settings.change,
    Action.SETUP: setup.change,
    Action.GALLERY: gallery.page_pressed,
    Action.EXHIBIT: gallery.picture_pressed,
    Action.SUBSCRIBE: _subscribe,
    Action.TAKE_AWAY: decide,
    Action.CLOSE_REPORT: decide,
    Action.DESK: begin_desk,
    Action.SHORTEN: paint_shorter,
    Action.OFFER_TAKE: offers.take,
    Action.OFFER_DROP: offers.drop,
    Action.OFFER_RELAXED: offers.take,
    Action.HIDE_EXHIBIT: hide,
    Action.RESTORE_EXHIBIT: restore,
    Action.MAKE_GALLERY: gallery_channel.change,
    Action.TREE: turn,
    Action.DAILY: daily.pressed,
    Action.TOP: following.top_pressed,
    Action.FOLLOW: following.follow_pressed,
    Action.COMMUNITY: community_setup.change,
}
