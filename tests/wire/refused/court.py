"""The world in which wrong requests are judged: a server with every kind of closed door, made straight in the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sandbox.rules.kinds import ChannelType, InteractionType
from sandbox.rules.permissions import Permission
from sandbox.world import answers, interactions, messages, reactions, seed, threads
from sandbox.world.actors import person_token
from sandbox.world.entities import (
    Application,
    Channel,
    ForumTag,
    Guild,
    Interaction,
    Message,
    Overwrite,
    Reaction,
    Sku,
    Webhook,
)
from sandbox.world.state import State
from tests.wire.refused.refusal import EPHEMERAL, Json

# All but ADMINISTRATOR, before which no overwrite counts.
JUDGE: Final = Permission(sum(Permission)) & ~Permission.ADMINISTRATOR
WEAK: Final = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES_IN_THREADS | Permission.READ_MESSAGE_HISTORY
NOT_IN_LOCKED: Final = (
    Permission.SEND_MESSAGES
    | Permission.MANAGE_MESSAGES
    | Permission.ADD_REACTIONS
    | Permission.PIN_MESSAGES
    | Permission.MANAGE_WEBHOOKS
    | Permission.CREATE_PUBLIC_THREADS
)
REQUIRE_TAG: Final = 1 << 4


@dataclass(slots=True)
class Court:
    """What the table's names in braces mean, and with which header each of its actors comes."""

    state: State
    names: dict[str, str]
    headers: dict[str, dict[str, str]]
    app: Application
    ada: int
    text: Channel

    def begin(self, kind: InteractionType, data: Json) -> Interaction:
        return interactions.begin(self.state, self.app, kind, self.ada, self.text, data)


def open_court(state: State) -> Court:
    owner, ada, stranger = (seed.make_person(state, name).id for name in ("owner", "aida", "stranger"))
    closed = seed.make_person(state, "hermit")
    closed.dms_closed = True
    app = seed.make_application(state, "Judged", owner)
    rival = seed.make_application(state, "Rival", owner)
    guild = seed.make_guild(state, "Court", owner)
    for user_id in (ada, closed.id):
        seed.join(state, guild, user_id, [])
    seed.add_to_guild(state, rival, guild, WEAK)
    seed.add_to_guild(state, app, guild, JUDGE)
    top = seed.make_role(state, guild, "Top", 0, position=90)
    foreign = seed.make_guild(state, "Elsewhere", owner)
    sku = Sku(state.ids.new(), app.id, 5, "Gold", "gold", 1 << 7)
    state.save(sku)
    rooms = _rooms(state, guild, app)
    direct = seed.make_direct_channel(state, [closed.id, app.id])
    names = {
        "app": app.id,
        "rivalapp": rival.id,
        "guild": guild.id,
        "foreign": foreign.id,
        "owner": owner,
        "ada": ada,
        "stranger": stranger,
        "toprole": top.id,
        "closed": direct.id,
        "hermit": closed.id,
        "sku": sku.id,
        "tag": rooms["forum"].tags[0].id,
        **{name: room.id for name, room in rooms.items()},
        **_messages(state, rooms, app, rival, ada),
    }
    return Court(
        state,
        {name: str(meaning) for name, meaning in names.items()} | _webhooks(state, guild, rooms, app),
        {
            "bot": {"Authorization": f"Bot {app.token}"},
            "weak": {"Authorization": f"Bot {rival.token}"},
            "ada": {"Authorization": person_token(state, ada)},
            "nobody": {},
            "impostor": {"Authorization": f"Bot {app.token}x"},
            "bearer": {"Authorization": "Bearer nothing"},
        },
        app,
        ada,
        rooms["text"],
    )


def _rooms(state: State, guild: Guild, app: Application) -> dict[str, Channel]:
    rooms = {
        name: seed.make_channel(state, guild, name, kind)
        for name, kind in {
            "text": ChannelType.GUILD_TEXT,
            "locked": ChannelType.GUILD_TEXT,
            "hidden": ChannelType.GUILD_TEXT,
            "category": ChannelType.GUILD_CATEGORY,
            "forum": ChannelType.GUILD_FORUM,
        }.items()
    }
    rooms["locked"].overwrites = [Overwrite(app.id, 1, deny=int(NOT_IN_LOCKED))]
    rooms["hidden"].overwrites = [Overwrite(app.id, 1, deny=int(Permission.VIEW_CHANNEL))]
    rooms["forum"].tags = [ForumTag(state.ids.new(), "done")]
    rooms["forum"].flags |= REQUIRE_TAG
    return rooms


