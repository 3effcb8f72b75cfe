"""`/fast`, `/relax`, `/turbo`, `/stealth`, `/public`: what members get, what it costs, who sees it, and what their plan
has not.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.asking import Asker
from bot.errors import NoJobError
from bot.store import jobs, ledger, memberships
from bot.store.memberships import NewMembership
from bot.store.words import Account, Source
from engine import Manner
from sandbox.member import Member, Refused
from tests.product.faults.brush import Brush
from tests.product.house import (
    EPHEMERAL,
    House,
    Json,
    imagine,
    is_final,
    labels,
    opened_house,
    painted,
    press,
    said_aside,
    slow,
    until,
    until_ended,
)
from tests.product.test_grid import GRID

PLANS = """
default = "small"
[plans.small]
title = "Small"
fast = "{fast}"
running = 2
waiting = 2
largest = "512x512"
models = {models}
[plans.large]
title = "Large"
fast = "20 h"
relax = "{relax}"
turbo_running = 1
stealth = {stealth}
"""
QUARTER_SECONDS = 15 * 60 + 1.0


def write(path: Path, **changes: str) -> None:
    values = {"fast": "10 h", "models": '["pocket", "slow"]', "relax": "unlimited", "stealth": "true", **changes}
    put(path, PLANS.format(**values))


def put(path: Path, text: str) -> None:
    path.write_text(text)
    os.utime(path, (1, 1 + len(text)))  # a file system's clock might not tell two apart


@pytest.fixture
def plans(tmp_path: Path) -> Path:
    path = tmp_path / "plans.toml"
    write(path)
    return path


@pytest.fixture
async def planned(tmp_path: Path, plans: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path, plans) as opened:
        yield opened


@pytest.fixture
def brush(monkeypatch: pytest.MonkeyPatch) -> Iterator[Brush]:
    made = Brush(monkeypatch)
    yield made
    made.let_go()


async def join(house: House, member: Member, plan: str = "large") -> None:
    """By the operator's word."""
    now = house.desk.now()
    new = NewMembership(
        member_id=int(member.user_id),
        source=Source.GRANT,
        external_id=member.user_id,
        plan=plan,
        starts_at=now,
        created_at=now,
    )
    async with house.desk.store.write() as tx:
        await memberships.put(tx, new)


async def say(member: Member, mode: str) -> str:
    outcome = await member.command("painting", mode)
    assert outcome.is_private
    assert outcome.message is not None
    return str(outcome.message["content"])


async def refused(member: Member, prompt: str) -> str:
    outcome = await member.command("painting", "imagine", prompt=f"{prompt} --steps 2")
    assert outcome.is_private
    assert outcome.message is not None
    return str(outcome.message["content"])


async def balance(house: House, member: Member) -> dict[Account, int]:
    async with house.desk.store.read() as tx:
        assert await ledger.audit(tx) == []
        return dict(await ledger.balances(tx, int(member.user_id)))


async def newest(house: House, member: Member) -> jobs.Job:
    async with house.desk.store.read() as tx:
        (job,) = await jobs.of_member(tx, int(member.user_id), 1)
    return job


async def test_a_mode_says_what_it_means_and_holds_until_another_one(house: House, cleo: Member) -> None:
    assert "cost nothing" in await say(cleo, "relax")
    assert " · relax, " in (await painted(cleo))["content"]
    assert " · fast, " in (await painted(cleo, "a red house --fast"))["content"]
    await house.restart()
    assert " · relax, " in (await painted(cleo))["content"]
    assert "sets no bound on GPU time" in await say(cleo, "turbo")
    assert " · turbo, " in (await painted(cleo))["content"]
    assert "**Mode** · turbo   **Visibility** · public" in await say(cleo, "info")
    assert "fast from now on" in await say(cleo, "fast")
    assert " · fast, " in (await painted(cleo))["content"]


async def test_what_is_made_of_a_picture_is_painted_in_the_mode_of_now(cleo: Member) -> None:
    grid = await painted(cleo, "a red house --relax")
    assert " · fast, " in (await until_ended(cleo, await press(cleo, grid, "🔄")))["content"]
    await say(cleo, "relax")
    assert " · relax, " in (await until_ended(cleo, await press(cleo, grid, "V1")))["content"]


