"""The page on prompts is held to the table that the parser reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.errors import PromptError
from engine.language.kinds import Takes
from engine.language.parameters import TABLE, Destination, Parameter
from engine.language.prompt import parse
from engine.language.unfolding import unfold
from engine.models.catalog import Guiding
from engine.models.catalog_toml import load_catalog
from engine.recipe import Weighting
from engine.translate import Translation, translate

PAGE = (Path(__file__).parents[3] / "docs" / "prompts.md").read_text(encoding="utf-8")
WHOSE = {Destination.PICTURE: "picture", Destination.JOB: "job", Destination.CALLER: "caller"}


def line_of(row: Parameter[object]) -> str:
    spelled = " ".join(f"`--{spelling}`" for spelling in row.spellings)
    neutral = "–" if row.neutral is None or row.kind.takes is Takes.NOTHING else f"`{row.kind.write(row.neutral)}`"
    takes = row.kind.allowed if row.kind.takes is not Takes.NOTHING else "–"
    return f"| {spelled} | {takes} | {neutral if neutral != '``' else '–'} | {WHOSE[row.destination]} | {row.help} |"


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_page_has_the_parameters_own_line(row: Parameter[object]) -> None:
    assert line_of(row) in PAGE.splitlines(), line_of(row)


def test_the_page_has_no_parameter_that_does_not_exist() -> None:
    spellings = {spelling for row in TABLE for spelling in row.spellings}
    assert set(re.findall(r"`--([a-z]+)`", PAGE)) <= spellings
    table = PAGE[PAGE.index("| written |") : PAGE.index("## What they do")]
    assert table.count("\n| `--") == len(TABLE)


def test_every_example_of_the_page_is_a_prompt_or_is_shown_as_a_fault() -> None:
    blocks = re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)
    examples = [line for block in blocks for line in block.splitlines() if line and "^" not in line]
    assert len(examples) == 8
    for example in examples:
        if f"{example}\n" + " " * example.index("--") + "^" in PAGE:
            with pytest.raises(PromptError):
                parse(example)
        else:
            assert unfold(example)


CATALOG = load_catalog()


def cells() -> list[tuple[str, str, str]]:
    """The page's table of what models do otherwise: parameter, model, what is said."""
    table = PAGE[PAGE.index("| asked |") :].split("\n\n")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    titles = {entry.title: entry.name for entry in CATALOG} | {"SDXL": "sdxl", "SD 1.5": "sd1.5"}
    titles |= {"SDXL-Lightning": "sdxl-lightning", "SD 3.5": "sd3.5-medium", "FLUX.2 klein": "flux2-klein"}
    return [
        (row[0].strip("`-"), titles[title], said)
        for row in rows[2:]
        for column, said in zip(rows[0][1:], row[1:], strict=True)
        for title in column.split(", ")
    ]


def asked(text: str, model: str) -> Translation:
    return translate(parse(text), CATALOG, default_model=model, drawn_seed=1, cells=1)


def found(parameter: str, model: str) -> str:
    """What a translation truly does, in the page's words."""
    entry, plain = CATALOG.find(model), asked("a", model).cells[0]
    flags = {"weights": "", "no": "--no b", "guidance": "--guidance 3.25", "tile": "--tile"}
    work = asked("a::2 b" if parameter == "weights" else f"a {flags.get(parameter, f'--{parameter} 50')}", model)
    recipe, told = work.cells[0], {note.parameter for note in work.notes}
    match parameter:
        case "weights" | "stylize":
            assert len(recipe.phrases) == 2
            apart = recipe.weighting is Weighting.GUIDANCE
            assert bool(told) is apart
            return ("guide apart" if parameter == "weights" else "guides apart") if apart else "mixed"
        case "no":
            if recipe.negative != plain.negative:
                assert not told
                return "negative prompt"
            assert "no" in told
            assert min(phrase.weight for phrase in recipe.phrases) < 0
            return "weight −0.5"
        case "guidance":
            if recipe.guidance == plain.guidance:
                assert told == {"guidance"}
                return "none needed"
            return "built in" if entry.guiding is Guiding.BUILT_IN else "yes"
        case "tile":
            assert dict(recipe.extras) == {"tile": True}
            return "moved" if "tile" in told else "exact"
        case _:
            assert recipe != plain
            return "yes" if not told else "otherwise"


@pytest.mark.parametrize(("parameter", "model", "said"), cells())
def test_each_cell_of_the_table_of_models_is_what_happens(parameter: str, model: str, said: str) -> None:
    assert found(parameter, model) == said


def test_the_table_of_models_is_about_all_that_are_offered() -> None:
    like = {"sd3.5-large"}  # as its smaller sister
    assert {model for _, model, _ in cells()} == {entry.name for entry in CATALOG.offered} - like
