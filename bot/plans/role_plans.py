"""Roles of servers that stand for plans, as Patreon, Ko-fi and a server's own shop give them. Knows no Discord."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bot.plans.membership import standing
from bot.plans.plan import Plans
from bot.store import memberships
from bot.store.memberships import Membership, NewMembership
from bot.store.transactions import Reading, Writing
from bot.store.words import Source


async def take_roles(
    tx: Writing, plans: Plans, server: int, member_id: int, roles: Collection[int], now: datetime
) -> bool:
    """What a member's roles on one server give, and what they give no more. False if nothing changed."""
    mine = [each for each in await memberships.of_member(tx, member_id) if is_of(each, server) and each.is_active(now)]
    wanted = {name_of(server, role, member_id): plan.name for role, plan in plans.roles.items() if role in roles}
    changed = False
    for each in mine:
        if wanted.get(each.external_id) != each.plan:
            changed |= await memberships.end(tx, Source.ROLE, each.external_id, now)
    there = {each.external_id for each in mine if wanted.get(each.external_id) == each.plan}
    for external_id in wanted.keys() - there:
        new = NewMembership(
            member_id=member_id,
            source=Source.ROLE,
            external_id=external_id,
            plan=wanted[external_id],
            starts_at=now,
            created_at=now,
        )
        changed |= await memberships.put(tx, new)
    return changed


async def told(tx: Reading, plans: Plans, server: int, member_id: int, roles: Collection[int], now: datetime) -> bool:
    """Whether that is known already, which costs no writing."""
    found = await memberships.of_member(tx, member_id)
    known = {each.external_id: each.plan for each in found if is_of(each, server) and each.is_active(now)}
    given = {name_of(server, role, member_id): plan.name for role, plan in plans.roles.items() if role in roles}
    return known == given


async def holders(tx: Reading, now: datetime) -> dict[tuple[int, int], tuple[Membership, ...]]:
    """Whoever has a plan by a role now, by server and member."""
    found: dict[tuple[int, int], tuple[Membership, ...]] = {}
    for each in await memberships.active(tx, now, Source.ROLE):
        place = int(each.external_id.partition(":")[0]), each.member_id
        found[place] = (*found.get(place, ()), each)
    return found


async def deserved(tx: Reading, plans: Plans, now: datetime) -> frozenset[tuple[int, int]]:
    """Members and the role that their plan shall bring them. What everybody has brings none."""
    found = set()
    for member_id in {each.member_id for each in await memberships.active(tx, now)}:
        stands = await standing(tx, plans, member_id, now)
        if stands.membership is not None and stands.plan.role is not None:
            found.add((member_id, stands.plan.role))
    return frozenset(found)


def name_of(server: int, role: int, member_id: int) -> str:
    """What such a membership is called in the store."""
    return f"{server}:{role}:{member_id}"


def is_of(membership: Membership, server: int) -> bool:
    return membership.source is Source.ROLE and membership.external_id.startswith(f"{server}:")
