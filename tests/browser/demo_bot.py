"""A small bot of discord.py that uses everything a person can touch on the page; it is no part of the product.

Each of its answers follows from something that a person did. Run with SANDBOX_URL and SANDBOX_TOKEN set; it says
`{"event": "ready"}` when its commands are known.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any

import discord
import yarl
from discord import app_commands, ui

from tests.browser.pictures import COLOURS, picture

Tree = app_commands.CommandTree["DemoBot"]
Press = discord.Interaction["DemoBot"]


def file_of(colour: str, turn: int = 0) -> discord.File:
    name = f"{colour}-{turn}.png"
    return discord.File(io.BytesIO(picture(colour, turn=turn)), name, description=f"{colour}, disc {turn}")


class Grid(ui.View):
    """U and V buttons under a grid of four, as a painting bot has them."""

    def __init__(self, colour: str) -> None:
        super().__init__(timeout=None)
        self.colour = colour
        for row, letter in enumerate("UV"):
            for cell in range(1, 5):
                self.add_item(Cell(letter, cell, row))
        self.add_item(Remix())
        self.add_item(ui.Button(label="Recipe", url="https://example.org/recipe", row=2))


class Cell(ui.Button[Grid]):
    def __init__(self, letter: str, cell: int, row: int) -> None:
        super().__init__(label=f"{letter}{cell}", row=row, custom_id=f"{letter}{cell}")
        self.cell = cell

    async def callback(self, interaction: discord.Interaction) -> None:
        assert self.view is not None
        self.style = discord.ButtonStyle.success
        await interaction.response.edit_message(view=self.view)
        file = file_of(self.view.colour, self.cell - 1)
        await interaction.followup.send(f"**{self.label}** for {interaction.user.mention}", file=file)


class Remix(ui.Button[Grid]):
    def __init__(self) -> None:
        super().__init__(label="Remix", emoji="🔄", style=discord.ButtonStyle.primary, row=2, custom_id="remix")

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(RemixForm())


class RemixForm(ui.Modal, title="Remix"):
    prompt: ui.Label[Any] = ui.Label(
        text="Prompt",
        description="What shall be painted?",
        component=ui.TextInput(style=discord.TextStyle.paragraph),
    )
    sketch: ui.Label[Any] = ui.Label(text="Sketch", component=ui.FileUpload(required=False, max_values=2))
    strength: ui.Label[Any] = ui.Label(
        text="Strength",
        component=ui.RadioGroup(
            options=[
                discord.RadioGroupOption(label="Subtle", value="subtle"),
                discord.RadioGroupOption(label="Strong", value="strong"),
            ]
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        prompt, sketch, strength = self.prompt.component, self.sketch.component, self.strength.component
        assert isinstance(prompt, ui.TextInput)
        assert isinstance(sketch, ui.FileUpload)
        assert isinstance(strength, ui.RadioGroup)
        names = ", ".join(file.filename for file in sketch.values) or "no sketch"
        await interaction.response.send_message(f"Remix of “{prompt.value}”, {strength.value}, with {names}")


class Choices(ui.View):
    """Selects, and a button that nobody answers."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.select(
        custom_id="colours",
        placeholder="Colours",
        max_values=3,
        options=[discord.SelectOption(label=name, description=f"A shade of {name}") for name in COLOURS],
    )
    async def colours(self, interaction: discord.Interaction, select: ui.Select[Choices]) -> None:
        await interaction.response.send_message(f"Chosen: {', '.join(select.values)}", ephemeral=True)

    @ui.select(cls=ui.UserSelect, custom_id="friend", placeholder="A friend")
    async def friend(self, interaction: discord.Interaction, select: ui.UserSelect[Choices]) -> None:
        await interaction.response.send_message(f"For {select.values[0].mention}", ephemeral=True)

    @ui.button(label="Nobody answers", custom_id="mute", style=discord.ButtonStyle.danger)
    async def mute(self, interaction: discord.Interaction, button: ui.Button[Choices]) -> None:
        """The page has a failure to show."""


