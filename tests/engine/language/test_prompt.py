"""Texts and what they mean: a table of good ones, a table of wrong ones, and properties of all."""

from __future__ import annotations

import contextlib
import gc
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.errors import FaultKind, PromptError
from engine.language.elsewhere import ELSEWHERE
from engine.language.kinds import Ratio, Takes
from engine.language.parameters import BY_SPELLING, TABLE
from engine.language.prompt import LARGEST_WEIGHT, Part, Prompt, parse, render

IMAGE, OTHER = "https://cdn.example/a.png", "https://cdn.example/b.webp?x=1&y=2"

READ: list[tuple[str, Prompt]] = [
    ("a red house", Prompt(parts=(Part("a red house"),))),
    ("  a\n red\thouse ", Prompt(parts=(Part("a red house"),))),
    ("a --ar 3:2 --seed 7", Prompt(parts=(Part("a"),), settings=(("aspect", Ratio(3, 2)), ("seed", 7)))),
    ("a --seed 7 --ar 3:2", Prompt(parts=(Part("a"),), settings=(("aspect", Ratio(3, 2)), ("seed", 7)))),
    ("a --AR 3:2 --Seed 7", Prompt(parts=(Part("a"),), settings=(("aspect", Ratio(3, 2)), ("seed", 7)))),
    ("a --aspect 1920:1080", Prompt(parts=(Part("a"),), settings=(("aspect", Ratio(16, 9)),))),
    ("a --ar 16x9", Prompt(parts=(Part("a"),), settings=(("aspect", Ratio(16, 9)),))),
    ("a --ar=16:9", Prompt(parts=(Part("a"),), settings=(("aspect", Ratio(16, 9)),))),
    ("a --ar 16:9,", Prompt(parts=(Part("a"),), settings=(("aspect", Ratio(16, 9)),))),
    ("a —ar 16:9", Prompt(parts=(Part("a"),), settings=(("aspect", Ratio(16, 9)),))),
    ("a –ar 16:9", Prompt(parts=(Part("a"),), settings=(("aspect", Ratio(16, 9)),))),
    ("a –-ar 16:9", Prompt(parts=(Part("a"),), settings=(("aspect", Ratio(16, 9)),))),
    ("a ——ar 16:9", Prompt(parts=(Part("a"),), settings=(("aspect", Ratio(16, 9)),))),
    ("a –-tall man —— old", Prompt(parts=(Part("a –-tall man —— old"),))),
    ("a man —tall and old", Prompt(parts=(Part("a man —tall and old"),))),
    ("a\u00a0--raw", Prompt(parts=(Part("a"),), settings=(("raw", True),))),
    ("a --no b, c d ,", Prompt(parts=(Part("a"),), settings=(("no", ("b", "c d")),))),
    (r"a --no b\, c, d", Prompt(parts=(Part("a"),), settings=(("no", ("b, c", "d")),))),
    ('a --no "b, c", d', Prompt(parts=(Part("a"),), settings=(("no", ('"b, c"', "d")),))),
    ("a --v sdxl", Prompt(parts=(Part("a"),), settings=(("model", "sdxl"),))),
    ("a --version 6", Prompt(parts=(Part("a"),), settings=(("model", "6"),))),
    ('a --model "my model"', Prompt(parts=(Part("a"),), settings=(("model", "my model"),))),
    ("a --guidance .5", Prompt(parts=(Part("a"),), settings=(("guidance", 0.5),))),
    ("a --cfg 30", Prompt(parts=(Part("a"),), settings=(("guidance", 30.0),))),
    ("a --sampler EULER_A", Prompt(parts=(Part("a"),), settings=(("sampler", "euler_a"),))),
    ("a --sampler dpm++", Prompt(parts=(Part("a"),), settings=(("sampler", "dpm++"),))),
    ("a --c 100 --raw", Prompt(parts=(Part("a"),), settings=(("chaos", 100), ("raw", True)))),
    ("a --raw. --chaos 0", Prompt(parts=(Part("a"),), settings=(("chaos", 0), ("raw", True)))),
    ("a --seed 4294967295", Prompt(parts=(Part("a"),), settings=(("seed", 2**32 - 1),))),
    ("a::2 b::-.5", Prompt(parts=(Part("a", 2.0), Part("b", -0.5)))),
    ("a::2 b", Prompt(parts=(Part("a", 2.0), Part("b")))),
    ("hot::dog", Prompt(parts=(Part("hot"), Part("dog")))),
    ("hot:: dog", Prompt(parts=(Part("hot"), Part("dog")))),
    ("cat::2, dog::1.", Prompt(parts=(Part("cat", 2.0), Part("dog"), Part(".")))),
    ("a::+1.5 b", Prompt(parts=(Part("a", 1.5), Part("b")))),
    ("cube::3D render", Prompt(parts=(Part("cube"), Part("3D render")))),
    ("a::2", Prompt(parts=(Part("a", 2.0),))),
    (IMAGE, Prompt(images=(IMAGE,))),
    (f"{IMAGE} {OTHER} a cat", Prompt(images=(IMAGE, OTHER), parts=(Part("a cat"),))),
    (f"<{IMAGE}>, a cat --raw", Prompt(images=(IMAGE,), parts=(Part("a cat"),), settings=(("raw", True),))),
    ('a sign "50 -- off::2 {x}" --raw', Prompt(parts=(Part('a sign "50 -- off::2 {x}"'),), settings=(("raw", True),))),
    ("a “--ar 3:2” sign", Prompt(parts=(Part("a “--ar 3:2” sign"),))),
    ('a 12" record --ar 3:2', Prompt(parts=(Part('a 12" record'),), settings=(("aspect", Ratio(3, 2)),))),
    (r"a \{b\} \--ar \:: c", Prompt(parts=(Part("a {b} --ar :: c"),))),
    (r"¯\_(ツ)_/¯ c:\dir", Prompt(parts=(Part(r"¯\_(ツ)_/¯ c:\dir"),))),
    ("well--known - a dash -- and more", Prompt(parts=(Part("well--known - a dash -- and more"),))),
    ("the king -no longer young", Prompt(parts=(Part("the king -no longer young"),))),
    ("ünïcödé 猫 🐈 --raw", Prompt(parts=(Part("ünïcödé 猫 🐈"),), settings=(("raw", True),))),
]

