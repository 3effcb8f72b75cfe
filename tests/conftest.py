"""What tests of every room share: how a missing tool is told."""

from __future__ import annotations

import os
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