def _messages(
    state: State, rooms: dict[str, Channel], app: Application, rival: Application, ada: int
) -> dict[str, int]:
    def say(room: str, author_id: int) -> Message:
        return messages.send(state, rooms[room], author_id, {"content": "words"})

    full, locked_theirs = say("text", ada), say("locked", ada)
    for number in range(20):
        reactions.react(state, full, ada, Reaction(chr(0x1F330 + number)))
    reactions.react(state, locked_theirs, ada, Reaction("🌱"))
    threaded = say("text", ada)
    threads.open_thread(state, rooms["text"], ada, {"name": "of a message"}, thread_id=threaded.id)
    archived, thread = (threads.open_thread(state, rooms["text"], app.id, {"name": name}) for name in ("old", "open"))
    threads.set_archived(state, archived, archived=True)
    return {
        "own": say("text", app.id).id,
        "theirs": say("text", ada).id,
        "rival": say("text", rival.id).id,
        "full": full.id,
        "lockedtheirs": locked_theirs.id,
        "threaded": threaded.id,
        "archived": archived.id,
        "thread": thread.id,
    }


def _webhooks(state: State, guild: Guild, rooms: dict[str, Channel], app: Application) -> dict[str, str]:
    names: dict[str, str] = {}
    for hook_name, token_name, room in (("hook", "hooktoken", "text"), ("forumhook", "forumtoken", "forum")):
        hook = Webhook(state.ids.new(), f"{room}-secret", rooms[room].id, guild.id, "Crier", app.id)
        state.save(hook)
        names |= {hook_name: str(hook.id), token_name: hook.token}
    return names


# -- what must have happened before an answer to an interaction is wrong ----------------------------------------------

COMMAND: Final[Json] = {"id": "1", "name": "paint", "type": 1}
COMPLETION: Final[Json] = COMMAND | {"options": [{"name": "style", "type": 3, "value": "m", "focused": True}]}


def _named(interaction: Interaction, **more: int) -> dict[str, str]:
    names = {"interaction": str(interaction.id), "token": interaction.token}
    return names | {name: str(meaning) for name, meaning in more.items()}


def _begun(court: Court) -> dict[str, str]:
    return _named(court.begin(InteractionType.APPLICATION_COMMAND, dict(COMMAND)))


def _completing(court: Court) -> dict[str, str]:
    return _named(court.begin(InteractionType.AUTOCOMPLETE, dict(COMPLETION)))


def _submitted(court: Court) -> dict[str, str]:
    return _named(court.begin(InteractionType.MODAL_SUBMIT, {"custom_id": "m", "components": []}))


def _answered(court: Court, body: Json) -> tuple[Interaction, Message]:
    interaction = court.begin(InteractionType.APPLICATION_COMMAND, dict(COMMAND))
    message = answers.answer(court.state, interaction, body)
    assert message is not None
    return interaction, message


def _with_message(court: Court) -> dict[str, str]:
    return _named(_answered(court, {"type": 4, "data": {"content": "x"}})[0])


def _deferred(court: Court) -> dict[str, str]:
    return _named(_answered(court, {"type": 5})[0])


def _whispered(court: Court) -> dict[str, str]:
    interaction, message = _answered(court, {"type": 4, "data": {"content": "x", "flags": EPHEMERAL}})
    return _named(interaction, whisper=message.id)


def _late(court: Court) -> dict[str, str]:
    names = _begun(court)
    court.state.clock.advance(3.1)
    return names


def _expired(court: Court) -> dict[str, str]:
    names = _deferred(court)
    court.state.clock.advance(15 * 60 + 1)
    return names


def _deleted(court: Court) -> dict[str, str]:
    interaction, message = _answered(court, {"type": 4, "data": {"content": "x"}})
    messages.delete(court.state, message)
    return _named(interaction)


def _by_user_install(court: Court) -> dict[str, str]:
    interaction, _ = _answered(court, {"type": 4, "data": {"content": "x"}})
    interaction.owners = {"1": str(court.ada)}
    interaction.followups = 5
    return _named(interaction)


PREPARATIONS: Final[dict[str, Callable[[Court], dict[str, str]]]] = {
    "": lambda _court: {},
    "command": _begun,
    "autocomplete": _completing,
    "modal": _submitted,
    "answered": _with_message,
    "deferred": _deferred,
    "whisper": _whispered,
    "late": _late,
    "expired": _expired,
    "deleted": _deleted,
    "five followups": _by_user_install,
}
