"""Prompts that people wrote, from public lists: each is read unless it is truly wrong. What is wrong is decided here a
second time, roughly and apart from the parser. The lists are no part of the project; without any, the test says so.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path

import pytest

from engine.errors import PromptError
from engine.language.unfolding import unfold
from tests.engine.language.test_prompt_table import FLAGS, NAMED, RANGES

BESIDE_THE_REPOSITORY = Path(__file__).parents[4] / "shared" / "data"
_LINK = re.compile(r"<?https?://\S+")
_DASHES = r"(?:--|[—–]-?)"
_PARAMETER = re.compile(rf"(?:^|\s){_DASHES}([a-zA-Z]+)(?=\s|$)([^—–]*?)(?=\s{_DASHES}[a-zA-Z]|$)", re.DOTALL)
_GROUPS = {spelling: name for name, of in NAMED.items() for spelling in of}
_GROUPS |= {spelling: name for name, (of, _, _) in RANGES.items() for spelling in of} | {flag: flag for flag in FLAGS}
_ENDS = {
    name: [float(value) for value in of if ":" not in value and "x" not in value] for name, (_, of, _) in RANGES.items()
}


def lists() -> list[Path]:
    """Files with a prompt a line, in the folders that ATELIER_PROMPT_LISTS names, or beside the repository."""
    named = os.environ.get("ATELIER_PROMPT_LISTS")
    folders = [Path(one) for one in named.split(os.pathsep)] if named else [BESIDE_THE_REPOSITORY]
    found = (path for folder in folders for path in sorted(folder.rglob("*.txt")))
    return [path for path in found if "license" not in path.name.lower()]


def reasons(text: str) -> set[str]:
    """Why a prompt is wrong, as somebody would say who reads it; nothing if it is not."""
    first = _PARAMETER.search(text)
    words = text[: first.start()] if first else text
    found = (
        {"a picture's link behind the text"}
        if _LINK.search(re.sub(rf"^\s*({_LINK.pattern}[\s,]*)*", "", words))
        else set()
    )
    weights = [float(one or 1) for one in re.findall(r"::([+-]?[\d.]*\d)?", words)]
    if weights and sum(weights) + bool(words.rpartition("::")[2].lstrip("+-.0123456789").strip()) <= 0:
        found.add("weights that sum to zero or less")
    if re.search(r"\S--(upbeta|ar|v|s|q)\b", words):
        found.add("no space before a parameter")
    said = [(one[1].lower(), one[2].strip().rstrip(" ,;.")) for one in _PARAMETER.finditer(text)]
    unknown = {name for name, _ in said if name not in _GROUPS}
    found |= {"a parameter that is not here"} if unknown else set()
    groups = Counter(_GROUPS[name] for name, _ in said if name in _GROUPS)
    found |= {"a parameter twice"} if max(groups.values(), default=0) > 1 else set()
    return found | {why for name, value in said if name in _GROUPS for why in wrong_value(_GROUPS[name], value)}


def wrong_value(name: str, value: str) -> set[str]:
    if name in ("no", "model", "style", "sampler"):
        return set() if value else {"a parameter without its value"}
    if " " in value or (value and name in FLAGS):
        return {"text behind a parameter"}
    if name == "aspect":
        width, _, height = value.partition(":")
        return set() if 1 / 14 <= float(width) / float(height) <= 14 else {"a value out of range"}
    ends = _ENDS.get(name, [])
    return {"a value out of range"} if ends and not min(ends) <= float(value) <= max(ends) else set()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a cat --ar 3:2 --v 6", set()),
        ("hot::2 dog::-1 --no people, text --q 2.", set()),
        ("https://x.y/a.png <https://x.y/b.png>, a cat —seed 7", set()),
        ("a <https://x.y/b.png>", {"a picture's link behind the text"}),
        ("a::1 b::-1 –-ar 3:2", {"weights that sum to zero or less"}),
        ("a --v 5 --v 5 --s 2000", {"a parameter twice", "a value out of range"}),
        (
            "a,--upbeta --niji 6 --s 750, 4k",
            {"no space before a parameter", "a parameter that is not here", "text behind a parameter"},
        ),
    ],
)
def test_the_second_opinion_is_right_about_what_is_wrong(text: str, why: set[str]) -> None:
    assert reasons(text) == why


def test_prompts_of_public_lists_are_read_unless_they_are_truly_wrong() -> None:
    files = lists()
    if not files:
        pytest.skip("No list of prompts is in ../shared/data, nor where ATELIER_PROMPT_LISTS points.")
    judged: Counter[str] = Counter()
    for path in files:
        for text in filter(str.strip, path.read_text(encoding="utf-8").splitlines()):
            why, refused = reasons(text), ""
            try:
                unfold(text)
            except PromptError as error:
                refused = str(error)
            assert bool(refused) is bool(why), f"{path.name}: {text}\n{sorted(why)}\n{refused}"
            judged[" and ".join(sorted(why)) or "read"] += 1
    print(f"{judged.total():,} prompts of {len(files)} lists:", dict(judged.most_common()))  # noqa: T201  # shown by -s
    assert judged["read"] > judged.total() / 2
