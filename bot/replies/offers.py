"""What is said of prices: before anything is painted, in placeholders, and when little is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from bot import errors, replies
from bot.kinds import Occasion
from engine import Speed

PROMPTS_SHOWN = 3
PROMPT_SHOWN = 150  # characters of each
FREE = "Waiting in the queue is free, U is free, and what fails or is cancelled costs nothing."
DROPPED = "All right. Nothing was painted, and nothing was charged."
TAKE_RELAXED = "Paint it relaxed"
LEAVE = "Leave it"

Unconfirmed = errors.ConfirmError | errors.OfferGoneError | errors.NoRoomForAllError | errors.OverPlaceError


def price(gpu_ms: int) -> str:
    """Under a job that waits."""
    return f"-# At most {replies.gpu_time(gpu_ms)} of GPU time." if gpu_ms else "-# It costs no GPU time."


def head(occasion: Occasion, count: int) -> str:
    match occasion:
        case Occasion.BATCH:
            return f"**{replies.jobs(count)}**, once you say so:"
        case Occasion.DEAR:
            return "**That is a large one.** It waits for your word:"
        case Occasion.QUOTE:
            return "**What it would cost.** Nothing is painted yet:"
        case Occasion.RELAXED:
            return "**It can be painted relaxed**, at no cost, when there is time:"
    assert_never(occasion)


def prompts(texts: Sequence[str]) -> str:
    """Some of them, each once; the rest is counted."""
    counts = list(Counter(texts).items())
    shown = PROMPTS_SHOWN if len(counts) > PROMPTS_SHOWN + 1 else len(counts)  # one line more tells more than “1 more”
    lines = [_prompt(text, times) for text, times in counts[:shown]]
    if rest := sum(times for _, times in counts[shown:]):
        lines.append(f"- … and {rest} more")
    return "\n".join(lines)


def _prompt(text: str, times: int) -> str:
    return f"- {replies.title(text, PROMPT_SHOWN)}" + (f" ({times} times)" if times > 1 else "")


def cost(gpu_ms: int, place: int, starts_in_ms: int, finishes_in_ms: int) -> str:
    what = f"at most {replies.gpu_time(gpu_ms)} of GPU time" if gpu_ms else "nothing"
    starts = "starts at once" if starts_in_ms < replies.SOON_MS else f"starts in about {replies.duration(starts_in_ms)}"
    return (
        f"It costs {what}. Place {place} in the queue: it {starts}, done in about {replies.duration(finishes_in_ms)}."
    )


def balance(left_gpu_ms: int, gpu_ms: int, pool_gpu_ms: int) -> str:
    if pool_gpu_ms:
        left, pool = replies.gpu_time(left_gpu_ms), replies.gpu_time(pool_gpu_ms)
        return f"You have {left} left. What that does not pay, this server's pool does, which has {pool} for you."
    if gpu_ms > left_gpu_ms:
        return f"You have {replies.gpu_time(left_gpu_ms)} left, which is not enough."
    left, after = replies.gpu_time(left_gpu_ms), replies.gpu_time(left_gpu_ms - gpu_ms)
    told = "almost all" if gpu_ms and left == after else after  # too little of it to be seen
    return f"You have {left} left; {told} would remain."


def small_print(expires_at: datetime) -> str:
    return f"-# {FREE} The buttons work until <t:{int(expires_at.timestamp())}:f>."


def take(count: int) -> str:
    return "Paint it" if count == 1 else f"Paint all {count}"


def taken(count: int) -> str:
    return (
        "It is on its way." if count == 1 else f"{replies.jobs(count)} are on their way, each in a message of its own."
    )


def low(left_gpu_ms: int, renews_at: datetime, *, is_empty: bool) -> str:
    when = f"<t:{int(renews_at.timestamp())}:D>"
    left = replies.gpu_time(left_gpu_ms)
    if is_empty:
        return (
            f"This month's GPU time is too short for another one like it: {left} is left. There is new time on {when}."
        )
    return f"Less than a tenth of this month's GPU time is left: {left}. There is new time on {when}."


def over_plan(error: errors.OverPlanError) -> str:
    prompts = "1 prompt" if error.permutations == 1 else f"{error.permutations} prompts"
    return (
        f"Your plan, {replies.escaped(error.plan)}, takes {prompts} of one text, `--repeat {error.repeats}`, and "
        f"{replies.jobs(error.waiting)} under way. Ask for fewer at a time."
    )


def _no_turbo_for_all(error: errors.NoRoomForAllError) -> str:
    places = f"your plan paints {error.allowed} at a time"
    if error.wanted > error.allowed:
        return f"That makes {error.wanted} turbo jobs, and {places}. `--fast` in the prompt paints them all."
    under_way = "One is" if error.under_way == 1 else f"{error.under_way} are"
    return f"{under_way} at turbo speed already, and {places}: wait, or cancel one by `/queue`, and press again."


def unconfirmed(error: Unconfirmed) -> str:
    match error:
        case errors.ConfirmError():
            return "That waits for your word; ask for it with `/imagine` to see what it costs."
        case errors.OfferGoneError(is_taken=True):
            return "You have confirmed that already: it is painted once, and `/queue` shows how far it is."
        case errors.OfferGoneError():
            return "That offer is over, and nothing was charged. Ask for it again with `/imagine`."
        case errors.NoRoomForAllError(speed=Speed.TURBO):
            return _no_turbo_for_all(error)
        case errors.NoRoomForAllError(under_way=count, wanted=wanted, allowed=allowed):
            these = "this one does" if wanted == 1 else f"these {wanted} do"
            return (
                f"You have {replies.jobs(count)} under way and may have {allowed}, so {these} not fit yet: wait for "
                "some to end, or cancel some by `/queue`, and press again."
            )
        case errors.OverPlaceError(wanted=wanted, allowed=allowed):
            return (
                f"That makes {wanted} jobs, and where I may not write myself, Discord lets me answer with {allowed} at "
                "a time. Ask for fewer, or in a channel where I may write."
            )
    assert_never(error)
