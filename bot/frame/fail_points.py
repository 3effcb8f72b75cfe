"""Named places between two writes in the life of a job or of a community, where a test may end the process as a power
cut would. Without the variable nothing happens there. It holds a point's words, and `:2` behind them for the second
time that it is reached.
"""

from __future__ import annotations

import itertools
import os
import signal
from enum import StrEnum

VARIABLE = "ATELIER_FAIL_POINT"


class FailPoint(StrEnum):
    BEFORE_ACCEPTED = "before the job is stored"
    ACCEPTED = "the job is stored, not yet acknowledged"
    ACKNOWLEDGED = "acknowledged, the message's id not yet stored"
    NOTED = "the message's id is stored"
    SUBMITTED = "the engine has it"
    PREPARING = "stored that its turn has come"
    STARTED = "stored that its painting has begun"
    UNWANTED = "stored that it is not wanted, the engine not yet told"
    CLAIMED = "a further attempt is stored, the engine has not got it"
    PAINTED = "painted, no file yet"
    FILING = "one file written, the others not yet"
    FILED = "files written, no row yet"
    ENDED = "the end is stored, nothing sent yet"
    SENDING = "about to send the answer"
    PLACED = "a message of the bot's own is sent, its id not yet stored"
    SENT = "the answer is sent, not yet stored"
    DELIVERED = "stored that it was sent"
    MENTIONED = "the member was called, not yet stored"
    HOSTED = "a day or a week is begun or over by the rows, nothing of it sent yet"
    THREADED = "a day's card has its thread, which is not yet stored"
    CROWNED = "the winner's message is stored, not yet pinned"


_words, _, _number = os.environ.get(VARIABLE, "").partition(":")
_wanted = FailPoint(_words) if _words else None
_nth = int(_number or 1)
_times = itertools.count(1)


def reached(point: FailPoint) -> None:
    if point is _wanted and next(_times) == _nth:
        os.kill(os.getpid(), signal.SIGKILL)
