"""World-building over HTTP, under /_sim/: people, servers, applications, things for sale, purchases.

What Discord has a route for (channels, roles, members, overwrites) is done there, with a person's token.
Docs: docs/sandbox-world.md.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.control.forms import Handler, WrongInputError, answer, in_words, read_json
from sandbox.rules import ids, limits
from sandbox.rules.kinds import SkuType
from sandbox.world import commerce, guilds, seed
from sandbox.world.actors import person_token
from sandbox.world.entities import Guild, User
from sandbox.world.state import State
from sandbox.world.views import entitlement_view, guild_view, sku_view, subscription_view, user_view
from sandbox.world.views.users import short_application_view

Json = dict[str, Any]

INDEX: Final = {
    "GET /_sim/people": "everyone, with tokens; all applications, with token and secret",
    "POST /_sim/people": '{"username": "eve", "global_name": "Eve", "guild_ids": ["…"]}',
    "PATCH /_sim/people/{user_id}": '{"dms_closed": true, "is_adult": false, "locale": "de"}',
    "POST /_sim/guilds": '{"name": "Second", "owner_id": "…", "application_ids": ["…"]}',
    "POST /_sim/applications": '{"name": "Second bot", "guild_ids": ["…"]}',
    "PATCH /_sim/applications/{application_id}": '{"redirect_uris": ["http://127.0.0.1:8080/signed-in"]}',
    "POST /_sim/applications/{application_id}/install": '{"guild_id": "…"}, or {"user_id": "…", "installed": true}',
    "GET /_sim/skus": "what is for sale",
    "POST /_sim/skus": '{"name": "Pro", "type": "subscription", "price_cents": 999, "for_guilds": false}',
    "POST /_sim/purchases": '{"sku_id": "…", "user_id": "…", "guild_id": null}',
    "POST /_sim/subscriptions/{subscription_id}": '{"act": "cancel"}; also resume, renew, expire, refund, switch',
}


def routes(state: State) -> list[web.RouteDef]:
    world = _World(state)
    table: list[tuple[str, str, Handler]] = [
        ("GET", "/_sim/people", world.list_people),
        ("POST", "/_sim/people", world.add_person),
        ("PATCH", "/_sim/people/{user_id}", world.change_person),
        ("POST", "/_sim/guilds", world.add_guild),
        ("POST", "/_sim/applications", world.add_application),
        ("PATCH", "/_sim/applications/{application_id}", world.change_application),
        ("POST", "/_sim/applications/{application_id}/install", world.install),
        ("GET", "/_sim/skus", world.list_skus),
        ("POST", "/_sim/skus", world.add_sku),
        ("POST", "/_sim/purchases", world.purchase),
        ("POST", "/_sim/subscriptions/{subscription_id}", world.move_subscription),
    ]
    return [web.route(method, path, in_words(handler)) for method, path, handler in table]


class _Form:
    """A JSON object whose fields are asked for one by one, each with a sentence for what is wrong."""

    def __init__(self, fields: Json) -> None:
        self.fields = fields

    @classmethod
    async def of(cls, request: web.Request) -> _Form:
        fields = await read_json(request, b"{}")
        if not isinstance(fields, dict):
            raise WrongInputError("The body must be a JSON object.")
        return cls(fields)

    def text(self, name: str, default: str | None = None, longest: int = 100) -> str:
        value = self.fields.get(name, default)
        if not isinstance(value, str) or not 0 < len(value.strip()) <= longest:
            raise WrongInputError(f"`{name}` must be a text of 1 to {longest} characters.")
        return value.strip()

    def id(self, name: str) -> int | None:
        value = self.fields.get(name)
        if value is None:
            return None
        found = ids.parse(value)
        if found is None:
            raise WrongInputError(f"`{name}` must be an id, as a string of digits.")
        return found

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        value = self.fields.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise WrongInputError(f"`{name}` must be a whole number from {low} to {high}.")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.fields.get(name, default)
        if not isinstance(value, bool):
            raise WrongInputError(f"`{name}` must be true or false.")
        return value


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return bool(parts.scheme and (parts.netloc or parts.path)) and not parts.fragment and len(text) <= 2048


class _World:
    def __init__(self, state: State) -> None:
        self.state = state

    async def list_people(self, request: web.Request) -> web.Response:
        people = [self._person(user) for user in self.state.users.values() if not user.bot]
        applications = [
            short_application_view(self.state, application)
            | {"token": application.token, "secret": application.client_secret}
            for application in self.state.applications.values()
        ]
        return answer({"people": people, "applications": applications, "clock_ms": self.state.clock.now_ms()})

    def _person(self, user: User) -> Json:
        return {
            "user": user_view(user),
            "token": person_token(self.state, user.id),
            "standing": self._standing(user),
            "dms_closed": user.dms_closed,
            "is_adult": user.is_adult,
        }

    def _standing(self, user: User) -> str:
        """In the first server that the person is in."""
        for guild in self.state.guilds_of(user.id):
            if guild.owner_id == user.id:
                return "owner"
            names = {self.state.roles[role].name.lower() for role in self.state.members[guild.id][user.id].roles}
            return "moderator" if "moderator" in names else "member"
        return "stranger"

    async def add_person(self, request: web.Request) -> web.Response:
        form = await _Form.of(request)
        username = form.text("username", longest=32).lower()
        if any(user.username == username and not user.bot for user in self.state.users.values()):
            raise WrongInputError(f"There is already a person called {username}; choose another name.")
        found = [self._guild(given) for given in form.fields.get("guild_ids") or []]
        user = seed.make_person(self.state, username, form.text("global_name", username.capitalize(), 32))
        for guild in found:
            guilds.add_member(self.state, guild, user.id)
        return answer(self._person(user), status=201)

    async def change_person(self, request: web.Request) -> web.Response:
        form = await _Form.of(request)
        user = self.state.users.get(ids.parse(request.match_info["user_id"]) or 0)
        if user is None or user.bot:
            raise WrongInputError("There is no person with this id; GET /_sim/people lists them.")
        user.dms_closed = form.flag("dms_closed", user.dms_closed)
        user.is_adult = form.flag("is_adult", user.is_adult)
        user.locale = form.text("locale", user.locale, 5)
        self.state.save(user)
        return answer(self._person(user))

    async def add_guild(self, request: web.Request) -> web.Response:
        form = await _Form.of(request)
        owner_id = form.id("owner_id")
        if owner_id is None or owner_id not in self.state.users:
            raise WrongInputError("`owner_id` must be the id of a person; GET /_sim/people lists them.")
        guild = seed.make_guild(self.state, form.text("name"), owner_id)
        seed.make_channel(self.state, guild, "general")
        guilds.announce_guild(self.state, guild, owner_id)
        for given in form.fields.get("application_ids") or []:
            guilds.install(self.state, self._application(given), guild)
        return answer(guild_view(self.state, guild), status=201)

    async def add_application(self, request: web.Request) -> web.Response:
        form = await _Form.of(request)
        owner_id = form.id("owner_id") or next(iter(self.state.users))
        application = seed.make_application(self.state, form.text("name", longest=32), owner_id)
        for given in form.fields.get("guild_ids") or []:
            guilds.install(self.state, application, self._guild(given))
        view = short_application_view(self.state, application)
        return answer(view | {"token": application.token, "secret": application.client_secret}, status=201)

    async def change_application(self, request: web.Request) -> web.Response:
        """`{"redirect_uris": ["http://127.0.0.1:8080/signed-in"]}`: where OAuth2 may send people back to."""
        form = await _Form.of(request)
        application = self._application(request.match_info["application_id"])
        uris = form.fields.get("redirect_uris", application.redirect_uris)
        if not isinstance(uris, list) or len(uris) > 10 or not all(isinstance(u, str) and _is_url(u) for u in uris):
            raise WrongInputError("`redirect_uris` must be a list of at most 10 absolute URLs without a fragment.")
        application.redirect_uris = uris
        application.description = form.text("description", application.description or "-", 400)
        self.state.save(application)
        view = short_application_view(self.state, application) | {"redirect_uris": application.redirect_uris}
        return answer(view | {"secret": application.client_secret})

    async def install(self, request: web.Request) -> web.Response:
        """`{"guild_id"}` puts the bot into a server, `{"user_id"}` installs the application for a person."""
        form = await _Form.of(request)
        application = self._application(request.match_info["application_id"])
        guild_id, user_id = form.id("guild_id"), form.id("user_id")
        if (guild_id is None) == (user_id is None):
            raise WrongInputError("Say either `guild_id` or `user_id`.")
        if guild_id is not None:
            guilds.install(self.state, application, self._guild(guild_id))
        elif user_id is not None:
            self.state.user(user_id)
            wanted, has = form.flag("installed", True), user_id in application.installed_by
            if wanted and not has:
                application.installed_by.append(user_id)
            elif has and not wanted:
                application.installed_by.remove(user_id)
            self.state.save(application)
        return answer({"id": str(application.id), "installed_by": [str(u) for u in application.installed_by]})

    # -- for sale -----------------------------------------------------------------------------------------------------

    async def list_skus(self, request: web.Request) -> web.Response:
        return answer({"skus": [sku_view(sku) | {"price_cents": sku.price_cents} for sku in self.state.skus.values()]})

    async def add_sku(self, request: web.Request) -> web.Response:
        form = await _Form.of(request)
        application_id = form.id("application_id")
        application = self._application(
            application_id if application_id is not None else next(iter(self.state.applications))
        )
        kinds = {"durable": SkuType.DURABLE, "consumable": SkuType.CONSUMABLE, "subscription": SkuType.SUBSCRIPTION}
        offered = sum(sku.application_id == application.id for sku in self.state.skus.values())
        if offered >= limits.SKUS:
            raise WrongInputError(f"An application sells at most {limits.SKUS} things, and this one does.")
        kind = form.text("type", "subscription")
        if kind not in kinds:
            raise WrongInputError(f"`type` must be one of {', '.join(kinds)}.")
        sku = commerce.make_sku(
            self.state,
            application,
            kinds[kind],
            form.text("name"),
            for_guilds=form.flag("for_guilds"),
            price_cents=form.whole("price_cents", 499, 0, 1_000_000),
        )
        return answer(sku_view(sku) | {"price_cents": sku.price_cents}, status=201)

    async def purchase(self, request: web.Request) -> web.Response:
        form = await _Form.of(request)
        sku = self.state.skus.get(form.id("sku_id") or 0)
        if sku is None:
            raise WrongInputError("`sku_id` names nothing that is for sale; GET /_sim/skus lists it.")
        user_id, guild_id = form.id("user_id"), form.id("guild_id")
        if user_id not in self.state.users:
            raise WrongInputError("`user_id` must be the id of the person who buys.")
        if commerce.is_for_guilds(sku) and guild_id is None:
            raise WrongInputError("`guild_id` must name the server that this subscription is for.")
        if guild_id is not None:
            self._guild(guild_id)
        entitlement, subscription = commerce.buy(self.state, sku, user_id, guild_id)
        view: Json = {"entitlement": entitlement_view(entitlement)}
        if subscription is not None:
            view["subscription"] = subscription_view(subscription)
        return answer(view, status=201)

    async def move_subscription(self, request: web.Request) -> web.Response:
        """`{"act": "cancel"|"resume"|"renew"|"expire"|"refund"|"switch", "sku_id": …}`."""
        form = await _Form.of(request)
        subscription = self.state.subscriptions.get(ids.parse(request.match_info["subscription_id"]) or 0)
        if subscription is None:
            raise WrongInputError("There is no subscription with this id.")
        act = form.text("act")
        if act not in commerce.ACTS:
            raise WrongInputError(f"`act` must be one of {', '.join(commerce.ACTS)}.")
        new_sku = self.state.skus.get(form.id("sku_id") or 0)
        if act == "switch" and new_sku is None:
            raise WrongInputError("`switch` needs the `sku_id` of the plan to change to.")
        commerce.move(self.state, subscription, act, new_sku)
        return answer(subscription_view(subscription))

    def _guild(self, given: Any) -> Guild:
        guild = self.state.guilds.get(ids.parse(given) or 0)
        if guild is None:
            raise WrongInputError(f"There is no server with the id {given!r}.")
        return guild

    def _application(self, given: Any) -> Any:
        application = self.state.applications.get(ids.parse(given) or 0)
        if application is None:
            raise WrongInputError(f"There is no application with the id {given!r}.")
        return application
