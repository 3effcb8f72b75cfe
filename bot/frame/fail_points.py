"""Named places between two writes of a job's life, where a test may end the process as a power cut would. Without the
variable nothing happens there.
"""

from __future__ import annotations

import os
import signal
from enum import StrEnum

VARIABLE = "ATELIER_FAIL_POINT"


class FailPoint(StrEnum):
    BEFORE_ACCEPTED = "before the job is stored"
    ACCEPTED = "the job is stored, not yet acknowledged"
    ACKNOWLEDGED = "acknowledged, the message's id not yet stored"
    SUBMITTED = "the engine has it"
    STARTED = "stored that it runs"
    PAINTED = "painted, no file yet"
    FILED = "files written, no row yet"
    ENDED = "the end is stored, nothing sent yet"
    SENDING = "about to send the answer"
    SENT = "the answer is sent, not yet stored"
    DELIVERED = "stored that it was sent"
    MENTIONED = "the member was called, not yet stored"


_wanted = os.environ.get(VARIABLE, "")


def reached(point: FailPoint) -> None:
    if point == _wanted:
        os.kill(os.getpid(), signal.SIGKILL)
