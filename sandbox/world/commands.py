"""Commands: registered by applications, found by members, and turned with what was typed into interaction data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sandbox.rules import errors, limits
from sandbox.rules.checks.commands import check_values
from sandbox.rules.checks.components import walk
from sandbox.rules.checks.form import without_nulls
from sandbox.rules.ids import parse
from sandbox.rules.kinds import SELECTS, CommandType, ComponentType, ContextType, InstallType, OptionType
from sandbox.rules.permissions import Permission
from sandbox.world import command_permissions, pace, permissions
from sandbox.world.entities import Application, Attachment, Channel, Command
from sandbox.world.state import State
from sandbox.world.views import attachment_view, channel_view, member_view, message_view, role_view, user_view

Json = dict[str, Any]

_CAPS = {1: limits.CHAT_COMMANDS, 2: limits.USER_COMMANDS, 3: limits.MESSAGE_COMMANDS, 4: limits.ENTRY_POINT_COMMANDS}


def register(state: State, application_id: int, guild_id: int | None, body: Json) -> tuple[Command, bool]:
    """Create a command, or replace the one with its name and type. Returns it, and whether it is new."""
    kind = body.get("type") or CommandType.CHAT_INPUT
    registered = state.commands_of(application_id, guild_id)
    known = next((c for c in registered if c.type == kind and c.name == body["name"]), None)
    if known is None and sum(1 for c in registered if c.type == kind) >= _CAPS[int(kind)]:
        raise errors.MAX_COMMANDS()
    if known is None:
        pace.require_new_commands(state, application_id, guild_id, 1)
    command_id = known.id if known is not None else state.ids.new()
    command = Command(id=command_id, application_id=application_id, version=state.ids.new(), type=int(kind), name="")
    command.guild_id = guild_id
    change(state, command, body)
    if known is None:
        pace.note_new_command(state, command)
    return command, known is None


def change(state: State, command: Command, body: Json) -> None:
    for name in (
        "name",
        "description",
        "options",
        "nsfw",
        "name_localizations",
        "description_localizations",
        "handler",
    ):
        if name in body:
            setattr(command, name, without_nulls(body[name]) if body[name] is not None else _EMPTY.get(name))
    if "default_member_permissions" in body:
        wanted = body["default_member_permissions"]
        command.default_member_permissions = None if wanted is None else int(wanted)
    if body.get("contexts") is not None:
        command.contexts = sorted(body["contexts"])
    elif body.get("dm_permission") is not None:
        command.contexts = [0, 1, 2] if body["dm_permission"] else [0]
    if body.get("integration_types") is not None:
        command.integration_types = sorted(body["integration_types"])
    command.version = state.ids.new()
    state.save(command)


_EMPTY: Json = {"description": "", "options": [], "nsfw": False}


def replace_all(state: State, application_id: int, guild_id: int | None, bodies: list[Json]) -> list[Command]:
    wanted = {(body.get("type") or 1, body["name"]) for body in bodies}
    known = {(command.type, command.name): command for command in state.commands_of(application_id, guild_id)}
    pace.require_new_commands(state, application_id, guild_id, len(wanted - known.keys()))
    for name in known.keys() - wanted:
        state.remove(known[name])
    return [register(state, application_id, guild_id, body)[0] for body in bodies]


# -- who may use what where -------------------------------------------------------------------------------------------


def usable_here(state: State, user_id: int, channel: Channel) -> list[Command]:
    """What the member is offered in this channel. A server's command goes before a global one of its name."""
    offered: dict[tuple[int, int, str], Command] = {}
    for command in state.commands.values():
        if not _is_usable(state, command, user_id, channel):
            continue
        key = (command.application_id, command.type, command.name)
        if key not in offered or command.guild_id is not None:
            offered[key] = command
    return sorted(offered.values(), key=lambda command: (command.application_id, command.name))


def _is_usable(state: State, command: Command, user_id: int, channel: Channel) -> bool:
    application = state.applications[command.application_id]
    if command.guild_id is not None and command.guild_id != channel.guild_id:
        return False
    if not _is_installed(state, command, application, user_id, channel):
        return False
    is_private = channel.guild_id is None
    context = ContextType.GUILD
    if is_private:
        context = ContextType.BOT_DM if application.id in channel.recipients else ContextType.PRIVATE_CHANNEL
    if command.contexts is not None and context not in command.contexts:
        return False
    if command.nsfw and not (is_adult_place(state, channel) and state.users[user_id].is_adult):
        return False
    if is_private:
        return True
    allowed = permissions.in_channel(state, user_id, channel)
    if not allowed & Permission.USE_APPLICATION_COMMANDS:
        return False
    if allowed & Permission.ADMINISTRATOR:
        return True
    if not command_permissions.allows_channel(state, command, channel):
        return False
    verdict = command_permissions.allows_member(state, command, state.member(channel.guild_id or 0, user_id))
    if verdict is not None:
        return verdict
    required = command.default_member_permissions
    return required is None or (required != 0 and not required & ~int(allowed))