WRONG: list[tuple[str, list[tuple[FaultKind, str, str]]]] = [
    ("", [(FaultKind.EMPTY, "", "There is no text; say what to paint, such as: a red house.")]),
    ("--ar 3:2", [(FaultKind.EMPTY, "--ar 3:2", "There is no text")]),
    ("x" * 6001, [(FaultKind.TOO_LONG, "x", "The prompt has 6,001 characters; shorten it to 6,000.")]),
    ("a --sedd 7", [(FaultKind.UNKNOWN, "--sedd", "There is no parameter --sedd. Did you mean --seed?")]),
    ("a --bogus 7", [(FaultKind.UNKNOWN, "--bogus", "There is no parameter --bogus.")]),
    ("a —chaso 7", [(FaultKind.UNKNOWN, "—chaso", "There is no parameter --chaso. Did you mean --chaos?")]),
    ("a --xyzzy", [(FaultKind.UNKNOWN, "--xyzzy", "There is no parameter --xyzzy.")]),
    ("a --v5", [(FaultKind.UNKNOWN, "--v5", "There is no parameter --v5; put a space: --v 5.")]),
    ("a --ar", [(FaultKind.NO_VALUE, "--ar", "--ar needs a value: a ratio between 1:14 and 14:1.")]),
    ("a --no --raw", [(FaultKind.NO_VALUE, "--no", "--no needs a value: a list with commas between")]),
    (
        "a --ar 40:1",
        [(FaultKind.OUT_OF_RANGE, "--ar 40:1", "--ar 40:1 is too wide; use a ratio between 1:14 and 14:1.")],
    ),
    ("a --ar 1:15", [(FaultKind.OUT_OF_RANGE, "--ar 1:15", "--ar 1:15 is too tall")]),
    ("a --ar 0:1", [(FaultKind.OUT_OF_RANGE, "--ar 0:1", "--ar 0:1 has a side of zero")]),
    ("a --ar wide", [(FaultKind.BAD_VALUE, "--ar wide", "--ar wide is not a ratio of two whole numbers such as 3:2")]),
    (
        "a --steps 151",
        [(FaultKind.OUT_OF_RANGE, "--steps 151", "--steps 151 is too high; use a whole number from 1")],
    ),
    ("a --steps 0", [(FaultKind.OUT_OF_RANGE, "--steps 0", "--steps 0 is too low")]),
    ("a --steps 2.5", [(FaultKind.BAD_VALUE, "--steps 2.5", "--steps 2.5 is not a whole number")]),
    ("a --seed 4294967296", [(FaultKind.OUT_OF_RANGE, "--seed 4294967296", "is too high")]),
    ("a --seed -1", [(FaultKind.OUT_OF_RANGE, "--seed -1", "is too low")]),
    ("a --chaos 101", [(FaultKind.OUT_OF_RANGE, "--chaos 101", "is too high")]),
    ("a --guidance 30.1", [(FaultKind.OUT_OF_RANGE, "--guidance 30.1", "use a number from 0 to 30.")]),
    ("a --guidance nan", [(FaultKind.BAD_VALUE, "--guidance nan", "is not a number")]),
    ("a --sampler dpm", [(FaultKind.BAD_VALUE, "--sampler dpm", "--sampler dpm is not known; use one of ddim,")]),
    ("a --ar 1:1 --aspect 1:1", [(FaultKind.REPEATED, "--aspect", "--aspect sets aspect, which was set before.")]),
    ("a --fast --relax", [(FaultKind.REPEATED, "--relax", "--relax goes against --fast, which stands before it.")]),
    ("a --hd --tile --sd", [(FaultKind.REPEATED, "--sd", "--sd goes against --hd")]),
    ("a --no b --no c", [(FaultKind.REPEATED, "--no", "Write one list, with commas.")]),
    ("a --raw blue", [(FaultKind.MISPLACED, "blue", "“blue” stands after --raw, which takes no value; text belongs")]),
    ("a --ar 3:2 a cat", [(FaultKind.MISPLACED, "a cat", "“a cat” stands after --ar")]),
    (f"a {IMAGE}", [(FaultKind.MISPLACED, IMAGE, "A picture's link stands before the text; move it to the start.")]),
    ("cat--ar 3:2", [(FaultKind.MISPLACED, "--ar", r"Put a space before --ar, or write \--ar if it belongs")]),
    ("cat - -ar 3:2", [(FaultKind.MISPLACED, "- -ar", "A parameter is written with two dashes and no space: --ar.")]),
    ("cat -ar 3:2", [(FaultKind.MISPLACED, "-ar", "A parameter is written with two dashes and no space: --ar.")]),
    ("cat -- ar 3:2", [(FaultKind.MISPLACED, "-- ar", "is written with two dashes and no space: --ar.")]),
    (
        "a {b, c}",
        [(FaultKind.BRACES, "{", r"for a brace in the text write \{."), (FaultKind.BRACES, "}", "write \\}.")],
    ),
    ("a::1 b::-1", [(FaultKind.WEIGHT, "a::1 b::-1", "The weights sum to zero or less")]),
    ("a:: ::2", [(FaultKind.WEIGHT, "::", "There is no text before this `::`")]),
    ("::2", [(FaultKind.WEIGHT, "::", "There is no text before this `::`")]),
    ("a::1001", [(FaultKind.OUT_OF_RANGE, "::1001", "The weight 1001 is too large")]),
    ("a --no b::2", [(FaultKind.BAD_VALUE, "--no b::2", "has a ::weight, which belongs in the text")]),
    (
        "a --ar 40:1 --sedd 4 --steps 500 foo --chaos",
        [
            (FaultKind.OUT_OF_RANGE, "--ar 40:1", "is too wide"),
            (FaultKind.UNKNOWN, "--sedd", "--seed"),
            (FaultKind.OUT_OF_RANGE, "--steps 500", "is too high"),
            (FaultKind.MISPLACED, "foo", "stands after --steps"),
            (FaultKind.NO_VALUE, "--chaos", "needs a value"),
        ],
    ),
]


