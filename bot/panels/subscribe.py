"""The plans there are, side by side, with the member's own among them, and how to get each."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from bot import replies
from bot.desk import Desk
from bot.messages.cards import Card, Link, Premium
from bot.plans.membership import standing
from bot.plans.plan import Pack, Plan, Plans
from bot.plans.stripe_plans import REFERENCE
from bot.replies import views

MOST_BUTTONS = 20  # four rows; Discord has five
LABEL = 80


async def subscribe_card(desk: Desk, member_id: int) -> Card:
    plans = desk.book.plans
    async with desk.store.read() as tx:
        own = (await standing(tx, plans, member_id, desk.now())).plan
    shown = offers(plans, own)
    packs = tuple(pack for pack in plans.packs if _link(pack, member_id) is not None)
    if shown == (plans.default,) and not packs:
        return Card(views.nothing_to_sell(own))
    sold: tuple[Plan | Pack, ...] = (*(plan for plan in shown if plan is not own), *packs)
    links = tuple(link for each in sold if (link := _link(each, member_id)) is not None)
    is_to_ask_for = any(_link(plan, member_id) is None for plan in shown if plan not in (own, plans.default))
    end = views.ASK if is_to_ask_for else ""
    return Card(_compared(plans, shown, own, packs, end), links=links[:MOST_BUTTONS])


def has_offers(plans: Plans, own: Plan) -> bool:
    """Whether there is anything beside the member's own plan."""
    return len(offers(plans, own)) > 1 or any(pack.sku is not None or pack.link for pack in plans.packs)


def offers(plans: Plans, own: Plan) -> tuple[Plan, ...]:
    """What a member could have, or has. What stands above the default in the file counts for nothing."""
    least = plans.rank(plans.default)
    return tuple(plan for plan in plans if plan is own or (plan.offered and plans.rank(plan) >= least))


def _link(sold: Plan | Pack, member_id: int) -> Link | Premium | None:
    """Discord's own shop first: what is bought there counts at once."""
    if sold.sku is not None:
        return Premium(sold.sku)
    if not sold.link:
        return None
    by_stripe = isinstance(sold, Pack) or sold.stripe  # a pack that is not Discord's has no other seller
    link = _of_payer(sold.link, member_id) if by_stripe else sold.link
    return Link(replies.shortened(f"Get {sold.title}", LABEL), link)


def _of_payer(link: str, member_id: int) -> str:
    """Stripe tells it with the payment."""
    parts = urlsplit(link)
    query = [*parse_qsl(parts.query, keep_blank_values=True), (REFERENCE, str(member_id))]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _compared(plans: Plans, shown: tuple[Plan, ...], own: Plan, packs: tuple[Pack, ...], end: str) -> str:
    """With their terms if there is room; then without; then only as many as fit, and no word of packs."""
    told = [views.plan_lines(plan, is_own=plan is own, is_default=plan is plans.default) for plan in shown]
    beside = ["\n".join(map(views.pack_line, packs))] if packs else []
    for parts in ([lines + terms for lines, terms in told], [lines for lines, _ in told]):
        text = _joined([*parts, *beside], end)
        if len(text) <= replies.MESSAGE_LIMIT:
            return text
    count = len(parts)
    while len(text) > replies.MESSAGE_LIMIT:
        count -= 1
        text = _joined([*parts[:count], views.more_plans(len(parts) - count)], end)
    return text


def _joined(parts: list[str], end: str) -> str:
    return f"{views.PLANS}\n" + "\n\n".join([*parts, *filter(None, [end])])
