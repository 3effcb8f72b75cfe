"""One run of the bot: everything is opened in order, works together until something says stop, and is closed in order.
Whatever happens, the end is bounded in time and loses nothing.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
import signal
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
import discord

from bot import checkout
from bot.buttons.custom_id import SECRET_BYTES, Key, Signer
from bot.client import Painter
from bot.delivery import Delivery
from bot.desk import Desk
from bot.fetching import Fetcher
from bot.frame.endpoint import point_at
from bot.frame.lag import watch_lag
from bot.frame.sandbox_child import SandboxChild
from bot.frame.settings import Settings, StrangersPlan
from bot.frame.stripe_extra import load_stripe
from bot.hosting import host
from bot.intake import Intake
from bot.meaning import keep_up
from bot.messages.sending import Sender
from bot.outcome import Outcome
from bot.plans.book import PlanBook
from bot.roles import Roles
from bot.shop import Shop
from bot.store import keys
from bot.store.store import Store
from bot.tidying import tidy_hourly
from bot.web import service as gallery_window
from engine import Engine, EngineError

_log = logging.getLogger(__name__)
DONE, REFUSED, AGAIN = 0, 2, 75  # 75: whoever started us shall start us again
SETTLE_SECONDS = 5.0
HANG_UP_SECONDS = 5.0
END_SECONDS = 45.0  # less than the unit's TimeoutStopSec, and than anybody's patience
RESUME_SECONDS = 5.0
FEW_SERVERS_SECONDS = 0.2  # the library waits this long for further servers after the last one
TOKEN_UNKNOWN = 4004  # what Discord's gateway then says
SWATCH = "swatch"


class CannotStartError(Exception):
    """What keeps the bot from starting, as a sentence with its remedy; `code` is what the process ends with."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.code = code


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
    load_stripe(settings.stripe_secret)
    this = Run()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, this.end, DONE, f"told to by {number.name}")
    async with AsyncExitStack() as stack:
        await _unless_stopped(this, _start(stack, settings, this, announce))
        gc.freeze()  # what is there by now stays, and looking through it each time stops the loop for 0.1 s
        await this.stop.wait()
        _end_by_force(this.code, END_SECONDS)
    return this.code


async def _start(stack: AsyncExitStack, settings: Settings, this: Run, announce: Callable[[str], None]) -> None:
    if not settings.uses_sandbox:
        await stack.enter_async_context(open_bot(settings, settings.token, settings.base_url, this))
        return
    child = await _start_sandbox(stack, settings, this)
    opening = open_bot(settings, child.token, child.url, this, guild_ready_timeout=FEW_SERVERS_SECONDS)
    desk = await stack.enter_async_context(opening)
    await desk.sender.client.wait_until_ready()  # before, whoever presses something is not heard
    announce(f"Open {child.url}/ and type /imagine in any channel. Stop with Ctrl+C.")


