"""Sign-in with OAuth2, purchases, and what Discord's own client asks in a person's name: each route once."""

from __future__ import annotations

from sandbox.rules.kinds import SkuType
from sandbox.world import commerce
from sandbox.world.actors import person_token
from sandbox.world.entities import Grant
from tests.wire.tour.visitor import Visitor

SCOPES = ["identify", "guilds", "guilds.members.read", "guilds.join", "applications.commands.permissions.update"]
REDIRECT = "http://localhost/signed-in"


def introduce(visit: Visitor) -> None:
    """Codes that Ada and a stranger have consented to."""
    state, court = visit.box.state, visit.court
    for number, user_id in enumerate((court.ada, int(visit["stranger"]))):
        expires_ms = state.clock.now_ms() + 60_000
        state.save(
            Grant(state.ids.new(), court.app.id, user_id, SCOPES, f"code-{number}", REDIRECT, expires_ms=expires_ms)
        )


async def visit_sign_in(visit: Visitor) -> None:
    introduce(visit)
    client = {"client_id": visit["app"], "client_secret": visit.court.app.client_secret}
    tokens = []
    for number in range(2):
        form = {"grant_type": "authorization_code", "code": f"code-{number}", "redirect_uri": REDIRECT, **client}
        tokens.append(await visit.ask("POST", "/oauth2/token", who="nobody", form=form))
    ada, stranger = tokens
    renew = {"grant_type": "refresh_token", "refresh_token": ada["refresh_token"], **client}
    ada = await visit.ask("POST", "/oauth2/token", who="nobody", form=renew)
    visit.court.headers["signed in"] = {"Authorization": f"Bearer {ada['access_token']}"}
    for path in ("/oauth2/@me", "/users/@me", "/users/@me/guilds", f"/users/@me/guilds/{visit['guild']}/member"):
        await visit.ask("GET", path, who="signed in")
    joined = f"/guilds/{visit['guild']}/members/{visit['stranger']}"
    await visit.ask("PUT", joined, {"access_token": stranger["access_token"]})
    await visit.ask("PUT", joined, {"access_token": stranger["access_token"]})
    await visit.ask("POST", "/oauth2/token/revoke", who="nobody", form={"token": ada["access_token"], **client})


async def visit_as_a_person(visit: Visitor) -> None:
    channel = f"/channels/{visit['text']}"
    body = {"name": "use", "description": "x"}
    command = await visit.ask("POST", f"/applications/{visit['app']}/commands", body)
    await visit.ask("GET", f"{channel}/application-command-index", who="ada")
    await visit.ask("GET", "/users/@me/channels", who="ada")
    data = {"id": command["id"], "name": "use", "type": 1, "options": []}
    use = {"type": 2, "application_id": visit["app"], "channel_id": visit["text"], "data": data}
    await visit.ask("POST", "/interactions", use, who="ada")
    visit.court.headers["owner"] = {"Authorization": person_token(visit.box.state, int(visit["owner"]))}
    allowed = f"/applications/{visit['app']}/guilds/{visit['guild']}/commands"
    rules = {"permissions": [{"id": visit["ada"], "type": 1, "permission": True}]}
    await visit.ask("PUT", f"{allowed}/{command['id']}/permissions", rules, who="owner")
    await visit.ask("GET", f"{allowed}/{command['id']}/permissions")
    await visit.ask("GET", f"{allowed}/permissions")


async def visit_purchases(visit: Visitor) -> None:
    state, court = visit.box.state, visit.court
    purchases = f"/applications/{visit['app']}/entitlements"
    body = {"sku_id": visit["sku"], "owner_id": visit["ada"], "owner_type": 2}
    made = await visit.ask("POST", purchases, body)
    await visit.ask("POST", purchases, body | {"owner_id": visit["guild"], "owner_type": 1})
    hours = commerce.make_sku(state, court.app, SkuType.CONSUMABLE, "Hours")
    bought, _ = commerce.buy(state, hours, court.ada)
    await visit.ask("GET", f"{purchases}?limit=100&exclude_ended=true")
    await visit.ask("GET", f"{purchases}/{made['id']}")
    await visit.ask("POST", f"{purchases}/{bought.id}/consume")
    await visit.ask("DELETE", f"{purchases}/{made['id']}")
    await visit.ask("GET", f"/applications/{visit['app']}/skus")
    gold = state.skus[int(visit["sku"])]
    _, subscription = commerce.buy(state, gold, court.ada)
    assert subscription is not None
    await visit.ask("GET", f"/skus/{gold.id}/subscriptions?user_id={visit['ada']}")
    await visit.ask("GET", f"/skus/{gold.id}/subscriptions/{subscription.id}")
