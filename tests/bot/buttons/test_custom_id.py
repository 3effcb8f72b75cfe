"""Ids of buttons: what was signed is read, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.buttons import custom_id
from bot.buttons.custom_id import (
    LONGEST,
    PATTERN,
    Action,
    CustomIdError,
    ForgedIdError,
    Key,
    Press,
    Signer,
    UnknownKeyError,
    UnknownVersionError,
)

OLD, NEW = Key(1, b"o" * 32), Key(2, b"n" * 32)
SIGNER = Signer([OLD, NEW])
PRESS = Press(Action.SINGLE, "0123456789ab", 3, "page-2")
BASE62 = string.ascii_letters + string.digits
presses = st.builds(
    Press,
    st.sampled_from(Action),
    st.just("") | st.text(BASE62, min_size=12, max_size=12),
    st.integers(0, custom_id.MOST_CELLS - 1),
    st.text(BASE62 + "._~-", max_size=24),
)
keys = st.builds(Key, st.integers(0, custom_id.LARGEST_KEY), st.binary(min_size=32, max_size=64))


def signed_by_hand(body: str, key: Key = NEW) -> str:
    """As another version with the same key would have signed."""
    mac = hmac.digest(key.secret, body.encode(), hashlib.sha256)[:12]
    return f"{body}:{base64.urlsafe_b64encode(mac).decode()}"


@given(presses, keys)
def test_what_was_signed_is_read_again_and_fits_into_discords_hundred(press: Press, key: Key) -> None:
    text = Signer([key]).sign(press)
    assert Signer([key]).read(text) == press
    assert len(text) <= LONGEST
    assert PATTERN.fullmatch(text)


def test_longest_possible_id_has_room_to_spare() -> None:
    longest = max(Action, key=len)
    key = Key(custom_id.LARGEST_KEY, b"k" * 32)
    text = Signer([key]).sign(Press(longest, "z" * 12, custom_id.MOST_CELLS - 1, "z" * 24))
    assert len(text) == 73


@given(presses, st.data())
def test_every_flipped_bit_is_refused(press: Press, data: st.DataObject) -> None:
    text = SIGNER.sign(press).encode()
    at, bit = data.draw(st.integers(0, len(text) - 1)), data.draw(st.integers(0, 7))
    flipped = bytearray(text)
    flipped[at] ^= 1 << bit
    with pytest.raises(CustomIdError):
        SIGNER.read(flipped.decode("latin-1"))


@given(st.text(max_size=120) | st.from_regex(r"a1:\d{0,12}:[\w:.-]{0,80}", fullmatch=True))
def test_text_that_nobody_signed_is_refused(text: str) -> None:
    with pytest.raises(CustomIdError):
        SIGNER.read(text)


@given(presses, presses)
def test_parts_of_two_ids_do_not_make_a_third(one: Press, other: Press) -> None:
    first, second = SIGNER.sign(one), SIGNER.sign(other)
    mixed = first.rpartition(":")[0] + ":" + second.rpartition(":")[2]
    if mixed != first:
        with pytest.raises(ForgedIdError):
            SIGNER.read(mixed)


def test_newest_key_signs_and_old_keys_still_read() -> None:
    before = Signer([OLD]).sign(PRESS)
    assert SIGNER.read(before) == PRESS
    assert SIGNER.sign(PRESS) == Signer([NEW]).sign(PRESS)
    with pytest.raises(UnknownKeyError):
        Signer([OLD]).read(SIGNER.sign(PRESS))


def test_key_of_the_same_number_but_another_secret_reads_nothing() -> None:
    with pytest.raises(ForgedIdError):
        Signer([replace(NEW, secret=b"x" * 32)]).read(SIGNER.sign(PRESS))


def test_ids_of_other_versions_are_told_from_forged_ones() -> None:
    with pytest.raises(UnknownVersionError):
        SIGNER.read("a2:whatever it will be")
    with pytest.raises(UnknownVersionError):
        SIGNER.read(signed_by_hand("a1:2:zz:0123456789ab:0:"))
    with pytest.raises(ForgedIdError):
        SIGNER.read("a1:2:zz:0123456789ab:0::AAAAAAAAAAAAAAAA")
    with pytest.raises(ForgedIdError):
        SIGNER.read("somebody-else")


def test_errors_do_not_repeat_what_nobody_vouches_for() -> None:
    with pytest.raises(ForgedIdError) as caught:
        SIGNER.read("@everyone")
    assert "@everyone" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [{"job": "short"}, {"job": "0123456789a:"}, {"cell": -1}, {"cell": 100}, {"extra": "a:b"}, {"extra": "x" * 25}],
)
def test_press_that_would_not_fit_is_not_made(wrong: dict[str, str | int]) -> None:
    with pytest.raises(ValueError):
        replace(PRESS, **wrong)  # type: ignore[arg-type]


def test_signer_needs_keys_that_are_good_for_something() -> None:
    with pytest.raises(ValueError, match="needs a key"):
        Signer([])
    with pytest.raises(ValueError, match="same id"):
        Signer([NEW, Key(2, b"x" * 32)])
    with pytest.raises(ValueError, match="32 bytes"):
        Key(1, b"short")
    assert "nnnn" not in repr(NEW)


def test_codes_of_actions_stay_what_they_are() -> None:
    """Buttons from years ago carry them."""
    codes = {action.name: action.value for action in Action}
    assert codes == {
        "DESK": "dk", "SHORTEN": "sh",
        "SINGLE": "U", "VARY": "V", "REROLL": "R", "CANCEL": "X", "UPSCALE_SUBTLE": "us", "UPSCALE_CREATIVE": "uc",
        "VARY_SUBTLE": "vs", "VARY_STRONG": "vx", "BOOKMARK": "bm", "PUBLISH": "pu", "RECIPE": "re", "DELETE": "de",
        "REMIX": "mx", "REDO": "rd", "CONFIRM": "ok", "DISMISS": "no", "HELP": "he", "QUEUE": "qu", "DIRECT": "dm",
        "SETTINGS": "st", "SETUP": "su", "SUBSCRIBE": "sb", "TAKE_AWAY": "ra", "CLOSE_REPORT": "rx",
        "OFFER_TAKE": "oa", "OFFER_DROP": "od", "OFFER_RELAXED": "or",
        "HIDE_EXHIBIT": "gh", "RESTORE_EXHIBIT": "gr", "MAKE_GALLERY": "gm", "DAILY": "dy", "TOP": "tp",
        "FOLLOW": "fo", "COMMUNITY": "cm",
        "GALLERY": "ga", "EXHIBIT": "gx",
        "TREE": "tr",
    }  # fmt: skip