async def _unless_stopped(this: Run, starting: Coroutine[None, None, None]) -> None:
    """A start may take long, and whoever wants it to stop does not want to wait for its end."""
    start = asyncio.ensure_future(starting)
    stopped = asyncio.ensure_future(this.stop.wait())
    await asyncio.wait((start, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not start.done():
        start.cancel()
    with suppress(asyncio.CancelledError):
        await start


def _end_by_force(code: int, seconds: float) -> None:
    """A thread that hangs would keep the process for ever. All that matters is in the database by now."""

    def end() -> None:
        _log.critical("The end took more than %.0f s; what is left goes on at the next start.", seconds)
        os._exit(code)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()


@asynccontextmanager
async def open_bot(settings: Settings, token: str, url: str, this: Run, **options: Any) -> AsyncIterator[Desk]:
    """The bot at work. It is closed in the opposite order, in bounded time: nothing new is taken, what the engine still
    tells is stored, and of that as much is sent as can be.
    """
    endpoint = point_at(url)
    book = PlanBook(settings.plans)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(Store.open(settings.data, clock=milliseconds))
        client = await stack.enter_async_context(Painter(**options))
        sender = Sender(client, store.files, signer := await make_signer(store))
        delivery = Delivery(store, sender, store.now, settings.window_url)
        stack.push_async_callback(_hang_up, client)
        stack.push_async_callback(delivery.close)
        engine = await stack.enter_async_context(await _open_engine(settings))
        model, welcome = default_model(settings, engine), partial(welcomes, settings)
        intake = Intake(
            engine,
            store,
            book,
            boot=secrets.token_hex(8),
            default_model=model,
            welcomes=welcome,
            fetcher=Fetcher(settings.image_hosts, own=endpoint.cdn if url else ""),
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
        shop = Shop(client, store, book, (roles := Roles(client, store, book)).poke)
        desk = Desk(settings, store, engine, intake, delivery, sender, signer, model, welcome, book, shop, roles)
        client.desk = desk
        stack.push_async_callback(desk.rest)
        await stack.enter_async_context(_open_doors(desk, endpoint.rest))
        await _log_in(client, token)
        _watch(stack, this, delivery.run())  # not before: what it sends needs the token
        hearing = _watch(stack, this, outcome.run())
        stack.push_async_callback(_wind_down, engine, hearing, intake, delivery)
        await _resume(stack, this, intake)
        for work in (tidy_hourly(desk), book.watch(), watch_lag(), _hear_and_show(desk)):
            _watch(stack, this, work)
        _watch_for_the_end(stack, this, outcome, delivery)
        _watch(stack, this, _connect(client, this))
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
    try:
        if engine.can_paint(settings.model):
            return settings.model
        lacks = "" if engine.has_model(settings.model) else f"The model {settings.model} is not on this machine. "
    except EngineError as error:  # no such model
        raise CannotStartError(f"ATELIER_MODEL: {error}", REFUSED) from error
    reason = engine.device.reason if engine.device.name == "none" else "`python -m bot doctor` says more."
    _log.warning("I paint colour cards, no pictures. %s%s", lacks, reason)
    return SWATCH


def welcomes(settings: Settings, server: int | None) -> bool:
    """Whether the operator's settings let a server, or a stranger outside of all servers, have pictures."""
    if settings.uses_sandbox or settings.strangers_plan is StrangersPlan.OPEN or settings.allowed_servers.every:
        return True
    return server is not None and settings.allows(server)


async def _open_engine(settings: Settings) -> Engine:
    try:
        return await Engine.open(settings.engine)
    except EngineError as error:
        raise CannotStartError(f"The engine cannot be opened: {error}", REFUSED) from error


async def _log_in(client: Painter, token: str) -> None:
    try:
        await client.login(token)
    except discord.LoginFailure as error:
        problem = "Discord refuses DISCORD_TOKEN: it was reset, or is not whole. `python -m bot doctor` says more."
        raise CannotStartError(problem, REFUSED) from error
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise CannotStartError(f"Discord cannot be reached ({error}); it is tried again.", AGAIN) from error


async def _start_sandbox(stack: AsyncExitStack, settings: Settings, this: Run) -> SandboxChild:
    starting = SandboxChild.start(settings.sandbox_host, settings.sandbox_port, settings.sandbox_state)
    child = await stack.enter_async_context(await starting)

    async def until_gone() -> None:
        this.end(REFUSED, await child.ended())

    _watch(stack, this, until_gone())
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


async def _resume(stack: AsyncExitStack, this: Run, intake: Intake) -> None:
    """What had not ended goes before what is asked for now. Where that cannot be stored it is tried beside everything
    else until it can: a bot that ended over it would answer nobody, and not start again by itself."""

    async def go_on() -> None:
        while not await intake.resume():  # noqa: ASYNC110 - room on a disk sets no event
            await asyncio.sleep(RESUME_SECONDS)

    if not await intake.resume():
        _watch(stack, this, go_on())


async def _until(event: asyncio.Event, this: Run, code: int, why: str) -> None:
    await event.wait()
    this.end(code, why)


def _watch_for_the_end(stack: AsyncExitStack, this: Run, outcome: Outcome, delivery: Delivery) -> None:
    """What only a new start can mend, or not even that."""
    _watch(stack, this, _until(outcome.hung, this, AGAIN, "a step hangs"))
    _watch(stack, this, _until(delivery.revoked, this, REFUSED, "Discord does not know the token any more"))


@asynccontextmanager
async def _open_doors(desk: Desk, rest: str) -> AsyncIterator[None]:
    """Before the bot logs in: one that cannot listen where it shall costs no login, however often it is started."""
    async with (
        gallery_window.served(desk.settings, desk.store, desk.thumbnails, rest),
        checkout.heard(desk.settings, desk.store, desk.book, desk.roles.poke),
    ):
        yield


async def _hear_and_show(desk: Desk) -> None:
    """Of plans that Discord sells or roles give; what pictures mean, for whoever looks for them; and what the community
    does at its time."""
    async with asyncio.TaskGroup() as sources:
        sources.create_task(keep_up(desk))
        sources.create_task(host(desk))
        sources.create_task(desk.exporter.run())
        sources.create_task(desk.shop.run())
        sources.create_task(desk.roles.run())


async def _wind_down(engine: Engine, hearing: Awaitable[None], intake: Intake, delivery: Delivery) -> None:
    intake.stop_taking()
    await intake.hand_over_all()
    await engine.close()
    await asyncio.gather(hearing, return_exceptions=True)
    await delivery.settle(SETTLE_SECONDS)


async def _hang_up(client: Painter) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(HANG_UP_SECONDS):
            await client.close()


def _watch(stack: AsyncExitStack, this: Run, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
    """Beside the others, until the stack is closed. If it breaks, the whole run ends: half a bot helps nobody."""
    task = asyncio.get_running_loop().create_task(work)

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.critical("A part of the bot broke.", exc_info=error)
            this.end(AGAIN, "a part of the bot broke")

    async def end() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    task.add_done_callback(ended)
    stack.push_async_callback(end)
    return task
