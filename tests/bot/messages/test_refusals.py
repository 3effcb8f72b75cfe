"""What Discord's refusals mean: 429s for one letter, for one channel, or for the whole address; threads that sleep."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.messages.lanes import Later
from bot.messages.sending import AsleepError, UnreachableError, refusals, refusals_of_edits

DISCORDS = {"Via": "1.1 google", "Retry-After": "20"}
OLD = {"code": 30046, "message": "Maximum number of edits to messages older than 1 hour reached."}


def refused(headers: dict[str, str], body: dict[str, Any] | str) -> discord.HTTPException:
    answer: Any = SimpleNamespace(status=429, reason="Too Many Requests", headers=headers)
    return discord.HTTPException(answer, body)


async def meaning(error: Exception) -> Later:
    with pytest.raises(Later) as told:
        async with refusals():
            raise error
    return told.value


async def test_too_many_edits_of_old_messages_concern_those_alone() -> None:
    later = await meaning(refused(DISCORDS, OLD))
    assert (later.after, later.alone, later.everywhere) == (20, True, False)


@pytest.mark.parametrize("body", [{"code": 20016, "message": "slowmode"}, {"message": "You are being rate limited."}])
async def test_a_limit_that_outlasts_the_librarys_tries_concerns_its_channel(body: dict[str, Any]) -> None:
    later = await meaning(refused(DISCORDS, body))
    assert (later.after, later.alone, later.everywhere) == (20, False, False)


async def test_what_did_not_come_from_discord_concerns_the_whole_address() -> None:
    later = await meaning(refused({"Retry-After": "600"}, "error code: 1015"))
    assert (later.after, later.alone, later.everywhere) == (600, False, True)


async def test_a_long_limit_concerns_its_channel_and_one_of_edits_those_alone() -> None:
    assert not (await meaning(discord.RateLimited(65.0))).alone
    with pytest.raises(Later) as told:
        async with refusals_of_edits():
            raise discord.RateLimited(65.0)
    assert (told.value.after, told.value.alone) == (65.0, True)


async def test_what_stops_everything_stops_edits_too() -> None:
    with pytest.raises(Later) as told:
        async with refusals_of_edits():
            raise refused({}, "error code: 1015")
    assert (told.value.alone, told.value.everywhere) == (False, True)


@pytest.mark.parametrize(
    ("code", "kind"), [(50083, AsleepError), (160005, UnreachableError), (160006, UnreachableError)]
)
async def test_a_thread_sleeps_or_may_not_be_woken(code: int, kind: type[Exception]) -> None:
    answer: Any = SimpleNamespace(status=400, reason="Bad Request", headers=DISCORDS)
    with pytest.raises(kind):
        async with refusals():
            raise discord.HTTPException(answer, {"code": code, "message": "Thread"})
