"""Every parameter as members write it: each name, each way of dashes, both ends of its range and one past them. What is
expected is written here by hand, not taken from the table that the parser reads.
"""

from __future__ import annotations

from itertools import product

import pytest

from engine.errors import FaultKind, PromptError
from engine.language.kinds import Ratio, Value
from engine.language.parameters import TABLE
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
FORMS = ("a cat --{}", "a cat —{}", "a cat –{}", "a cat  --{} ,")


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
    return [(text, Prompt(parts=(Part("a cat"),), settings=((name, meant),))) for text, name, meant in found]


WRITTEN = written()
PAST = [
    (f"a cat --{spelling} {value}", name)
    for name, (spellings, _, past) in RANGES.items()
    for spelling, value in product(spellings, past)
]


def test_there_are_more_than_three_hundred_and_every_parameter_is_among_them() -> None:
    assert len(READ) + len(WRONG) + len(WRITTEN) + len(PAST) > 300
    assert {name for _, prompt in WRITTEN for name, _ in prompt.settings} == {row.name for row in TABLE}
    assert {row.spellings for row in TABLE} == {
        *(spellings for spellings, _, _ in RANGES.values()),
        *((flag,) for flag in FLAGS),
        *NAMED.values(),
    }


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
