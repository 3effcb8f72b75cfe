"""The sandbox through a restart, from the shell, and towards other machines."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sandbox.rules.kinds import SkuType
from sandbox.server import Sandbox
from sandbox.world import commerce
from tests.sandbox.crew import Crew, data_uri, png

PATIENCE_SECONDS = 20.0
ROW = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}


@asynccontextmanager
async def kept(path: Path, port: int = 0) -> AsyncIterator[Crew]:
    async with Sandbox(port=port, state_file=path) as box, Crew.of(box) as crew:
        yield crew


async def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    async with kept(file) as crew:
        port, token = crew.box.port, crew.box.bot_token
        place = crew.channel("painting")
        command = await crew.register()
        given = await crew.use("cleo", place, command)
        answer = (await crew.answer(given, 4, ("a.png", png()), content="grid", components=[ROW]))["resource"][
            "message"
        ]
        await crew.cleo.put(f"/channels/{place.id}/messages/{answer['id']}/reactions/%F0%9F%91%8D/@me")
        hook = await crew.ada.post(
            f"/channels/{place.id}/webhooks", {"name": "Herald", "avatar": data_uri(png(shade=4))}
        )
        invite = await crew.ada.post(f"/channels/{place.id}/invites", {})
        emoji = await crew.bot.post(f"{crew.application_path}/emojis", {"name": "brush", "image": data_uri(png())})
        sku = commerce.make_sku(crew.state, crew.box.application, SkuType.SUBSCRIPTION, "Pro")
        _, subscription = commerce.buy(crew.state, sku, int(crew.cleo.id))
        link = answer["attachments"][0]["url"]
        crew.box.clock.advance(60)
        now = crew.box.clock.now_ms()
    async with kept(file, port) as crew:
        assert crew.box.bot_token == token
        assert crew.box.clock.now_ms() >= now
        shown = await crew.bot.get(f"/channels/{place.id}/messages/{answer['id']}")
        assert (shown["content"], shown["reactions"][0]["count"]) == ("grid", 1)
        assert await crew.download(link) == (200, png())
        assert (await crew.bot.get(f"{crew.application_path}/commands"))[0]["id"] == command["id"]
        follow = await crew.nobody.post(crew.hook(given), {"content": "still here"})
        assert follow["message_reference"]["message_id"] == answer["id"]
        clicked = await crew.click("dov", shown, "go")
        assert clicked["message"]["id"] == answer["id"]
        said = await crew.nobody.post(f"/webhooks/{hook['id']}/{hook['token']}?wait=true", {"content": "x"})
        assert said["author"]["avatar"] == hook["avatar"]
        assert (await crew.nobody.get(f"/invites/{invite['code']}"))["code"] == invite["code"]
        assert (await crew.download(f"{crew.box.url}/cdn/emojis/{emoji['id']}.png"))[0] == 200
        heard = crew.listen("bot")
        crew.box.clock.advance(31 * 24 * 3600)
        assert subscription is not None
        assert heard.last("SUBSCRIPTION_UPDATE")["id"] == str(subscription.id)


async def test_a_deferred_answer_can_be_given_after_a_restart_and_an_old_token_cannot(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    async with kept(file) as crew:
        port = crew.box.port
        command = await crew.register()
        given = await crew.use("cleo", crew.channel("painting"), command)
        await crew.answer(given, 5)
        silent = await crew.use("cleo", crew.channel("painting"), command)
    async with kept(file, port) as crew:
        edited = await crew.nobody.patch(crew.hook(given, "/messages/@original"), {"content": "done"})
        assert (edited["content"], edited["flags"]) == ("done", 0)
        crew.box.clock.advance(3)
        path = f"/interactions/{silent['id']}/{silent['token']}/callback"
        assert (await crew.nobody.refused("POST", path, {"type": 5})).code == 10062
        crew.box.clock.advance(15 * 60)
    async with kept(file, port) as crew:
        assert given["token"] not in crew.state.interactions


async def test_the_second_start_has_the_first_ones_people_and_no_more(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    async with kept(file) as crew:
        before = {user.username for user in crew.state.users.values()}
    async with kept(file) as crew:
        assert {user.username for user in crew.state.users.values()} == before
        assert len(crew.state.guilds) == 1


# -- from the shell ---------------------------------------------------------------------------------------------------


async def start(*options: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", *options, stdin=pipe, stdout=pipe, stderr=pipe
    )


async def ended(process: asyncio.subprocess.Process) -> tuple[int, str, str]:
    """Close its standard input, and wait until it is gone."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            out, err = await process.communicate(b"")  # which closes it, also on Python 3.11
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_it_ends_when_its_parents_pipe_closes() -> None:
    process = await start("--port", "0", "--quiet")
    assert process.stdout is not None
    assert process.stdin is not None
    async with asyncio.timeout(PATIENCE_SECONDS):
        line = (await process.stdout.readline()).decode()
    assert line.startswith("Sandbox: http://127.0.0.1:")
    code, out, _ = await ended(process)
    assert (code, out) == (0, "")


async def test_help_names_every_option() -> None:
    code, out, _ = await ended(await start("--help"))
    assert code == 0
    for option in ("--port", "--host", "--state", "--keep", "--log", "--url", "--quiet", "docs/sandbox-control.md"):
        assert option in out


async def test_a_taken_port_is_told_in_a_sentence() -> None:
    async with Sandbox(port=0) as box:
        code, _, err = await ended(await start("--port", str(box.port)))
    assert code == 2
    assert err.startswith(f"Cannot listen on 127.0.0.1:{box.port}")
    assert "Try another --port." in err


async def test_a_log_that_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    code, _, err = await ended(await start("--port", "0", "--log", str(tmp_path / "missing" / "log.jsonl")))
    assert code == 2
    assert err.strip().endswith("cannot be written (No such file or directory); name another file to log to.")
    assert "Traceback" not in err


async def test_listening_to_other_machines_is_warned_of() -> None:
    code, out, err = await ended(await start("--port", "0", "--host", "0.0.0.0", "--quiet"))
    assert code == 0
    assert out.startswith("Sandbox: http://127.0.0.1:")
    assert err.startswith("WARNING: listening on 0.0.0.0, which other machines may reach.")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--port", "x"), "is not a port; use a number from 0 to 65535"),
        (("--keep", "0"), "is not a number of messages"),
        (("--state", "/nowhere/at/all.db"), "does not exist; create it, or name another --state."),
    ],
)
async def test_a_wrong_option_is_told_with_its_remedy(options: tuple[str, ...], sentence: str) -> None:
    code, _, err = await ended(await start(*options))
    assert code == 2
    assert sentence in err


async def test_the_welcome_gives_the_token_and_lines_for_each_library() -> None:
    code, out, _ = await ended(await start("--port", "0"))
    assert code == 0
    for text in ("Bot token", "discord.py", "discord.js", "hikari", "disnake"):
        assert text in out
