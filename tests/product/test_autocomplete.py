"""What `/imagine` offers while one types."""

from __future__ import annotations

import time

import pytest

from bot.panels.completing import without_hints
from sandbox.member import Member
from tests.product.house import House, imagine, painted, until_ended

Offers = list[tuple[str, str]]


async def offered(member: Member, typed: str) -> Offers:
    """Names and values."""
    choices = await member.autocomplete("painting", "imagine", "prompt", prompt=typed)
    return [(str(choice["name"]), str(choice["value"])) for choice in choices]


async def test_two_dashes_bring_parameters_with_their_ranges(cleo: Member) -> None:
    offers = await offered(cleo, "a red house --")
    assert len(offers) == 25
    names = {value: name for name, value in offers}
    assert "a ratio between 1:14 and 14:1" in names["a red house --ar "]
    assert [value for _, value in await offered(cleo, "a red house --sty")] == [
        "a red house --style ",
        "a red house --stylize ",
    ]


async def test_a_parameters_values_are_offered(house: House, cleo: Member) -> None:
    assert {value for _, value in await offered(cleo, "a boat --sampler eul")} == {
        "a boat --sampler euler",
        "a boat --sampler euler_a",
    }
    assert [value for _, value in await offered(cleo, "a boat --model s")] == [
        "a boat --model swatch",
        "a boat --model slow",
    ]
    names = {value: name for name, value in await offered(cleo, "a boat --styl")}
    assert "0 to 1000" in names["a boat --stylize "]
    assert await offered(cleo, "a boat --stylize 2") == []  # nothing to add: Enter sends it
    assert ("a boat --style raw" in [value for _, value in await offered(cleo, "a boat --style ")]) is True


async def test_own_options_come_first(cleo: Member, dov: Member) -> None:
    await cleo.command("painting", "prefer option set", name="mine", value="--ar 7:4 --stylize 250")
    first = (await offered(cleo, "a boat --m"))[0]
    assert first == ("a boat --mine ⟨--ar 7:4 --stylize 250⟩", "a boat --mine")
    assert all("mine" not in value for _, value in await offered(dov, "a boat --m"))


async def test_recent_prompts_are_offered_where_nothing_is_typed(cleo: Member, dov: Member) -> None:
    assert await offered(cleo, "") == []
    for words in ("a red house", "a blue house", "a red house", "wonderfully " * 20):
        await painted(cleo, words)
    found = [value for _, value in await offered(cleo, "")]
    assert found == ["a red house --steps 2", "a blue house --steps 2"]
    assert await offered(dov, "") == []


@pytest.mark.parametrize("typed", ["a red house", "a well-known house", "x" * 98 + " --s"])
async def test_nothing_is_offered_where_words_are_written_or_would_be_cut(cleo: Member, typed: str) -> None:
    assert await offered(cleo, typed) == []


async def test_every_offer_fits_into_discords_bounds(cleo: Member) -> None:
    for length in range(60, 101):
        typed = "x" * (length - 5) + " --s"
        for name, value in await offered(cleo, typed):
            assert len(name) <= 100
            assert len(value) <= 100
            assert value.startswith(typed)


async def test_a_name_that_is_sent_for_its_value_is_painted_all_the_same(cleo: Member) -> None:
    (name, _) = next(offer for offer in await offered(cleo, "a red house --cha"))
    assert "⟨" in name
    last = await until_ended(cleo, await imagine(cleo, f"{name}20"))
    assert "a red house --chaos 20 --steps 2" in last["content"]
    assert [value for _, value in await offered(cleo, f"{name}2")] == ["a red house --chaos 2"]


def test_such_brackets_among_the_words_are_the_members_own() -> None:
    assert without_hints("a sign that says ⟨open⟩ --chaos ⟨how far⟩ 20") == "a sign that says ⟨open⟩ --chaos 20"


async def test_offers_come_long_before_discord_gives_up(cleo: Member) -> None:
    began = time.monotonic()
    await offered(cleo, "a red house --")
    assert time.monotonic() - began < 3
