"""Every parameter as members write it: each name, each way of dashes, both ends of its range and one past them. What is
expected is written here by hand, not taken from the table that the parser reads.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from engine.errors import FaultKind, PromptError
from engine.language.kinds import Aspect, Choice, Decimal, Flag, Name, Ratio, Value, Whole, Words
from engine.language.parameters import TABLE, Parameter
from engine.language.prompt import Part, Prompt, parse, render
from tests.engine.language.test_prompt import READ, WRONG

# name: spellings, then what is taken and what it means, then what is just too much or too little
RANGES: dict[str, tuple[tuple[str, ...], dict[str, Value], tuple[str, ...]]] = {
    "aspect": (
        ("ar", "aspect"),
        {"1:14": Ratio(1, 14), "14:1": Ratio(14, 1), "1920:1080": Ratio(16, 9), "16x9": Ratio(16, 9)},
        ("1:15", "15:1", "0:1"),
    ),
    "seed": (("seed",), {"0": 0, "4294967295": 4294967295}, ("-1", "4294967296")),
    "steps": (("steps",), {"1": 1, "150": 150}, ("0", "151")),
    "guidance": (("guidance", "cfg"), {"0": 0.0, "30": 30.0, "6.5": 6.5}, ("-0.1", "30.1")),
    "chaos": (("chaos", "c"), {"0": 0, "100": 100}, ("-1", "101")),
    "stylize": (("stylize", "s"), {"0": 0, "1000": 1000}, ("-1", "1001")),
    "weird": (("weird", "w"), {"0": 0, "3000": 3000}, ("-1", "3001")),
    "image weight": (("iw",), {"0": 0.0, "3": 3.0, ".5": 0.5}, ("-.1", "3.01")),
    "quality": (("quality", "q"), {".25": 0.25, "4": 4.0, "0.5": 0.5}, ("0.24", "4.1", "0")),
    "stop": (("stop",), {"10": 10, "100": 100}, ("9", "101")),
    "repeat": (("repeat", "r"), {"1": 1, "40": 40}, ("0", "41")),
}
FLAGS = ("raw", "tile", "hd", "sd", "draft", "video", "fast", "relax", "turbo", "stealth", "public", "quote")
NAMED = {
    "model": ("model", "v", "version"),
    "style": ("style",),
    "sampler": ("sampler", "scheduler"),
    "no": ("no", "negative"),
}
SAMPLERS = ("ddim", "ddpm", "euler", "euler_a", "heun", "dpm++", "dpm++_sde", "unipc", "flow", "flow_heun")
# What cannot be counted up to an end: what is no value of it.
BESIDE = {
    "model": ("", '""'),
    "style": ("", '""'),
    "sampler": ("", "eule", "karras", "1"),
    "no": ("", "b::2"),
    **dict.fromkeys(FLAGS, ("1", "on")),
}
FORMS = ("a cat --{}", "a cat —{}", "a cat –{}", "a cat –-{}", "a cat  --{} ,")


def written() -> list[tuple[str, Prompt]]:
    found = []
    for name, (spellings, values, _) in RANGES.items():
        for spelling, (value, meant), form in product(spellings, values.items(), FORMS):
            found.append((form.format(f"{spelling} {value}"), name, meant))
            found.append((form.format(f"{spelling.upper()}={value}"), name, meant))
    for flag, form in product(FLAGS, FORMS):
        found.append((form.format(flag), flag, True))
    for name, spellings in NAMED.items():
        named: Value = ("euler",) if name == "no" else "euler"
        found += [(form.format(f"{spelling} euler"), name, named) for spelling, form in product(spellings, FORMS)]
    found += [(f"a cat --sampler {sampler}", "sampler", sampler) for sampler in SAMPLERS]
    return [(text, Prompt(parts=(Part("a cat"),), settings=((name, meant),))) for text, name, meant in found]


WRITTEN = written()
PAST = [
    (f"a cat --{spelling} {value}", name)
    for name, (spellings, _, past) in RANGES.items()
    for spelling, value in product(spellings, past)
]


OTHER = [
    (f"a cat --{NAMED.get(name, (name,))[0]} {value}".rstrip(), name) for name, of in BESIDE.items() for value in of
]


def test_three_hundred_prompts_have_an_expected_parse_and_every_spelling_is_among_them() -> None:
    assert len({text for text, _ in (*READ, *WRITTEN)}) >= 300
    assert len({text for text, _ in (*WRONG, *PAST, *OTHER)}) >= 100
    assert {row.spellings for row in TABLE} == {
        *(spellings for spellings, _, _ in RANGES.values()),
        *((flag,) for flag in FLAGS),
        *NAMED.values(),
    }


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_both_ends_of_the_range_and_one_past_each_are_in_the_table(row: Parameter[Any]) -> None:
    """Walks the parser's own table: what is written here by hand must reach to where it ends."""
    meant = [prompt.get(row) for _, prompt in WRITTEN if row.name in dict(prompt.settings)]
    refused = [text.partition(f"--{row.spellings[0]}")[2].strip() for text, name in PAST if name == row.name]
    kind: Any = row.kind
    match kind:
        case Whole(low, high):
            assert {low, high} <= set(meant)
            assert {str(low - 1), str(high + 1)} <= set(refused)
        case Decimal(low, high):
            assert {low, high} <= set(meant)
            sizes = [float(text) for text in refused if text]
            assert low - 0.15 <= max(size for size in sizes if size < low) < low
            assert high < min(size for size in sizes if size > high) <= high + 0.15
        case Aspect(widest):
            assert {Ratio(1, widest), Ratio(widest, 1)} <= set(meant)
            assert {f"1:{widest + 1}", f"{widest + 1}:1"} <= set(refused)
        case Choice(options):
            assert set(options) <= set(meant)
        case _:
            assert isinstance(kind, Flag | Name | Words)
            assert meant
    assert len(refused) >= 2 or row.name in {name for _, name in OTHER}


@pytest.mark.parametrize(("text", "prompt"), WRITTEN)
def test_every_way_of_writing_it_means_the_same(text: str, prompt: Prompt) -> None:
    assert parse(text) == prompt
    assert parse(render(prompt)) == prompt


@pytest.mark.parametrize(("text", "name"), PAST)
def test_one_past_the_end_is_refused_with_the_range(text: str, name: str) -> None:
    with pytest.raises(PromptError) as caught:
        parse(text)
    (fault,) = caught.value.faults
    assert (fault.kind, fault.parameter) == (FaultKind.OUT_OF_RANGE, name)
    assert fault.allowed is not None
    assert fault.allowed in fault.message
    assert text[fault.span.start : fault.span.end] == text.removeprefix("a cat ")


@pytest.mark.parametrize(("text", "name"), OTHER)
def test_what_is_no_value_is_refused_at_its_place(text: str, name: str) -> None:
    with pytest.raises(PromptError) as caught:
        parse(text)
    (fault,) = caught.value.faults
    assert fault.kind in (FaultKind.NO_VALUE, FaultKind.BAD_VALUE, FaultKind.MISPLACED)
    assert fault.parameter == name
    assert "^" in fault.pointer()[1]
    assert text.startswith("a cat ", 0, fault.span.start)
