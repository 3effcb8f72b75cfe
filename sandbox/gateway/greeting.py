"""What a client is told first: READY, and for a bot its servers one by one."""

from __future__ import annotations

import json

from sandbox.gateway import intents
from sandbox.gateway.login import Identify
from sandbox.gateway.members import presences_among
from sandbox.gateway.roster import Roster
from sandbox.gateway.session import Json, Session
from sandbox.world.state import State
from sandbox.world.views import guild_create_view, ready_view


def resume_url(state: State) -> str:
    return state.base_url.replace("http", "ws", 1) + "/gateway"


def greet(state: State, roster: Roster, session: Session, identify: Identify, version: int) -> None:
    actor, ear = session.ear.actor, session.ear
    ready = ready_view(state, actor) | {
        "v": version,
        "session_id": session.id,
        "session_type": "normal",
        "resume_gateway_url": resume_url(state),
    }
    if identify.shard is not None:
        ready["shard"] = list(identify.shard)
    if not actor.is_bot:
        for guild in ready["guilds"]:
            guild["presences"] = presences_among(roster, list(state.members[int(guild["id"])]))
        session.dispatch("READY", _encoded(ready))
        return
    ready["guilds"] = [guild for guild in ready["guilds"] if ear.is_shard_of(int(guild["id"]))]
    session.dispatch("READY", _encoded(ready))
    if not ear.intents & intents.GUILDS:
        return
    for guild in state.guilds_of(actor.user_id):
        if ear.is_shard_of(guild.id):
            view = guild_create_view(state, guild, actor)
            if ear.intents & intents.GUILD_PRESENCES:
                view["presences"] = presences_among(roster, list(state.members[guild.id]))
            session.dispatch_faultily("GUILD_CREATE", _encoded(view))


def _encoded(data: Json) -> str:
    return json.dumps(data, separators=(",", ":"))
