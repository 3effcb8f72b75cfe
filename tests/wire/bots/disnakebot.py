"""The story's bot in disnake."""

from __future__ import annotations

import disnake
from disnake import ui
from disnake.ext import commands
from disnake.interactions.application_command import ApplicationCommandInteraction
from disnake.interactions.message import MessageInteraction
from disnake.interactions.modal import ModalInteraction
from disnake.ui.select.string import StringSelect

from tests.wire.bots.telling import STYLES, TOKEN, URL, picture, tell

disnake.http.Route.BASE = URL + "/api/v10"
bot = commands.InteractionBot(intents=disnake.Intents.default())


@bot.slash_command(description="Paint a picture")
async def paint(
    inter: ApplicationCommandInteraction[commands.InteractionBot], prompt: str, style: str = "none"
) -> None:
    tell("command", prompt=prompt, style=style, user=inter.author.name)
    await inter.response.defer()
    message = await inter.edit_original_response(
        content=f"Painted: {prompt} ({style})",
        file=disnake.File(picture()),
        components=[
            [
                ui.Button(label="Again", custom_id="again", style=disnake.ButtonStyle.primary),
                ui.Button(label="Ask", custom_id="ask"),
                ui.Button(label="Help", url="https://example.org/help"),
            ],
            [StringSelect(custom_id="size", options={"Small": "small", "Large": "large"})],
        ],
    )
    data = await message.attachments[0].read()
    tell("painted", same=data == picture().read_bytes(), width=message.attachments[0].width)


@paint.autocomplete("style")
async def styles(_inter: ApplicationCommandInteraction[commands.InteractionBot], typed: str) -> list[str]:
    tell("autocomplete", typed=typed)
    return [style for style in STYLES if style.startswith(typed)]


@bot.listen("on_button_click")
async def on_click(inter: MessageInteraction[commands.InteractionBot]) -> None:
    if inter.component.custom_id == "again":
        tell("button", custom_id=inter.component.custom_id, user=inter.author.name)
        await inter.response.defer()
        await inter.followup.send("Once more.")
    else:
        await inter.response.send_modal(
            title="Tell more",
            custom_id="details",
            components=[
                ui.Label("Words", ui.TextInput(custom_id="words")),
                ui.Label("Sketch", ui.FileUpload(custom_id="sketch")),
            ],
        )


@bot.listen("on_dropdown")
async def on_choice(inter: MessageInteraction[commands.InteractionBot]) -> None:
    assert inter.values is not None
    tell("select", values=list(inter.values))
    await inter.response.edit_message(content=f"Size: {inter.values[0]}")


@bot.listen("on_modal_submit")
async def on_submit(inter: ModalInteraction[commands.InteractionBot]) -> None:
    words, file = inter.text_values["words"], inter.resolved_values["sketch"][0]
    data = await file.read()
    tell("modal", words=words, file=file.filename, bytes=len(data), type=file.content_type)
    await inter.response.send_message(f"Got {file.filename}: {words}", ephemeral=True)


@bot.event
async def on_connect() -> None:
    tell("ready", user=bot.user.name)


@bot.event
async def on_raw_reaction_add(payload: disnake.RawReactionActionEvent) -> None:
    tell(
        "reaction",
        emoji=str(payload.emoji),
        member=payload.member and payload.member.name,
        author=str(payload.message_author_id),
    )


@bot.event
async def on_resumed() -> None:
    tell("resumed")


if __name__ == "__main__":
    bot.run(TOKEN)
