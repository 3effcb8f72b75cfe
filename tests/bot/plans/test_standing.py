"""Which plan counts, for which month, and by which key its time is granted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.plans.plan import Plans
from bot.plans.standing import Standing, choose
from bot.store.words import Origin, Source
from tests.bot.plans.rows import BASIC, FREE, MONTH, OPEN, PLANS, PRO, make_membership
from tests.bot.store.rows import MEMBER, NOW


def chosen(*changes: dict[str, Any], plans: Plans = PLANS, now: datetime = NOW) -> Standing:
    found = [make_membership(number, **each) for number, each in enumerate(changes, 1)]
    return choose(plans, MEMBER, found, now)


def test_member_without_anything_has_the_plan_of_everybody() -> None:
    found = chosen()
    assert (found.plan, found.membership, found.origin) == (FREE, None, Origin.DEFAULT)
    assert found.month.starts_at == datetime(2027, 3, 1, tzinfo=UTC)
    assert found.key == f"default:{MEMBER}:2027-03-01T00:00:00+00:00"


def test_best_plan_counts_wherever_it_comes_from() -> None:
    found = chosen({"plan": "basic"}, {"plan": "pro", "source": Source.ROLE, "ends_at": None}, {"plan": "basic"})
    assert (found.plan, found.origin) == (PRO, Origin.ROLE)


def test_of_two_that_give_the_same_plan_the_longer_counts_then_the_older() -> None:
    longer, endless = NOW + 2 * MONTH, None
    assert chosen({}, {"ends_at": longer}, {}).key.startswith("discord:sub 2:")
    assert chosen({"ends_at": longer}, {"ends_at": endless}).key.startswith("discord:sub 2:")
    assert chosen({}, {}).key.startswith("discord:sub 1:")


@pytest.mark.parametrize(
    "change",
    [
        {"starts_at": NOW + timedelta(seconds=1)},
        {"starts_at": NOW - MONTH, "ends_at": NOW},
        {"revoked_at": NOW},
        {"plan": "gone"},
    ],
)
def test_what_is_not_active_or_names_no_plan_counts_for_nothing(change: dict[str, Any]) -> None:
    assert chosen(change).plan is FREE


def test_plan_below_that_of_everybody_counts_for_nothing() -> None:
    found = chosen({"plan": "basic"}, plans=Plans((BASIC, PRO, OPEN), OPEN))
    assert (found.plan, found.membership) == (OPEN, None)


def test_month_of_a_subscription_is_its_own_and_that_of_a_role_the_calendars() -> None:
    assert chosen({}).month.starts_at == NOW
    assert chosen({}).key == "discord:sub 1:2027-03-01T12:00:00+00:00"
    role = {"source": Source.ROLE, "starts_at": NOW - timedelta(days=3), "ends_at": None}
    assert chosen(role).month.starts_at == datetime(2027, 3, 1, tzinfo=UTC)


def test_role_that_is_lost_and_given_again_leads_to_the_same_month() -> None:
    first = chosen({"source": Source.ROLE, "external_id": "one", "ends_at": None})
    second = chosen({"source": Source.ROLE, "external_id": "two", "starts_at": NOW - timedelta(hours=1)})
    assert first.key == second.key == f"role:{MEMBER}:basic:2027-03-01T00:00:00+00:00"


def test_year_is_granted_month_by_month() -> None:
    year = {"ends_at": datetime(2028, 3, 1, 12, tzinfo=UTC)}
    keys = {chosen(year, now=NOW + timedelta(days=day)).key for day in range(366)}
    assert len(keys) == 12
