"""One run of the bot: everything is opened in order, works together until something says stop, and is closed in order.
Whatever happens, the end is bounded in time and loses nothing.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
import discord

from bot.buttons.custom_id import SECRET_BYTES, Key, Signer
from bot.client import Painter
from bot.delivery import Delivery
from bot.desk import Desk
from bot.frame.endpoint import point_at
from bot.frame.lag import watch_lag
from bot.frame.sandbox_child import SandboxChild
from bot.frame.settings import Settings, StrangersPlan
from bot.intake import Intake
from bot.messages.sending import Sender
from bot.outcome import Outcome
from bot.store import keys
from bot.store.store import Store
from engine import Engine

_log = logging.getLogger(__name__)
DONE, REFUSED, AGAIN = 0, 2, 75  # 75: whoever started us shall start us again
SETTLE_SECONDS = 5.0
HANG_UP_SECONDS = 5.0
SWEEP_SECONDS = 3600.0
TOKEN_UNKNOWN = 4004  # what Discord's gateway then says
SWATCH = "swatch"


def milliseconds() -> int:
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class Run:
    """What ends a run, and with which exit code."""

    stop: asyncio.Event = field(default_factory=asyncio.Event)
    code: int = DONE

    def end(self, code: int, why: str) -> None:
        if not self.stop.is_set():
            _log.info("Stopping: %s.", why)
            self.code = code
            self.stop.set()


async def run(settings: Settings, announce: Callable[[str], None]) -> int:
    """Until SIGTERM, SIGINT, or something that only a new start can mend. Returns the exit code."""
    this = Run()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, this.end, DONE, f"told to by {number.name}")
    async with AsyncExitStack() as stack:
        token, url = settings.token, settings.base_url
        if settings.uses_sandbox:
            child = await _start_sandbox(stack, settings, this)
            token, url = child.token, child.url
        await stack.enter_async_context(open_bot(settings, token, url, this))
        if settings.uses_sandbox:
            announce(f"Open {url}/ and type /imagine in any channel. Stop with Ctrl+C.")
        gc.freeze()  # what is there by now stays, and looking through it each time stops the loop for 0.1 s
        await this.stop.wait()
    return this.code


@asynccontextmanager
async def open_bot(settings: Settings, token: str, url: str, this: Run, **options: Any) -> AsyncIterator[Desk]:
    """The bot at work. It is closed in the opposite order, in bounded time: nothing new is taken, what the engine still
    tells is stored, and of that as much is sent as can be.
    """
    point_at(url)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(Store.open(settings.data, clock=milliseconds))
        client = await stack.enter_async_context(Painter(**options))
        signer = await make_signer(store)
        sender = Sender(client, store.files, signer)
        delivery = Delivery(store, sender, store.now)
        stack.push_async_callback(_hang_up, client)
        stack.push_async_callback(delivery.close)
        engine = await Engine.open(settings.engine)
        stack.push_async_callback(engine.close)
        model, welcome = default_model(settings, engine), partial(welcomes, settings)
        intake = Intake(
            engine,
            store,
            boot=secrets.token_hex(8),
            default_model=model,
            welcomes=welcome,
            follow=delivery.follow,
            tell=delivery.poke,
        )
        outcome = Outcome(
            engine,
            store,
            notify_after=timedelta(seconds=settings.notify_after_seconds),
            show=delivery.progress,
            tell=delivery.poke,
            retry=intake.retry,
        )
        desk = client.desk = Desk(settings, store, engine, intake, delivery, sender, signer, model, welcome)
        await client.login(token)
        _watch(stack, delivery.run())  # not before: it would find no client to send with, and give letters up
        hearing = asyncio.create_task(outcome.run())
        stack.push_async_callback(_wind_down, engine, hearing, intake, delivery)
        await intake.resume()
        _watch(stack, _sweep(store))
        _watch(stack, _until(outcome.hung, this, AGAIN, "a step hangs"))
        _watch(stack, _until(delivery.revoked, this, REFUSED, "Discord does not know the token any more"))
        _watch(stack, watch_lag())
        _watch(stack, _connect(client, this))
        _log.info("Ready: painting with %s on %s.", model, engine.device.name)
        yield desk


async def make_signer(store: Store) -> Signer:
    """The keys of this data folder; the first run makes one."""
    async with store.write() as tx:
        known = await keys.newest_first(tx)
        if not known:
            await keys.add(tx, secrets.token_bytes(SECRET_BYTES), store.now())
            known = await keys.newest_first(tx)
    return Signer([Key(key.id, key.secret) for key in known])


def default_model(settings: Settings, engine: Engine) -> str:
    """Where nothing can compute, or the model is not there yet, colour cards are all that can be painted."""
    if engine.device.name == "none" or not engine.has_model(settings.model):
        return SWATCH
    return settings.model


def welcomes(settings: Settings, server: int | None) -> bool:
    """Whether the operator's settings let a server, or a stranger outside of all servers, have pictures."""
    is_open = settings.uses_sandbox or settings.strangers_plan is StrangersPlan.OPEN
    return is_open or (server is not None and settings.allows(server))


async def _start_sandbox(stack: AsyncExitStack, settings: Settings, this: Run) -> SandboxChild:
    starting = SandboxChild.start(settings.sandbox_host, settings.sandbox_port, settings.sandbox_state)
    child = await stack.enter_async_context(await starting)

    async def until_gone() -> None:
        this.end(REFUSED, await child.ended())

    _watch(stack, until_gone())
    return child


async def _connect(client: Painter, this: Run) -> None:
    try:
        await client.connect(reconnect=True)
    except discord.PrivilegedIntentsRequired as error:
        this.end(REFUSED, f"Discord refuses our intents ({error}); see `python -m bot doctor`.")
    except discord.ConnectionClosed as error:
        is_unknown = error.code == TOKEN_UNKNOWN
        this.end(REFUSED if is_unknown else AGAIN, f"the connection to Discord ended: {error}")
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        this.end(AGAIN, f"the connection to Discord ended: {error}")
    else:
        this.end(DONE, "the connection was closed")


async def _until(event: asyncio.Event, this: Run, code: int, why: str) -> None:
    await event.wait()
    this.end(code, why)


async def _sweep(store: Store) -> None:
    """Now and once an hour: files that no row names, of which a power cut leaves some."""
    while True:
        swept = await store.sweep()
        if swept:
            _log.info("Removed %d files that belong to no picture.", swept)
        await asyncio.sleep(SWEEP_SECONDS)


async def _wind_down(engine: Engine, hearing: asyncio.Task[None], intake: Intake, delivery: Delivery) -> None:
    intake.stop_taking()
    await intake.hand_over_all()
    await engine.close()
    await hearing
    await delivery.settle(SETTLE_SECONDS)


async def _hang_up(client: Painter) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(HANG_UP_SECONDS):
            await client.close()


def _watch(stack: AsyncExitStack, work: Coroutine[None, None, None]) -> None:
    """Beside the others, until the stack is closed."""
    task = asyncio.get_running_loop().create_task(work)

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(end)
