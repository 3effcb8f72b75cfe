"""Offers: taken once, while they are open and in time; what they name is not swept away."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.store import notices, offers, pictures
from bot.store.offers import Offer
from bot.store.store import Store
from bot.store.words import Decision
from tests.bot.store.rows import HASH, MEMBER, NOW

OFFER = Offer(
    id="0123456789ab",
    member_id=MEMBER,
    occasion="batch",
    orders=({"text": "a red bird", "cells": ('{"seed":1}',)}, {"text": "a blue bird", "cells": ()}),
    asker={"member": MEMBER, "roles": (1, 2)},
    gpu_ms=3000,
    created_at=NOW,
    expires_at=NOW + timedelta(days=1),
    interaction_id=7,
    files=(HASH,),
)


@pytest.fixture
async def kept(store: Store) -> Store:
    async with store.write() as tx:
        assert await offers.insert(tx, OFFER)
    return store


async def test_what_is_read_is_what_was_stored(kept: Store) -> None:
    async with kept.read() as tx:
        assert await offers.find(tx, OFFER.id) == OFFER
        assert await offers.find_by_interaction(tx, 7) == OFFER
        assert await offers.find(tx, "0" * 12) is None


async def test_an_interaction_makes_one_offer_only(kept: Store) -> None:
    async with kept.write() as tx:
        assert not await offers.insert(tx, replace(OFFER, id="b" * 12))
        assert await offers.insert(tx, replace(OFFER, id="c" * 12, interaction_id=None))


async def test_of_twenty_that_take_one_is_told_true(kept: Store) -> None:
    async def take() -> bool:
        async with kept.write() as tx:
            return await offers.take(tx, OFFER.id, NOW)

    assert sum(await asyncio.gather(*(take() for _ in range(20)))) == 1


async def test_what_is_taken_cannot_be_dropped_nor_the_other_way_round(kept: Store) -> None:
    async with kept.write() as tx:
        await offers.insert(tx, replace(OFFER, id="b" * 12, interaction_id=None))
        assert await offers.take(tx, OFFER.id, NOW)
        assert not await offers.drop(tx, OFFER.id, NOW)
        assert await offers.drop(tx, "b" * 12, NOW)
        assert not await offers.take(tx, "b" * 12, NOW)
        found = await offers.find(tx, OFFER.id)
    assert found is not None
    assert found.state is Decision.TAKEN
    assert not found.is_open(NOW)


async def test_past_its_day_an_offer_is_not_taken_and_then_forgotten(kept: Store) -> None:
    async with kept.write() as tx:
        assert await offers.forget(tx, NOW) == 0
        assert not await offers.take(tx, OFFER.id, OFFER.expires_at)
        assert await offers.forget(tx, OFFER.expires_at) == 1
        assert await offers.find(tx, OFFER.id) is None


async def test_files_that_an_offer_starts_from_are_not_swept(kept: Store) -> None:
    async with kept.read() as tx:
        assert await pictures.named_files(tx) == {HASH}


async def test_a_notice_is_given_once_until_it_is_forgotten(store: Store) -> None:
    async with store.write() as tx:
        assert await notices.give(tx, MEMBER, "low", NOW)
        assert not await notices.give(tx, MEMBER, "low", NOW)
        assert await notices.give(tx, MEMBER, "empty", NOW)
        assert await notices.give(tx, MEMBER + 1, "low", NOW)
        assert await notices.forget(tx, NOW + timedelta(days=1)) == 3
        assert await notices.give(tx, MEMBER, "low", NOW)
