"""The application, its commands, interactions, emoji, purchases and sign-in, each route once."""

from __future__ import annotations

import base64

from sandbox.rules.kinds import InteractionType
from sandbox.world import interactions
from tests.wire.refused.court import COMMAND, COMPLETION
from tests.wire.refused.interactions import label, modal, text_input
from tests.wire.refused.refusal import EPHEMERAL, button, row
from tests.wire.tour.channels import PNG
from tests.wire.tour.visitor import Json, Visitor

PICTURE = "data:image/png;base64," + base64.b64encode(PNG).decode()
EVERY_OPTION = [
    {"type": kind, "name": f"option-{kind}", "description": "x"} | ({"required": True} if kind == 3 else {})
    for kind in range(3, 12)
]
NESTED = [
    {"type": 2, "name": "group", "description": "x", "options": [{"type": 1, "name": "sub", "description": "x"}]},
    {"type": 1, "name": "other", "description": "x", "options": [{"type": 3, "name": "o", "description": "x"}]},
]


async def visit_application(visit: Visitor) -> None:
    for one in ("@me", visit["app"]):
        await visit.ask("GET", f"/applications/{one}")
        await visit.ask("PATCH", f"/applications/{one}", {"description": "Judged fairly"})
    await visit.ask("GET", "/oauth2/applications/@me")
    await visit.ask("GET", "/gateway", who="nobody")
    await visit.ask("GET", "/gateway/bot")
    await visit.ask("GET", "/soundboard-default-sounds")


async def visit_commands(visit: Visitor) -> None:
    for commands in (
        f"/applications/{visit['app']}/commands",
        f"/applications/{visit['app']}/guilds/{visit['guild']}/commands",
    ):
        await visit.ask("PUT", commands, [{"name": "a", "description": "x", "options": EVERY_OPTION}])
        made = await visit.ask("POST", commands, {"name": "b", "description": "x", "options": NESTED})
        await visit.ask("POST", commands, {"name": "Look at", "type": 2})
        localized = {"name": "c", "description": "x", "name_localizations": {"de": "ce"}}
        spare = await visit.ask("POST", commands, localized)
        await visit.ask("GET", commands)
        await visit.ask("GET", f"{commands}?with_localizations=true")
        await visit.ask("PATCH", f"{commands}/{made['id']}", {"description": "y", "default_member_permissions": "8"})
        await visit.ask("GET", f"{commands}/{made['id']}")
        await visit.ask("DELETE", f"{commands}/{spare['id']}")


async def visit_interactions(visit: Visitor) -> None:
    """Every kind of answer, made to interactions that nobody's gateway carried."""

    async def answer(body: Json, kind: int = 2, data: Json = COMMAND, query: str = "?with_response=true") -> str:
        begun = visit.court.begin(InteractionType(kind), dict(data))
        await visit.ask("POST", f"/interactions/{begun.id}/{begun.token}/callback{query}", body, who="nobody")
        return begun.token

    await answer({"type": 4, "data": {"content": "x", "components": [row(button())]}}, query="")
    token = await answer({"type": 4, "data": {"content": "x", "components": [row(button())]}})
    await answer({"type": 4, "data": {"content": "x", "flags": EPHEMERAL}})
    await answer({"type": 5, "data": {"flags": EPHEMERAL}})
    await answer({"type": 8, "data": {"choices": [{"name": "a", "value": "a"}]}}, 4, COMPLETION)
    await answer(modal(label(text_input())))
    hook = f"/webhooks/{visit['app']}/{token}"
    original = await visit.ask("GET", f"{hook}/messages/@original", who="nobody")
    await visit.ask("PATCH", f"{hook}/messages/@original", {"content": "y"}, file=("a.png", PNG), who="nobody")
    followup = await visit.ask("POST", hook, {"content": "more"}, who="nobody")
    await visit.ask("PATCH", f"{hook}/messages/{followup['id']}", {"content": "less"}, who="nobody")
    await visit.ask("GET", f"{hook}/messages/{followup['id']}", who="nobody")
    await visit.ask("DELETE", f"{hook}/messages/{followup['id']}", who="nobody")
    await visit_clicks(visit, original)
    await visit.ask("DELETE", f"{hook}/messages/@original", who="nobody")


async def visit_clicks(visit: Visitor, message: Json) -> None:
    state, court = visit.box.state, visit.court
    clicked = state.messages[court.text.id][int(message["id"])]
    data = {"component_type": 2, "custom_id": "again", "id": 2}
    for body in (
        {"type": 6},
        {"type": 7, "data": {"content": "updated"}},
        {"type": 4, "data": {"content": "a reply"}},
        {"type": 5},
    ):
        begun = interactions.begin(
            state, court.app, InteractionType.MESSAGE_COMPONENT, court.ada, court.text, dict(data), message=clicked
        )
        path = f"/interactions/{begun.id}/{begun.token}/callback?with_response=true"
        await visit.ask("POST", path, body, who="nobody")


async def visit_emoji(visit: Visitor) -> None:
    for emojis in (f"/applications/{visit['app']}/emojis", f"/guilds/{visit['guild']}/emojis"):
        made = await visit.ask("POST", emojis, {"name": "brush", "image": PICTURE})
        await visit.ask("GET", emojis)
        await visit.ask("GET", f"{emojis}/{made['id']}")
        await visit.ask("PATCH", f"{emojis}/{made['id']}", {"name": "pencil"})
        await visit.ask("DELETE", f"{emojis}/{made['id']}")
