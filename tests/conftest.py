"""What tests of every room share: how a missing tool is told, and the ledger machine's seed, which every run prints."""

from __future__ import annotations

import os
import random
import shutil
from typing import NoReturn

import pytest


def lacks(reason: str) -> NoReturn:
    """Skip a test whose tool is missing here; in continuous integration nothing may be missing, so fail there."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason} Continuous integration must have it.", pytrace=False)
    pytest.skip(reason)


def needs(tool: str) -> str:
    """The path of a program that a test drives."""
    path = shutil.which(tool)
    if path is None:
        lacks(f"{tool} is not installed.")
    return path


def pytest_report_header() -> str:
    """Chosen here, so that it is told even of a run in which nothing fails."""
    seed = os.environ.setdefault("LEDGER_SEED", str(random.SystemRandom().randrange(1, 1 << 31)))
    return f"LEDGER_SEED={seed}"
