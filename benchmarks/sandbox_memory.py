"""What a stored message costs, in memory and in the state file, and whether memory stays flat under `--keep`.

Messages go in where REST puts them, without the sockets, so that minutes of chatter pass in seconds. Each measurement
has a process of its own, because memory that one has given back to Python is not given back to the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.crowd.figures import print_line, print_table
from sandbox.rules.clock import Clock
from sandbox.rules.kinds import ChannelType
from sandbox.world import messages
from sandbox.world.entities import Channel
from sandbox.world.seed import seed
from sandbox.world.state import State
from sandbox.world.storage import MemoryStorage, SqliteStorage

# About as long as people's messages and the bot's answers are on the average; every one different.
TEXT = "a red house by the sea in the style of an old postcard, early morning light, number {}"
MOST_BYTES_LOST = 16.0  # per message: less than any object of Python's, so nothing can be kept of each
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m benchmarks sandbox_memory", description=__doc__)
    made.add_argument("--messages", type=int, default=200_000, help="sent under --keep (default: %(default)s)")
    made.add_argument("--keep", type=int, default=100, help="messages kept a channel (default: %(default)s)")
    made.add_argument("--stored", type=int, default=20_000, help="messages stored to weigh one (default: %(default)s)")
    made.add_argument("--only", choices=("memory", "file", "flat"), help=argparse.SUPPRESS)  # what a child measures
    return made


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES


def a_world(storage: MemoryStorage | SqliteStorage, keep: int) -> tuple[State, list[Channel]]:
    state = State(storage, Clock(), keep=keep)
    storage.load(state)
    seed(state)
    return state, [one for one in state.channels.values() if one.type == ChannelType.GUILD_TEXT]


async def send(state: State, channels: list[Channel], first: int, count: int) -> None:
    authors = [user.id for user in state.users.values()]
    for n in range(first, first + count):
        messages.send(state, channels[n % len(channels)], authors[n % len(authors)], {"content": TEXT.format(n)})
        if n % 500 == 0:
            await state.storage.flush() if isinstance(state.storage, SqliteStorage) else await asyncio.sleep(0)


async def weigh_in_memory(count: int) -> float:
    """Bytes of memory that one more message takes."""
    state, channels = a_world(MemoryStorage(), 10_000_000)
    await send(state, channels, 0, 1000)  # what is allocated once is not the messages'
    gc.collect()
    before = resident_bytes()
    await send(state, channels, 1000, count)
    gc.collect()
    return (resident_bytes() - before) / count


async def weigh_in_file(count: int) -> float:
    """Bytes that one more message adds to the state file at rest."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sandbox.db"
        sizes = []
        for share in (0, count):
            storage = SqliteStorage(path)
            state, channels = a_world(storage, 10_000_000)
            await send(state, channels, 0, share)
            await storage.close()
            sizes.append(path.stat().st_size)
            path.unlink()
    return (sizes[1] - sizes[0]) / count


async def watch_under_keep(count: int, keep: int) -> float:
    """Bytes by which memory grows for each message sent once every channel is full: the slope over the second half."""
    with tempfile.TemporaryDirectory() as folder:
        storage = SqliteStorage(Path(folder) / "sandbox.db")
        state, channels = a_world(storage, keep)
        sent, sizes = [], []
        step = max(1, count // 40)
        for first in range(0, count, step):
            await send(state, channels, first, step)
            gc.collect()
            sent.append(first + step)
            sizes.append(resident_bytes())
        await storage.close()
    half = len(sent) // 2
    return statistics.linear_regression(sent[half:], sizes[half:]).slope


def measure(options: argparse.Namespace) -> float:
    match options.only:
        case "memory":
            return asyncio.run(weigh_in_memory(options.stored))
        case "file":
            return asyncio.run(weigh_in_file(options.stored))
        case _:
            return asyncio.run(watch_under_keep(options.messages, options.keep))


def in_a_child(what: str, options: argparse.Namespace) -> float:
    flags = [f"--{name}={getattr(options, name)}" for name in ("messages", "keep", "stored")]
    command = [sys.executable, "-m", "benchmarks.sandbox_memory", f"--only={what}", *flags]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    if options.only:
        print(measure(options))
        return 0
    memory, file, slope = (in_a_child(what, options) for what in ("memory", "file", "flat"))
    is_flat = abs(slope) <= MOST_BYTES_LOST
    print_table(
        [
            ("a stored message, in memory", f"{memory:.0f} bytes"),
            ("a stored message, in the state file", f"{file:.0f} bytes"),
            ("its text alone", f"{len(TEXT) + 3} bytes"),
            (
                f"growth under --keep {options.keep}",
                f"{slope:+.1f} bytes a message over {options.messages}: {'flat' if is_flat else 'NOT FLAT'}",
            ),
        ]
    )
    figures = {"memory_bytes": round(memory), "file_bytes": round(file), "growth_bytes": round(slope, 2)}
    print_line({"benchmark": "sandbox_memory", "messages": options.messages, "keep": options.keep, **figures})
    return 0 if is_flat else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
