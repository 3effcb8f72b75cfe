"""What a plan lets its member have, and what is said where it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.asking import Asker
from bot.errors import (
    Coming,
    NoRoomError,
    NoStealthError,
    PlanError,
    RelaxUsedError,
    TooManyError,
    TurboTakenError,
    WrongModelError,
    WrongSizeError,
    WrongSpeedError,
)
from bot.intake.entitlement import Entitlement, UnderWay, check_room, foretell
from bot.intake.wishes import Wish
from bot.kinds import Kind
from bot.plans.months import calendar_month
from bot.plans.plan import Plan, Plans, Price, Relax
from bot.plans.standing import Standing
from bot.replies import refusal
from bot.store.members import Member
from bot.store.words import Privacy
from engine import Catalog, Commercial, Licence, QueueView, Recipe, Speed, Waiter, load_catalog, parse, translate
from tests.bot.store.rows import MEMBER, NOW, later, make_job

CATALOG = load_catalog()
POCKET, SDXL = CATALOG.find("pocket"), CATALOG.find("sdxl")
FORBIDDEN = replace(SDXL, name="forbidden", title="Forbidden", licence=Licence("CC BY-NC 4.0", "", Commercial.NO))
MODELS = Catalog.of([POCKET, SDXL, FORBIDDEN, CATALOG.find("swatch")])
SMALL = Plan(name="small", title="Small", fast_gpu_ms=3_600_000, pixels=512 * 512, models=frozenset({"pocket"}))
SOLD = Plan(name="sold", title="Sold", fast_gpu_ms=3_600_000, price=Price(1000, "USD"))
LARGE = Plan(
    name="large",
    title="Large",
    fast_gpu_ms=None,
    relax=Relax.UNLIMITED,
    turbo_running=2,
    stealth=True,
    waiting=20,
)
CAPPED = replace(SMALL, name="capped", title="Capped", relax=Relax.CAPPED, relax_gpu_ms=10_000, turbo_running=1)
KEPT = replace(LARGE, name="kept", title="Kept", offered=False)
PLANS = Plans((SMALL, SOLD, CAPPED, LARGE, KEPT), SMALL)
HERE = Asker(5, 1, 7)
CARELESS = Member(id=5, created_at=NOW, seen_at=NOW)


def cells(model: str, text: str = "a red house") -> tuple[Recipe, ...]:
    return translate(parse(text), MODELS, default_model=model, drawn_seed=1).cells


def make_wish(model: str = "pocket", kind: Kind = Kind.IMAGINE, text: str = "a red house", **changes: object) -> Wish:
    return replace(Wish(kind, text, cells(model, text)), **changes)  # type: ignore[arg-type]


def settled(wish: Wish, plan: Plan, member: Member | None = CARELESS, asker: Asker = HERE) -> Wish:
    return Entitlement(PLANS, MODELS, lambda name: True).settled(wish, asker, member, plan)


def room(plan: Plan, has: UnderWay, speed: Speed = Speed.FAST, quoted_gpu_ms: int = 0) -> None:
    check_room(Standing(plan, MEMBER, calendar_month(NOW, PLANS.zone)), PLANS, has, speed, quoted_gpu_ms)


@pytest.mark.parametrize("flag", [None, *Speed])
@pytest.mark.parametrize("mode", [None, *Speed])
def test_a_flag_counts_before_the_mode_and_the_mode_before_the_plan(flag: Speed | None, mode: Speed | None) -> None:
    member = replace(CARELESS, speed=mode.value if mode is not None else None)
    assert settled(make_wish(speed=flag), LARGE, member).speed_under(LARGE) is (flag or mode or Speed.FAST)


def test_a_mode_that_the_plan_has_not_gives_way_and_a_flag_is_refused() -> None:
    member = replace(CARELESS, speed="turbo")
    assert settled(make_wish(), SMALL, member).speed_under(SMALL) is Speed.FAST
    with pytest.raises(WrongSpeedError) as caught:
        settled(make_wish(speed=Speed.TURBO), SMALL, member)
    assert caught.value.others == ("Capped", "Large")


@pytest.mark.parametrize("said", [None, Privacy.PUBLIC, Privacy.STEALTH])
def test_visibility_is_as_the_words_say_then_as_the_member_wants_it(said: Privacy | None) -> None:
    member = replace(CARELESS, visibility=Privacy.STEALTH)
    assert settled(make_wish(privacy=said), LARGE, member).privacy is (said or Privacy.STEALTH)


@pytest.mark.parametrize("kind", [Kind.IMAGINE, Kind.SINGLE])
def test_stealth_without_a_plan_is_refused_wherever_others_look_on(kind: Kind) -> None:
    hidden = make_wish(kind=kind, privacy=Privacy.STEALTH)
    with pytest.raises(NoStealthError) as caught:
        settled(hidden, SMALL)
    assert not caught.value.is_mode
    with pytest.raises(NoStealthError) as caught:
        settled(make_wish(kind=kind), SMALL, replace(CARELESS, visibility=Privacy.STEALTH))
    assert caught.value.is_mode
    assert settled(hidden, SMALL, asker=Asker(5, 1, alone=True)) == hidden
    with pytest.raises(NoStealthError):
        settled(hidden, SMALL, asker=Asker(5, 1, alone=True, reaches=False))  # a group, where the bot is a guest


def test_a_child_of_a_stealth_picture_needs_no_plan_to_stay_hidden() -> None:
    child = make_wish(kind=Kind.REROLL, parent=make_job("JOB1", privacy=Privacy.STEALTH))
    assert settled(child, SMALL).privacy_for(HERE) is Privacy.STEALTH


def test_a_model_that_the_plan_goes_without_is_refused_and_others_are_named() -> None:
    with pytest.raises(WrongModelError) as caught:
        settled(make_wish("sdxl", text="a house --ar 1:1"), replace(SMALL, pixels=None))
    assert caught.value.others == ("Sold", "Large")
    assert refusal(caught.value) == (
        f"Your plan Small does not have {SDXL.title}. `--model pocket` paints here. The plans Sold and Large have it."
    )


def test_a_model_that_may_not_be_sold_is_refused_on_paid_plans_unless_it_was_confirmed() -> None:
    with pytest.raises(WrongModelError) as caught:
        settled(make_wish("forbidden"), SOLD)
    assert "(CC BY-NC 4.0) forbids to sell pictures" in refusal(caught.value)
    settled(make_wish("forbidden"), replace(SOLD, confirmed=frozenset({"forbidden"})))
    settled(make_wish("forbidden"), LARGE)


def test_colour_cards_and_plain_enlargements_are_in_every_plan() -> None:
    settled(make_wish("swatch"), SMALL)
    settled(make_wish("sdxl", Kind.UPSCALE_SUBTLE), replace(SMALL, pixels=None))


def test_a_picture_with_more_pixels_than_the_plan_paints_is_refused() -> None:
    with pytest.raises(WrongSizeError) as caught:
        settled(make_wish("sdxl"), replace(SMALL, models=None))
    assert (caught.value.width, caught.value.height) == (1024, 1024)
    assert "512x512 has, and 1024x1024 has more." in refusal(caught.value)


def test_a_picture_that_is_there_already_needs_no_plan() -> None:
    single = make_wish("sdxl", Kind.SINGLE, speed=Speed.TURBO)
    assert settled(single, SMALL) == single


@pytest.mark.parametrize(
    ("plan", "has", "speed", "quoted_gpu_ms", "refused"),
    [
        (SMALL, UnderWay(9), Speed.FAST, 0, None),
        (SMALL, UnderWay(10), Speed.FAST, 0, TooManyError),
        (LARGE, UnderWay(10, turbo=1), Speed.TURBO, 0, None),
        (LARGE, UnderWay(10, turbo=2), Speed.TURBO, 0, TurboTakenError),
        (LARGE, UnderWay(10, turbo=2), Speed.FAST, 0, None),
        (CAPPED, UnderWay(1, relax_gpu_ms=4_000), Speed.RELAX, 6_000, None),
        (CAPPED, UnderWay(1, relax_gpu_ms=4_000), Speed.RELAX, 6_001, RelaxUsedError),
        (CAPPED, UnderWay(1, relax_gpu_ms=4_000), Speed.FAST, 6_001, None),
        (LARGE, UnderWay(1, relax_gpu_ms=10**9), Speed.RELAX, 6_001, None),
    ],
)
def test_as_much_is_taken_as_the_plan_says_and_no_more(
    plan: Plan, has: UnderWay, speed: Speed, quoted_gpu_ms: int, refused: type[Exception] | None
) -> None:
    if refused is None:
        room(plan, has, speed, quoted_gpu_ms)
        return
    with pytest.raises(refused):
        room(plan, has, speed, quoted_gpu_ms)


def test_used_up_relaxed_time_says_when_there_is_more_and_where_there_is_more_of_it() -> None:
    with pytest.raises(RelaxUsedError) as caught:
        room(CAPPED, UnderWay(1, relax_gpu_ms=9_000), Speed.RELAX, 5_000)
    assert (caught.value.left_gpu_ms, caught.value.others) == (1_000, ("Large",))
    begins = calendar_month(NOW, PLANS.zone).ends_at
    assert f"The next month begins <t:{begins.timestamp():.0f}:R>." in refusal(caught.value)


def test_plans_that_are_not_offered_are_recommended_to_nobody() -> None:
    with pytest.raises(PlanError) as caught:
        settled(make_wish(speed=Speed.RELAX), SMALL)
    assert caught.value.others == ("Capped", "Large")


def foretold(error: NoRoomError) -> NoRoomError:
    own = [make_job("RUNS", text="a boat", speed="turbo"), make_job("WAITS", text="a house"), make_job("GONE")]
    running = Waiter("RUNS", "5", Speed.TURBO, 0, 0, 60_000)
    waiting = Waiter("WAITS", "5", Speed.FAST, 1, 30_000, 50_000)
    strange = Waiter("OTHER", "6", Speed.FAST, 2, 1_000, 2_000)
    foretell(error, own, QueueView((running,), (waiting, strange)), NOW)
    return error


def test_a_full_queue_says_which_of_ones_own_ends_first_and_which_starts() -> None:
    error = foretold(TooManyError(3, 3, "Small", ("Large",)))
    assert error.ends == Coming("a house", NOW + timedelta(seconds=50))
    assert error.starts == Coming("a house", NOW + timedelta(seconds=30))
    ends = f"<t:{later(50).timestamp():.0f}:R>"
    assert f"A place becomes free when **a house** ends, about {ends}." in refusal(error)


def test_a_full_row_of_turbo_says_when_a_turbo_job_ends() -> None:
    error = foretold(TurboTakenError(1, 1, "Capped"))
    assert error.ends == Coming("a boat", NOW + timedelta(seconds=60))
    assert error.starts is None


def test_nothing_is_foretold_of_jobs_that_the_engine_does_not_have() -> None:
    error = TooManyError(3, 3)
    foretell(error, [make_job("GONE")], QueueView((), ()), NOW)
    assert "A place" not in refusal(error)
