"""A picture's family, drawn for one member alone, and the steps that lead from there to each of it."""

from __future__ import annotations

from typing import Any

import discord

from bot import visibility
from bot.buttons.custom_id import Press
from bot.desk import Desk, asker_of, values_of
from bot.errors import CannotDoError, NoJobError
from bot.handlers.showing import bring
from bot.panels.family import GO, PAGE, Relative, family_of, page_card, seen_card, tree_card, viewer_of
from bot.replies import tree
from bot.store import jobs
from bot.store.ids import is_job_id
from bot.store.jobs import Job
from bot.store.words import State

NEWEST = 50  # jobs among which there should be one with pictures


async def draw(interaction: discord.Interaction[Any], desk: Desk, job_id: str | None) -> None:
    """Of this job, or of the newest that has pictures."""
    job = await _find(desk, job_id) if job_id is not None else await _newest(desk, interaction.user.id)
    await interaction.response.defer(thinking=True, ephemeral=True)
    family = await family_of(desk, await viewer_of(desk, asker_of(interaction)), job)
    await desk.sender.follow_up(interaction, await tree_card(desk, family, job.id), ephemeral=True)


async def turn(interaction: discord.Interaction[Any], desk: Desk, press: Press) -> None:
    """Under the drawing: to one of the family, or to a page of its list. Any other button draws it."""
    if press.extra != GO and not press.extra.startswith(PAGE):
        await draw(interaction, desk, press.job)
        return
    family = await family_of(desk, await viewer_of(desk, asker_of(interaction)), await _find(desk, press.job))
    if press.extra == GO:
        chosen = next(iter(values_of(interaction)), "")
        if chosen not in family:
            raise NoJobError  # since it was listed it was deleted, or is not for them any more
        await _go(interaction, desk, family[chosen])
        return
    parts = await desk.sender.parts(page_card(family, press.job, int(press.extra.removeprefix(PAGE))), 0)
    await interaction.response.edit_message(view=parts["view"])


async def _go(interaction: discord.Interaction[Any], desk: Desk, chosen: Relative) -> None:
    """All of it to whoever sees all of it; else the pictures that they see, without its buttons."""
    job = await _find(desk, chosen.job.id)
    async with desk.store.read() as tx:
        is_whole = await visibility.sees(tx, job, asker_of(interaction))
    if is_whole:
        await bring(interaction, desk, job)
        return
    await interaction.response.defer(thinking=True, ephemeral=True)
    await desk.sender.follow_up(interaction, seen_card(chosen), ephemeral=True)


async def _find(desk: Desk, job_id: str) -> Job:
    async with desk.store.read() as tx:
        job = await jobs.find(tx, job_id.strip()) if is_job_id(job_id.strip()) else None
    if job is None or job.state is State.DELETED:
        raise NoJobError
    return job


async def _newest(desk: Desk, member: int) -> Job:
    async with desk.store.read() as tx:
        own = await jobs.of_member(tx, member, NEWEST)
    found = next((job for job in own if job.state in (State.RENDERED, State.DONE)), None)
    if found is None:
        raise CannotDoError(tree.NO_FAMILY)
    return found
