"""The story's bot in hikari. The library has no labels or file uploads yet, so those two go out and come in raw."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import aiohttp
import hikari
from hikari.api import ComponentBuilder
from hikari.impl import AutocompleteChoiceBuilder

from tests.wire.bots.telling import STYLES, TOKEN, URL, picture, tell

bot = hikari.GatewayBot(TOKEN, rest_url=URL + "/api/v10", banner=None, suppress_optimization_warning=True)


class Label(ComponentBuilder):
    """A component that hikari does not know, through the interface that it offers for its own."""

    def __init__(self, text: str, component: Mapping[str, Any]) -> None:
        self._text = text
        self._component = component

    @property
    def type(self) -> int:
        return 18

    @property
    def id(self) -> hikari.UndefinedType:
        return hikari.UNDEFINED

    def build(self) -> tuple[MutableMapping[str, Any], Sequence[hikari.files.Resource[Any]]]:
        return {"type": self.type, "label": self._text, "component": self._component}, ()


@bot.listen()
async def register(_event: hikari.StartingEvent) -> None:
    application = await bot.rest.fetch_application()
    command = bot.rest.slash_command_builder("paint", "Paint a picture")
    command.add_option(
        hikari.CommandOption(type=hikari.OptionType.STRING, name="prompt", description="What", is_required=True)
    )
    command.add_option(
        hikari.CommandOption(type=hikari.OptionType.STRING, name="style", description="How", autocomplete=True)
    )
    await bot.rest.set_application_commands(application.id, [command])


@bot.listen()
async def on_ready(event: hikari.ShardReadyEvent) -> None:
    tell("ready", user=event.my_user.username)


@bot.listen()
async def on_autocomplete(event: hikari.AutocompleteInteractionCreateEvent) -> None:
    typed = next(str(option.value) for option in event.interaction.options if option.is_focused)
    tell("autocomplete", typed=typed)
    await event.interaction.create_response(
        [AutocompleteChoiceBuilder(style, style) for style in STYLES if style.startswith(typed)]
    )


@bot.listen()
async def on_command(event: hikari.CommandInteractionCreateEvent) -> None:
    options = {option.name: option.value for option in event.interaction.options or ()}
    prompt, style = options["prompt"], options.get("style", "none")
    tell("command", prompt=prompt, style=style, user=event.interaction.user.username)
    await event.interaction.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_CREATE)
    buttons, menu = bot.rest.build_message_action_row(), bot.rest.build_message_action_row()
    buttons.add_interactive_button(hikari.ButtonStyle.PRIMARY, "again", label="Again")
    buttons.add_interactive_button(hikari.ButtonStyle.SECONDARY, "ask", label="Ask")
    buttons.add_link_button("https://example.org/help", label="Help")
    menu.add_text_menu("size").add_option("Small", "small").add_option("Large", "large")
    message = await event.interaction.edit_initial_response(
        f"Painted: {prompt} ({style})", attachment=hikari.File(picture()), components=[buttons, menu]
    )
    data = await message.attachments[0].read()
    tell("painted", same=data == picture().read_bytes(), width=message.attachments[0].width)


@bot.listen()
async def on_component(event: hikari.ComponentInteractionCreateEvent) -> None:
    interaction = event.interaction
    if interaction.custom_id == "again":
        tell("button", custom_id=interaction.custom_id, user=interaction.user.username)
        await interaction.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_UPDATE)
        await interaction.execute("Once more.")
    elif interaction.custom_id == "ask":
        words = Label("Words", {"type": 4, "style": 1, "custom_id": "words"})
        sketch = Label("Sketch", {"type": 19, "custom_id": "sketch"})
        await interaction.create_modal_response("Tell more", "details", components=[words, sketch])
    else:
        tell("select", values=list(interaction.values))
        await interaction.create_initial_response(hikari.ResponseType.MESSAGE_UPDATE, f"Size: {interaction.values[0]}")


@bot.listen()
async def on_submit(event: hikari.ShardPayloadEvent) -> None:
    if event.name != "INTERACTION_CREATE" or event.payload["type"] != 5:
        return
    data = event.payload["data"]
    words, sketch = (label["component"] for label in data["components"])
    file = data["resolved"]["attachments"][sketch["values"][0]]
    async with aiohttp.ClientSession() as session, session.get(file["url"]) as answer:
        content = await answer.read()
    tell("modal", words=words["value"], file=file["filename"], bytes=len(content), type=file["content_type"])
    await bot.rest.create_interaction_response(
        int(event.payload["id"]),
        event.payload["token"],
        hikari.ResponseType.MESSAGE_CREATE,
        f"Got {file['filename']}: {words['value']}",
        flags=hikari.MessageFlag.EPHEMERAL,
    )


@bot.listen()
async def on_modal(event: hikari.ModalInteractionCreateEvent) -> None:
    assert event.interaction.custom_id == "details"  # that hikari can read the rest of it is what counts here


@bot.listen()
async def on_reaction(event: hikari.GuildReactionAddEvent) -> None:
    tell("reaction", emoji=event.emoji_name, member=event.member.username, author=None)


@bot.listen()
async def on_resumed(_event: hikari.ShardResumedEvent) -> None:
    tell("resumed")


if __name__ == "__main__":
    bot.run(check_for_updates=False)
