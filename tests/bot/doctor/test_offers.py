"""What the doctor says of plans."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.doctor.finding import Mark
from bot.doctor.offers import check_plans, judge_plans
from bot.frame.settings import Settings
from bot.plans.plan import Plan, Plans, Price
from engine import Catalog, Commercial, Licence, load_catalog

CATALOG = load_catalog()
FIRST = CATALOG.offered[0]
FORBIDDEN = replace(FIRST, name="forbidden", aliases=(), licence=Licence("CC BY-NC 4.0", "", Commercial.NO))
FREE = Plan(name="free", title="Free", fast_gpu_ms=1000)
PRO = Plan(name="pro", title="Pro", fast_gpu_ms=1000, price=Price(1000, "USD"))


def judged(*plans: Plan, default: Plan = FREE) -> list[str]:
    return [finding.sentence for finding in judge_plans(Plans(plans, default), Catalog.of([FIRST, FORBIDDEN]))]


async def test_plans_that_ship_are_known_by_name() -> None:
    (*_, last) = await check_plans(Settings())
    assert last.mark is not Mark.FAULT


async def test_each_fault_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('default = "gold"\n[plans.free]\ntitle = "Free"\nfast = "much"\n')
    found = await check_plans(Settings(plans=tmp_path / "mine.toml"))
    assert [finding.mark for finding in found] == [Mark.FAULT, Mark.FAULT]
    assert [finding.sentence[:17] for finding in found] == ["mine.toml, line 1", "mine.toml, line 4"]


async def test_sound_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('default = "free"\n[plans.free]\ntitle = "Free"\nfast = "1 h"\n')
    (finding,) = await check_plans(Settings(plans=tmp_path / "mine.toml"))
    assert (finding.mark, finding.sentence) == (Mark.FINE, "Everybody has Free. There are: free.")


async def test_plan_that_stripe_sells_is_warned_of_where_stripe_is_not_heard(tmp_path: Path) -> None:
    text = 'default = "free"\n[plans.free]\ntitle = "Free"\nfast = "1 h"\n[plans.pro]\ntitle = "Pro"\nfast = "9 h"\n'
    (tmp_path / "mine.toml").write_text(f'{text}stripe = "price_pro"\n')
    settings = Settings(plans=tmp_path / "mine.toml")
    (finding,) = await check_plans(settings)
    assert (finding.mark, finding.sentence) == (Mark.WARNING, "Stripe sells Pro, and is not heard.")
    (finding,) = await check_plans(replace(settings, stripe_secret="whsec_0123456789abcdef"))
    assert finding.mark is Mark.FINE


def test_model_that_may_not_be_sold_is_warned_of_unless_confirmed_left_out_or_not_offered() -> None:
    (sentence,) = judged(FREE, PRO)
    assert sentence == "Licences forbid to sell pictures of forbidden; paid plans are to go without."
    for mended in (
        replace(PRO, confirmed=frozenset({"forbidden"})),
        replace(PRO, models=frozenset({FIRST.name})),
        replace(PRO, offered=False),
        replace(PRO, price=None),
    ):
        assert judged(FREE, mended) == []


def test_model_that_nobody_knows_is_warned_of() -> None:
    assert judged(replace(FREE, models=frozenset({"sdxxl"}))) == ["Free names models that nobody knows: sdxxl."]


def test_default_with_a_price_is_warned_of() -> None:
    plan = replace(PRO, confirmed=frozenset({"forbidden"}))
    assert judged(plan, default=plan) == ["Everybody has Pro without paying, though it has a price."]
