"""One slash command a file: options in, one call to the intake or one answer out. `ALL` is what Discord is told of."""

from __future__ import annotations

from typing import Any

from discord import app_commands

from bot.commands import (
    admin,
    admin_plans,
    admin_usage,
    collection,
    community,
    daily,
    desk,
    friends,
    gallery,
    gift,
    help,
    imagine,
    info,
    message_menu,
    modes,
    pool,
    prefer,
    queue,
    reports,
    settings,
    setup,
    shorten,
    show,
    subscribe,
    tree,
)

Command = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu

admin_usage.add_to(admin.command)
reports.add_to(admin.command)
admin_plans.add_to(admin.command)

ALL: tuple[Command, ...] = (
    imagine.command,
    show.command,
    gallery.command,
    collection.command,
    friends.command,
    tree.command,
    daily.command,
    *community.COMMANDS,
    queue.command,
    info.command,
    subscribe.command,
    help.command,
    gift.command,
    pool.command,
    settings.command,
    *modes.COMMANDS,
    prefer.command,
    desk.command,
    shorten.command,
    setup.command,
    reports.command,
    admin.command,
    *message_menu.COMMANDS,
)
