"""Films of jobs, and sources that members brought by a link."""

from __future__ import annotations

from bot.store import films, jobs, pictures
from bot.store.films import Film
from bot.store.pictures import Source
from bot.store.store import Store
from tests.bot.store.rows import HASH, NOW, make_job

LINK = "https://cdn.discordapp.com/attachments/1/2/house.png"


def film(sha256: str = HASH) -> Film:
    return Film(job_id="JOB1", sha256=sha256, media_type="image/webp", bytes=3, created_at=NOW)


async def test_a_job_has_one_film_and_the_first_one_stays(store: Store) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, make_job(film=True, full_steps=8))
        assert await films.find(tx, "JOB1") is None
        assert await films.insert(tx, film())
        assert not await films.insert(tx, film("ee" * 32))
        assert await films.find(tx, "JOB1") == film()
        assert await jobs.find(tx, "JOB1") == make_job(film=True, full_steps=8)


async def test_a_film_is_needed_until_its_jobs_pictures_are_removed(store: Store) -> None:
    async with store.write() as tx:
        await jobs.insert(tx, make_job())
        await films.insert(tx, film())
        assert HASH in await pictures.named_files(tx)
        await pictures.remove(tx, "JOB1")
        assert await films.find(tx, "JOB1") is None
        assert HASH not in await pictures.named_files(tx)


async def test_sources_are_found_by_their_link_of_the_newest_jobs_first(store: Store) -> None:
    async with store.write() as tx:
        for name in ("JOB1", "JOB2", "JOB3"):
            await jobs.insert(tx, make_job(name))
            source = Source(job_id=name, sha256=HASH, media_type="image/png", bytes=3, link=LINK)
            await pictures.insert_sources(tx, [source])
        found = await pictures.brought_from(tx, LINK, 2)
        assert [source.job_id for source in found] == ["JOB3", "JOB2"]
        assert await pictures.brought_from(tx, LINK + "?", 2) == ()
