"""Whatever members do, the community shows nobody what is not for them; and each of its views that forgets to ask is
found out by the same machine.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import true

from bot import hosting, visibility
from bot.drawings.contact import Shot
from bot.handlers import daily as entering
from bot.messages import community, daily_posts, digest_posts, follow_notes
from bot.panels.community import day, top
from bot.store import archive
from tests.bot.community.members_machine import MembersMachine
from tests.bot.store.ledger_machine import SEED, Bench

CAREFUL = settings(
    max_examples=30,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
    database=None,
    print_blob=True,
)
HASTY = settings(CAREFUL, max_examples=60, phases=[Phase.generate], report_multiple_bugs=False)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """What is drawn is not looked at: a sheet says only what is on it."""
    monkeypatch.setattr(day, "draw_pair", lambda left, right: left + right)
    monkeypatch.setattr(digest_posts, "draw_sheet", _sheet)
    made = Bench(tmp_path)
    yield made
    made.close()


def _sheet(heading: str, shots: Sequence[Shot]) -> bytes:
    return b" ".join(shot.data for shot in shots)


@pytest.mark.timeout(300)
def test_no_view_of_the_community_ever_shows_what_its_reader_may_not_see(bench: Bench) -> None:
    class Sound(MembersMachine):
        pass

    Sound.bench = bench
    print(f"LEDGER_SEED={SEED}")  # noqa: T201 - shown if it fails
    run_state_machine_as_test(seed(SEED)(Sound), settings=CAREFUL)


class Blind:
    """A module whose queries let everybody see everything."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def ask(*about: Any, **more: Any) -> Any:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(archive, "_seen_by", lambda viewer: true())
                return await found(*about, **more)

        return ask


# Notes ask twice, when they are put into the outbox and when they are sent, and either would do.
MUTANTS: dict[str, tuple[tuple[ModuleType, str], ...]] = {
    "result": ((hosting, "archive"),),
    "entry": ((entering, "archive"),),
    "posts of a day": ((daily_posts, "archive"),),
    "pair": ((day, "archive"),),
    "digest": ((digest_posts, "archive"),),
    "note": ((community, "rankings"), (follow_notes, "rankings")),
    "profile": ((top, "archive"),),
    "top": ((top, "rankings"),),
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("view", MUTANTS)
def test_a_view_that_does_not_ask_who_may_see_it_is_found_out(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    class Mutant(MembersMachine):
        pass

    Mutant.bench = bench
    for module, asked in MUTANTS[view]:
        monkeypatch.setattr(module, asked, Blind(getattr(module, asked)))
    found_out(Mutant)


@pytest.mark.timeout(300)
def test_words_that_are_told_to_all_are_found_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    class Mutant(MembersMachine):
        pass

    Mutant.bench = bench
    monkeypatch.setattr(visibility, "may_read", lambda picture, viewer: True)
    found_out(Mutant)


def found_out(machine: type[MembersMachine]) -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(seed(1)(machine), settings=HASTY)  # no search: it is known to be there
