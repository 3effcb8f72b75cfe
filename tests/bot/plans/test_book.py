"""Plans that change while the bot runs."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from bot.plans.book import PlanBook
from bot.plans.reader import PlansError

FREE = 'default = "free"\n[plans.free]\ntitle = "Free"\nfast = "24 min"\n'


def write(path: Path, text: str, when: int) -> None:
    path.write_text(text)
    os.utime(path, (when, when))  # tests are faster than a file system's clock


def test_without_a_file_the_plans_that_ship_hold() -> None:
    assert PlanBook().plans.default.title == "Open"


def test_changed_file_holds_at_once_and_an_unchanged_one_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "plans.toml"
    write(path, FREE, 1)
    book = PlanBook(path)
    assert not book.refresh()
    write(path, FREE.replace("24", "48"), 2)
    assert book.refresh()
    assert book.plans.default.fast_gpu_ms == 48 * 60_000
    assert not book.refresh()


@pytest.mark.parametrize("text", ["[plans.free", None])
def test_broken_or_missing_file_keeps_the_plans_and_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str | None
) -> None:
    path = tmp_path / "plans.toml"
    write(path, FREE, 1)
    book = PlanBook(path)
    before = book.plans
    if text is None:
        path.unlink()
    else:
        write(path, text, 2)
    with caplog.at_level(logging.INFO):
        assert not book.refresh()
        assert not book.refresh()
    assert book.plans is before
    assert book.fault is not None
    assert len(caplog.messages) == 1
    assert "cannot be used, so those from before still hold: plans.toml, line 1" in caplog.text
    write(path, FREE.replace("24", "48"), 3)
    assert book.refresh()
    assert book.fault is None


def test_start_with_a_broken_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "plans.toml", "[", 1)
    with pytest.raises(PlansError):
        PlanBook(tmp_path / "plans.toml")
