"""What members read: nothing that they typed may format, ping, hide or overflow a message."""

from __future__ import annotations

import dataclasses
import inspect
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import errors, replies
from bot.kinds import Kind, Occasion
from bot.replies import offers
from bot.store.offers import Offer
from engine import PromptError, Speed, Waiter, parse
from tests.bot.store.rows import NOW

OFFER = Offer(id="0" * 12, member_id=1, occasion="batch", orders=(), asker={}, gpu_ms=0, created_at=NOW, expires_at=NOW)
MARKS = "\\*_~`|>[]<"
ARGUMENTS: dict[str, list[Any]] = {
    "WrongPlaceError": [(1, 2)],
    "WrongRoleError": [(3,)],
    "BlockedError": ["spam"],
    "PausedError": ["a new card"],
    "TooManyError": [10, 10],
    "TurboTakenError": [1, 1],
    "WrongSpeedError": ["Basic", ("Pro",), Speed.RELAX, Speed.FAST],
    "NoStealthError": ["Basic", ("Pro", "Mega")],
    "WrongModelError": ["Basic", (), "FLUX"],
    "WrongSizeError": ["Basic", ("Pro", "Mega"), 4096, 4096, 2048 * 2048],
    "RelaxUsedError": ["Basic", ("Pro",), 1000, 9000, datetime(2027, 3, 1, tzinfo=UTC)],
    "ThereAlreadyError": ["0" * 12],
    "CannotDoError": ["That model cannot do that."],
    "NoCellError": [4],
    "NoCollectionError": ["Houses"],
    "LacksRightsError": [("attach files",)],
    "NoCreditError": [1000, 60_000],
    "CeilingError": ["size", 1024, 2048],
    "WrongCeilingError": ["much"],
    "ConfirmError": [OFFER, 0, 1000, None],
    "OverPlaceError": [6, 5],
    "NoRoomForAllError": [8, 3, 10],
    "UnusablePictureError": ["https://example.org/x.png", errors.Flaw.HOST],
    "CannotGiveError": [1000, 60_000],
    "ServerLimitError": [60_000, 1000, datetime(2027, 4, 1, tzinfo=UTC)],
    "ServerSpeedError": ["fast"],
    "WrongAmountError": ["That is no amount of GPU time."],
}


def prompt_error(text: str) -> PromptError:
    with pytest.raises(PromptError) as caught:
        parse(text)
    return caught.value


def every_refusal() -> list[errors.Refusal]:
    found: list[errors.Refusal] = []
    for name, kind in inspect.getmembers(errors, inspect.isclass):
        is_apart = kind in (errors.WrongPromptError, errors.OverPlanError)
        if not issubclass(kind, errors.Refusal) or kind.__subclasses__() or is_apart:
            continue
        options = {"is_painted": True} if name == "ThereAlreadyError" else {}
        found.append(kind(*ARGUMENTS.get(name, []), **options))
    wrong = prompt_error("a house --ar 40:1")
    return [*found, errors.WrongPromptError(wrong), errors.OverPlanError(wrong, "Small", 4, 4, 10)]


@pytest.mark.parametrize("refusal", every_refusal(), ids=lambda refusal: type(refusal).__name__)
def test_every_refusal_is_a_sentence(refusal: errors.Refusal) -> None:
    text = replies.refusal(refusal)
    assert text[0].isupper() or text[0] in "-`"
    assert text.rstrip("`\n^ ")[-1] in ".:12" or "```" in text
    assert len(text) <= replies.MESSAGE_LIMIT


@pytest.mark.parametrize("flaw", errors.Flaw)
def test_every_flaw_of_a_picture_names_its_link_in_a_box_that_nothing_leaves(flaw: errors.Flaw) -> None:
    link = "https://example.org/`@everyone\u202e" + "x" * 5000
    error = errors.UnusablePictureError(link, flaw, limit=3, reason="It is damaged.", hosts=("cdn.discordapp.com",))
    text = replies.refusal(error)
    assert text.endswith(".")
    assert len(text) < 500
    assert "\u202e" not in text
    if flaw is not errors.Flaw.BUSY:
        assert text.count("`") % 2 == 0
        assert "https://example.org/?@everyone" in text


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


@pytest.mark.parametrize(
    ("prompt", "shown"),
    [
        ("https://cdn.discordapp.com/a/1/2/house.png?x=1 at night", "**🖼️ house.png at night**"),
        ("<https://a.org/b/> , https://a.org/c.png, at night", "**🖼️ b 🖼️ c.png at night**"),
        ("https://a.org/c.png", "**🖼️ c.png**"),
        ("at night https://a.org/c.png", r"**at night https\://a.org/c.png**"),
        ("https:// at night", r"**https\:// at night**"),
    ],
)
def test_links_at_the_head_of_a_prompt_are_shown_by_their_files_names(prompt: str, shown: str) -> None:
    assert replies.title(prompt) == shown


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


@pytest.mark.parametrize("occasion", Occasion)
def test_a_card_of_an_offer_begins_with_why_it_waits(occasion: Occasion) -> None:
    assert offers.head(occasion, 3).startswith("**")
    assert len({offers.head(one, 3) for one in Occasion}) == len(Occasion)


def test_of_many_prompts_some_are_shown_and_the_rest_is_counted() -> None:
    shown = offers.prompts([f"`bird` {number}" for number in range(5)])
    assert shown.count("\n") == 3
    assert "and 2 more" in shown
    assert "\\`bird\\` 0" in shown


def test_what_is_left_after_an_offer_is_told_and_so_is_a_lack() -> None:
    assert offers.balance(60_000, 12_000, 0) == "You have 60 s left; 48 s would remain."
    assert offers.balance(12_000_000, 45_000, 0) == "You have 3.3 h left; almost all would remain."
    assert offers.balance(5_000, 12_000, 0) == "You have 5 s left, which is not enough."
    assert offers.balance(5_000, 5_000, 0).endswith("none would remain.")
    assert "this server's pool does, which has 60 s for you" in offers.balance(5_000, 12_000, 60_000)


def test_of_turbo_jobs_too_many_and_not_now_are_told_apart() -> None:
    never = replies.refusal(errors.NoRoomForAllError(0, 4, 1, Speed.TURBO))
    assert never.startswith("That makes 4 turbo jobs, and your plan paints 1 at a time. `--fast`")
    not_now = replies.refusal(errors.NoRoomForAllError(1, 1, 1, Speed.TURBO))
    assert not_now.startswith("One is at turbo speed already, and your plan paints 1 at a time: wait")
    assert replies.refusal(errors.NoRoomForAllError(2, 1, 2, Speed.TURBO)).startswith("2 are at turbo speed")


def test_low_and_over_are_told_apart() -> None:
    low, over = (offers.low(9_000, NOW, is_empty=is_empty) for is_empty in (False, True))
    assert "9 s" in low
    assert "9 s" in over
    assert low != over
