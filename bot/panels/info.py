"""How a member stands: plan, what is left of it, what was painted, what is under way, how they want to be served."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.buttons.custom_id import Action
from bot.desk import Desk
from bot.messages.cards import Button, Card
from bot.panels.subscribe import has_offers
from bot.plans.membership import begin
from bot.plans.plan import Plan
from bot.plans.standing import Standing
from bot.replies import language, views
from bot.store import buckets, jobs, members, quota, usage
from bot.store.buckets import Part
from bot.store.members import Member
from bot.store.words import Privacy, State

SOON = timedelta(days=7)
MOST_SOON = 3


async def info_card(desk: Desk, member_id: int, server: int | None) -> Card:
    now = desk.now()
    async with desk.store.write(hurried=True) as tx:  # the first look at a month grants its time
        standing = await begin(tx, desk.book.plans, member_id, now)
    async with desk.store.read() as tx:
        member = await members.find(tx, member_id)
        counts = await jobs.count_by_state(tx, member_id)
        parts = await buckets.spendable(tx, member_id, now)
        used = await usage.of_member(tx, member_id, standing.month.starts_at)
        painted = await usage.count_pictures(tx, member_id)
        kept_bytes = await quota.used_by(tx, member_id)
    entry = await desk.model_of(server)
    model = f"{entry.title} ({entry.licence.name})" if entry else language.model_gone(desk.command("setup"))
    running, waiting = counts.get(State.RUNNING, 0), counts.get(State.QUEUED, 0)
    where = "" if desk.paints_cards else f"Painted on {desk.engine.device.name}. "
    lines = [
        f"**Plan** · {views.plan_of(standing)}",
        *_time(standing, parts, now),
        f"**This month** · {views.month_use(used)}",
        f"**Under way** · {running} running, {waiting} waiting, of {standing.plan.waiting} at most",
        f"**Painted** · {views.pictures(painted)}",
        *views.room(kept_bytes, standing.plan),
        _modes(member, standing.plan),
        f"**Model** · {model}",
        _switches(member),
        f"-# {where}{desk.command('settings')} changes how I work for you.",
    ]
    rows = ((Button(Action.SUBSCRIBE, "", views.COMPARE),),) if has_offers(desk.book.plans, standing.plan) else ()
    return Card("\n".join(lines), rows)


def _time(standing: Standing, parts: tuple[Part, ...], now: datetime) -> list[str]:
    plan = standing.plan
    if plan.fast_gpu_ms is None:
        return ["**GPU time** · no bound on GPU time"]
    month = [part for part in parts if part.bucket.origin is standing.origin]
    extra = [part for part in parts if part.bucket.origin is not standing.origin]
    left, beside = sum(part.gpu_ms for part in month), sum(part.gpu_ms for part in extra)
    granted = max([plan.fast_gpu_ms, *(part.bucket.gpu_ms for part in month)])
    soon = [part for part in extra if part.bucket.expires_at and part.bucket.expires_at - now <= SOON]
    return [
        f"**Fast time** · {views.balance(left, granted, beside)}",
        *map(views.running_out, soon[:MOST_SOON]),
    ]


def _modes(member: Member | None, plan: Plan) -> str:
    speed = member.speed if member is not None and member.speed is not None else plan.speed
    visibility = member.visibility if member is not None and member.visibility is not None else Privacy.PUBLIC
    return f"**Mode** · {speed}   **Visibility** · {visibility}"


def _switches(member: Member | None) -> str:
    remix = "on" if member is not None and member.remix else "off"
    notify = "off" if member is not None and not member.notify else "on"
    return f"**Remix** · {remix}   **Mention when a long job is done** · {notify}"