def album() -> tuple[ui.LayoutView, list[discord.File]]:
    """A page of Components V2: text, a gallery, a section with a thumbnail, buttons."""
    files = [file_of(name, turn) for turn, name in enumerate(COLOURS)]
    page = ui.LayoutView()
    gallery = [discord.MediaGalleryItem(file, description=file.description) for file in files]
    page.add_item(
        ui.Container(
            ui.TextDisplay("## Album\nFour pictures of today"),
            ui.MediaGallery(*gallery),
            ui.Separator(),
            ui.Section("**The newest**\n-# indigo", accessory=ui.Thumbnail(files[-1])),
            ui.ActionRow(
                ui.Button(label="Back", disabled=True, custom_id="back"),
                ui.Button(label="Next", style=discord.ButtonStyle.primary, custom_id="next"),
            ),
            accent_colour=0xE8B04A,
        )
    )
    return page, files


class DemoBot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.1)
        self.tree: Tree = app_commands.CommandTree(self)
        add_commands(self.tree)
        add_menus(self.tree)

    async def setup_hook(self) -> None:
        self.add_view(Choices())
        await self.tree.sync()

    async def on_ready(self) -> None:
        sys.stdout.write('{"event": "ready"}\n')
        sys.stdout.flush()

    async def on_entitlement_create(self, entitlement: discord.Entitlement) -> None:
        channel = next(one for one in self.get_all_channels() if one.name == "painting")
        assert isinstance(channel, discord.TextChannel)
        await channel.send(f"Sold to <@{entitlement.user_id}>")

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        if str(event.emoji) != "⭐":
            return
        channel = self.get_partial_messageable(event.channel_id, guild_id=event.guild_id)
        message = channel.get_partial_message(event.message_id)
        await channel.send(f"⭐ by <@{event.user_id}>", reference=message)


def add_commands(tree: Tree) -> None:
    @tree.command(description="Paint a grid of four")
    @app_commands.describe(prompt="What shall be painted?", colour="Its main colour", image="A picture to begin with")
    async def imagine(
        interaction: Press, prompt: str, colour: str = "teal", image: discord.Attachment | None = None
    ) -> None:
        await interaction.response.defer(thinking=True)
        for percent in (25, 75):
            await interaction.edit_original_response(content=f"**{prompt}** · {percent} %")
        given = f" from `{image.filename}`" if image else ""
        await interaction.edit_original_response(
            content=f"**{prompt}**{given} · {colour}",
            attachments=[file_of(colour, turn) for turn in range(4)],
            view=Grid(colour),
        )

    @imagine.autocomplete("colour")
    async def colour_names(interaction: Press, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=name.capitalize(), value=name) for name in COLOURS if current.lower() in name]

    @tree.command(description="Choose among things")
    async def choose(interaction: Press) -> None:
        await interaction.response.send_message("Choose:", view=Choices(), ephemeral=True)

    @tree.command(name="album", description="A page of pictures")
    async def show_album(interaction: Press, day: str = "today") -> None:
        page, files = album()
        await interaction.response.send_message(view=page, files=files)

    @tree.command(description="Post a picture to the gallery")
    @app_commands.describe(title="The post's title", colour="Its main colour")
    async def publish(interaction: Press, title: str, colour: str = "ochre") -> None:
        assert interaction.guild is not None
        forum = interaction.guild.forums[0]
        tags = forum.available_tags[:1]
        post = await forum.create_thread(
            name=title, content=f"A study in {colour}", file=file_of(colour), applied_tags=tags
        )
        await interaction.response.send_message(f"Posted: {post.message.jump_url}", ephemeral=True)

    @tree.command(description="Buy something")
    async def shop(interaction: Press) -> None:
        view = ui.View()
        for sku in await interaction.client.fetch_skus():
            view.add_item(ui.Button(sku_id=sku.id))
        await interaction.response.send_message("For sale:", view=view)

    @tree.command(description="Never answers")
    async def silent(interaction: Press) -> None:
        """The page has a failure to show."""


def add_menus(tree: Tree) -> None:
    @tree.context_menu(name="Use as prompt")
    async def use_as_prompt(interaction: Press, message: discord.Message) -> None:
        await interaction.response.send_message(f"Prompt: {message.content}", ephemeral=True)

    @tree.context_menu(name="Greet")
    async def greet(interaction: Press, member: discord.Member) -> None:
        await interaction.response.send_message(f"Hello {member.mention}")


def main() -> None:
    url = os.environ["SANDBOX_URL"]
    discord.http.Route.BASE = f"{url}/api/v10"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url.replace("http", "ws", 1) + "/gateway")
    discord.Asset.BASE = f"{url}/cdn"
    DemoBot().run(os.environ["SANDBOX_TOKEN"])


if __name__ == "__main__":
    main()
