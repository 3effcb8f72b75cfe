"""One slash command a file: options in, one call to the intake or one answer out. `ALL` is what Discord is told of."""

from __future__ import annotations

from typing import Any

from discord import app_commands

from bot.commands import (
    admin,
    collection,
    friends,
    gallery,
    help,
    imagine,
    info,
    message_menu,
    queue,
    settings,
    setup,
    show,
)

Command = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu

ALL: tuple[Command, ...] = (
    imagine.command,
    show.command,
    gallery.command,
    collection.command,
    friends.command,
    queue.command,
    info.command,
    help.command,
    settings.command,
    setup.command,
    admin.command,
    *message_menu.COMMANDS,
)
