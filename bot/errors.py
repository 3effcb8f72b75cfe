"""What the bot refuses, as exceptions that carry data; `replies.py` words them for members.

Refusal
 ├─ WrongPromptError    the text is no prompt: the engine's faults
 ├─ StrangerError       this server has no plan here, or this member outside of all servers: `outside`
 ├─ WrongPlaceError     this server wants it elsewhere: `channels`
 ├─ WrongRoleError      this server lets only some paint: `roles`
 ├─ BlockedError        this member may not ask for pictures: `reason`
 ├─ PausedError         no new work is taken: `reason`, and `drains` if it ends soon
 ├─ TooManyError        `waiting` jobs of a member have not ended, `allowed` may
 ├─ LacksRightsError    the bot itself may not do what a picture needs there: `rights`
 ├─ NotManagerError     only those who manage the server may do that
 ├─ NotOwnerError       only the operator may do that
 ├─ NoCreditError       `available_gpu_ms` are left, and it may need `needed_gpu_ms`
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
 ├─ NotReadyError       its pictures are not there yet
 ├─ UnderWayError       it has to end first, or be cancelled
 ├─ EndedError          too late: it has ended
 ├─ ThereAlreadyError   `job` is that already
 ├─ CannotDoError       this model cannot: `reason`
 ├─ FullError           the disk is full
 └─ WrongButtonError    a forged, damaged or outdated button
"""

from __future__ import annotations

from datetime import datetime

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


class TooManyError(Refusal):
    def __init__(self, waiting: int, allowed: int) -> None:
        super().__init__(f"{waiting} of {allowed}")
        self.waiting, self.allowed = waiting, allowed


class NoCreditError(Refusal):
    def __init__(self, available_gpu_ms: int, needed_gpu_ms: int) -> None:
        super().__init__(f"{available_gpu_ms} of {needed_gpu_ms}")
        self.available_gpu_ms, self.needed_gpu_ms = available_gpu_ms, needed_gpu_ms


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


class NotReadyError(Refusal):
    pass


class UnderWayError(Refusal):
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


class FullError(Refusal):
    pass


class WrongButtonError(Refusal):
    def __init__(self, *, is_old: bool = False) -> None:
        super().__init__("old" if is_old else "forged")
        self.is_old = is_old
