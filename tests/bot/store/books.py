"""What the ledger should say, kept a second time in plain Python: no rows, no keys, no transactions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.plans.months import add_months
from bot.store.words import GIVEABLE, Account, Act, Origin


@dataclass
class Pot:
    """A bucket. `closed` are the acts that ended it."""

    key: str
    member: int
    origin: Origin
    gpu_ms: int
    starts: datetime
    expires: datetime | None
    amounts: dict[Account, int] = field(default_factory=lambda: dict.fromkeys(Account, 0))
    closed: set[Act] = field(default_factory=set)

    @property
    def left(self) -> int:
        return self.amounts[Account.AVAILABLE]

    def move(self, out_of: Account, to: Account, gpu_ms: int) -> None:
        self.amounts[out_of] -= gpu_ms
        self.amounts[to] += gpu_ms

    def is_running(self, now: datetime) -> bool:
        return self.starts <= now and (self.expires is None or now < self.expires) and not self.closed

    def is_over(self, now: datetime) -> bool:
        return self.expires is not None and self.expires <= now and self.left > 0


@dataclass
class Subscription:
    plan: str
    starts: datetime
    months: int

    @property
    def ends(self) -> datetime:
        return add_months(self.starts, self.months)

    def month(self, now: datetime) -> tuple[datetime, datetime]:
        """Of one or two, the one that it is."""
        second = add_months(self.starts, 1)
        return (self.starts, second) if now < second else (second, self.ends)


class Books:
    def __init__(self) -> None:
        self.pots: dict[str, Pot] = {}
        self.held: dict[str, list[tuple[Pot, int]]] = {}
        self.subscriptions: dict[str, Subscription] = {}

    def of(self, member: int) -> list[Pot]:
        return [pot for pot in self.pots.values() if pot.member == member]

    def balances(self, member: int) -> Mapping[Account, int]:
        return {account: sum(pot.amounts[account] for pot in self.of(member)) for account in Account}

    def spendable(self, member: int, now: datetime) -> list[Pot]:
        found = [pot for pot in self.of(member) if pot.is_running(now) and pot.left and pot.origin is not Origin.OPEN]
        return sorted(found, key=lambda pot: (pot.expires is None, pot.expires or now))

    def available(self, member: int, now: datetime) -> int:
        return sum(pot.left for pot in self.spendable(member, now))

    def giveable(self, member: int, now: datetime) -> int:
        return sum(pot.left for pot in self.spendable(member, now) if pot.origin in GIVEABLE)

    def fill(self, pot: Pot) -> None:
        """A new bucket with what was granted, gifted or carried over into it."""
        self.pots[pot.key] = pot
        pot.move(Account.GRANTED, Account.AVAILABLE, pot.gpu_ms)

    def repay(self, pot: Pot) -> None:
        for owing in self.of(pot.member):
            paid = min(pot.left, -owing.amounts[Account.DEBT])
            owing.move(Account.GRANTED, Account.DEBT, paid)
            pot.move(Account.AVAILABLE, Account.GIVEN, paid)

    def grant(self, pot: Pot) -> bool:
        if pot.key in self.pots:
            return False
        self.fill(pot)
        self.repay(pot)
        return True

    def take(self, pots: Iterable[Pot], gpu_ms: int) -> list[tuple[Pot, int]]:
        taken = []
        for pot in pots:
            if gpu_ms > 0:
                taken.append((pot, min(pot.left, gpu_ms)))
                gpu_ms -= taken[-1][1]
        return taken

    def reserve(self, member: int, job: str, gpu_ms: int, now: datetime, *, lent: bool) -> None:
        if lent:
            new = Pot(f"open:{member}", member, Origin.OPEN, 0, now, None)
            pot = self.pots.setdefault(new.key, new)
            pot.move(Account.GRANTED, Account.AVAILABLE, gpu_ms)
            self.held[job] = [(pot, gpu_ms)]
        else:
            self.held[job] = self.take(self.spendable(member, now), gpu_ms)
        for pot, part in self.held[job]:
            pot.move(Account.AVAILABLE, Account.HELD, part)

    def end(self, job: str, used: int) -> None:
        for pot, part in self.held.pop(job):
            spent = min(used, part)
            used -= spent
            back = Account.AVAILABLE
            if pot.origin is Origin.OPEN or Act.CLAW_BACK in pot.closed:
                back = Account.GRANTED
            elif Act.EXPIRE in pot.closed:
                back = Account.EXPIRED
            pot.move(Account.HELD, Account.SPENT, spent)
            pot.move(Account.HELD, back, part - spent)
            if Act.CLAW_BACK in pot.closed:
                pot.move(Account.DEBT, Account.GRANTED, spent)

    def expire(self, pot: Pot) -> None:
        if Act.EXPIRE not in pot.closed:
            pot.closed.add(Act.EXPIRE)
            pot.move(Account.AVAILABLE, Account.EXPIRED, pot.left)

    def claw_back(self, pot: Pot) -> None:
        self.pots.setdefault(pot.key, pot)
        if Act.CLAW_BACK not in pot.closed:
            pot.closed.add(Act.CLAW_BACK)
            pot.move(Account.AVAILABLE, Account.GRANTED, pot.left)
            pot.move(Account.DEBT, Account.GRANTED, pot.amounts[Account.SPENT] + pot.amounts[Account.GIVEN])

    def claw_back_all(self, month: Pot) -> None:
        """With what it left over."""
        self.claw_back(month)
        if (rolled := self.pots.get(f"rollover:{month.key}")) is not None:
            self.claw_back(rolled)

    def gift(self, giver: int, taker: int, gpu_ms: int, key: str, now: datetime) -> None:
        made = []
        mine = [pot for pot in self.spendable(giver, now) if pot.origin in GIVEABLE]
        for number, (pot, part) in enumerate(self.take(mine, gpu_ms)):
            pot.move(Account.AVAILABLE, Account.GIVEN, part)
            made.append(Pot(f"gift:{key}:{number}", taker, Origin.GIFT, part, pot.starts, pot.expires))
            self.fill(made[-1])
        for pot in made:
            self.repay(pot)

    def begin(self, month: Pot, rollover: int, now: datetime) -> None:
        """The month's time of a membership that is active."""
        if month.key in self.pots:
            return
        same = [pot for pot in self.of(month.member) if pot.origin is month.origin]
        running = [pot for pot in same if pot.is_running(now)]
        if any(pot.gpu_ms >= month.gpu_ms for pot in running):
            return
        for pot in running:
            self.expire(pot)
        over = [pot for pot in same if pot.is_over(now)]
        for pot in over if rollover else ():
            carried = min(pot.left, rollover)
            rollover -= carried
            pot.move(Account.AVAILABLE, Account.GRANTED, carried)
            self.expire(pot)
            if carried:
                key = f"rollover:{pot.key}"
                self.fill(Pot(key, pot.member, Origin.ROLLOVER, carried, month.starts, month.expires))
        self.grant(month)