@pytest.mark.parametrize(("text", "prompt"), READ)
def test_text_is_read_as_it_is_meant(text: str, prompt: Prompt) -> None:
    assert parse(text) == prompt


@pytest.mark.parametrize(("text", "prompt"), READ)
def test_what_was_read_is_written_so_that_it_reads_the_same(text: str, prompt: Prompt) -> None:
    assert parse(render(prompt)) == prompt


@pytest.mark.parametrize(("text", "faults"), WRONG)
def test_every_fault_is_told_with_its_place(text: str, faults: list[tuple[FaultKind, str, str]]) -> None:
    with pytest.raises(PromptError) as caught:
        parse(text)
    told = caught.value.faults
    assert [fault.kind for fault in told] == [kind for kind, _, _ in faults]
    for fault, (_, place, words) in zip(told, faults, strict=True):
        assert text[fault.span.start : fault.span.end] == place
        assert words in fault.message


def test_plain_prompts_are_written_plainly() -> None:
    for text in ("a red house - oil on canvas --ar 3:2 --seed 7 --no people, text", "hot::2 dog", "a, b, (c) c:d 'e'"):
        assert render(parse(text)) == text


def test_caret_line_stands_under_the_fault_in_a_long_and_wide_line() -> None:
    with pytest.raises(PromptError) as caught:
        parse("猫" * 60 + "\n" + "word " * 40 + "--sedd 3")
    line, carets = caught.value.faults[0].pointer()
    assert line.startswith("…")
    assert line[carets.index("^") :][: carets.count("^")] == "--sedd"
    with pytest.raises(PromptError) as caught:
        parse("猫猫 --sedd 3")
    assert caught.value.faults[0].pointer() == ("猫猫 --sedd 3", "     ^^^^^^")


