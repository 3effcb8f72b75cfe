"""How a member's jobs are painted and who sees them, unless a prompt says otherwise: changed here, for commands and
menus alike.
"""

from __future__ import annotations

from dataclasses import replace

from bot.desk import Desk
from bot.intake.entitlement import check_speed, check_stealth
from bot.plans.membership import begin
from bot.replies import modes
from bot.store import jobs, ledger, members
from bot.store.words import Privacy
from engine import Speed


async def set_speed(desk: Desk, member_id: int, speed: Speed | None) -> str:
    """What it means under their plan; none is as the plan has it. Raises WrongSpeedError."""
    async with desk.store.write(hurried=True) as tx:
        now, plans = desk.now(), desk.book.plans
        stands = await begin(tx, plans, member_id, now)
        mode, speed = speed, speed or stands.plan.speed
        check_speed(speed, stands.plan, plans, is_mode=True)
        member = await members.meet(tx, member_id, now)
        await members.save(tx, replace(member, speed=mode.value if mode is not None else None))
        left = await ledger.available(tx, member_id, now)
        relaxed = await jobs.used_gpu_ms(tx, member_id, Speed.RELAX, stands.month.starts_at)
    return modes.speed_set(speed, stands.plan, left, relaxed)


async def set_visibility(desk: Desk, member_id: int, visibility: Privacy) -> str:
    """What it means. Raises NoStealthError."""
    async with desk.store.write(hurried=True) as tx:
        now, plans = desk.now(), desk.book.plans
        if visibility is Privacy.STEALTH:
            check_stealth((await begin(tx, plans, member_id, now)).plan, plans)
        member = await members.meet(tx, member_id, now)
        await members.save(tx, replace(member, visibility=visibility))
    return modes.STEALTH if visibility is Privacy.STEALTH else modes.PUBLIC
