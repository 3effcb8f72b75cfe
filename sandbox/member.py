"""A person over HTTP: for tests and benchmarks that use a bot as its members do.

    async with Member.of(url, "cleo") as cleo:
        outcome = await cleo.command("painting", "imagine", prompt="a red house")
        picture = await cleo.wait_for("painting", lambda message: message["attachments"])
        await cleo.click(picture, "U1")

It knows only what a client knows: REST, interactions, and (once it has to wait) the gateway.
"""

from __future__ import annotations

import asyncio
import io
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import quote

import aiohttp

from sandbox.ear import Condition, Ear
from sandbox.filling import File, component_named, components, filled, path_of, typed_options

__all__ = ["File", "Member", "NothingCame", "Outcome", "Refused", "components"]

Json = dict[str, Any]
DEFAULT_TIMEOUT_SECONDS = 20.0


class Refused(Exception):  # noqa: N818  # it names what happened to a person
    """The sandbox refused, as Discord would have."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body
        self.code = body.get("code") if isinstance(body, dict) else None


class NothingCame(Exception):  # noqa: N818
    """What was waited for did not happen in time."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an application responded: "answered", "failed" (three seconds passed), "modal" or "choices"."""

    status: str
    id: str
    message: Json | None = None
    modal: Json | None = None
    choices: list[Json] = field(default_factory=list)

    @property
    def is_private(self) -> bool:
        return self.message is not None and bool(self.message["flags"] & 64)


