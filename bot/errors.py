"""What the bot refuses, as exceptions that carry data; `replies.py` words them for members.

Refusal
 ├─ WrongPromptError    the text is no prompt: the engine's faults
 ├─ StrangerError       this server has no plan here, or this member outside of all servers: `outside`
 ├─ WrongPlaceError     this server wants it elsewhere: `channels`
 ├─ WrongRoleError      this server lets only some paint: `roles`
 ├─ BlockedError        this member may not ask for pictures: `reason`
 ├─ PausedError         no new work is taken: `reason`, and `drains` if it ends soon
 ├─ NoRoomError         a member has as many under way as their plan allows: what `ends` next, and what `starts`
 │   ├─ TooManyError      `waiting` jobs have not ended, `allowed` may
 │   └─ TurboTakenError   as many turbo jobs are under way as may be
 ├─ PlanError           the member's plan has it not, and `others` have
 │   ├─ WrongSpeedError   no such `speed`
 │   ├─ NoStealthError    nothing is hidden from others; `is_mode` if that was their mode, not this job's words
 │   ├─ WrongModelError   not this `model`: its `licence` forbids to sell it, or the plan goes without
 │   ├─ WrongSizeError    pictures of at most so many `pixels`
 │   └─ RelaxUsedError    the month's relaxed time is used up: `left_gpu_ms` until `until`
 ├─ LacksRightsError    the bot itself may not do what a picture needs there: `rights`
 ├─ NotManagerError     only those who manage the server may do that
 ├─ NotOwnerError       only the operator may do that
 ├─ NoCreditError       `available_gpu_ms` are left, and it may need `needed_gpu_ms`; `offer` paints it relaxed
 ├─ ConfirmError        `offer` waits for its member's word: what it costs, when it would be done
 ├─ OfferGoneError      an offer is over, or was taken: `is_taken`
 ├─ OverPlanError       more jobs of one text than the plan takes: the engine's faults
 ├─ OverPlaceError      more jobs of one text than can be answered there: `allowed`
 ├─ NoRoomForAllError   `wanted` more jobs beside those `under_way`, and `allowed` may wait
 ├─ CannotGiveError     `giveable_gpu_ms` may be given away, and it is to be `wanted_gpu_ms`
 ├─ ServerLimitError    this server lets a member use `allowed_gpu_ms` a month; `left_gpu_ms` until `again_at`
 ├─ ServerSpeedError    this server lets jobs be no faster than `speed`
 ├─ WrongAmountError    no amount of GPU time, no date: `sentence` says what would be one
 ├─ NotAllowedError     only its owner or a moderator may do that
 ├─ NoJobError          there is no such job, or its picture was deleted
 ├─ NotOwnError         only its maker may do that
 ├─ NoCellError         it has only so many pictures: `count`
 ├─ NotAPictureError    that message is none of ours
 ├─ NoWordsError        that message says nothing that could be painted
 ├─ WordsHiddenError    its maker keeps its words to themselves
 ├─ NoViewError         that page of the gallery was not used for too long
 ├─ NoCollectionError   the member has none of this name: `name`
 ├─ NotReadyError       its pictures are not there yet
 ├─ UnderWayError       it has to end first, or be cancelled
 ├─ NoDraftError        it was painted in full already
 ├─ UnusablePictureError  a picture that a member names: its `link`, `flaw`, and what is allowed
 ├─ EndedError          too late: it has ended
 ├─ ThereAlreadyError   `job` is that already
 ├─ CannotDoError       this model cannot: `reason`
 ├─ CeilingError        this server allows less there: `what`, at `most` so much, `asked` for more
 ├─ WrongCeilingError   that is no ceiling: `words`
 ├─ FullError           the disk is full
 └─ WrongButtonError    a forged, damaged or outdated button
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.store.offers import Offer
from engine import PromptError, Speed


class Refusal(Exception):  # noqa: N818 - a decision, not a failure
    """The root: a sentence for the member follows, and nothing has happened."""


class WrongPromptError(Refusal):
    def __init__(self, error: PromptError) -> None:
        super().__init__(str(error))
        self.error = error


class StrangerError(Refusal):
    def __init__(self, *, outside: bool = False) -> None:
        super().__init__("outside of all servers" if outside else "on this server")
        self.outside = outside


class LacksRightsError(Refusal):
    def __init__(self, rights: tuple[str, ...]) -> None:
        super().__init__(rights)
        self.rights = rights


class NotManagerError(Refusal):
    pass


class NotOwnerError(Refusal):
    pass


class WrongPlaceError(Refusal):
    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__(channels)
        self.channels = channels


class WrongRoleError(Refusal):
    def __init__(self, roles: tuple[int, ...]) -> None:
        super().__init__(roles)
        self.roles = roles


class BlockedError(Refusal):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PausedError(Refusal):
    def __init__(self, reason: str, *, drains: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.drains = reason, drains


@dataclass(frozen=True, slots=True)
class Coming:
    """One of a member's own jobs, and when it will start or end."""

    text: str
    at: datetime