def _is_installed(state: State, command: Command, application: Application, user_id: int, channel: Channel) -> bool:
    in_guild = state.find_member(channel.guild_id, application.id) is not None
    if command.guild_id is not None:
        return in_guild
    for_user = InstallType.USER in command.integration_types and user_id in application.installed_by
    if channel.guild_id is None:
        return for_user or application.id in channel.recipients
    return for_user or (in_guild and InstallType.GUILD in command.integration_types)


def is_adult_place(state: State, channel: Channel) -> bool:
    """Threads inherit it; direct messages count, where the member is an adult."""
    if channel.thread is not None and channel.parent_id in state.channels:
        return state.channels[channel.parent_id].nsfw
    return channel.nsfw or channel.guild_id is None


def find_usable(state: State, application: Application, user_id: int, channel: Channel, command_id: int) -> Command:
    command = state.commands.get(command_id)
    if command is None or command.application_id != application.id:
        raise errors.UNKNOWN_COMMAND()
    if not _is_usable(state, command, user_id, channel) or _is_shadowed(state, command, user_id, channel):
        raise errors.UNKNOWN_COMMAND()
    return command


def _is_shadowed(state: State, command: Command, user_id: int, channel: Channel) -> bool:
    """Whether the server has a command of its own by this name, which goes before a global one."""
    if command.guild_id is not None or channel.guild_id is None:
        return False
    return any(
        (own.type, own.name) == (command.type, command.name) and _is_usable(state, own, user_id, channel)
        for own in state.commands_of(command.application_id, channel.guild_id)
    )


# -- what was typed ---------------------------------------------------------------------------------------------------


def make_data(
    state: State,
    command: Command,
    user_id: int,
    channel: Channel,
    given: Json,
    files: dict[str, Attachment],
    *,
    autocomplete: bool = False,
) -> Json:
    """Interaction data from what the member typed, checked against the command, with everything `resolved`."""
    resolved = _Resolved(state, user_id, channel, files)
    data: Json = {"id": str(command.id), "name": command.name, "type": command.type}
    if command.guild_id is not None:
        data["guild_id"] = str(command.guild_id)
    if command.type == CommandType.CHAT_INPUT:
        options = given.get("options") or []
        check_values(command.options, options, resolved=resolved.known(options), autocomplete=autocomplete)
        data["options"] = [resolved.option(option) for option in options]
    else:
        data["target_id"] = str(resolved.target(command.type, given.get("target_id")))
    if resolved.found:
        data["resolved"] = resolved.found
    return data