class Member:
    """One person. Channels are named by name or id, commands by their words ("gallery mine")."""

    def __init__(self, url: str, username: str, token: str, user_id: str, http: aiohttp.ClientSession) -> None:
        self.url = url
        self.username = username
        self.token = token
        self.user_id = user_id
        self._http = http
        self._channels: dict[str, Json] = {}
        self._nonces = itertools.count(1)
        self._ear: Ear | None = None

    @classmethod
    def of(cls, url: str, username: str) -> _Arrival:
        """Someone whom the sandbox knows, by user name."""
        return _Arrival(url, username)

    # -- talking ------------------------------------------------------------------------------------------------------

    async def request(self, method: str, path: str, body: Any = None, files: tuple[File, ...] = ()) -> Any:
        """Any REST call as this person. Raises `Refused`."""
        headers = {"Authorization": self.token}
        arguments: Json = {"json": body} if body is not None and not files else {}
        if files:
            form = aiohttp.FormData(quote_fields=False)  # a name goes as it is, as Discord's clients send it
            form.add_field("payload_json", json.dumps(body or {}), content_type="application/json")
            for n, file in enumerate(files):
                data = io.BytesIO(file.data)  # aiohttp warns of large files that come as bytes
                form.add_field(f"files[{n}]", data, filename=file.name, content_type="application/octet-stream")
            arguments = {"data": form}
        async with self._http.request(method, f"{self.url}/api/v10{path}", headers=headers, **arguments) as response:
            answer = await response.json() if response.content_type == "application/json" else await response.text()
            if response.status >= 400:
                raise Refused(response.status, answer)
            return answer

    async def download(self, url: str) -> bytes:
        async with self._http.get(url) as response:
            if response.status != 200:
                raise Refused(response.status, await response.text())
            return await response.read()

    async def send(self, channel: str, content: str = "", *files: File, reply_to: Json | None = None) -> Json:
        body: Json = {"content": content, "nonce": self._nonce()}
        if files:
            body["attachments"] = [{"id": n, "filename": file.name} for n, file in enumerate(files)]
        if reply_to is not None:
            body["message_reference"] = {"message_id": reply_to["id"], "channel_id": reply_to["channel_id"]}
        place = await self.channel_id(channel)
        sent: Json = await self.request("POST", f"/channels/{place}/messages", body, files)
        return sent

    async def post(self, forum: str, name: str, content: str, *files: File, tags: tuple[str, ...] = ()) -> Json:
        """A forum post; returns the thread, with its first message."""
        await self.channel_id(forum)
        known = {tag["name"]: tag["id"] for tag in self._channels[forum].get("available_tags", [])}
        body: Json = {"name": name, "message": {"content": content}, "applied_tags": [known[tag] for tag in tags]}
        if files:
            body["message"]["attachments"] = [{"id": n, "filename": file.name} for n, file in enumerate(files)]
        thread: Json = await self.request("POST", f"/channels/{await self.channel_id(forum)}/threads", body, files)
        return thread

    async def react(self, message: Json, emoji: str) -> None:
        await self.request("PUT", f"{path_of(message)}/reactions/{quote(emoji)}/@me")

    async def unreact(self, message: Json, emoji: str) -> None:
        await self.request("DELETE", f"{path_of(message)}/reactions/{quote(emoji)}/@me")

    async def delete(self, message: Json) -> None:
        await self.request("DELETE", path_of(message))

    # -- reading ------------------------------------------------------------------------------------------------------

    async def channel_id(self, channel: str) -> str:
        """The id behind a channel's name (`painting`), direct messages with someone (`@Painter`), or an id."""
        if channel.isdigit():
            return channel
        if channel not in self._channels:
            await self._learn_channels()
        if channel not in self._channels and channel.startswith("@"):
            raise KeyError(f"{self.username} has no direct messages with {channel[1:]}")
        return str(self._channels[channel]["id"])

    async def _learn_channels(self) -> None:
        for guild in await self.request("GET", "/users/@me/guilds"):
            for channel in await self.request("GET", f"/guilds/{guild['id']}/channels"):
                self._channels.setdefault(channel["name"], channel)
            for thread in (await self.request("GET", f"/guilds/{guild['id']}/threads/active"))["threads"]:
                self._channels.setdefault(thread["name"], thread)
        for channel in await self.request("GET", "/users/@me/channels"):
            for other in channel["recipients"]:
                self._channels[f"@{other['username']}"] = channel

    async def messages(self, channel: str, limit: int = 50) -> list[Json]:
        """What this person sees there, newest first, ephemeral messages to them among it."""
        place = await self.channel_id(channel)
        found: list[Json] = await self.request("GET", f"/channels/{place}/messages?limit={limit}")
        return found

    async def refresh(self, message: Json) -> Json:
        """The message as it is now."""
        place = message["channel_id"]
        for one in await self.request("GET", f"/channels/{place}/messages?around={message['id']}&limit=1"):
            if one["id"] == message["id"]:
                found: Json = one
                return found
        raise Refused(404, {"code": 10008, "message": "Unknown Message"})

    async def wait_for(
        self, channel: str, condition: Condition, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS, limit: int = 50
    ) -> Json:
        """The newest message here that satisfies the condition: at once, or when it comes or is changed to."""
        place = await self.channel_id(channel)
        ear = await self._listen()
        last_seen: list[Json] = []
        try:
            async with asyncio.timeout(timeout_seconds):
                while True:
                    news = ear.news(place)
                    last_seen = await self.messages(place, limit)
                    for message in last_seen:
                        if condition(message):
                            return message
                    await news
        except TimeoutError:
            seen = [(m["content"], len(m["attachments"]), m["flags"]) for m in last_seen[:5]]
            raise NothingCame(
                f"Nothing in {channel} satisfied the condition in {timeout_seconds} s; newest: {seen}"
            ) from None

    async def wait_for_event(
        self, name: str, condition: Condition = bool, *, timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    ) -> Json:
        """The next gateway event of this name that satisfies the condition."""
        ear = await self._listen()
        try:
            async with asyncio.timeout(timeout_seconds):
                return await ear.event(name, condition)
        except TimeoutError:
            raise NothingCame(f"No {name} came in {timeout_seconds} s.") from None

    async def _listen(self) -> Ear:
        if self._ear is None:
            self._ear = await Ear.open(self._http, self.url, self.token)
        return self._ear

    # -- using applications -------------------------------------------------------------------------------------------

    async def commands(self, channel: str) -> list[Json]:
        """What is offered here."""
        index = await self.request("GET", f"/channels/{await self.channel_id(channel)}/application-command-index")
        found: list[Json] = index["application_commands"]
        return found

    async def command(self, channel: str, name: str, /, **options: Any) -> Outcome:
        """Type a slash command. A `File` among the options is uploaded."""
        return await self._use(2, channel, name, options)

    async def autocomplete(self, channel: str, name: str, focused: str, /, **options: Any) -> list[Json]:
        """What is suggested for the option `focused`, whose text so far is among the options."""
        return (await self._use(4, channel, name, options, focused)).choices

    async def _use(self, kind: int, channel: str, name: str, options: Json, focused: str | None = None) -> Outcome:
        command, path = self._find(await self.commands(channel), name)
        files = tuple(value for value in options.values() if isinstance(value, File))
        data: Json = {"id": command["id"], "name": command["name"], "type": 1}
        data["options"] = typed_options(command.get("options", []), path, options, files, focused)
        data["attachments"] = [{"id": str(n), "filename": file.name} for n, file in enumerate(files)]
        return await self._begin(kind, channel, command["application_id"], data, files=files)

    def _find(self, commands: list[Json], name: str) -> tuple[Json, list[str]]:
        first, *rest = name.split()
        for command in commands:
            if command["type"] == 1 and command["name"] == first:
                return command, rest
        offered = ", ".join(sorted(command["name"] for command in commands)) or "nothing"
        raise KeyError(f"/{name} is not offered to {self.username} here; offered: {offered}")

    async def use_on_message(self, name: str, message: Json) -> Outcome:
        """A command of the message menu (right-click, Apps)."""
        return await self._use_on(3, message["channel_id"], name, message["id"])

    async def use_on_user(self, channel: str, name: str, user_id: str) -> Outcome:
        return await self._use_on(2, channel, name, user_id)

    async def _use_on(self, kind: int, channel: str, name: str, target_id: str) -> Outcome:
        found = [one for one in await self.commands(channel) if one["type"] == kind and one["name"] == name]
        if not found:
            raise KeyError(f"The menu offers {self.username} no {name!r} here")
        data = {"id": found[0]["id"], "name": name, "type": kind, "target_id": target_id}
        return await self._begin(2, channel, found[0]["application_id"], data)

    async def click(self, message: Json, button: str) -> Outcome:
        """Press a button, named by its label, its emoji or its custom id."""
        component = component_named(message, button)
        data = {"component_type": component["type"], "custom_id": component["custom_id"]}
        return await self._component(message, data)

    async def select(self, message: Json, menu: str, *values: str) -> Outcome:
        """Choose in a select menu, named by its custom id or placeholder; values by value or label."""
        component = component_named(message, menu)
        by_label = {option["label"]: option["value"] for option in component.get("options", [])}
        chosen = [by_label.get(value, value) for value in values]
        data = {"component_type": component["type"], "custom_id": component["custom_id"], "values": chosen}
        return await self._component(message, data)

    async def _component(self, message: Json, data: Json) -> Outcome:
        about = {"message_id": message["id"], "message_flags": message["flags"]}
        application_id = message.get("application_id") or message["author"]["id"]
        return await self._begin(3, message["channel_id"], application_id, data, **about)

    async def submit(self, modal: Json, values: Mapping[str, Any]) -> Outcome:
        """Fill in a modal: values by custom id; a list for selects, `File`s for uploads."""
        files: list[File] = []
        tree = [filled(component, values, files) for component in modal["components"]]
        data: Json = {"id": modal["id"], "custom_id": modal["custom_id"], "components": tree}
        data["attachments"] = [{"id": str(n), "filename": file.name} for n, file in enumerate(files)]
        return await self._begin(5, modal["channel_id"], modal["application"]["id"], data, files=tuple(files))

    async def _begin(
        self, kind: int, channel: str, application_id: str, data: Json, *, files: tuple[File, ...] = (), **about: Any
    ) -> Outcome:
        body = {
            "type": kind,
            "application_id": application_id,
            "channel_id": await self.channel_id(channel),
            "data": data,
            "nonce": self._nonce(),
            **about,
        }
        return Outcome(**await self.request("POST", "/interactions?wait=true", body, files))

    def _nonce(self) -> str:
        return f"{self.user_id[-8:]}{next(self._nonces)}"

    async def close(self) -> None:
        if self._ear is not None:
            await self._ear.close()
        await self._http.close()


class _Arrival:
    """`async with Member.of(url, name) as member`; also awaitable, for those who close it themselves."""

    def __init__(self, url: str, username: str) -> None:
        self._url = url.rstrip("/")
        self._username = username
        self._member: Member | None = None

    async def __aenter__(self) -> Member:
        http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        try:
            async with http.get(f"{self._url}/_sim/people") as response:
                people = (await response.json())["people"]
            person = next(one for one in people if one["user"]["username"] == self._username)
        except StopIteration:
            await http.close()
            raise KeyError(f"The sandbox knows nobody called {self._username}") from None
        except BaseException:
            await http.close()
            raise
        self._member = Member(self._url, self._username, person["token"], person["user"]["id"], http)
        return self._member

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._member is not None:
            await self._member.close()
