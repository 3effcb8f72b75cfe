"""What can be told of who will see an answer before its words are worked at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.asking import Asker
from bot.intake.secrecy import Words, is_aside
from bot.store import jobs, members, preferences
from bot.store.store import Store
from bot.store.words import Privacy
from tests.bot.store.rows import MEMBER, NOW, make_job

HERE = Asker(MEMBER, 1, 7, interaction=9, token="token")


@pytest.mark.parametrize(
    ("text", "is_told_aside"),
    [
        ("a red house", False),
        ("https://x.test/a.png a red house --ar 3:2", False),
        ("a red house --stealth", True),
        ("https://x.test/a.png a red house --stealth", True),
        ("a red house --public", False),
        ("a {red, blue} house", True),
        ("a red house --quote", True),
        ("a red house --ar 1:99", True),
    ],
)
async def test_words_tell_who_will_see_what_comes_of_them(store: Store, text: str, is_told_aside: bool) -> None:
    assert await is_aside(store, Words(HERE, text)) is is_told_aside


async def test_mode_counts_where_words_say_nothing_and_so_does_what_stands_behind_them(store: Store) -> None:
    async with store.write() as tx:
        await members.save(tx, replace(await members.meet(tx, MEMBER, NOW), visibility=Privacy.STEALTH))
    assert await is_aside(store, Words(HERE, "a red house"))
    assert not await is_aside(store, Words(HERE, "a red house --public"))
    assert not await is_aside(store, Words(replace(HERE, member=5), "a red house"))
    async with store.write() as tx:
        await members.meet(tx, 5, NOW)
        await preferences.save(tx, replace(await preferences.find(tx, 5), suffix="--stealth"))
    assert await is_aside(store, Words(replace(HERE, member=5), "a red house"))


async def test_place_and_what_it_is_made_of_count_as_they_do_for_the_job(store: Store) -> None:
    hidden, shown = make_job("a", privacy=Privacy.PRIVATE), make_job("b", interaction_id=3)
    async with store.write() as tx:
        await jobs.insert(tx, hidden)
        await jobs.insert(tx, shown)
    assert await is_aside(store, Words(HERE, "a red house", hidden.id))
    assert not await is_aside(store, Words(HERE, "a red house", shown.id))
    assert await is_aside(store, Words(replace(HERE, ephemeral=True), "a red house"))
    assert not await is_aside(store, Words(replace(HERE, server=None, alone=True), "a red house --stealth"))
    assert await is_aside(store, Words(replace(HERE, server=None, alone=True, reaches=False), "a house --stealth"))
