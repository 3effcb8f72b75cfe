"""Torch's threads sleep while they wait: on few cores they would otherwise starve the event loop and each other.

They have the priority of all others. A thread that steps back may hold the interpreter while it waits for a processor,
and the event loop waits with it: for seconds, beside a few busy programs.
"""

from __future__ import annotations

import os


def wait_quietly() -> None:
    """Before torch is loaded. Spinning, its threads take the cores from what else runs: beside one busy program two
    training steps took eight times as long. Who set it otherwise is obeyed."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
