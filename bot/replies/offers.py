"""What is said of prices: before anything is painted, in placeholders, and when little is left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from bot import errors, replies
from bot.kinds import Occasion

PROMPTS_SHOWN = 3
PROMPT_SHOWN = 150  # characters of each
FREE = "Waiting in the queue is free, U is free, and what fails or is cancelled costs nothing."
DROPPED = "Left. Nothing was painted, and nothing was charged."
TAKE_RELAXED = "Paint it relaxed"
LEAVE = "Leave it"

Unconfirmed = errors.ConfirmError | errors.OfferGoneError | errors.NoRoomForAllError | errors.OverPlaceError


def price(gpu_ms: int) -> str:
    """Under a job that waits."""
    return f"-# At most {replies.gpu_time(gpu_ms)} of GPU time."


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
    """Some of them; the rest is counted."""
    lines = [f"- {replies.title(text, PROMPT_SHOWN)}" for text in texts[:PROMPTS_SHOWN]]
    if len(texts) > PROMPTS_SHOWN:
        lines.append(f"- … and {len(texts) - PROMPTS_SHOWN} more")
    return "\n".join(lines)


def cost(gpu_ms: int, place: int, starts_in_ms: int, finishes_in_ms: int) -> str:
    what = f"at most {replies.gpu_time(gpu_ms)} of GPU time" if gpu_ms else "nothing"
    starts = "starts at once" if starts_in_ms < replies.SOON_MS else f"starts in about {replies.duration(starts_in_ms)}"
    return (
        f"It costs {what}. Place {place} in the queue: it {starts}, done in about {replies.duration(finishes_in_ms)}."
    )


def balance(left_gpu_ms: int, gpu_ms: int) -> str:
    if gpu_ms > left_gpu_ms:
        return f"You have {replies.gpu_time(left_gpu_ms)} left, which is not enough."
    after = replies.gpu_time(left_gpu_ms - gpu_ms)
    return f"Of the {replies.gpu_time(left_gpu_ms)} that you have left, {after} would stay."


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
        return f"That was the last one of its kind this month: {left} of GPU time is left. There is new time on {when}."
    return f"Less than a tenth of this month's GPU time is left: {left}. There is new time on {when}."


def over_plan(error: errors.OverPlanError) -> str:
    prompts = "1 prompt" if error.permutations == 1 else f"{error.permutations} prompts"
    return (
        f"Your plan, {replies.escaped(error.plan)}, takes {prompts} of one text, `--repeat {error.repeats}`, and "
        f"{replies.jobs(error.waiting)} under way. Ask for fewer at a time."
    )


def unconfirmed(error: Unconfirmed) -> str:
    match error:
        case errors.ConfirmError():
            return "That waits for your word; ask for it with `/imagine` to see what it costs."
        case errors.OfferGoneError(is_taken=True):
            return "You have confirmed that already: it is painted once, and `/queue` shows how far it is."
        case errors.OfferGoneError():
            return "That offer is over, and nothing was charged. Ask for it again with `/imagine`."
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