class _Resolved:
    """Collects the objects behind the ids that a member chose."""

    def __init__(self, state: State, user_id: int, channel: Channel, files: dict[str, Attachment]) -> None:
        self.state = state
        self.user_id = user_id
        self.channel = channel
        self.files = files
        self.found: Json = {}

    def known(self, options: list[Json]) -> Json:
        """For the check: which of the ids that were chosen exist, by kind."""
        state, guild_id = self.state, self.channel.guild_id
        chosen = set(_chosen_ids(options))
        channels = [state.channels[one] for one in chosen if one in state.channels]
        roles = [state.roles[one] for one in chosen if one in state.roles]
        return {
            "users": {str(one) for one in chosen if one in state.users},
            "channels": {str(c.id): {"type": c.type} for c in channels if c.guild_id == guild_id},
            "roles": {str(role.id) for role in roles if role.guild_id == guild_id},
            "attachments": set(self.files),
        }

    def option(self, option: Json) -> Json:
        kind = OptionType(option["type"])
        view: Json = {"type": int(kind), "name": option["name"]}
        if "options" in option or kind in (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP):
            view["options"] = [self.option(inner) for inner in option.get("options") or []]
            return view
        view["value"] = self._value(kind, option["value"])
        if option.get("focused"):
            view["focused"] = True
        return view

    def _value(self, kind: OptionType, value: Any) -> Any:
        match kind:
            case OptionType.USER:
                self.add_user(int(value))
            case OptionType.CHANNEL:
                self.add_channel(int(value))
            case OptionType.ROLE:
                self.add_role(int(value))
            case OptionType.MENTIONABLE:
                (self.add_role if int(value) in self.state.roles else self.add_user)(int(value))
            case OptionType.ATTACHMENT:
                return str(self.add_file(str(value)))
            case _:
                return value
        return str(value)

    def target(self, kind: int, given: Any) -> int:
        target_id = parse(given) or 0
        if kind == CommandType.USER:
            self.add_user(target_id)
            return target_id
        message = self.state.message(self.channel.id, target_id)
        self.found.setdefault("messages", {})[str(target_id)] = message_view(self.state, message, self.user_id)
        return target_id

    def add_user(self, user_id: int) -> None:
        user = self.state.user(user_id)
        self.found.setdefault("users", {})[str(user_id)] = user_view(user)
        member = self.state.find_member(self.channel.guild_id, user_id)
        if member is not None:
            view = member_view(self.state, member, with_user=False)
            view["permissions"] = str(int(permissions.in_channel(self.state, user_id, self.channel)))
            self.found.setdefault("members", {})[str(user_id)] = view

    def add_role(self, role_id: int) -> None:
        role = self.state.role(self.channel.guild_id or 0, role_id)
        self.found.setdefault("roles", {})[str(role_id)] = role_view(role)

    def add_channel(self, channel_id: int) -> None:
        channel = self.state.channel(channel_id)
        view = channel_view(self.state, channel)
        view["permissions"] = str(int(permissions.in_channel(self.state, self.user_id, channel)))
        self.found.setdefault("channels", {})[str(channel_id)] = view

    def add_file(self, index: str) -> int:
        file = self.files.get(index)
        if file is None:
            raise errors.ApiError(400, 40001, f"There is no file number {index[:20]} in the request")
        self.found.setdefault("attachments", {})[str(file.id)] = attachment_view(self.state, self.channel.id, file)
        return file.id


def _chosen_ids(options: object) -> Iterator[int]:
    """Every option's value that may be an id. Nothing here is checked yet, so anything may come."""
    for option in options if isinstance(options, list) else []:
        if isinstance(option, dict):
            if (chosen := parse(option.get("value"))) is not None:
                yield chosen
            yield from _chosen_ids(option.get("options"))


def resolve_selection(state: State, user_id: int, channel: Channel, kind: int, values: list[str]) -> Json:
    """The objects behind what was chosen in a user, role, mentionable or channel select."""
    resolved = _Resolved(state, user_id, channel, {})
    for value in values:
        chosen = parse(value) or 0
        match kind:
            case ComponentType.ROLE_SELECT:
                resolved.add_role(chosen)
            case ComponentType.CHANNEL_SELECT:
                resolved.add_channel(chosen)
            case ComponentType.MENTIONABLE_SELECT if chosen in state.roles:
                resolved.add_role(chosen)
            case _:
                resolved.add_user(chosen)
    return resolved.found


def make_submission(
    state: State, user_id: int, channel: Channel, modal: Json, submitted: list[Json], files: dict[str, Attachment]
) -> Json:
    """A modal's interaction data: the tree that was shown, with values in it, and uploads `resolved`."""
    kinds = {c["custom_id"]: c for c in walk(modal["components"]) if c.get("custom_id")}
    resolved = _Resolved(state, user_id, channel, files)
    tree = [_submitted(component, kinds, resolved) for component in submitted]
    data: Json = {"custom_id": modal["custom_id"], "components": tree}
    if resolved.found:
        data["resolved"] = resolved.found
    return data


def _submitted(component: Json, kinds: Json, resolved: _Resolved) -> Json:
    view: Json = {"type": component["type"], "id": component.get("id") or 0}
    if isinstance(component.get("component"), dict):
        view["component"] = _submitted(component["component"], kinds, resolved)
    if isinstance(component.get("components"), list):
        view["components"] = [_submitted(inner, kinds, resolved) for inner in component["components"]]
    asked = kinds.get(component.get("custom_id") or "")
    if asked is None:
        return view
    view |= {"custom_id": asked["custom_id"], "id": asked.get("id") or view["id"]}
    if asked["type"] == ComponentType.FILE_UPLOAD:
        view["values"] = [str(resolved.add_file(str(index))) for index in component.get("values") or []]
    elif "values" in component:
        view["values"] = list(component["values"] or [])
        if asked["type"] in SELECTS and asked["type"] != ComponentType.STRING_SELECT:
            found = resolve_selection(resolved.state, resolved.user_id, resolved.channel, asked["type"], view["values"])
            for kind, objects in found.items():
                resolved.found.setdefault(kind, {}).update(objects)
    else:
        view["value"] = component.get("value")
    return view
