"""What members read of plans and of their own use: the comparison, the balance, what a month was spent on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from bot.plans.plan import Pack, Plan, Relax
from bot.plans.standing import Standing
from bot.replies import duration, escaped, gpu_time, jobs, storage
from bot.store.buckets import Part
from bot.store.words import Origin, Source

BAR = 16  # blocks: as many as fit beside a percentage on a phone
PLANS = "## Plans\n-# Hours are GPU time a month; what is queued costs nothing."
ASK = "-# A plan without a button comes from my operator, or with a role on a server. Ask there."
COMPARE = "Compare plans"


class Style(StrEnum):
    """How Discord shows a moment, in the reader's own time zone and language."""

    DATE = "D"
    RELATIVE = "R"


def stamp(moment: datetime, style: Style = Style.DATE) -> str:
    return f"<t:{int(moment.timestamp())}:{style}>"


def hours(gpu_ms: int) -> str:
    """As the operator wrote it: 4 h, not 4.0 h."""
    return gpu_time(gpu_ms).replace(".0 h", " h")


def nothing_to_sell(plan: Plan) -> str:
    return f"There is nothing to buy here: everybody has the plan {escaped(plan.title)}, {time_of(plan)}."


def plan_lines(plan: Plan, *, is_own: bool, is_default: bool) -> tuple[str, str]:
    """A plan in three lines, each about as long as a phone is wide; and its terms, which may be left out."""
    title = f"**{escaped(plan.title)}**" + (" ✅ yours" if is_own else "")
    speeds = [f"{_fast(plan)} fast", _relax(plan), f"{plan.turbo_running or 'no'} turbo"]
    more = plan.waiting - plan.running
    limits = [f"{plan.running} at once" + (f", {more} more waiting" if more > 0 else ""), size_of(plan)]
    limits.append("stealth" if plan.stealth else "no stealth")
    if plan.storage_bytes is not None:
        limits.append(f"keeps {storage.size(plan.storage_bytes)}")
    terms = f"\n-# {escaped(plan.terms)}" if plan.terms else ""
    price = price_of(plan, is_default=is_default)
    return f"{title} · {price}\n⚡ {' · '.join(speeds)}\n🖼️ {' · '.join(limits)}", terms


def pack_line(pack: Pack) -> str:
    price = f" · {str(pack.price).replace('.00 ', ' ')}" if pack.price is not None else ""
    return f"**{escaped(pack.title)}** · {hours(pack.gpu_ms)} of GPU time that does not run out{price}"


def room(used_bytes: int, plan: Plan) -> list[str]:
    """A line, where there is a bound."""
    if plan.storage_bytes is None:
        return []
    return [f"**Room** · your pictures take {storage.size(used_bytes)} of {storage.size(plan.storage_bytes)}"]


def more_plans(count: int) -> str:
    return "… and one more plan." if count == 1 else f"… and {count} more plans."


def price_of(plan: Plan, *, is_default: bool) -> str:
    prices = [(plan.price, "month"), (plan.yearly_price, "year")]
    told = [f"{str(price).replace('.00 ', ' ')} a {period}" for price, period in prices if price is not None]
    return ", ".join(told) or ("for everybody" if is_default else "no price")


def time_of(plan: Plan) -> str:
    return "no bound on GPU time" if plan.fast_gpu_ms is None else f"{_fast(plan)} of GPU time a month"


def size_of(plan: Plan) -> str:
    if plan.pixels is None:
        return "any size"
    side = math.isqrt(plan.pixels)
    is_square = side * side == plan.pixels
    return f"up to {side} x {side}" if is_square else f"up to {plan.pixels / 1e6:.1f} megapixels"


def _fast(plan: Plan) -> str:
    if plan.fast_gpu_ms is None:
        return "unlimited"
    return hours(plan.fast_gpu_ms) if plan.fast_gpu_ms else "no"


def _relax(plan: Plan) -> str:
    match plan.relax:
        case Relax.NONE:
            return "no relax"
        case Relax.UNLIMITED:
            return "unlimited relax"
        case Relax.CAPPED:
            return f"{hours(plan.relax_gpu_ms)} relax"


def how_long(standing: Standing) -> str:
    """Until when a plan is had for sure, or when its next month begins."""
    membership, month = standing.membership, standing.month
    if membership is None or membership.ends_at is None or membership.ends_at > month.ends_at:
        return f"renews {stamp(month.ends_at)}"
    is_sold = membership.source in (Source.DISCORD, Source.STRIPE)
    return f"{'paid ' if is_sold else ''}until {stamp(membership.ends_at)}"


def plan_of(standing: Standing) -> str:
    title = f"**{escaped(standing.plan.title)}**"
    if standing.membership is None and standing.plan.is_unbounded:
        return f"{title}, as everybody has it"
    return f"{title}, {how_long(standing)}"


def pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"


def balance(left_gpu_ms: int, granted_gpu_ms: int, extra_gpu_ms: int) -> str:
    """What is left of the month's own time, also as a bar; and what there is beside it."""
    if not granted_gpu_ms:
        return f"{hours(extra_gpu_ms)} left"
    share = min(1.0, left_gpu_ms / granted_gpu_ms)
    beside = f", and {hours(extra_gpu_ms)} beside it" if extra_gpu_ms else ""
    told = f"{hours(left_gpu_ms)} left of {hours(granted_gpu_ms)}{beside}"
    return f"{told}\n`{bar(share)}` {math.floor(100 * share)} %"


def bar(share: float) -> str:
    """Full only if nothing is missing, empty only if nothing is left."""
    full = round(BAR * share)
    full = min(max(full, int(share > 0)), BAR - int(share < 1))
    return "█" * full + "░" * (BAR - full)


def running_out(part: Part) -> str:
    where = {Origin.GIFT: " of a gift", Origin.BOUGHT: " that you bought", Origin.ROLLOVER: " from last month"}
    assert part.bucket.expires_at is not None  # asked for by its date
    ends = stamp(part.bucket.expires_at, Style.RELATIVE)
    return f"⏳ {hours(part.gpu_ms)}{where.get(part.bucket.origin, '')} to be used up: it runs out {ends}."


def month_use(used: Mapping[tuple[str, str], tuple[int, timedelta]]) -> str:
    """What was painted in a month, by what it was, and how urgent that was."""
    if not used:
        return "nothing yet"
    kinds: dict[str, tuple[int, timedelta]] = {}
    speeds: dict[str, timedelta] = {}
    for (kind, speed), (count, took) in used.items():
        counted, so_far = kinds.get(family(kind), (0, timedelta()))
        kinds[family(kind)] = (counted + count, so_far + took)
        speeds[speed] = speeds.get(speed, timedelta()) + took
    most_first = sorted(kinds.items(), key=lambda kind: -kind[1][1])
    by_speed = ", ".join(f"{_took(took)} {speed}" for speed, took in speeds.items())
    return "\n".join([by_speed, *(f"- {name}: {jobs(count)}, {_took(took)}" for name, (count, took) in most_first)])


def family(kind: str) -> str:
    """What members call a kind of job."""
    for start, name in (("vary", "variations"), ("upscale", "upscales"), ("reroll", "imagine")):
        if kind.startswith(start):
            return name
    return kind.replace("_", " ")


def _took(took: timedelta) -> str:
    return duration(took.total_seconds() * 1000) if took else "no time"
