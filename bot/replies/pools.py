"""What members read of a server's pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.replies import mention
from bot.replies.sources import balance, exact_time
from bot.store.pools import PoolEntry
from engine import Speed

MOST_MEMBERS = 10


def pool(
    left_gpu_ms: int,
    drawn: Mapping[int, int],
    log: Sequence[PoolEntry],
    limits: str,
    give_command: str,
) -> str:
    """Nobody is called by it: it is shown to one member alone."""
    lines = [f"**The pool of this server** · {balance(left_gpu_ms)} left", limits]
    most = sorted(drawn.items(), key=lambda each: -each[1])
    if any(drawn.values()):
        shares = ", ".join(
            f"{mention(member)} {exact_time(gpu_ms)}" for member, gpu_ms in most[:MOST_MEMBERS] if gpu_ms
        )
        lines.append(f"**Drawn this month** · {shares}")
    lines += [log_line(entry) for entry in log]
    lines.append(f"-# Whoever has used up their own time here draws from it. {give_command} adds to it.")
    return "\n".join(lines)


def log_line(entry: PoolEntry) -> str:
    when = f"<t:{int(entry.at.timestamp())}:R>"
    return f"{when} {mention(entry.member_id)} {'gave' if entry.is_gift else 'drew'} {exact_time(entry.gpu_ms)}"


def limits(use_gpu_ms: int | None, draw_gpu_ms: int | None, speed: Speed) -> str:
    use = f"{exact_time(use_gpu_ms)} a month" if use_gpu_ms is not None else "as much as their plan says"
    draw = f"{exact_time(draw_gpu_ms)} a month" if draw_gpu_ms is not None else "as much as is there"
    return f"**Each member here** · may use {use}, draw {draw} from the pool, and go up to {speed}"


def given(gpu_ms: int, left_gpu_ms: int) -> str:
    return f"Thank you! {exact_time(gpu_ms)} of yours are in this server's pool now, which has {balance(left_gpu_ms)}."