async def test_relax_costs_nothing_and_turbo_twice_what_it_used(planned: House) -> None:
    dov = await planned.member("dov")
    await join(planned, dov)
    waiting = await imagine(dov, "a red house --relax")
    assert "-# It costs no GPU time." in waiting["content"]
    await until_ended(dov, waiting)
    assert (await balance(planned, dov))[Account.SPENT] == 0
    await painted(dov, "a red house --turbo")
    job = await newest(planned, dov)
    assert job.quoted_gpu_ms is not None
    assert job.reserved_gpu_ms == 2 * job.quoted_gpu_ms
    found = await balance(planned, dov)
    assert found[Account.SPENT] == min(2 * job.gpu_ms, job.reserved_gpu_ms) > 0
    assert found[Account.HELD] == 0


async def test_a_plan_that_has_it_not_says_which_has_and_what_to_do(planned: House) -> None:
    dov = await planned.member("dov")
    for mode in ("relax", "turbo"):
        told = await say(dov, mode)
        assert told == f"Your plan Small has no {mode}. Your jobs go on as before. The plan Large has {mode}."
        assert await refused(dov, f"a red house --{mode}") == (
            f"Your plan Small has no {mode}. `--fast` paints this one, `/fast` makes that the rule. "
            f"The plan Large has {mode}."
        )
    assert (await say(dov, "stealth")).startswith("Your plan Small does not hide pictures.")
    assert "The plan Large hides them." in await refused(dov, "a red house --stealth")
    assert (await balance(planned, dov)).get(Account.HELD, 0) == 0


async def test_a_second_turbo_job_is_told_when_its_place_becomes_free(planned: House) -> None:
    dov = await planned.member("dov")
    await join(planned, dov)
    first = await slow(dov, "a slow boat --turbo")
    told = await refused(dov, "a red house --turbo")
    assert re.search(r"A place becomes free when \*\*a slow boat .+\*\* ends, about <t:\d+:R>\.", told)
    assert "`--fast`" in told
    await dov.click(first, "Cancel")
    await until(dov, first, lambda found: "Cancelled" in found["content"])
    assert " · turbo, " in (await painted(dov, "a red house --turbo"))["content"]


async def test_whoever_may_have_no_more_jobs_is_told_what_ends_when_and_which_plan_allows_more(planned: House) -> None:
    dov = await planned.member("dov")
    running = [await slow(dov, f"boat {number}") for number in range(2)]
    told = await refused(dov, "a red house")
    assert told.startswith("You have 2 jobs under way; your plan Small allows 2. A place becomes free when **boat 0")
    assert re.search(r"about <t:\d+:R>", told)
    assert "The plan Large allows more." in told
    for message in running:
        await dov.click(message, "Cancel")


async def test_relaxed_time_of_a_month_ends_and_says_when_there_is_more(planned: House, plans: Path) -> None:
    write(plans, relax="0.001 s")
    assert planned.desk.book.refresh()
    dov = await planned.member("dov")
    await join(planned, dov)
    told = await refused(dov, "a red house --relax")
    assert re.match(r"Relaxed, that may take .+ of GPU time; of this month's relaxed time in your plan Large", told)
    assert re.search(r"The next month begins <t:\d+:R>\.", told)


async def test_plans_that_change_count_for_what_is_asked_next_and_spoil_nothing_that_runs(
    planned: House, plans: Path
) -> None:
    dov = await planned.member("dov")
    running = await slow(dov)
    before = (await balance(planned, dov))[Account.AVAILABLE]
    write(plans, fast="1 min", models='["pocket"]')
    assert planned.desk.book.refresh()
    assert (await refused(dov, "a boat --model slow")).startswith("Your plan Small does not have Slow cards.")
    assert (await balance(planned, dov))[Account.AVAILABLE] == before > 60_000  # the running month keeps its time
    assert "being cancelled" in (await press(dov, running, "Cancel"))["content"]
    put(plans, "fast = ")
    assert not planned.desk.book.refresh()
    assert is_final(await painted(dov))  # a broken file changes nothing


async def seen_by(member: Member) -> list[Json]:
    """Of what others asked for."""
    found = await member.messages("painting")
    return [
        each for each in found if (each.get("interaction_metadata") or {"user": {}})["user"].get("id") != member.user_id
    ]


