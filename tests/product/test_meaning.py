"""Searching by meaning, as the gallery asks for it: like a picture, by words, and for nobody what is not for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot import meaning, reading
from bot.errors import CannotDoError
from bot.frame.settings import Settings
from bot.store import archive, pictures
from bot.store.archive import Archived, Viewer, Wanted
from bot.store.words import Audience
from engine import Engine
from engine.pocket.encoders import make_encoders
from engine.pocket.parts import make_tokenizer
from sandbox.member import Member
from tests.product.house import House, eventually, opened_house, painted


@pytest.fixture(scope="module")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With random weights: what they see means nothing, but the same picture is always the same to them."""
    import torch

    torch.manual_seed(1)
    made = tmp_path_factory.mktemp("encoders")
    tokenizer = make_tokenizer(["a", "red", "blue", "house", "boat"])
    make_encoders(len(tokenizer)).save_pretrained(made)
    tokenizer.save_pretrained(made)
    return made


@pytest.fixture
async def seeing(tmp_path: Path, encoders: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Where pictures can be read, and new ones soon are."""

    async def open_seeing(settings: Settings) -> Engine:
        return await Engine.open(replace(settings.engine, encoders=encoders))

    monkeypatch.setattr("bot.running._open_engine", open_seeing)
    monkeypatch.setattr("bot.meaning.REST_SECONDS", 0.05)
    async with opened_house(tmp_path) as opened:
        yield opened


def member_of(person: Member) -> Viewer:
    return Viewer(int(person.user_id))


async def archive_of(house: House, person: Member) -> list[Archived]:
    async with house.desk.store.read() as tx:
        return await archive.browse(tx, member_of(person), Wanted(mine=True), 100)


async def until_read(house: House, count: int) -> None:
    async def is_read() -> bool:
        answer = await reading.embed_words(house.desk.engine, "a")
        return len(await house.desk.store.vectors.of(answer.reader, len(answer.vectors[0]))) == count

    await eventually(is_read)


async def test_like_a_picture_finds_it_first_also_after_a_restart(seeing: House) -> None:
    cleo = await seeing.member("cleo")
    await painted(cleo, "a red house")
    await painted(cleo, "a blue boat")
    await until_read(seeing, 8)
    first = (await archive_of(seeing, cleo))[0]
    for _ in range(2):
        data = await seeing.desk.store.files.read(first.sha256)
        found = await meaning.search(seeing.desk, member_of(cleo), data, 8)
        assert found[0].id == first.id
        assert len(found) == 8
        like = await meaning.search(seeing.desk, member_of(cleo), first, 3)
        assert [one.id for one in like] == [one.id for one in found[1:4]]
        assert len(await meaning.search(seeing.desk, member_of(cleo), "a red house", 5)) == 5
        await seeing.restart()
    assert await meaning.is_by_meaning(seeing.desk)


async def test_nothing_is_found_that_is_not_for_whoever_searches(seeing: House) -> None:
    cleo, dov = await seeing.member("cleo"), await seeing.member("dov")
    await painted(cleo)
    await until_read(seeing, 4)
    own = await archive_of(seeing, cleo)
    here = replace(member_of(dov), server=own[0].server_id)
    assert await meaning.search(seeing.desk, member_of(dov), own[0], 10) == []
    assert len(await meaning.search(seeing.desk, here, own[0], 10)) == 3
    async with seeing.desk.store.write() as tx:
        await archive.change_audience(tx, [one.id for one in own[1:]], Audience.PRIVATE)
    assert await meaning.search(seeing.desk, here, own[0], 10) == []


async def test_what_is_gone_leaves_its_vector_with_the_next_look(seeing: House) -> None:
    cleo = await seeing.member("cleo")
    await painted(cleo)
    await painted(cleo, "a blue boat")
    await until_read(seeing, 8)
    gone, *_ = await archive_of(seeing, cleo)
    async with seeing.desk.store.write() as tx:
        await pictures.remove(tx, gone.job_id)
    assert len(await meaning.search(seeing.desk, member_of(cleo), "a house", 10)) == 4
    await seeing.restart()
    await painted(cleo)
    await until_read(seeing, 8)


async def test_a_picture_that_cannot_be_read_keeps_no_other_from_being_found(seeing: House) -> None:
    cleo = await seeing.member("cleo")
    await painted(cleo)
    await until_read(seeing, 4)
    broken, *_ = await archive_of(seeing, cleo)
    answer = await reading.embed_words(seeing.desk.engine, "a")
    vectors = await seeing.desk.store.vectors.of(answer.reader, len(answer.vectors[0]))
    vectors.forget([one.id for one in await archive_of(seeing, cleo)])
    seeing.desk.store.files.path(broken.sha256).write_bytes(b"no picture")
    unreadable: set[int] = set()
    assert await meaning.take_in(seeing.desk, vectors, 0, unreadable) == broken.id
    assert unreadable == {broken.id}
    assert len(vectors) == 3


async def test_without_encoders_words_are_looked_for_as_words_and_that_is_said(house: House, cleo: Member) -> None:
    await painted(cleo, "a red house")
    await painted(cleo, "a blue boat")
    assert not await meaning.is_by_meaning(house.desk)
    found = await meaning.search(house.desk, member_of(cleo), "boat", 10)
    assert [one.text.split()[2] for one in found] == ["boat"] * 4
    with pytest.raises(CannotDoError, match="takes encoders"):
        await meaning.search(house.desk, member_of(cleo), found[0], 10)
