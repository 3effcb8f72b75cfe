"""How to point each client library at a sandbox: the lines that `python -m sandbox` prints and the README shows."""

from __future__ import annotations

from collections.abc import Callable

Pointer = Callable[[str, str], list[str]]


def discord_py(url: str, token: str) -> list[str]:
    return [
        "import discord, yarl",
        f'discord.http.Route.BASE = "{url}/api/v10"',
        f'discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL("{url.replace("http", "ws", 1)}/gateway")',
        f'discord.Asset.BASE = "{url}/cdn"',
        f'client.run("{token}")',
    ]


def discord_js(url: str, token: str) -> list[str]:
    return [
        f'const rest = {{ api: "{url}/api", cdn: "{url}/cdn", mediaProxy: "{url}/cdn" }}',
        "const client = new Client({ intents, rest })",
        f'client.login("{token}")',
    ]


def hikari(url: str, token: str) -> list[str]:
    return [
        "import hikari",
        f'hikari.urls.CDN_URL = hikari.urls.MEDIA_PROXY_URL = "{url}/cdn"',
        f'bot = hikari.GatewayBot("{token}", rest_url="{url}/api/v10")',
        "bot.run()",
    ]


def disnake(url: str, token: str) -> list[str]:
    return [
        "import disnake",
        f'disnake.http.Route.BASE = "{url}/api/v10"',
        f'disnake.Asset.BASE = "{url}/cdn"',
        f'client.run("{token}")',
    ]


POINTERS: dict[str, Pointer] = {
    "discord.py": discord_py,
    "discord.js": discord_js,
    "hikari": hikari,
    "disnake": disnake,
}
