"""What members read of speeds, visibility and the limits of their plan: what it is, which plan has more, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import isqrt
from typing import assert_never

from bot import errors
from bot.plans.plan import Plan, Relax
from bot.replies import ASIDE_SHOWN, gpu_time, jobs, listed, title
from engine import Speed

TEXT_SHOWN = min(60, ASIDE_SHOWN)  # characters of a prompt within a sentence
PUBLIC = "Everybody who sees a channel sees what you ask for there, from now on. `--stealth` in a prompt hides one job."
STEALTH = (
    "Only you see your jobs from now on, wherever you ask for them: I answer you alone, and by direct message where a "
    "job takes longer than a quarter of an hour. `--public` in a prompt shows one job; what was made of a hidden "
    "picture stays hidden."
)


def speed_set(speed: Speed, plan: Plan, left_gpu_ms: int, relaxed_gpu_ms: int) -> str:
    """Of `left_gpu_ms` jobs are paid; `relaxed_gpu_ms` were relaxed this month."""
    return f"{_nature(speed, plan)} {_costs(speed, plan, left_gpu_ms, relaxed_gpu_ms)} {_otherwise(speed)}"


def moment(at: datetime) -> str:
    """As Discord shows it: how far away, in the reader's words."""
    return f"<t:{round(at.timestamp())}:R>"


def _instead(speed: Speed) -> str:
    return f"`--{speed}` paints this one, `/{speed}` makes that the rule."


def refusal(error: errors.PlanError | errors.NoRoomError) -> str:
    match error:
        case errors.TurboTakenError():
            return _sentences(
                f"You have {_turbo_jobs(error.waiting)} under way; {_plan(error.plan)} allows {error.allowed} at once.",
                _coming(error),
                "`--fast` paints this one without a turbo place.",
                _more(error.others, "allows more"),
            )
        case errors.NoRoomError():
            return _sentences(
                f"You have {jobs(error.waiting)} under way; {_plan(error.plan)} allows {error.allowed}.",
                _coming(error),
                "`/queue` cancels one.",
                _more(error.others, "allows more"),
            )
        case errors.WrongSpeedError(speed=speed, default=default):
            return _sentences(
                f"{_plan(error.plan, at_start=True)} has no {speed}.",
                "Your jobs go on as before." if error.is_mode else _instead(default),
                _more(error.others, f"has {speed}"),
            )
        case errors.NoStealthError():
            return _no_stealth(error)
        case errors.WrongModelError():
            return _wrong_model(error)
        case errors.WrongSizeError(width=width, height=height, pixels=pixels):
            side = isqrt(pixels)
            return _sentences(
                f"{_plan(error.plan, at_start=True)} paints as many pixels as {side}x{side} has, "
                f"and {width}x{height} has more.",
                "Ask for a smaller picture, or leave this one as large as it is.",
                _more(error.others, "paints that large"),
            )
        case errors.RelaxUsedError(left_gpu_ms=left, needed_gpu_ms=needed, until=until):
            return _sentences(
                f"Relaxed, that may take {gpu_time(needed)} of GPU time; of this month's relaxed time in "
                f"{_plan(error.plan)} {gpu_time(left)} is left.",
                f"The next month begins {moment(until)}. `--fast` paints it out of your fast time.",
                _more(error.others, "relaxes longer"),
            )
        case _:
            raise AssertionError(f"No sentence says what {type(error).__name__} means.")


def _no_stealth(error: errors.NoStealthError) -> str:
    what = f"{_plan(error.plan, at_start=True)} does not hide pictures"
    way = "In direct messages with me nobody else looks on."
    if error.is_mode:
        return _sentences(
            f"{what} any more, and your mode is stealth, so I did not take it.",
            f"`/public` or `--public` shows it to everybody. {way}",
            _more(error.others, "hides them"),
        )
    return _sentences(f"{what}.", way, _more(error.others, "hides them"))


def _wrong_model(error: errors.WrongModelError) -> str:
    if error.licence:
        what = f"The licence of {error.model} ({error.licence}) forbids to sell pictures, so {_plan(error.plan)} goes "
        what += "without it."
    else:
        what = f"{_plan(error.plan, at_start=True)} does not have {error.model}."
    names = " or ".join(f"`--model {name}`" for name in error.instead)
    return _sentences(what, f"{names} paints here." if names else "", _more(error.others, "has it"))


def _coming(error: errors.NoRoomError) -> str:
    if error.ends is None:
        return ""
    told = f"A place becomes free when {_text(error.ends)} ends, about {moment(error.ends.at)}"
    if error.starts is None or error.starts.text == error.ends.text:
        return f"{told}."
    return f"{told}; {_text(error.starts)} starts about {moment(error.starts.at)}."


def _text(coming: errors.Coming) -> str:
    return title(coming.text, TEXT_SHOWN)


def _nature(speed: Speed, plan: Plan) -> str:
    match speed:
        case Speed.TURBO:
            return f"Your jobs are turbo from now on: before all fast ones, at most {plan.turbo_running} at a time."
        case Speed.FAST:
            return "Your jobs are fast from now on."
        case Speed.RELAX:
            return (
                "Your jobs are relaxed from now on: after all fast ones; among the relaxed, whoever has used least of "
                "late comes first."
            )
    assert_never(speed)


def _costs(speed: Speed, plan: Plan, left_gpu_ms: int, relaxed_gpu_ms: int) -> str:
    if speed is Speed.RELAX and plan.relax is Relax.CAPPED:
        left = max(0, plan.relax_gpu_ms - relaxed_gpu_ms)
        return f"They cost nothing; {gpu_time(left)} of {gpu_time(plan.relax_gpu_ms)} are left this month."
    if speed is Speed.RELAX:
        return "They cost nothing."
    if plan.is_unbounded:
        return f"{plan.title} sets no bound on GPU time."
    price = "twice the GPU time that they use" if speed is Speed.TURBO else "the GPU time that they use"
    return f"They cost {price}, and you have {gpu_time(left_gpu_ms)} left."


def _otherwise(speed: Speed) -> str:
    others = [f"`--{other}`" for other in Speed if other is not speed]
    return f"{' or '.join(others)} in a prompt says otherwise for one job."


def _plan(name: str, *, at_start: bool = False) -> str:
    if name:
        return f"your plan {name}" if not at_start else f"Your plan {name}"
    return "your plan" if not at_start else "Your plan"


def _turbo_jobs(count: int) -> str:
    return "1 turbo job" if count == 1 else f"{count} turbo jobs"


def _more(others: Sequence[str], verb: str) -> str:
    """Which plans would help."""
    if not others:
        return ""
    if len(others) == 1:
        return f"The plan {others[0]} {verb}."
    plural = {"allows": "allow", "has": "have", "paints": "paint", "relaxes": "relax", "hides": "hide"}
    first, _, rest = verb.partition(" ")
    return f"The plans {listed(tuple(others))} {plural[first]} {rest}."


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)
