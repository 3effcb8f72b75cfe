"""`/admin plan` and `/admin grant`: the operator's word gives a member a plan, or GPU time apart from any plan."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
from discord import app_commands

from bot.commands.admin import as_owner
from bot.desk import Desk, desk_of
from bot.errors import WrongAmountError
from bot.handlers.answering import guarded
from bot.plans.membership import begin
from bot.plans.months import add_months
from bot.plans.plan import Plan
from bot.plans.reader import WrongValueError, read_duration
from bot.replies import sources
from bot.store import ledger, memberships
from bot.store.memberships import NewMembership
from bot.store.words import Origin, Source

_log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]
NONE = "none"
MOST_SHOWN = 25


def add_to(group: app_commands.Group) -> None:
    group.add_command(give_plan)
    group.add_command(grant)


@app_commands.command(name="plan", description="Give a member a plan, or take it back")
@app_commands.describe(
    member="Who", plan="Which; none takes it back", until="Its last day, as 2027-01-31", months="Or so many months"
)
async def give_plan(
    interaction: Interaction,
    member: discord.User,
    plan: str,
    until: str | None = None,
    months: app_commands.Range[int, 1, 120] | None = None,
) -> None:
    work = _give_plan(desk_of(interaction), interaction.user.id, member.id, plan, until, months)
    await guarded(interaction, as_owner(interaction, work))


@give_plan.autocomplete("plan")
async def plan_names(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    plans = [(plan.title, plan.name) for plan in desk_of(interaction).book.plans] + [("None: take it back", NONE)]
    fitting = [(title, name) for title, name in plans if typed.lower() in f"{title} {name}".lower()]
    return [app_commands.Choice(name=title[:100], value=name) for title, name in fitting[:MOST_SHOWN]]


@app_commands.command(name="grant", description="Give a member GPU time, apart from any plan")
@app_commands.describe(
    member="Who", time="How much, as 2 h or 90 min", note="Why; kept in the ledger", days="It runs out after so many"
)
async def grant(
    interaction: Interaction,
    member: discord.User,
    time: str,
    note: app_commands.Range[str, 1, 200],
    days: app_commands.Range[int, 1, 3650] | None = None,
) -> None:
    work = _grant(desk_of(interaction), interaction, member.id, time, note, days)
    await guarded(interaction, as_owner(interaction, work))


async def _give_plan(
    desk: Desk, operator: int, member_id: int, name: str, until: str | None, months: int | None
) -> str:
    now, plans = desk.now(), desk.book.plans
    if name == NONE:
        return await _take_plan(desk, operator, member_id)
    plan = plans.find(name)
    if plan is None:
        raise WrongAmountError(sources.no_plan(name, tuple(each.name for each in plans)))
    new = NewMembership(
        member_id=member_id,
        source=Source.GRANT,
        external_id=str(member_id),  # one a member: another plan takes its place
        plan=name,
        starts_at=now,
        ends_at=_end(desk, now, until, months),
        created_at=now,
    )
    async with desk.store.write(hurried=True) as tx:
        before = await memberships.find(tx, new.source, new.external_id)
        if before is not None and before.plan == name and before.is_active(now):
            new = replace(new, starts_at=before.starts_at)  # only its end is another: its months go on
        await memberships.put(tx, new)
        counts = (await begin(tx, plans, member_id, now)).plan
    _log.info("Operator %d gave member %d the plan %s until %s.", operator, member_id, name, new.ends_at or "further")
    desk.roles.poke()
    return sources.plan_given(member_id, plan.title, new.ends_at, counts.title, _month(plan))


async def _take_plan(desk: Desk, operator: int, member_id: int) -> str:
    async with desk.store.write(hurried=True) as tx:
        ended = await memberships.end(tx, Source.GRANT, str(member_id), desk.now())
        counts = (await begin(tx, desk.book.plans, member_id, desk.now())).plan
    if not ended:
        return sources.nothing_to_take(member_id, counts.title)
    _log.info("Operator %d took member %d's plan back.", operator, member_id)
    desk.roles.poke()
    return sources.plan_taken(member_id, counts.title)


async def _grant(desk: Desk, interaction: Interaction, member_id: int, time: str, note: str, days: int | None) -> str:
    gpu_ms, now, operator = gpu_time(time), desk.now(), interaction.user.id
    expires_at = now + timedelta(days=days) if days is not None else None
    told = f"by {operator}: {note}"
    key = f"operator:{interaction.id}"  # Discord may deliver one twice
    async with desk.store.write(hurried=True) as tx:
        await ledger.grant(tx, member_id, gpu_ms, key, now, told, origin=Origin.OPERATOR, expires_at=expires_at)
        left = await ledger.available(tx, member_id, now)
    _log.info("Operator %d granted member %d %d ms of GPU time.", operator, member_id, gpu_ms)
    return sources.granted(member_id, gpu_ms, left, expires_at)


def gpu_time(text: str) -> int:
    """Raises WrongAmountError."""
    try:
        gpu_ms = read_duration(text)
    except WrongValueError:
        gpu_ms = 0
    if gpu_ms <= 0:
        raise WrongAmountError(sources.WRONG_TIME)
    return gpu_ms


def _end(desk: Desk, now: datetime, until: str | None, months: int | None) -> datetime | None:
    """The end of that day, where the months of plans begin."""
    if until is not None and months is not None:
        raise WrongAmountError(sources.DATE_AND_MONTHS)
    if months is not None:
        return add_months(now, months)
    if until is None:
        return None
    try:
        day = datetime.strptime(until.strip(), "%Y-%m-%d").replace(tzinfo=desk.book.plans.zone)
        ends_at = (day + timedelta(days=1)).astimezone(UTC)
    except (ValueError, OverflowError) as error:  # the last day of all has none after it
        raise WrongAmountError(sources.WRONG_DATE) from error
    if ends_at <= now:
        raise WrongAmountError(sources.WRONG_DATE)
    return ends_at


def _month(plan: Plan) -> str:
    return f"{sources.exact_time(plan.fast_gpu_ms)} a month" if plan.fast_gpu_ms is not None else "no bound on GPU time"