class NoRoomError(Refusal):
    """`speed` if only jobs of that one count."""

    speed: Speed | None = None
    ends: Coming | None = None
    starts: Coming | None = None

    def __init__(self, waiting: int, allowed: int, plan: str = "", others: tuple[str, ...] = ()) -> None:
        super().__init__(f"{waiting} of {allowed}")
        self.waiting, self.allowed, self.plan, self.others = waiting, allowed, plan, others


class TooManyError(NoRoomError):
    pass


class TurboTakenError(NoRoomError):
    speed = Speed.TURBO


class PlanError(Refusal):
    """`plan` and `others` are titles."""

    def __init__(self, plan: str, others: tuple[str, ...] = ()) -> None:
        super().__init__(plan)
        self.plan, self.others = plan, others


class WrongSpeedError(PlanError):
    """`is_mode`: it was wanted for all jobs, and not for one."""

    def __init__(
        self, plan: str, others: tuple[str, ...], speed: Speed, default: Speed, *, is_mode: bool = False
    ) -> None:
        super().__init__(plan, others)
        self.speed, self.default, self.is_mode = speed, default, is_mode


class NoStealthError(PlanError):
    def __init__(self, plan: str, others: tuple[str, ...], *, is_mode: bool = False) -> None:
        super().__init__(plan, others)
        self.is_mode = is_mode


class WrongModelError(PlanError):
    """`instead` are names of models that the plan has, here."""

    def __init__(
        self, plan: str, others: tuple[str, ...], model: str, *, licence: str = "", instead: tuple[str, ...] = ()
    ) -> None:
        super().__init__(plan, others)
        self.model, self.licence, self.instead = model, licence, instead


class WrongSizeError(PlanError):
    def __init__(self, plan: str, others: tuple[str, ...], width: int, height: int, pixels: int) -> None:
        super().__init__(plan, others)
        self.width, self.height, self.pixels = width, height, pixels


class RelaxUsedError(PlanError):
    def __init__(
        self, plan: str, others: tuple[str, ...], left_gpu_ms: int, needed_gpu_ms: int, until: datetime
    ) -> None:
        super().__init__(plan, others)
        self.left_gpu_ms, self.needed_gpu_ms, self.until = left_gpu_ms, needed_gpu_ms, until


class NoCreditError(Refusal):
    def __init__(self, available_gpu_ms: int, needed_gpu_ms: int, offer: str = "") -> None:
        super().__init__(f"{available_gpu_ms} of {needed_gpu_ms}")
        self.available_gpu_ms, self.needed_gpu_ms, self.offer = available_gpu_ms, needed_gpu_ms, offer


class ConfirmError(Refusal):
    """`left_gpu_ms` is None where the plan has no bound; `pool_gpu_ms` is what the server's pool has for it, if it is
    needed; `relaxes`: it could be painted relaxed."""

    def __init__(
        self,
        offer: Offer,
        starts_in_ms: int,
        finishes_in_ms: int,
        left_gpu_ms: int | None,
        *,
        pool_gpu_ms: int = 0,
        relaxes: bool = False,
    ) -> None:
        super().__init__(offer.id)
        self.offer, self.left_gpu_ms, self.relaxes = offer, left_gpu_ms, relaxes
        self.pool_gpu_ms = pool_gpu_ms
        self.starts_in_ms, self.finishes_in_ms = starts_in_ms, finishes_in_ms


