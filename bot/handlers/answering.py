"""First answers to interactions: the placeholder of a new job, or a sentence for one member. Within three seconds, or
not at all; whatever then comes of a job is `delivery.py`'s to write.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import aiohttp
import discord

from bot import replies, visibility
from bot.buttons.custom_id import Action
from bot.desk import Desk, desk_of
from bot.errors import ConfirmError, NoCreditError, Refusal, ThereAlreadyError
from bot.frame.fail_points import FailPoint, reached
from bot.intake import Accepted, Low, Words, is_aside
from bot.kinds import Kind
from bot.messages import cards
from bot.messages.cards import Button, Card
from bot.messages.live import Live
from bot.messages.sending import Sent
from bot.messages.told import Told, put
from bot.panels.offer import no_credit_card, offer_card
from bot.panels.prompt_desk import OPEN
from bot.quota import GRACE, still_to_tell
from bot.replies import hints, storage
from bot.store import jobs, outbox, placeholders
from bot.store.jobs import Job
from bot.store.placeholders import Placeholder
from engine import Quote, Waiter

_log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]
ANSWERED = 40060
LINK = "://"
ASIDE = "aside"  # of an interaction: whether what it was promised is for one member alone
PROMISE_AFTER_SECONDS = 1.5  # of three, in which Discord wants to hear of us
_LOST = (discord.HTTPException, discord.InteractionResponded, aiohttp.ClientError, OSError, asyncio.TimeoutError)


async def guarded(interaction: Interaction, work: Awaitable[object]) -> None:
    """The one border of all handlers: whoever pressed something gets a sentence, whatever happened."""
    with desk_of(interaction).answering():
        try:
            await work
        except Refusal as error:
            await say(interaction, "", await refused(desk_of(interaction), error))
        except Exception as error:  # a border: the member must not be left without an answer
            if isinstance(error, discord.HTTPException) and error.code == ANSWERED:
                return  # Discord told us twice of one press, and the first one was answered
            _log.exception("An interaction broke.")
            await say(interaction, replies.BUSY)
        await tell_untold(interaction)


async def say(interaction: Interaction, text: str, card: Card | None = None) -> bool:
    """To this one member alone. False if it did not arrive; the log has it then."""
    desk = desk_of(interaction)
    card = card or Card(replies.shortened(text, replies.MESSAGE_LIMIT))
    parts = await desk.sender.parts(card, interaction.filesize_limit)
    if not (card.rows or card.menus or card.links):
        del parts["view"]
    try:
        if interaction.response.is_done():
            await interaction.followup.send(ephemeral=True, **parts)
        else:
            await interaction.response.send_message(ephemeral=True, **parts)
    except _LOST as error:
        _log.warning("A sentence did not reach its member: %s", error)
        return False
    return True


async def acknowledge(
    interaction: Interaction, accepting: Callable[[], Awaitable[Accepted]], words: Words | None = None
) -> None:
    """Take the job and write its one message. If that is lost, the outbox writes it by another way. Links in its words
    may have to be fetched first."""
    desk = desk_of(interaction)
    accepted = await (_in_time(interaction, accepting, words) if words and LINK in words.text else accepting())
    if not accepted.is_new:
        return  # delivered twice: the first delivery answers it
    job, quote = accepted.job, accepted.quote
    async with desk.delivery.lock(job.id):
        card = await _first_card(desk, job, quote)
        parts = await desk.sender.parts(card, interaction.filesize_limit)
        try:
            message = await _first_answer(interaction, parts, ephemeral=accepted.place.ephemeral)
        except _LOST as error:
            _log.warning("The answer to job %s did not arrive: %s", job.id, error)
            return
        reached(FailPoint.ACKNOWLEDGED)
        if message is None:
            return
        async with desk.store.write() as tx:
            await placeholders.appear(tx, job.id, job.channel_id, message)
            await outbox.spare(tx, job.id, Told.PLACEHOLDER, desk.now(), message)
        reached(FailPoint.NOTED)
    await tell_low(interaction, accepted.low)
    if accepted.is_first and desk.may_hint(job.channel_id):
        help_button = Button(Action.HELP, "", "How it works", "👋")
        desk_button = Button(Action.DESK, "", "Choose from menus", "🎛️", extra=OPEN)
        await say(interaction, "", Card(_hint(desk, job), ((help_button, desk_button),)))


def _hint(desk: Desk, job: Job) -> str:
    if Kind(job.kind).is_free:  # there already, and of somebody else's words
        return hints.passer_by(desk.command("imagine"), desk.command("help"))
    return replies.newcomer(desk.command("help"))


async def tell_low(interaction: Interaction, low: Low | None) -> None:
    if low is not None:
        await say(interaction, replies.offers.low(low.left_gpu_ms, low.renews_at, is_empty=low.is_empty))


async def _in_time(interaction: Interaction, accepting: Callable[[], Awaitable[Accepted]], words: Words) -> Accepted:
    """Pictures that are brought may come slowly: then Discord is told in time that an answer will come, and whether to
    this one member alone. That promise is taken back before a refusal."""
    interaction.extras[ASIDE] = await is_aside(desk_of(interaction).store, words)
    work = asyncio.ensure_future(accepting())
    try:
        await asyncio.wait((work,), timeout=PROMISE_AFTER_SECONDS)
        if not work.done():
            with suppress(*_LOST):
                await interaction.response.defer(thinking=True, ephemeral=interaction.extras[ASIDE])
        return await work
    except Exception:  # a border: whatever it is, the sentence that follows is for one member alone
        if _is_promised(interaction):
            with suppress(*_LOST):
                await interaction.delete_original_response()
        raise
    finally:
        work.cancel()


def _is_promised(interaction: Interaction) -> bool:
    return interaction.response.type is discord.InteractionResponseType.deferred_channel_message


async def _first_answer(interaction: Interaction, parts: dict[str, Any], *, ephemeral: bool) -> int | None:
    if not _is_promised(interaction):
        return (await interaction.response.send_message(ephemeral=ephemeral, **parts)).message_id
    if interaction.extras[ASIDE] is not ephemeral:  # a mode was changed meanwhile
        # Who sees an answer is settled by its promise, also where a follow-up takes its place: so that goes first. If
        # it cannot be taken away, nothing is said here.
        with suppress(discord.NotFound):
            await interaction.delete_original_response()
        return (await interaction.followup.send(ephemeral=ephemeral, wait=True, **parts)).id
    attachments = parts.pop("files")
    return (await interaction.edit_original_response(attachments=attachments, **parts)).id


async def _first_card(desk: Desk, job: Job, quote: Quote | None) -> Card:
    async with desk.store.read() as tx:
        is_wordless = await visibility.has_hidden_words(tx, job)
    if quote is None:
        return cards.fetching(job, is_wordless=is_wordless)
    return cards.under_way(job, await _first_look(desk, job.id, quote), is_wordless=is_wordless)


async def _first_look(desk: Desk, job_id: str, quote: Quote) -> Live:
    """Its place is looked up only where there is a queue: that costs a question to the engine."""
    if quote.starts_in_ms < replies.SOON_MS:
        return Live(place=1, starts_in_ms=quote.starts_in_ms)
    waiter = await waiter_of(desk, job_id)
    if waiter is None:
        return Live(starts_in_ms=quote.starts_in_ms)
    return Live(place=waiter.place, starts_in_ms=waiter.starts_in_ms, finishes_in_ms=waiter.finishes_in_ms)


async def waiter_of(desk: Desk, job_id: str) -> Waiter | None:
    """A job as the queue sees it; None if it is not there, or not yet."""
    view = await desk.intake.queue_view(job_id)
    return next((waiter for waiter in (*view.running, *view.waiting) if waiter.job == job_id), None)


async def refused(desk: Desk, error: Refusal) -> Card:
    """What a member is told, with the buttons that lead on."""
    match error:
        case ConfirmError():
            return await offer_card(desk, error)
        case NoCreditError():
            return no_credit_card(error)
        case _:
            return Card(replies.shortened(await sentence(desk, error), replies.MESSAGE_LIMIT))


async def sentence(desk: Desk, error: Refusal) -> str:
    """What a member is told. Whoever asks for what is there is led to it, and what was taken away is posted again, if
    all may see it still."""
    if not isinstance(error, ThereAlreadyError):
        return replies.refusal(error)
    async with desk.store.read() as tx:
        place = await placeholders.find(tx, error.job)
    if error.is_painted and place is not None and await _is_gone(desk, place):
        async with desk.store.write() as tx:
            job = await jobs.find(tx, error.job)
            if job is not None and job.server_id is not None and not visibility.is_prompt_public(job):
                return replies.there_aside(desk.command("gallery browse"))
            if job is not None:
                await put(tx, job, Told.ANSWER, desk.now(), key=f"answer:{job.id}:{place.message_id}")
        desk.delivery.poke()
        return replies.THERE_AGAIN
    return f"{replies.refusal(error)} {await link_of(desk, error.job)}".strip()


async def _is_gone(desk: Desk, place: Placeholder) -> bool:
    if place.message_id is None or place.ephemeral or place.by_token:
        return False
    return not await desk.sender.is_there(place.channel_id, place.message_id)


async def link_of(desk: Desk, job_id: str) -> str:
    """Where a job's message is; nothing if it has none."""
    async with desk.store.read() as tx:
        place = await placeholders.find(tx, job_id)
    if place is None or place.message_id is None or place.ephemeral:
        return ""
    return Sent(place.channel_id, place.message_id).link(desk.sender.server_of(place.channel_id))


def number_of(text: str) -> int:
    """What a command's list of choices gave; 0, which nothing has, for whatever else somebody typed there."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else 0


async def tell_untold(interaction: Interaction) -> None:
    """What happened while the member could not be reached is told as soon as they do anything."""
    desk = desk_of(interaction)
    async with desk.store.read() as tx:
        found = await outbox.untold(tx, interaction.user.id)
    if not found or not interaction.response.is_done():
        return
    ends = [letter for letter in found if letter.kind == Told.ANSWER]
    if ends:
        names = ", ".join(f"`{letter.job_id}`" for letter in ends[:10])
        if not await say(interaction, replies.untold(len(ends), names, desk.command("show"))):
            return  # the next time, then
    if any(letter.kind == Told.DIRECT for letter in found) and not await say(interaction, replies.DM_CLOSED):
        return
    if any(letter.kind == Told.STORAGE for letter in found):
        room = await still_to_tell(desk.store, desk.book.plans, interaction.user.id)
        if room is not None and not await say(interaction, storage.nearly_full(*room, GRACE.days)):
            return
    async with desk.store.write() as tx:
        for letter in found:
            await outbox.told_after_all(tx, letter.id, desk.now())
            await jobs.deliver(tx, letter.job_id or "")