async def test_nobody_else_sees_anything_of_a_stealth_job(house: House, cleo: Member, dov: Member) -> None:
    before = await seen_by(dov)
    hidden = await slow(cleo, "a secret boat --stealth")
    assert hidden["flags"] & EPHEMERAL
    served = (await dov.command("painting", "queue")).message
    assert served is not None
    assert "secret" not in served["content"]
    assert cleo.user_id not in served["content"]
    await cleo.click(hidden, "Cancel")
    grid = await painted(cleo, "a secret house --stealth")
    assert grid["flags"] & EPHEMERAL
    assert labels(grid) == GRID
    job = await newest(house, cleo)
    shown = await dov.command("painting", "show", job=job.id)
    assert shown.message is not None
    assert shown.message["content"].startswith("That picture is not here any more.")
    assert await dov.autocomplete("painting", "show", "job", job="secret") == []
    assert await seen_by(dov) == before


async def test_what_is_made_of_a_stealth_picture_stays_so_even_if_it_is_said_otherwise(
    house: House, cleo: Member, dov: Member
) -> None:
    before = await seen_by(dov)
    grid = await painted(cleo, "a secret house --stealth")
    await say(cleo, "public")
    for label in ("🔄", "V2", "U1"):
        child = await until_ended(cleo, await press(cleo, grid, label))
        assert child["flags"] & EPHEMERAL, label
        assert (await newest(house, cleo)).privacy == "stealth"
    assert await seen_by(dov) == before


async def test_in_stealth_mode_a_public_grid_shows_nothing_of_what_is_made_of_it(
    house: House, cleo: Member, dov: Member
) -> None:
    grid = await painted(cleo)
    assert "Only you see your jobs" in await say(cleo, "stealth")
    before = await seen_by(dov)
    await until_ended(cleo, await press(cleo, grid, "V1"))
    await until_ended(cleo, await press(cleo, grid, "U3"))
    assert is_final(await painted(dov, "another one", "general"))  # by then, whatever was due was told
    assert await seen_by(dov) == before
    assert not (await painted(cleo, "a red house --public"))["flags"] & EPHEMERAL


async def test_a_reaction_in_stealth_mode_is_answered_by_direct_message(
    house: House, cleo: Member, dov: Member
) -> None:
    grid = await painted(cleo)
    await say(cleo, "stealth")
    before = [message["id"] for message in await seen_by(dov)]
    await cleo.react(grid, "🔄")
    answer = await cleo.wait_for("@Painter", lambda message: "once more" in message["content"])
    assert is_final(answer)
    assert [message["id"] for message in await seen_by(dov)] == before


async def test_others_can_press_nothing_and_react_to_nothing_of_it(house: House, cleo: Member, dov: Member) -> None:
    grid = await painted(cleo, "a secret house --stealth")
    with pytest.raises(Refused):
        await dov.click(grid, "U1")
    with pytest.raises(Refused):
        await dov.react(grid, "1️⃣")
    job, intake = await newest(house, cleo), house.desk.intake
    stranger = Asker(int(dov.user_id), job.channel_id, job.server_id)  # who brought the button here by other ways
    for attempt in (
        intake.single(stranger, job.id, 0),
        intake.vary(stranger, job.id, 0, Manner.SUBTLE),
        intake.reroll(stranger, job.id),
        intake.cancel(stranger, job.id),
    ):
        with pytest.raises(NoJobError):
            await attempt
    async with house.desk.store.read() as tx:
        assert await jobs.of_member(tx, int(dov.user_id), 1) == ()


async def test_a_late_stealth_answer_comes_by_direct_message(
    house: House, cleo: Member, dov: Member, brush: Brush
) -> None:
    brush.hold()
    before = await seen_by(dov)
    await imagine(cleo, "a secret house --stealth")
    await house.pass_time(QUARTER_SECONDS)
    brush.let_go()
    answer = await said_aside(cleo, "@Painter", "a secret house")
    assert is_final(answer)
    assert await seen_by(dov) == before


async def test_stealth_that_the_plan_has_lost_never_becomes_public_unasked(planned: House, plans: Path) -> None:
    dov = await planned.member("dov")
    await join(planned, dov)
    await say(dov, "stealth")
    write(plans, stealth="false")
    assert planned.desk.book.refresh()
    told = await refused(dov, "a secret house")
    assert "does not hide pictures any more" in told
    assert "`/public` or `--public`" in told
    assert not (await painted(dov, "a red house --public"))["flags"] & EPHEMERAL
    assert is_final(await painted(dov, "a red house", "@Painter"))  # where nobody else looks on


async def test_a_speed_that_the_plan_has_lost_gives_way_to_its_own(planned: House, plans: Path) -> None:
    dov = await planned.member("dov")
    await join(planned, dov)
    await say(dov, "relax")
    write(plans, relax="none")
    assert planned.desk.book.refresh()
    assert " · fast, " in (await painted(dov))["content"]
