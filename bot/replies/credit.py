"""What is said where GPU time cannot be given, or not be used on this server."""

from __future__ import annotations

from typing import assert_never

from bot import errors, replies

Refused = errors.CannotGiveError | errors.ServerLimitError | errors.ServerSpeedError | errors.WrongAmountError


def refused(error: Refused) -> str:
    match error:
        case errors.CannotGiveError(giveable_gpu_ms=most, wanted_gpu_ms=wanted):
            has = f"You can give away {replies.gpu_time(most)} at most" if most else "You have nothing to give away"
            return (
                f"{has}, and that would be {replies.gpu_time(wanted)}. "
                "A plan's own monthly time stays with its member; what was bought, granted or given to you can go on."
            )
        case errors.ServerLimitError(allowed_gpu_ms=allowed, left_gpu_ms=left, again_at=again):
            return (
                f"This server lets each member use {replies.gpu_time(allowed)} of GPU time a month, and you have "
                f"{replies.gpu_time(left)} of that left. It begins again <t:{int(again.timestamp())}:R>."
            )
        case errors.ServerSpeedError(speed=speed):
            return f"This server lets jobs be no faster than {speed}. Add `--{speed}`, or ask those who manage it."
        case errors.WrongAmountError(sentence=sentence):
            return sentence
    assert_never(error)
