"""Application commands: global ones and a server's own."""

from __future__ import annotations

from typing import Any

from sandbox.rest.call import BOTS, Call, Reply, Routes
from sandbox.rules import errors
from sandbox.rules.checks.commands import check_command, check_commands
from sandbox.world import commands
from sandbox.world.entities import Command
from sandbox.world.views import application_view, command_view

ROUTES = Routes()
Json = dict[str, Any]

_GLOBAL = "/applications/{application_id}/commands"
_IN_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"


def _place(call: Call) -> tuple[int, int | None]:
    """Whose commands, and of which server; None for global ones."""
    application = call.own_application()
    if "guild_id" not in call.params:
        return application.id, None
    guild = call.state.guild(call.id("guild_id"))
    if call.state.find_member(guild.id, application.id) is None:
        raise errors.MISSING_ACCESS()
    return application.id, guild.id


def _command(call: Call) -> Command:
    application_id, guild_id = _place(call)
    command = call.state.commands.get(call.id("command_id"))
    if command is None or command.application_id != application_id or command.guild_id != guild_id:
        raise errors.UNKNOWN_COMMAND()
    return command


def _view(call: Call, command: Command) -> Json:
    view = command_view(command)
    if not call.flag("with_localizations"):
        view |= {"name_localizations": None, "description_localizations": None}
    return view


async def list_commands(call: Call) -> Any:
    return [_view(call, command) for command in call.state.commands_of(*_place(call))]


async def create_command(call: Call) -> Any:
    place = _place(call)
    check_command(call.body)
    command, is_new = commands.register(call.state, *place, call.form)
    return Reply(201 if is_new else 200, command_view(command))


async def replace_commands(call: Call) -> Any:
    place = _place(call)
    check_commands(call.body)
    return [command_view(command) for command in commands.replace_all(call.state, *place, call.body)]


async def get_command(call: Call) -> Any:
    return _view(call, _command(call))


async def edit_command(call: Call) -> Any:
    command = _command(call)
    check_command(call.body, partial=True, kind=command.type)
    commands.change(call.state, command, call.form)
    return command_view(command)


async def delete_command(call: Call) -> None:
    call.state.remove(_command(call))


for _template in (_GLOBAL, _IN_GUILD):
    ROUTES.on("GET", _template, who=BOTS)(list_commands)
    ROUTES.on("POST", _template, who=BOTS)(create_command)
    ROUTES.on("PUT", _template, who=BOTS)(replace_commands)
    ROUTES.on("GET", _template + "/{command_id}", who=BOTS)(get_command)
    ROUTES.on("PATCH", _template + "/{command_id}", who=BOTS)(edit_command)
    ROUTES.on("DELETE", _template + "/{command_id}", who=BOTS, status=204)(delete_command)


@ROUTES.on("GET", "/applications/{application_id}", who=BOTS)
async def get_application(call: Call) -> Any:
    return application_view(call.state, call.own_application())


@ROUTES.on("PATCH", "/applications/{application_id}", who=BOTS)
async def edit_application(call: Call) -> Any:
    application = call.own_application()
    if isinstance(call.form.get("description"), str):
        application.description = call.form["description"][:400]
        call.state.save(application)
    return application_view(call.state, application)
