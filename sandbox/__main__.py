"""`python -m sandbox`: starts a Discord on this machine and says how to reach it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import logging
import os
import signal
import stat
import sys
import threading
from pathlib import Path

from sandbox.pointing import POINTERS
from sandbox.server import DEFAULT_KEEP, DEFAULT_PORT, Sandbox
from sandbox.sim.journal import JournalFileError
from sandbox.world.storage import StateFileError

EPILOG = """\
The page is at the address that is printed; members, the bot's token and the fault script are all there.
The control routes under /_sim/ are described in docs/sandbox-control.md.
Where standard input is a pipe, the sandbox ends when it closes: a parent that is killed leaves none behind.
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A Discord on your own machine: REST v10, gateway, CDN and a page, on one port.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help="port to listen on; 0 picks a free one (default: %(default)s)"
    )
    made.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: %(default)s, this machine only)"
    )
    made.add_argument(
        "--state",
        type=Path,
        metavar="FILE",
        help="keep the world in this SQLite file; without it, it is forgotten at the end",
    )
    made.add_argument(
        "--keep",
        type=_keep,
        default=DEFAULT_KEEP,
        metavar="N",
        help="messages to keep per channel; older ones are forgotten (default: %(default)s)",
    )
    made.add_argument(
        "--log", type=Path, metavar="FILE", help="write every request and event to this file, one JSON object a line"
    )
    made.add_argument("--url", help="the address that clients reach it by, if it is not http://HOST:PORT")
    made.add_argument("--quiet", action="store_true", help="print the page's address and nothing else")
    return made


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; use a number from 0 to 65535")
    return int(text)


def _keep(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 10_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of messages; use one from 1 to 10000000")
    return int(text)


async def serve(options: argparse.Namespace) -> int:
    _warn_if_open(options.host)
    try:
        box = Sandbox(
            host=options.host,
            port=options.port,
            state_file=options.state,
            keep=options.keep,
            log_file=options.log,
            url=options.url,
        )
        await box.start()
    except (StateFileError, JournalFileError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"Cannot listen on {options.host}:{options.port}: {error.strerror}. Try another --port.", file=sys.stderr)
        return 2
    try:
        print(f"Sandbox: {box.url}/", flush=True)
        if not options.quiet:
            print(_welcome(box), flush=True)
        await _until_told()
    finally:
        await box.close()
    return 0


def _warn_if_open(host: str) -> None:
    try:
        is_local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_local = host == "localhost"
    if not is_local:
        print(
            f"WARNING: listening on {host}, which other machines may reach. Whoever reaches the sandbox can read\n"
            "and do everything in it, as any member and as the bot: there are no passwords. Use 127.0.0.1\n"
            "unless you mean this.",
            file=sys.stderr,
            flush=True,
        )


def _welcome(box: Sandbox) -> str:
    lines = [
        "",
        f"Application  {box.application.name}, id {box.application_id}",
        f"Bot token    {box.bot_token}",
        "",
        "Point your bot's library here:",
    ]
    for name, pointer in POINTERS.items():
        lines += ["", f"  {name}", *(f"    {line}" for line in pointer(box.url, box.bot_token))]
    return "\n".join([*lines, "", "Stop with Ctrl+C."])


async def _until_told() -> None:
    """Wait for SIGINT, SIGTERM, or, where standard input is a pipe, for the parent at its other end to be gone."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers in asyncio
            loop.add_signal_handler(signum, told.set)
    if _stdin_is_a_pipe():
        # A daemon: it may wait for ever, and the loop's own executor would be waited for at the end.
        threading.Thread(target=_read_to_end, args=(loop, told), name="sandbox-stdin", daemon=True).start()
    await told.wait()


def _stdin_is_a_pipe() -> bool:
    try:
        mode = os.fstat(0).st_mode
        return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)  # asyncio gives its children a socket for a pipe
    except OSError:  # closed from the start
        return False


def _read_to_end(loop: asyncio.AbstractEventLoop, told: asyncio.Event) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    with contextlib.suppress(RuntimeError):  # the loop is already closed
        loop.call_soon_threadsafe(told.set)


def main() -> int:
    options = parser().parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        return asyncio.run(serve(options))
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
