"""What the buttons and menus of the gallery do. All that they need is in their signed ids and in the view's row, so a
page works on after a restart. Each press answers by showing the page, or a picture, anew.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord

from bot import visibility
from bot.buttons.custom_id import Action, Press
from bot.desk import Desk, asker_of, values_of
from bot.errors import NoJobError, NotOwnError, WordsHiddenError
from bot.handlers.alike import more_like
from bot.handlers.answering import say
from bot.handlers.modals import note_dialog, prompt_dialog, prompt_of
from bot.messages.told import Told, put
from bot.panels.gallery import deeds
from bot.panels.gallery.drawing import Drawn
from bot.panels.gallery.exhibit import open_picture
from bot.panels.gallery.leafing import draw_view
from bot.panels.gallery.page import begin, known_view
from bot.panels.gallery.sharing import share
from bot.replies import USE_TITLE
from bot.replies import gallery as replies
from bot.store import archive, jobs, notes, views
from bot.store.archive import Archived, Viewer
from bot.store.views import View
from bot.store.words import Scope, Shape

Interaction = discord.Interaction[Any]
LONGEST_NOTE = 500


async def viewer_here(interaction: Interaction, desk: Desk) -> Viewer:
    async with desk.store.read() as tx:
        return await visibility.viewer_of(tx, asker_of(interaction))


async def open_gallery(interaction: Interaction, desk: Desk, scope: Scope, words: str) -> None:
    """Pictures may have to be made small first, which can take longer than Discord waits."""
    await interaction.response.defer(thinking=True, ephemeral=True)
    viewer = await viewer_here(interaction, desk)
    drawn = await draw_view(desk, viewer, await begin(desk, viewer, scope, words))
    await interaction.followup.send(view=drawn.view, files=list(drawn.files), ephemeral=True)


async def page_pressed(interaction: Interaction, desk: Desk, press: Press) -> None:
    verb, _, number = press.extra.partition(".")
    values = values_of(interaction)
    await interaction.response.defer()
    viewer = await viewer_here(interaction, desk)
    async with desk.store.read() as tx:
        view = await known_view(tx, viewer, press.job)
    if verb == "op":
        await _show(interaction, await open_picture(desk, viewer, view.id, int(values[0])))
        return
    told = ""
    if verb == "do":
        async with desk.store.read() as tx:
            found = await archive.chosen(tx, viewer, view.chosen)
        told = await deeds.do(desk, viewer, values[0], found)
    changed = replace(_changed(view, verb, values), used_at=desk.now())
    async with desk.store.write() as tx:
        await views.save(tx, changed)
    stays = verb in ("ch", "do", "fi", "ol")
    after = int(number) if verb == "ne" else None
    await _show(interaction, await draw_view(desk, viewer, changed, int(number) if stays else 0, after, told=told))


def _changed(view: View, verb: str, values: tuple[str, ...]) -> View:
    chosen = None if not values or values[0] == "-" else values[0]
    match verb:
        case "ch":
            return replace(view, chosen=tuple(map(int, values)))
        case "fi":
            return replace(view, unfolded=not view.unfolded)
        case "sc":
            return replace(view, scope=Scope(values[0]), chosen=())
        case "mo":
            return replace(view, model=chosen, chosen=())
        case "sy":
            return replace(view, style=chosen, chosen=())
        case "sh":
            return replace(view, shape=Shape(chosen) if chosen else None, chosen=())
        case "mk":
            return replace(view, maker=int(chosen) if chosen else None, chosen=())
        case "co":
            return replace(view, collection_id=int(chosen) if chosen else None, chosen=())
    return replace(view, chosen=())


async def picture_pressed(interaction: Interaction, desk: Desk, press: Press) -> None:
    verb, _, number = press.extra.partition(".")
    viewer = await viewer_here(interaction, desk)
    async with desk.store.read() as tx:
        view = await known_view(tx, viewer, press.job)
        picture = await archive.find(tx, viewer, int(number))
    if picture is None:
        raise NoJobError
    if verb == "us":
        await _use(interaction, desk, viewer, picture)
    elif verb == "no":
        await _write(interaction, desk, viewer, picture, press)
    elif verb == "sr":
        await share(interaction, desk, viewer, picture)
    elif verb == "pa":
        await _post_again(interaction, desk, viewer, picture)
    elif verb == "li":
        await more_like(interaction, desk, viewer, view, picture)
    else:
        await interaction.response.defer()
        await _show(interaction, await _answer(interaction, desk, viewer, view, picture, verb))


async def _answer(
    interaction: Interaction, desk: Desk, viewer: Viewer, view: View, picture: Archived, verb: str
) -> Drawn:
    """The picture once more, or the page that it is on."""
    told = ""
    if verb == "nt":
        async with desk.store.write() as tx:
            await notes.save(
                tx, viewer.member, picture.id, prompt_of(interaction.data or {}).strip()[:LONGEST_NOTE], desk.now()
            )
    elif verb == "do":
        told = await deeds.do(desk, viewer, values_of(interaction)[0], [picture])
    async with desk.store.read() as tx:
        is_there = await archive.find(tx, viewer, picture.id) is not None
    if verb == "bk" or not is_there:
        return await draw_view(desk, viewer, view, showing=picture.id, told=told)
    return await open_picture(desk, viewer, view.id, picture.id, told)


async def _show(interaction: Interaction, drawn: Drawn) -> None:
    await interaction.edit_original_response(view=drawn.view, attachments=list(drawn.files))


async def _use(interaction: Interaction, desk: Desk, viewer: Viewer, picture: Archived) -> None:
    if not visibility.may_read(picture, viewer):
        raise WordsHiddenError
    press = Press(Action.REMIX, extra="new")
    await interaction.response.send_modal(prompt_dialog(desk.signer, press, picture.text, USE_TITLE))


async def _write(interaction: Interaction, desk: Desk, viewer: Viewer, picture: Archived, press: Press) -> None:
    async with desk.store.read() as tx:
        text = (await notes.of_pictures(tx, viewer.member, [picture.id])).get(picture.id, "")
    written = replace(press, extra=f"nt.{picture.id}")
    await interaction.response.send_modal(note_dialog(desk.signer, written, text, LONGEST_NOTE))


async def _post_again(interaction: Interaction, desk: Desk, viewer: Viewer, picture: Archived) -> None:
    """Into its channel, where its message was taken away; where that is still there it is written anew."""
    if picture.member_id != viewer.member:
        raise NotOwnError
    async with desk.store.write() as tx:
        job = await jobs.find(tx, picture.job_id)
        if job is None or not visibility.is_prompt_public(job):
            raise NoJobError
        key = f"again:{job.id}:{int(desk.now().timestamp() // 10)}"  # told twice, posted once
        await put(tx, job, Told.ANSWER, desk.now(), key=key)
    desk.delivery.poke()
    await say(interaction, replies.POSTED)