def test_names_that_do_not_exist_are_faults_when_the_names_are_known() -> None:
    with pytest.raises(PromptError, match=r"--model sdlx is not the name of a model\. Did you mean sdxl\?"):
        parse("a --model sdlx --ar 99:1", {"model": ("sdxl", "flux")})
    assert parse("a --model SDXL", {"model": ("sdxl", "flux")}).settings == (("model", "sdxl"),)


def test_a_thousand_faults_are_told_briefly() -> None:
    with pytest.raises(PromptError) as caught:
        parse("a " + "--nope " * 800)
    assert len(caught.value.faults) == 50
    assert str(caught.value).endswith("… and 30 more.")


def test_weights_share_one_whole() -> None:
    shares = parse("a::2 b::-.5").shares
    assert [part.weight for part in shares] == pytest.approx([2 / 1.5, -0.5 / 1.5])


def test_every_parameters_example_parses_and_changes_something() -> None:
    for row in TABLE:
        prompt = parse(f"a {row.example}")
        assert [name for name, _ in prompt.settings] == [row.name]
        assert row.neutral is None or dict(prompt.settings)[row.name] != row.neutral


WRONG_ALONE = {
    "--sedd 7": (FaultKind.UNKNOWN, "--sedd"),
    "--niji 6": (FaultKind.UNKNOWN, "--niji"),
    "--ar 40:1": (FaultKind.OUT_OF_RANGE, "--ar 40:1"),
    "--steps 151": (FaultKind.OUT_OF_RANGE, "--steps 151"),
    "--guidance nan": (FaultKind.BAD_VALUE, "--guidance nan"),
    "--sampler dpm": (FaultKind.BAD_VALUE, "--sampler dpm"),
    "--raw blue": (FaultKind.MISPLACED, "blue"),
    "--weird": (FaultKind.NO_VALUE, "--weird"),
}


@given(st.lists(st.sampled_from(sorted(WRONG_ALONE)), min_size=1, unique=True), st.booleans())
def test_all_faults_are_told_at_once_in_the_order_of_their_places(wrong: list[str], fine: bool) -> None:
    text = " ".join(("a red house", *(["--stop 50"] * fine), *wrong))
    with pytest.raises(PromptError) as caught:
        parse(text)
    told = [(fault.kind, text[fault.span.start : fault.span.end]) for fault in caught.value.faults]
    assert told == [WRONG_ALONE[one] for one in wrong]
    for fault in caught.value.faults:
        line, carets = fault.pointer()
        assert line[carets.index("^") : len(carets)] == text[fault.span.start : fault.span.end][: carets.count("^")]
        assert fault.message in str(caught.value)
        assert carets in str(caught.value)


@pytest.mark.parametrize("spelling", [one for one in BY_SPELLING if len(one) >= 4])
def test_a_name_with_a_typing_error_is_told_with_the_one_that_was_meant(spelling: str) -> None:
    for typed in (spelling[:1] + spelling[2:], spelling[:-2] + spelling[-1] + spelling[-2], spelling + spelling[-1]):
        if typed in BY_SPELLING or typed in ELSEWHERE:
            continue
        with pytest.raises(PromptError) as caught:
            parse(f"a red house --{typed} 1")
        fault = caught.value.faults[0]
        assert fault.message == f"There is no parameter --{typed}. Did you mean {fault.nearest}?"
        assert BY_SPELLING[str(fault.nearest)[2:]] is BY_SPELLING[spelling]


WORDS = st.text(max_size=30)
MARKS = [*'—–-:{},"“”\\<>/5', "--", "::", "::2", "::-.5", "\\,", "\\-", "\\:", "--ar", "--no", "--raw", "https://x.y/z"]
PIECES = st.sampled_from([*MARKS, " ", "  ", "\n", "\u00a0", "--ar 3:2", "--seed 5", '" '])
TEXTS = st.lists(st.one_of(PIECES, WORDS), max_size=25).map("".join)


