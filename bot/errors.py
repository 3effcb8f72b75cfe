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
 ├─ EndedError          too late: it has ended
 ├─ ThereAlreadyError   `job` is that already
 ├─ CannotDoError       this model cannot: `reason`
 ├─ FullError           the disk is full
 └─ WrongButtonError    a forged, damaged or outdated button
"""

from __future__ import annotations

from engine import PromptError


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
