"""What the operator's numbers are made of: sums, the largest, the income."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.panels.usage import income, to_csv
from bot.plans.plan import Plan, Plans, Price
from bot.store.memberships import Membership
from bot.store.usage import Used
from bot.store.words import Source
from tests.bot.store.rows import NOW

FREE = Plan(name="free", title="Free", fast_gpu_ms=1000)
BASIC = Plan(name="basic", title="Basic", fast_gpu_ms=2000, price=Price(1000, "USD"), yearly_price=Price(9600, "USD"))
EURO = Plan(name="euro", title="Euro", fast_gpu_ms=3000, price=Price(900, "EUR"))
YEARLY = Plan(name="yearly", title="Yearly", fast_gpu_ms=4000, yearly_price=Price(12_000, "USD"))
PLANS = Plans((FREE, BASIC, EURO, YEARLY), FREE)


def has(member: int, plan: str, source: Source = Source.DISCORD, days: int | None = 30) -> Membership:
    return Membership(
        id=member,
        member_id=member,
        source=source,
        external_id=f"{member} {plan}",
        plan=plan,
        starts_at=NOW - timedelta(days=1),
        ends_at=None if days is None else NOW + timedelta(days=days),
        created_at=NOW,
    )


@pytest.mark.parametrize(
    ("active", "expected"),
    [
        ([], ({}, 0)),
        ([has(1, "basic")], ({"USD": 1000}, 1)),
        ([has(1, "basic", days=364)], ({"USD": 800}, 1)),  # by the year, a twelfth of it
        ([has(1, "basic", Source.ROLE, None)], ({"USD": 1000}, 1)),
        ([has(1, "basic", Source.GRANT, None)], ({}, 0)),  # a present
        ([has(1, "basic"), has(1, "euro")], ({"EUR": 900}, 1)),  # of two, the one that counts
        ([has(1, "basic"), has(2, "euro"), has(3, "basic")], ({"USD": 2000, "EUR": 900}, 3)),
        ([has(1, "yearly")], ({"USD": 1000}, 1)),
        ([has(1, "free"), has(2, "gone")], ({}, 0)),
    ],
)
def test_income_is_a_months_price_of_each_plan_that_counts(
    active: list[Membership], expected: tuple[dict[str, int], int]
) -> None:
    assert income(PLANS, active, NOW) == expected


def test_file_has_a_line_for_each_sum_and_says_what_is_what() -> None:
    one = Used(NOW.date(), 7, "sdxl", "imagine", "fast", 3, 1, 1500)
    assert to_csv([one]).decode().splitlines() == [
        "day,member_id,model,kind,speed,jobs,failed,gpu_ms",
        "2027-03-01,7,sdxl,imagine,fast,3,1,1500",
    ]
