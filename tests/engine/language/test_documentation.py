"""The page on prompts is held to the table that the parser reads, and to what members know from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.errors import FaultKind, PromptError
from engine.language.elsewhere import ELSEWHERE, UNMISTAKABLE
from engine.language.kinds import Takes
from engine.language.parameters import BY_SPELLING, TABLE, Parameter
from engine.language.preferences import add_suffix, expand_options
from engine.language.prompt import parse
from engine.language.unfolding import unfold
from engine.models.catalog import Entry
from engine.recipe import Weighting
from tests.house import prompt_page

PAGE = prompt_page.PAGE.read_text(encoding="utf-8")
CHAPTER = PAGE[PAGE.index("## Coming from Midjourney") : PAGE.index("## For programs")]
REFERENCE = Path(__file__).parents[4] / "shared" / "reference" / "midjourney.md"
# Each parameter that Midjourney has or had, as it is written there.
KNOWN = """
ar 16:9, aspect 3:2, chaos 20, c 20, stylize 250, s 250, weird 500, w 500, exp 25, quality .5, q 2, seed 7, stop 60,
tile, no people, repeat 3, r 3, iw 2, sref random, sw 50, sv 4, cref https://x.y/a.png, cw 50, oref https://x.y/a.png,
ow 200, edit https://x.y/a.png, raw, style raw, version 6.1, v 7, niji 6, hd, sd, draft, profile abc, p, p abc, fast,
relax, turbo, stealth, public, video, motion low, loop, end https://x.y/a.png, bs 2, zoom 1.5, sameseed 5, uplight,
upbeta, test, testp, creative
"""
WRITTEN = [" ".join(one.split()) for one in KNOWN.split(",")]


def test_the_page_is_what_the_tables_say_now() -> None:
    assert prompt_page.made(PAGE) == PAGE, "Run python -m tests.house.prompt_page."


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_the_page_has_the_parameters_own_line(row: Parameter[object]) -> None:
    line = prompt_page.line_of(row)
    assert line in PAGE.splitlines()
    assert all(f"`--{spelling}`" in line for spelling in row.spellings)
    assert row.help in line
    assert row.kind.takes is Takes.NOTHING or row.kind.allowed in line


def test_the_page_has_no_parameter_that_does_not_exist() -> None:
    assert set(re.findall(r"`--([a-z]+)`", PAGE)) <= set(BY_SPELLING) | set(ELSEWHERE) | {
        "mine"
    }  # an option of one's own
    table = PAGE[PAGE.index("| written |") : PAGE.index("## What they do")]
    assert table.count("\n| `--") == len(TABLE)


def test_every_example_of_the_page_is_a_prompt() -> None:
    beginning = PAGE[PAGE.index("## Start here") : PAGE.index("## Text")]
    examples = re.findall(r"^\| `(.*?)` \|", beginning, re.MULTILINE)
    assert len(examples) == 8
    assert all(map(unfold, examples))
    assert len(unfold("a {red, blue} bird in {summer, winter}")) == 4


def test_the_fault_of_the_page_stands_where_its_carets_say() -> None:
    example, carets = re.findall(r"```\n(.*\n +\^+)\n```", PAGE)[0].split("\n")
    with pytest.raises(PromptError) as raised:
        parse(example)
    (fault,) = raised.value.faults
    assert (fault.span.start, fault.span.end) == (carets.index("^"), len(carets))
    assert fault.nearest == "--seed"


def test_the_page_says_what_really_runs_behind_a_prompt() -> None:
    (typed, runs) = re.findall(r"^(?:you type|what runs) +(.*)$", PAGE, re.MULTILINE)
    whole = expand_options(typed, {"mine": "--ar 7:4 --stylize 250"})
    for suffix in ("--chaos 20", "--ar 1:1 --weird 50"):
        whole = add_suffix(whole, suffix)
    assert whole == runs


@pytest.mark.parametrize("parameter", prompt_page.ASKED)
@pytest.mark.parametrize("entry", prompt_page.CATALOG.offered, ids=lambda entry: entry.name)
def test_what_the_table_of_models_says_is_told_to_whoever_asks(parameter: str, entry: Entry) -> None:
    """What is done otherwise has a note, what is done as asked has none, and something is always done."""
    work, plain = prompt_page.worked(parameter, entry), prompt_page.asked("a", entry)
    told = {note.parameter for note in work.notes}
    match prompt_page.said(parameter, entry):
        case "mixed" | "negative prompt" | "yes" | "built in" | "exact":
            assert not told
            assert work.cells != plain.cells
        case "guide apart" | "guides apart" | "moved":
            assert told == {parameter}
            assert work.cells != plain.cells
        case "weight −0.5":
            assert told >= {"no"}
            assert min(phrase.weight for phrase in work.cells[0].phrases) < 0
            assert ("weights" in told) is (entry.weighting is Weighting.GUIDANCE)
        case "none needed":
            assert told == {"guidance"}
            assert work.cells == plain.cells
        case other:
            pytest.fail(f"The page says {other}.")


@pytest.mark.parametrize("written", WRITTEN)
def test_what_members_know_is_taken_or_told_what_to_do_instead(written: str) -> None:
    name = written.split()[0]
    assert f"`--{name}`" in CHAPTER
    text = f"a red house --{written}"
    if name in BY_SPELLING:
        assert parse(text).settings
        return
    with pytest.raises(PromptError) as caught:
        parse(text)
    (fault,) = caught.value.faults
    assert fault.kind is FaultKind.UNKNOWN
    assert fault.message == f"There is no --{name} here; {ELSEWHERE[name]}."
    assert text[fault.span.start : fault.span.end] == f"--{name}"


def test_all_that_the_list_of_midjourneys_parameters_names_is_among_them() -> None:
    if not REFERENCE.is_file():
        pytest.skip("The list of Midjourney's parameters is not in ../shared/reference.")
    text = REFERENCE.read_text(encoding="utf-8")
    section = text[text.index("## 2 Prompt language") : text.index("**Multi-prompts**")]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")]
    named = {name for cell in cells for name in re.findall(r"--([a-z]+)", cell)}
    legacy = re.search(r"Legacy \|([^|]+)", section)
    assert legacy
    named |= set(re.findall(r"--([a-z]+)", legacy[1]))
    assert len(named) > 45
    assert named == {written.split()[0] for written in WRITTEN}


def test_what_is_elsewhere_is_not_here_and_leads_only_to_what_is() -> None:
    assert not set(ELSEWHERE) & set(BY_SPELLING)
    assert set(ELSEWHERE) > UNMISTAKABLE > {"niji", "sref"}
    for instead in ELSEWHERE.values():
        assert set(re.findall(r"--([a-z]+)", instead)) <= set(BY_SPELLING)
        assert not instead.endswith(".")


@pytest.mark.parametrize("dash", ["--", "—", "–", "–-", "-–", "——"])
def test_what_is_elsewhere_is_told_however_its_dashes_came_about(dash: str) -> None:
    with pytest.raises(PromptError, match="There is no --niji here; say anime"):
        parse(f"a fox {dash}niji 6")
    assert parse(f"the road {dash[-1]} end of it").parts[0].text == f"the road {dash[-1]} end of it"
