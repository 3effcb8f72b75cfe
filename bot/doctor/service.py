"""What the doctor asks Discord: whether it can be reached, whose the token is, what the bot may do in which channel.
It reads only, over REST, and opens the gateway no further than its first word, which costs no login.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Final

import aiohttp
import discord

from bot.doctor.finding import Finding, fault, fine, listed, warning
from bot.frame import rights
from bot.frame.endpoint import Endpoint, point_at
from bot.frame.settings import Settings, StrangersPlan

REACH_SECONDS: Final = 8.0
FEW_STARTS: Final = 50  # Discord resets the token of a bot that logs in more often than it may
MOST_SERVERS: Final = 25
_HELLO: Final = 10
_PORTAL: Final = "discord.com/developers/applications"
_PRIVILEGED: Final = {  # intent: the application's flags for it, of large and of small bots
    "members": ("gateway_guild_members", "gateway_guild_members_limited"),
    "presences": ("gateway_presence", "gateway_presence_limited"),
    "message_content": ("gateway_message_content", "gateway_message_content_limited"),
}


async def check_reach(base_url: str) -> list[Finding]:
    """REST, and the gateway's first word."""
    endpoint = point_at(base_url)
    began = time.monotonic()
    try:
        async with asyncio.timeout(REACH_SECONDS), aiohttp.ClientSession() as http:
            async with http.get(f"{endpoint.rest}/gateway") as response:
                response.raise_for_status()
            await _hear_hello(http, endpoint)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        place = base_url or "Discord"
        problem = f"{place} cannot be reached ({str(error) or 'it does not answer'})."
        remedy = "Check network, DNS and firewall: the bot calls out to port 443, and needs no port opened inwards."
        return [fault("reach", problem, remedy)]
    took = (time.monotonic() - began) * 1000
    return [fine("reach", f"{base_url or 'Discord'} answers; REST and the gateway's greeting took {took:.0f} ms.")]


async def _hear_hello(http: aiohttp.ClientSession, endpoint: Endpoint) -> None:
    async with http.ws_connect(endpoint.gateway.with_query(v="10", encoding="json")) as gateway:
        said = await gateway.receive()
        if said.type is not aiohttp.WSMsgType.TEXT or json.loads(said.data).get("op") != _HELLO:
            raise ValueError("its gateway does not say HELLO")


async def check_account(settings: Settings) -> list[Finding]:
    point_at(settings.base_url)
    client = discord.Client(intents=rights.intents(), max_ratelimit_timeout=30)
    try:
        async with client:
            await client.login(settings.token)
            application = await client.application_info()
            return [
                *_judge_application(client, application),
                judge_intents(rights.intents(), application.flags),
                await _judge_starts(client),
                *await _judge_servers(client, settings, application.id),
            ]
    except discord.LoginFailure:
        remedy = f"Take a new one at {_PORTAL}, your application, Bot, Reset Token."
        return [fault("token", "Discord refuses DISCORD_TOKEN: it was reset, or is not whole.", remedy)]
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        return [fault("account", f"Discord did not answer as it should ({error}).", "Try again in some minutes.")]


def _judge_application(client: discord.Client, application: discord.AppInfo) -> list[Finding]:
    found = [fine("token", f"It is that of {client.user}, application {application.id}.")]
    if application.interactions_endpoint_url:
        problem = f"Commands and buttons go to {application.interactions_endpoint_url} instead of this bot."
        found.append(fault("application", problem, f"Empty Interactions Endpoint URL at {_PORTAL}."))
    if application.bot_require_code_grant:
        problem = "Nobody can add the bot: the application asks for a code grant."
        found.append(warning("application", problem, f"Turn off Requires OAuth2 Code Grant at {_PORTAL}, Bot."))
    return found


def judge_intents(wanted: discord.Intents, flags: discord.ApplicationFlags) -> Finding:
    """Only three intents need a grant; asking for one without it ends every login."""
    asked = [name for name in _PRIVILEGED if getattr(wanted, name)]
    refused = [name for name in asked if not any(getattr(flags, flag) for flag in _PRIVILEGED[name])]
    if refused:
        remedy = f"Turn them on at {_PORTAL}, Bot, Privileged Gateway Intents."
        return fault("intents", f"Discord will refuse the login: not granted are {', '.join(refused)}.", remedy)
    granted = f"has what it asks for ({', '.join(asked)})" if asked else "asks for none that must be granted"
    return fine("intents", f"The bot {granted}.")


