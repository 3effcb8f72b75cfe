"""What members and the operator read of plans and GPU time that come from somewhere: granted, given, bought."""

from __future__ import annotations

from datetime import datetime

from bot.replies import escaped, listed, mention

WRONG_TIME = "That is no amount of GPU time. Write it as `2 h`, `90 min` or `30 s`."
WRONG_DATE = "That is no date to come. Write it as `2027-01-31`, later than today, or leave it out."
DATE_AND_MONTHS = "A plan ends on a date or after some months. Give one of the two, or none for a plan without an end."
TO_ONESELF = "GPU time is given to somebody else. Name another member."
TO_A_BOT = "A bot paints nothing. Name a member."
ASKS_FIRST = "I ask you before I paint anything that may take"
ASKS_AS_USUAL = "`/prefer confirm` without an amount leaves that to your plan again."


def exact_time(gpu_ms: int) -> str:
    """Told as it is counted, where somebody confirms an amount."""
    hours, rest = divmod(gpu_ms, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    parts = [f"{count:g} {unit}" for count, unit in ((hours, "h"), (minutes, "min"), (rest / 1000, "s")) if count]
    return " ".join(parts) or "0 s"


def asks(above_gpu_ms: int | None) -> str:
    """From which price on a member is asked first."""
    if above_gpu_ms is None:
        return f"{ASKS_FIRST} more than a tenth of your month, or more than half of what is left."
    return f"{ASKS_FIRST} more than {exact_time(above_gpu_ms)} of GPU time. {ASKS_AS_USUAL}"


def balance(gpu_ms: int) -> str:
    """What is left after use, which comes in odd fractions: in whole seconds, never more than there is."""
    return exact_time(gpu_ms - gpu_ms % 1000)


def day(moment: datetime) -> str:
    """As each member's own Discord shows it."""
    return f"<t:{int(moment.timestamp())}:D>"


def no_plan(name: str, known: tuple[str, ...]) -> str:
    return f"There is no plan “{escaped(name)}”. The file of plans has {listed(known)}; `none` takes a plan away."


def plan_given(member: int, title: str, ends_at: datetime | None, counts: str, time: str) -> str:
    """`counts` is the plan that the member has now, which may be a better one."""
    until = f"until {day(ends_at)}" if ends_at is not None else "until you take it back with `none`"
    if counts != title:
        return (
            f"{mention(member)} has {escaped(title)} {until}, but {escaped(counts)}, which they have as well, is "
            "better and counts meanwhile."
        )
    return f"{mention(member)} has {escaped(title)} {until}: {time}, from today on."


def plan_taken(member: int, counts: str) -> str:
    return (
        f"The plan that you gave {mention(member)} has ended; now {escaped(counts)} counts. What this month was "
        "granted stays until the month ends."
    )


def nothing_to_take(member: int, counts: str) -> str:
    return f"You have given {mention(member)} no plan that could end. They have {escaped(counts)}."


def granted(member: int, gpu_ms: int, left_gpu_ms: int, expires_at: datetime | None) -> str:
    until = f", until {day(expires_at)}" if expires_at is not None else "; it does not run out"
    return (
        f"{mention(member)} got {exact_time(gpu_ms)} of GPU time{until}. They have {balance(left_gpu_ms)} in all now."
    )


def gift(giver: int, taker: int, gpu_ms: int) -> str:
    return f"🎁 {mention(giver)} gives {mention(taker)} {exact_time(gpu_ms)} of GPU time."


def gift_left(taker: int, gpu_ms: int, giveable_gpu_ms: int) -> str:
    return f"{mention(taker)} has your {exact_time(gpu_ms)} now. You could give away {balance(giveable_gpu_ms)} more."
