"""The engine's public names."""

from __future__ import annotations

import subprocess
import sys

import engine


def test_every_public_name_is_there_exactly_once() -> None:
    assert len(engine.__all__) == len(set(engine.__all__))
    assert all(hasattr(engine, name) for name in engine.__all__)


def test_the_front_door_opens_without_torch() -> None:
    program = "import sys, engine; engine.load_catalog(); sys.exit(bool({'torch', 'diffusers'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


def test_a_prompt_goes_all_the_way_to_a_recipe_and_back() -> None:
    catalog = engine.load_catalog()
    (text,) = engine.expand("a red house on green hills --ar 3:2 --seed 7")
    prompt = engine.parse(text, {"model": catalog.names})
    work = engine.translate(prompt, catalog, default_model="pocket", drawn_seed=1)
    first = work.cells[0]
    assert engine.render(prompt) == text
    assert engine.from_json(engine.to_json(first)) == first
    assert (first.width, first.height, first.seed) == (304, 208, 7)
