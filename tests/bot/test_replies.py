"""What members read: nothing that they typed may format, ping, hide or overflow a message."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import errors, replies
from bot.kinds import Kind
from engine import PromptError, Speed, Waiter, parse

MARKS = "\\*_~`|>[]<"
ARGUMENTS: dict[str, list[Any]] = {
    "WrongPlaceError": [(1, 2)],
    "WrongRoleError": [(3,)],
    "BlockedError": ["spam"],
    "PausedError": ["a new card"],
    "TooManyError": [10, 10],
    "ThereAlreadyError": ["0" * 12],
    "CannotDoError": ["That model cannot do that."],
    "NoCellError": [4],
    "NoCollectionError": ["Houses"],
    "LacksRightsError": [("attach files",)],
    "NoCreditError": [1000, 60_000],
}


def prompt_error(text: str) -> PromptError:
    with pytest.raises(PromptError) as caught:
        parse(text)
    return caught.value


def every_refusal() -> list[errors.Refusal]:
    found: list[errors.Refusal] = []
    for name, kind in inspect.getmembers(errors, inspect.isclass):
        if not issubclass(kind, errors.Refusal) or kind in (errors.Refusal, errors.WrongPromptError):
            continue
        options = {"is_painted": True} if name == "ThereAlreadyError" else {}
        found.append(kind(*ARGUMENTS.get(name, []), **options))
    return [*found, errors.WrongPromptError(prompt_error("a house --ar 40:1"))]


@pytest.mark.parametrize("refusal", every_refusal(), ids=lambda refusal: type(refusal).__name__)
def test_every_refusal_is_a_sentence(refusal: errors.Refusal) -> None:
    text = replies.refusal(refusal)
    assert text[0].isupper() or text[0] in "-`"
    assert text.rstrip("`\n^ ")[-1] in ".:12" or "```" in text
    assert len(text) <= replies.MESSAGE_LIMIT


def test_only_a_forged_button_is_said_to_be_forged() -> None:
    forged = replies.refusal(errors.WrongButtonError())
    others = [refusal for refusal in every_refusal() if not isinstance(refusal, errors.WrongButtonError)]
    assert forged not in [replies.refusal(refusal) for refusal in others]


@given(st.text())
def test_escaped_text_has_no_bare_mark(text: str) -> None:
    shown = replies.escaped(text)
    at = 0
    while at < len(shown):
        if shown[at] == "\\":
            at += 2
            continue
        assert shown[at] not in MARKS
        at += 1


@given(st.text())
def test_escaped_text_is_one_line(text: str) -> None:
    assert "\n" not in replies.escaped(text)
    assert "\r" not in replies.escaped(text)


def test_direction_marks_are_left_out_and_joined_emoji_stay_whole() -> None:
    assert replies.escaped("a\u202eb\u2066c") == "abc"
    assert replies.escaped("👩\u200d🎨 می\u200cخواهم ❤\ufe0f") == "👩\u200d🎨 می\u200cخواهم ❤\ufe0f"


def test_links_do_not_unfurl() -> None:
    assert replies.escaped("http://example.org a: b") == r"http\://example.org a: b"


@given(st.text(max_size=7000))
def test_a_title_is_never_longer_than_a_message_has_room_for(text: str) -> None:
    assert len(replies.title(text)) <= 2 * replies.PROMPT_SHOWN + 4


def test_a_title_of_no_words_says_so() -> None:
    assert replies.title(" \u200e ") == "**(no words)**"


@pytest.mark.parametrize(
    ("ms", "text"), [(0, "1 s"), (1499, "1 s"), (99_400, "99 s"), (120_000, "2 min"), (7_200_000, "2.0 h")]
)
def test_durations_are_rounded_to_what_matters(ms: int, text: str) -> None:
    assert replies.duration(ms) == text


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_job_says_what_it_does(kind: Kind) -> None:
    assert (replies.what(kind, 2) == "") is (kind is Kind.IMAGINE)


def test_a_wrong_prompt_shows_each_fault_with_its_place() -> None:
    text = replies.prompt_faults(errors.WrongPromptError(prompt_error("a house --ar 40:1 --seed x")))
    assert text.count("```") == 4
    assert "--ar 40:1" in text


def test_a_hundred_faults_are_cut_to_a_message() -> None:
    text = replies.prompt_faults(errors.WrongPromptError(prompt_error("a house " + "--nonsense 1 " * 100)))
    assert len(text) <= replies.MESSAGE_LIMIT
    assert text.count("```") % 2 == 0


def test_a_prompt_cannot_break_out_of_the_box_that_shows_it() -> None:
    text = replies.prompt_faults(errors.WrongPromptError(prompt_error("a ``` house --ar 40:1")))
    assert text.count("```") == 2


def test_waiting_says_place_and_time() -> None:
    assert "Place 3" in replies.waiting(3, 40_000)
    assert "40 s" in replies.waiting(3, 40_000)
    assert replies.waiting(1, 100) == "⏳ Starting now."
    assert replies.waiting(None, 0) == "⏳ Waiting."


def test_who_is_served_is_told_in_shares() -> None:
    assert replies.served([], 0, 0) == "-# The GPU is free."
    assert (
        replies.served([(5, 67), (None, 33)], 2, 4)
        == "-# The GPU serves <@5> 67 %, somebody 33 %, and 2 more; 4 waiting."
    )


def test_a_job_of_ones_own_has_a_place_or_is_painted() -> None:
    waiter = Waiter("0" * 12, "5", Speed.FAST, 2, 1000, 9000)
    assert replies.progress(waiter) == "place 2, done in about 9 s"
    assert replies.progress(dataclasses.replace(waiter, place=0)).startswith("being painted")
    assert replies.progress(None) == "about to be handed over"


def test_a_failure_of_any_length_fits() -> None:
    assert len(replies.failed("broken " * 1000)) < 700