@settings(max_examples=500, deadline=None)
@given(TEXTS)
@example("a “--ar 3:2")
def test_any_text_parses_or_is_refused_and_reads_back(text: str) -> None:
    prompt, refusal = None, None
    try:
        prompt = parse(text)
    except PromptError as error:
        refusal = error
    if prompt is not None:
        assert parse(render(prompt)) == prompt
    if refusal is not None:
        places = [fault.span for fault in refusal.faults]
        assert str(refusal)
        assert all(0 <= place.start <= place.end <= max(1, len(text)) for place in places)


def settled(draw: st.DrawFn) -> tuple[tuple[str, object], ...]:
    chosen = draw(st.sets(st.sampled_from([row.name for row in TABLE])))
    rows = {row.choice or row.name: row for row in TABLE if row.name in chosen}  # one of each choice
    return tuple((row.name, draw(VALUES[row.name])) for row in rows.values())


SQUEEZED = st.text(min_size=1, max_size=25).map(lambda text: " ".join(text.split())).filter(bool)
PLAIN = st.text("abcdefghij0123456789", min_size=1, max_size=12)
VALUES: dict[str, st.SearchStrategy[object]] = {
    "aspect": st.sampled_from([Ratio(3, 2), Ratio(1, 14), Ratio(14, 1), Ratio(16, 9)]),
    "seed": st.integers(0, 2**32 - 1),
    "no": st.lists(SQUEEZED, min_size=1, max_size=4).map(tuple),
    "model": PLAIN,
    "steps": st.integers(1, 150),
    "guidance": st.decimals(0, 30, places=6).map(float),
    "sampler": st.sampled_from(["ddim", "dpm++", "euler_a"]),
    "chaos": st.integers(0, 100),
    "style": PLAIN,
    "raw": st.just(True),
    "stylize": st.integers(0, 1000),
    "weird": st.integers(0, 3000),
    "image weight": st.decimals(0, 3, places=3).map(float),
    "quality": st.decimals("0.25", 4, places=3).map(float),
    "stop": st.integers(10, 100),
    "repeat": st.integers(1, 40),
    **{row.name: st.just(True) for row in TABLE if row.kind.takes is Takes.NOTHING},
}


@st.composite
def prompts(draw: st.DrawFn) -> Prompt:
    """Prompts that nobody typed: any text, however awkward."""
    weights = st.decimals(-5, 20, places=4).map(lambda weight: float(weight) + 0.0)
    parts = draw(st.lists(st.builds(Part, SQUEEZED, weights), min_size=1, max_size=4))
    if sum(part.weight for part in parts) <= 0:
        parts.append(Part("x", LARGEST_WEIGHT))
    images = draw(st.sampled_from([(), (IMAGE,), (IMAGE, OTHER)]))
    return Prompt(images, tuple(parts), settled(draw))  # type: ignore[arg-type]


@settings(max_examples=500, deadline=None)
@given(prompts())
def test_any_prompt_can_be_written_and_read(prompt: Prompt) -> None:
    assert parse(render(prompt)) == prompt


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_table_is_complete_for(row: object) -> None:
    from engine.language.parameters import Parameter

    assert isinstance(row, Parameter)
    assert row.help.endswith(".")
    assert row.spellings == tuple(spelling.lower() for spelling in row.spellings)
    assert row.example.startswith(row.flag)
    assert (row.kind.takes is Takes.NOTHING) == (row.example == row.flag)


def best_ms(text: str) -> float:
    best = float("inf")
    for _ in range(5):
        begun = time.perf_counter()
        with contextlib.suppress(PromptError):
            parse(text)
        best = min(best, time.perf_counter() - begun)
    return best * 1000


LONG = {
    "words": "a red house on green hills, ",
    "weights": "cat::1.5 ",
    "list": "a, ",
    "quotes": '"a" ',
    "open quotes": ' "',
    "escapes": "\\- ",
    "dashes": "—chaso ",
    "colons": ":",
    "links": "https://x.y ",
    "braces": "{",
    "unknown": "--nope ",
    "elsewhere": "—-niji ",
    "nearly": "–-chaoss ",
    "digits": "1",
    "half markers": "- -- ",
}


@pytest.mark.parametrize("kind", LONG)
def test_time_grows_linearly_and_six_thousand_characters_take_five_milliseconds(kind: str) -> None:
    head = "x --no " if kind == "list" else "x" * (kind not in ("links", "colons")) + " "
    gc.disable()
    try:
        half, whole = (best_ms((head + LONG[kind] * 6000)[:size].rstrip("\\")) for size in (3000, 6000))
    finally:
        gc.enable()
    assert whole <= 5.0
    assert whole <= 3 * half + 0.2
