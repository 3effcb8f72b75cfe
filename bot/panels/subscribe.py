"""The plans there are, side by side, with the member's own among them, and how to get each."""

from __future__ import annotations

from bot import replies
from bot.desk import Desk
from bot.messages.cards import Card, Link, Premium
from bot.plans.membership import standing
from bot.plans.plan import Plan, Plans
from bot.replies import views

MOST_BUTTONS = 20  # four rows; Discord has five
LABEL = 80


async def subscribe_card(desk: Desk, member_id: int) -> Card:
    plans = desk.book.plans
    async with desk.store.read() as tx:
        own = (await standing(tx, plans, member_id, desk.now())).plan
    shown = offers(plans, own)
    if shown == (own,):
        return Card(views.nothing_to_sell(own))
    links = (
        *(link for plan in shown if plan is not own and (link := _link(plan)) is not None),
        *(Premium(pack.sku) for pack in plans.packs if pack.sku is not None),
    )
    is_to_ask_for = any(_link(plan) is None for plan in shown if plan not in (own, plans.default))
    return Card(_compared(plans, shown, own, views.ASK if is_to_ask_for else ""), links=links[:MOST_BUTTONS])


def offers(plans: Plans, own: Plan) -> tuple[Plan, ...]:
    """What a member could have, or has. What stands above the default in the file counts for nothing."""
    least = plans.rank(plans.default)
    return tuple(plan for plan in plans if plan is own or (plan.offered and plans.rank(plan) >= least))


def _link(plan: Plan) -> Link | Premium | None:
    """Discord's own shop first: what is bought there counts at once."""
    if plan.sku is not None:
        return Premium(plan.sku)
    return Link(replies.shortened(f"Get {plan.title}", LABEL), plan.link) if plan.link else None


def _compared(plans: Plans, shown: tuple[Plan, ...], own: Plan, end: str) -> str:
    """With their terms if there is room; then without; then only as many as fit."""
    told = [views.plan_lines(plan, is_own=plan is own, is_default=plan is plans.default) for plan in shown]
    for parts in ([lines + terms for lines, terms in told], [lines for lines, _ in told]):
        text = _joined(parts, end)
        if len(text) <= replies.MESSAGE_LIMIT:
            return text
    count = len(parts)
    while len(text) > replies.MESSAGE_LIMIT:
        count -= 1
        text = _joined([*parts[:count], views.more_plans(len(parts) - count)], end)
    return text


def _joined(parts: list[str], end: str) -> str:
    return f"{views.PLANS}\n" + "\n\n".join([*parts, *filter(None, [end])])
