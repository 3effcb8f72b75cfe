"""An offer of a variation, which needs its parent; and whose offer it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from bot.asking import Asker
from bot.errors import ConfirmError, NoJobError, NoRoomForAllError, NotAllowedError, OfferGoneError, PausedError
from bot.intake.balance import Balance
from bot.intake.offering import Offering
from bot.intake.orders import Order
from bot.intake.wishes import Wish
from bot.kinds import Kind, Occasion
from bot.plans.book import PlanBook
from bot.plans.months import calendar_month
from bot.plans.plan import Plan
from bot.plans.standing import Standing
from bot.store import jobs, ledger, pictures
from bot.store.jobs import Job
from bot.store.placeholders import Placeholder
from bot.store.store import Store
from bot.store.transactions import Writing
from bot.store.words import State
from engine import Quote, Speed, load_catalog, parse, translate
from tests.bot.store.rows import MEMBER, NOW, make_job, make_picture

CELLS = translate(parse("a red house"), load_catalog(), default_model="swatch", drawn_seed=7).cells
ASKER = Asker(MEMBER, 1, 7, interaction=9, token="token")
PARENT = make_job("0123456789ab", interaction_id=3)
WISH = Wish(Kind.VARY_STRONG, "a red house", CELLS, parent=PARENT, cell=2, picture=make_picture(PARENT.id, 2))


class Intake:
    """What an offering needs of it: whoever it lets in is stored; `stops` is what it says to everybody else."""

    def __init__(self) -> None:
        self.stops: Exception | None = None
        self.begun: list[str] = []
        self.stored: list[tuple[Job, Placeholder]] = []

    async def admit(self, asker: Asker) -> None:
        if self.stops is not None:
            raise self.stops

    async def allow(self, asker: Asker, wish: Wish, plan: Plan) -> Wish:
        return wish

    async def store_new(self, tx: Writing, job: Job, place: Placeholder, wish: Wish, stands: Standing) -> Job | None:
        await jobs.insert(tx, job)
        await ledger.reserve(tx, job.member_id, job.id, job.reserved_gpu_ms, NOW, top_up=True)
        self.stored.append((job, place))
        return None

    def begin(self, job: Job, place: Placeholder) -> None:
        self.begun.append(job.id)


@pytest.fixture
def intake() -> Intake:
    return Intake()


@pytest.fixture
async def offering(store: Store, intake: Intake) -> Offering:
    async with store.write() as tx:
        await jobs.insert(tx, PARENT)
        await jobs.finish(tx, PARENT.id, 1, State.RENDERED, NOW)
        await pictures.insert(tx, [make_picture(PARENT.id, 2)])
    return Offering(
        store,
        PlanBook(None),
        boot="boot",
        admit=intake.admit,
        allow=intake.allow,
        store_new=intake.store_new,
        hand_over=intake.begin,
        tell=lambda: None,
    )


async def offered(offering: Offering, *wishes: Wish, asker: Asker = ASKER) -> ConfirmError:
    plan = PlanBook(None).plans.default
    found = Balance(Standing(plan, MEMBER, calendar_month(NOW, UTC)), None)
    orders = [Order(wish, Quote(1000, 100, 400)) for wish in wishes]
    return await offering.put(asker, Occasion.BATCH, orders, found)


async def test_a_variation_is_taken_with_its_parent_where_it_was_asked_for(offering: Offering, intake: Intake) -> None:
    error = await offered(offering, WISH)
    assert (error.offer.gpu_ms, error.starts_in_ms, error.finishes_in_ms) == (1000, 100, 400)
    taken = await offering.take(Asker(MEMBER, 555, interaction=10), error.offer.id)
    (job,) = taken.jobs
    assert (job.parent_id, job.parent_cell, job.channel_id, job.interaction_id) == (PARENT.id, 2, 1, None)
    assert job.reserved_gpu_ms == 1000
    ((_, place),) = intake.stored
    assert (place.channel_id, place.webhook_token) == (1, None)
    assert intake.begun == [job.id]


async def test_without_its_parent_a_variation_is_refused_and_stays_open(
    store: Store, offering: Offering, intake: Intake
) -> None:
    error = await offered(offering, WISH)
    async with store.write() as tx:
        await pictures.remove(tx, PARENT.id)
    with pytest.raises(NoJobError):
        await offering.take(ASKER, error.offer.id)
    assert intake.stored == []
    await offering.drop(ASKER, error.offer.id)


async def test_nobody_else_takes_or_drops_an_offer(offering: Offering) -> None:
    error = await offered(offering, WISH)
    for deed in (offering.take, offering.drop):
        with pytest.raises(NotAllowedError):
            await deed(replace(ASKER, member=5), error.offer.id)
    assert len((await offering.take(ASKER, error.offer.id)).jobs) == 1


async def test_who_may_not_ask_any_more_may_not_confirm_either(offering: Offering, intake: Intake) -> None:
    error = await offered(offering, WISH)
    intake.stops = PausedError("a new card")
    with pytest.raises(PausedError):
        await offering.take(ASKER, error.offer.id)
    intake.stops = None
    await offering.take(ASKER, error.offer.id)
    with pytest.raises(OfferGoneError) as caught:
        await offering.drop(ASKER, error.offer.id)
    assert caught.value.is_taken


async def test_every_job_of_an_offer_has_a_key_and_a_moment_of_its_own(offering: Offering) -> None:
    wish = replace(WISH, kind=Kind.IMAGINE, parent=None, picture=None, cell=None)
    error = await offered(offering, wish, wish, wish)
    taken = await offering.take(ASKER, error.offer.id)
    assert [job.press for job in taken.jobs] == [f"offer:{error.offer.id}:{number}" for number in range(3)]
    assert [job.id for job in taken.jobs] == sorted(job.id for job in taken.jobs)
    assert not taken.by_token


async def test_an_offer_keeps_the_speed_that_its_price_was_for(offering: Offering) -> None:
    error = await offered(offering, replace(WISH, speed=None))
    assert error.offer.orders[0]["speed"] == Speed.FAST


async def test_more_turbo_jobs_than_the_plan_paints_are_refused_before_and_after_the_card(offering: Offering) -> None:
    wish = replace(WISH, kind=Kind.IMAGINE, parent=None, picture=None, cell=None, speed=Speed.TURBO)
    with pytest.raises(NoRoomForAllError) as caught:
        await offered(offering, wish, wish)
    assert (caught.value.under_way, caught.value.wanted, caught.value.allowed) == (0, 2, 1)
    first, second = await offered(offering, wish), await offered(offering, wish, asker=replace(ASKER, interaction=None))
    await offering.take(ASKER, first.offer.id)
    with pytest.raises(NoRoomForAllError) as caught:
        await offering.take(ASKER, second.offer.id)
    assert (caught.value.under_way, caught.value.speed) == (1, Speed.TURBO)


async def test_the_same_interaction_has_the_same_offer(offering: Offering) -> None:
    first, second = await offered(offering, WISH), await offered(offering, WISH)
    assert first.offer == second.offer
    other = await offered(offering, WISH, asker=replace(ASKER, interaction=None))
    assert other.offer.id != first.offer.id


async def test_where_only_tokens_reach_whoever_pressed_writes_the_messages(offering: Offering, intake: Intake) -> None:
    error = await offered(offering, WISH, asker=replace(ASKER, reaches=False))
    assert (await offering.take(ASKER, error.offer.id)).by_token
    assert intake.stored[0][1].by_token
