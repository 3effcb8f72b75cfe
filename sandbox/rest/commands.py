"""Application commands: global ones and a server's own."""

from __future__ import annotations

from typing import Any

from sandbox.rest.call import BOTS, EVERYONE, Call, Reply, Routes
from sandbox.rest.users import require_scope
from sandbox.rules import errors
from sandbox.rules.checks.commands import check_command, check_command_permissions, check_commands
from sandbox.rules.permissions import Permission
from sandbox.world import command_permissions, commands, permissions
from sandbox.world.actors import ActorKind
from sandbox.world.entities import Application, Command, Guild
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
    return [command_view(command) for command in commands.replace_all(call.state, *place, call.body or [])]


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


# -- permissions, as a server's moderators set them -------------------------------------------------------------------

_PERMISSIONS = _IN_GUILD + "/{command_id}/permissions"
_SCOPE = "applications.commands.permissions.update"


def _permitted(call: Call) -> tuple[Application, Guild]:
    """A bot may look at its own; a bearer with the scope, and a person as Discord's own client does, may look too."""
    application_id = call.actor.application_id
    if call.actor.kind is ActorKind.PERSON:
        application_id = call.id("application_id")
    require_scope(call, _SCOPE)
    application = call.state.applications.get(call.id("application_id"))
    if application is None:
        raise errors.UNKNOWN_APPLICATION()
    if application.id != application_id:
        raise errors.NOT_AUTHORIZED_FOR_APPLICATION()
    return application, call.guild()


def _target(call: Call, application: Application, guild: Guild) -> int:
    """A command's id, or the application's, which stands for all of its commands."""
    target_id = call.id("command_id")
    command = call.state.commands.get(target_id)
    is_known = command is not None and command.application_id == application.id
    if target_id != application.id and (command is None or not is_known or command.guild_id not in (None, guild.id)):
        raise errors.UNKNOWN_COMMAND()
    return target_id


@ROUTES.on("GET", _IN_GUILD + "/permissions", who=EVERYONE)
async def list_permissions(call: Call) -> Any:
    application, guild = _permitted(call)
    found = command_permissions.all_of(call.state, application.id, guild.id)
    return [command_permissions.permissions_view(one) for one in found]


@ROUTES.on("GET", _PERMISSIONS, who=EVERYONE)
async def get_permissions(call: Call) -> Any:
    application, guild = _permitted(call)
    stored = command_permissions.find(call.state, application.id, guild.id, _target(call, application, guild))
    if stored is None or not stored.entries:
        raise errors.UNKNOWN_COMMAND_PERMISSIONS()
    return command_permissions.permissions_view(stored)


@ROUTES.on("PUT", _PERMISSIONS, who=frozenset({ActorKind.BEARER, ActorKind.PERSON}))
async def set_permissions(call: Call) -> Any:
    """Not for bots: it takes the consent of someone who manages the server and its roles."""
    application, guild = _permitted(call)
    permissions.require_in_guild(
        call.state, call.actor.user_id, guild, Permission.MANAGE_GUILD | Permission.MANAGE_ROLES
    )
    target_id = _target(call, application, guild)
    check_command_permissions(call.form)
    entries = call.form["permissions"]
    stored = command_permissions.set_entries(call.state, application.id, guild.id, target_id, entries)
    return command_permissions.permissions_view(stored)
