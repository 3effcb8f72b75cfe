"""What an offer shows its member before anything is painted: what, how much, how long, what is left; and what a refusal
for want of credit still offers."""

from __future__ import annotations

from bot import replies
from bot.buttons.custom_id import Action
from bot.desk import Desk
from bot.errors import ConfirmError, NoCreditError
from bot.kinds import Occasion
from bot.messages.cards import Button, Card, Tone
from bot.replies import offers


async def offer_card(desk: Desk, error: ConfirmError) -> Card:
    offer, left = error.offer, error.left_gpu_ms
    count = len(offer.orders)
    view = await desk.intake.queue_view()
    place = 1 + sum(waiter.starts_in_ms < error.starts_in_ms for waiter in view.waiting)
    lines = [
        offers.head(Occasion(offer.occasion), count),
        offers.prompts([order["text"] for order in offer.orders]),
        offers.cost(offer.gpu_ms, place, error.starts_in_ms, error.finishes_in_ms),
        *([offers.balance(left, offer.gpu_ms, error.pool_gpu_ms)] if left is not None else []),
        offers.small_print(offer.expires_at),
    ]
    row = [Button(Action.OFFER_TAKE, offer.id, offers.take(count), "🎨", tone=Tone.PRESSED)]
    if error.relaxes and left is not None and offer.gpu_ms > left:
        row.append(_relaxed(offer.id))
    row.append(Button(Action.OFFER_DROP, offer.id, offers.LEAVE))
    return Card(replies.shortened("\n".join(lines), replies.MESSAGE_LIMIT), (tuple(row),))


def no_credit_card(error: NoCreditError) -> Card:
    return Card(replies.refusal(error), ((_relaxed(error.offer),),) if error.offer else ())


def _relaxed(offer: str) -> Button:
    return Button(Action.OFFER_RELAXED, offer, offers.TAKE_RELAXED, "🌙")
