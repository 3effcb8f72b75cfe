"""How a member stands: plan, what was painted, what it cost, how they want to be served."""

from __future__ import annotations

from bot import replies
from bot.desk import Desk
from bot.messages.cards import Card
from bot.plans.membership import begin
from bot.plans.plan import Plan
from bot.store import jobs, ledger, members
from bot.store.words import OPEN, Account, State


async def info_card(desk: Desk, member_id: int, server: int | None) -> Card:
    async with desk.store.read() as tx:
        member = await members.find(tx, member_id)
        counts = await jobs.count_by_state(tx, member_id)
        balances = await ledger.balances(tx, member_id)
    async with desk.store.write() as tx:  # whoever looks first at a month that has begun has its time granted
        plan = (await begin(tx, desk.book.plans, member_id, desk.now())).plan
        left = await ledger.available(tx, member_id, desk.now())
    under_way = sum(counts.get(state, 0) for state in OPEN)
    painted = sum(counts.get(state, 0) for state in (State.RENDERED, State.DONE))
    remix = "on" if member is not None and member.remix else "off"
    notify = "off" if member is not None and not member.notify else "on"
    entry = await desk.model_of(server)
    where = "" if desk.paints_cards else f"Painted on {desk.engine.device.name}. "
    lines = [
        f"**Plan** · {plan.title}: {plan.waiting} jobs at once, {_time(plan, left)}",
        f"**Painted** · {replies.jobs(painted)}, {replies.gpu_time(balances[Account.SPENT])} of GPU time",
        f"**Under way** · {under_way}",
        f"**Model** · {entry.title} ({entry.licence.name})",
        f"**Remix** · {remix}   **Mention when a long job is done** · {notify}",
        f"-# {where}{desk.command('settings')} changes how I work for you.",
    ]
    return Card("\n".join(lines))


def _time(plan: Plan, left_gpu_ms: int) -> str:
    if plan.fast_gpu_ms is None:
        return "no bound on GPU time"
    return f"{replies.gpu_time(plan.fast_gpu_ms)} of GPU time a month, {replies.gpu_time(left_gpu_ms)} left"
