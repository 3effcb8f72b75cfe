"""`/shorten`: which words carried weight, and shorter prompts to try."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.frame.settings import Settings
from engine import Engine
from engine.pocket.encoders import make_encoders
from engine.pocket.parts import make_tokenizer
from sandbox.member import Member
from tests.product.house import EPHEMERAL, House, Json, labels, opened_house, press, until, until_ended

PROMPT = "a wonderfully red house on green hills at sunset --steps 2 --chaos 5"
LOADING = 128


@pytest.fixture(scope="module")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With random weights: what they say means nothing, but they say it always."""
    import torch

    torch.manual_seed(1)
    made = tmp_path_factory.mktemp("encoders")
    tokenizer = make_tokenizer(["a", "red", "house", "on", "green", "hills", "at", "sunset"])
    make_encoders(len(tokenizer)).save_pretrained(made)
    tokenizer.save_pretrained(made)
    return made


@pytest.fixture
async def reading_house(tmp_path: Path, encoders: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Where words can be weighed."""

    async def open_reading(settings: Settings) -> Engine:
        return await Engine.open(replace(settings.engine, encoders=encoders))

    monkeypatch.setattr("bot.running._open_engine", open_reading)
    async with opened_house(tmp_path) as opened:
        yield opened


async def shorten(member: Member, prompt: str) -> Json:
    outcome = await member.command("painting", "shorten", prompt=prompt)
    assert outcome.message is not None
    return await until(member, outcome.message, lambda message: not message["flags"] & LOADING)


async def test_words_are_marked_by_their_weight_and_shorter_prompts_are_buttons(reading_house: House) -> None:
    cleo = await reading_house.member("cleo")
    shown = await shorten(cleo, PROMPT)
    assert shown["flags"] & EPHEMERAL
    _, marked, *lines = shown["content"].split("\n")
    assert "**" in marked
    assert marked.replace("*", "").replace("~", "") == PROMPT.partition(" --")[0]
    assert labels(shown) == [str(number) for number in range(1, len(lines) + 1)]
    assert all(line.endswith("--steps 2 --chaos 5") for line in lines)
    await reading_house.restart()
    painted = await until_ended(cleo, await press(cleo, shown, "2"))
    assert not painted["flags"] & EPHEMERAL
    assert lines[1].removeprefix("2. ") in painted["content"]


async def test_a_prompt_of_a_thousand_words_is_weighed_and_its_shorter_ones_are_told(reading_house: House) -> None:
    cleo = await reading_house.member("cleo")
    shown = await shorten(cleo, " ".join(["a red house on green hills at sunset"] * 125) + " --steps 2")
    head, heard, *lines = shown["content"].split("\n")
    assert head == "**What was heard**"
    assert heard.endswith("…")
    assert labels(shown) == [str(number) for number in range(1, len(lines) + 1)]
    assert lines


async def test_a_single_word_that_fills_the_message_is_answered(cleo: Member) -> None:
    assert "as short as it can be" in (await shorten(cleo, "o" * 6000))["content"]


async def test_what_counts_against_the_words_stays_in_shorter_prompts(reading_house: House) -> None:
    cleo = await reading_house.member("cleo")
    shown = await shorten(cleo, "a red house on green hills:: at night::2 fog::-0.5 --steps 2")
    _, marked, *lines = shown["content"].split("\n")
    assert "fog" not in marked
    assert lines
    assert all(line.endswith("::3 fog::-0.5 --steps 2") for line in lines)


async def test_shorter_prompts_are_their_makers_and_not_kept_for_ever(reading_house: House) -> None:
    cleo = await reading_house.member("cleo")
    old = await shorten(cleo, PROMPT)
    for number in range(20):
        await shorten(cleo, f"a red house number {number} on green hills")
    assert "not kept any more" in (await press(cleo, old, "1"))["content"]


@pytest.mark.parametrize(
    ("prompt", "told"),
    [("{a, b} house", "one prompt at a time"), ("a house --ar 40:1", "too wide"), ("a {house", "never closed")],
)
async def test_what_cannot_be_weighed_is_said(reading_house: House, prompt: str, told: str) -> None:
    assert told in (await shorten(await reading_house.member("cleo"), prompt))["content"]


async def test_the_model_that_ships_says_what_it_heard(cleo: Member) -> None:
    said = (await shorten(cleo, "a red house on green hills at sunset, quixotic"))["content"]
    assert "**sunset,**" in said
    assert "~~quixotic~~" in said


async def test_without_an_encoder_it_is_said_what_is_missing(
    cleo: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.readers.reader.PAINTER", tmp_path)
    assert "there is no text encoder on this machine" in (await shorten(cleo, PROMPT))["content"]
