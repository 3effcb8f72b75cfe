"""`make soak`: the ledger's machine, ten times as long. SOAK_SEED repeats it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from tests.bot.store.ledger_machine import SEED, Bench, LedgerMachine, careful

EXAMPLES = min(5000, int(float(os.environ.get("SOAK_SECONDS", "600")) * 25))


@pytest.mark.soak
def test_ledger_keeps_its_promises_through_thousands_of_lives(tmp_path: Path) -> None:
    chosen = int(os.environ.get("SOAK_SEED", "0")) or SEED

    class Sound(LedgerMachine):
        bench = Bench(tmp_path)

    print(f"seed {chosen}: {EXAMPLES} examples")  # noqa: T201
    try:
        run_state_machine_as_test(seed(chosen)(Sound), settings=careful(EXAMPLES))
    finally:
        Sound.bench.close()