async def _judge_starts(client: discord.Client) -> Finding:
    _, _, limit = await client.http.get_bot_gateway()
    left, total = limit["remaining"], limit["total"]
    if left < FEW_STARTS:
        hours = limit["reset_after"] / 3_600_000
        remedy = f"Find out why the bot starts so often; in {hours:.1f} h they are counted anew."
        return warning("logins", f"Only {left} of {total} logins are left; beyond, Discord resets the token.", remedy)
    return fine("logins", f"{left} of {total} logins of this day are left.")


async def _judge_servers(client: discord.Client, settings: Settings, application_id: int) -> list[Finding]:
    found: list[Finding] = []
    looked = 0
    brought = _roles_of_plans(settings)
    async for server in client.fetch_guilds(limit=None):
        if not settings.allows(server.id) and settings.strangers_plan is StrangersPlan.NONE:
            remedy = f"Add it to ALLOWED_SERVERS, if it is yours: {server.id}."
            found.append(warning("servers", f"The bot is in {server.name}, and will leave it.", remedy))
            continue
        looked += 1
        if looked <= MOST_SERVERS:
            found += await _judge_server(client, server.id, brought)
    if looked > MOST_SERVERS:
        found.append(fine("servers", f"{looked - MOST_SERVERS} more servers were not looked at."))
    if not looked:
        invitation = rights.invitation(application_id)
        found.append(warning("servers", "The bot is in no server that it paints for.", f"Add it: {invitation}"))
    return found


def _roles_of_plans(settings: Settings) -> frozenset[int]:
    """Those that plans bring; none if the plans cannot be read, which is told elsewhere."""
    try:
        from bot.plans.reader import SHIPPED, PlansError, read_plans
    except ImportError:
        return frozenset()
    try:
        plans = read_plans(settings.plans or SHIPPED)
    except PlansError:
        return frozenset()
    return frozenset(plan.role for plan in plans if plan.role is not None)


async def _judge_server(client: discord.Client, server_id: int, brought: frozenset[int]) -> list[Finding]:
    assert client.user is not None
    server = await client.fetch_guild(server_id)
    member = await server.fetch_member(client.user.id)
    channels = [
        (channel.name, channel.permissions_for(member))
        for channel in await server.fetch_channels()
        if isinstance(channel, discord.TextChannel | discord.ForumChannel)
    ]
    roles = [(role.name, role < member.top_role) for role in server.roles if role.id in brought]
    return [
        *judge_channels(server.name, channels, member.guild_permissions),
        *judge_roles(server.name, roles, may_manage=member.guild_permissions.manage_roles),
    ]


def judge_roles(server: str, brought: Sequence[tuple[str, bool]], *, may_manage: bool) -> list[Finding]:
    """Roles that plans bring, and whether each stands below the bot's own."""
    too_high = [name for name, is_below in brought if not (is_below and may_manage)]
    if not too_high:
        return []
    remedy = "Let the bot's role manage roles, and drag it above those, in the server's settings."
    return [warning("permissions", f"In {server} the bot cannot give {listed(too_high)} to members.", remedy)]


def judge_channels(
    server: str, channels: Sequence[tuple[str, discord.Permissions]], everywhere: discord.Permissions
) -> list[Finding]:
    """Channels that the bot does not see are the server's choice; those where it sees, but cannot answer, are not."""
    about = "permissions"
    seen = [(name, granted) for name, granted in channels if granted.view_channel]
    lacking = {name: rights.missing(rights.NEEDED, granted) for name, granted in seen}
    broken = {name: lacks for name, lacks in lacking.items() if lacks.value}
    remedy = "Let the bot's role do that, in the server's settings or the channel's."
    found = []
    if len(broken) == len(seen):
        found.append(fault(about, f"In {server} the bot can work in no channel{_example(broken)}.", remedy))
    elif broken:
        lacks = [f"#{name} ({', '.join(rights.names(lacks))})" for name, lacks in broken.items()]
        found.append(warning(about, f"In {server} something is missing in {listed(lacks)}.", remedy))
    wanting = rights.names(rights.missing(rights.FULL, everywhere))
    if wanting and not broken:
        found.append(warning(about, f"In {server} the bot works, but may not {listed(wanting)}.", remedy))
    hidden = len(channels) - len(seen)
    sentence = f"In {server} the bot can work in {len(seen) - len(broken)} channels, and does not see {hidden}."
    return found or [fine(about, sentence)]


def _example(broken: dict[str, discord.Permissions]) -> str:
    for name, lacks in broken.items():
        return f": #{name} lacks {', '.join(rights.names(lacks))}"
    return ": it sees none"
