"""The device thread steps back: on few cores, torch's workers would otherwise starve the event loop."""

from __future__ import annotations

import os
import sys
import threading

NICE = 10


def lower_priority() -> None:
    """Of this thread, and of the threads it makes from now on. Where the system has no such thing, nothing happens."""
    if sys.platform == "linux":  # elsewhere a thread has no priority of its own, and the whole process would step back
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
