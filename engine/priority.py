"""Torch steps back: on few cores, its threads would otherwise starve the event loop and each other."""

from __future__ import annotations

import os
import sys
import threading

NICE = 10


def wait_quietly() -> None:
    """Before torch is loaded: its threads sleep while they wait for each other. Spinning, they take the cores from what
    else runs: beside one busy program two training steps took eight times as long. Who set it otherwise is obeyed."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def lower_priority() -> None:
    """Of this thread, and of the threads it makes from now on. Where the system has no such thing, nothing happens."""
    if sys.platform == "linux":  # elsewhere a thread has no priority of its own, and the whole process would step back
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