class OfferGoneError(Refusal):
    def __init__(self, *, is_taken: bool = False) -> None:
        super().__init__("taken" if is_taken else "over")
        self.is_taken = is_taken


class OverPlanError(Refusal):
    def __init__(self, error: PromptError, plan: str, permutations: int, repeats: int, waiting: int) -> None:
        super().__init__(str(error))
        self.error, self.plan = error, plan
        self.permutations, self.repeats, self.waiting = permutations, repeats, waiting


class OverPlaceError(Refusal):
    def __init__(self, wanted: int, allowed: int) -> None:
        super().__init__(f"{wanted} of {allowed}")
        self.wanted, self.allowed = wanted, allowed


class NoRoomForAllError(Refusal):
    """Of jobs of that speed, if one is named."""

    def __init__(self, under_way: int, wanted: int, allowed: int, speed: Speed | None = None) -> None:
        super().__init__(f"{under_way} and {wanted} of {allowed}")
        self.under_way, self.wanted, self.allowed, self.speed = under_way, wanted, allowed, speed


class CannotGiveError(Refusal):
    def __init__(self, giveable_gpu_ms: int, wanted_gpu_ms: int) -> None:
        super().__init__(f"{giveable_gpu_ms} of {wanted_gpu_ms}")
        self.giveable_gpu_ms, self.wanted_gpu_ms = giveable_gpu_ms, wanted_gpu_ms


class ServerLimitError(Refusal):
    def __init__(self, allowed_gpu_ms: int, left_gpu_ms: int, again_at: datetime) -> None:
        super().__init__(f"{left_gpu_ms} of {allowed_gpu_ms}")
        self.allowed_gpu_ms, self.left_gpu_ms, self.again_at = allowed_gpu_ms, left_gpu_ms, again_at


class ServerSpeedError(Refusal):
    def __init__(self, speed: Speed) -> None:
        super().__init__(speed)
        self.speed = speed


class WrongAmountError(Refusal):
    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotAllowedError(Refusal):
    pass


class NoJobError(Refusal):
    pass


class NotOwnError(Refusal):
    pass


class NoCellError(Refusal):
    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class NotAPictureError(Refusal):
    pass


class NoWordsError(Refusal):
    pass


class WordsHiddenError(Refusal):
    pass


class NoViewError(Refusal):
    pass


class NoCollectionError(Refusal):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NotReadyError(Refusal):
    pass


class UnderWayError(Refusal):
    pass


class NoDraftError(Refusal):
    pass


class EndedError(Refusal):
    pass


class ThereAlreadyError(Refusal):
    def __init__(self, job: str, *, is_painted: bool) -> None:
        super().__init__(job)
        self.job, self.is_painted = job, is_painted


class CannotDoError(Refusal):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CeilingError(Refusal):
    def __init__(self, what: str, most: float, asked: float) -> None:
        super().__init__(f"{what}: {asked:g} of {most:g}")
        self.what, self.most, self.asked = what, most, asked


class WrongCeilingError(Refusal):
    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class FullError(Refusal):
    pass


class WrongButtonError(Refusal):
    def __init__(self, *, is_old: bool = False) -> None:
        super().__init__("old" if is_old else "forged")
        self.is_old = is_old


class Flaw(StrEnum):
    """Why a picture that a member names cannot be used."""

    HOST = "host"  # none that may be asked
    ADDRESS = "address"  # leads to where nobody outside should get
    REDIRECT = "redirect"
    GONE = "gone"
    UNREACHABLE = "unreachable"
    SLOW = "slow"
    LARGE = "large"
    UNREADABLE = "unreadable"  # no picture, or a damaged one; `reason` says which
    MANY = "many"
    BUSY = "busy"


class UnusablePictureError(Refusal):
    """`limit` is in bytes, seconds or pictures, whatever the flaw is about."""

    def __init__(self, link: str, flaw: Flaw, *, limit: int = 0, reason: str = "", hosts: tuple[str, ...] = ()) -> None:
        super().__init__(f"{flaw}: {link[:200]}")
        self.link, self.flaw, self.limit, self.reason, self.hosts = link, flaw, limit, reason, hosts
