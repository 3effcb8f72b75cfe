"""Pictures that jobs made and pictures that they start from: rows only. Their bytes are in `files.py`, by hash."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, delete, func, select, true
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_pictures: Final = tables.pictures
_jobs: Final = tables.jobs
_sources: Final = tables.sources
_archive: Final = tables.archive
_thumbnails: Final = tables.thumbnails
_offers: Final = tables.offers
_films: Final = tables.films
SMALL_COPIES: Final = "small copies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One cell of a job. `recipe` is the engine's JSON text, with what painted it."""

    job_id: str
    cell: int
    sha256: str
    media_type: str
    width: int
    height: int
    bytes: int
    recipe: str
    recipe_hash: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A picture that a job starts from. `link`: where a member brought it from, as it stands in the job's text."""

    job_id: str
    sha256: str
    media_type: str
    bytes: int
    link: str | None = None


async def insert(tx: Writing, pictures: Iterable[Picture]) -> int:
    """How many are new: a cell that is stored already stays as it is."""
    rows = [asdict(picture) for picture in pictures]
    return sum([await tx.change(insert_into(_pictures).values(row).on_conflict_do_nothing()) for row in rows])


async def find(tx: Reading, job_id: str, cell: int) -> Picture | None:
    """None, too, if it was laid aside."""
    row = await tx.first(_there().where(_pictures.c.job_id == job_id, _pictures.c.cell == cell))
    return None if row is None else Picture(**row)


async def of_job(tx: Reading, job_id: str) -> tuple[Picture, ...]:
    """In the order of their cells, without those that were laid aside."""
    rows = await tx.all(_there().where(_pictures.c.job_id == job_id).order_by(_pictures.c.cell))
    return tuple(Picture(**row) for row in rows)


async def recipe_of(tx: Reading, job_id: str, cell: int) -> str | None:
    """As JSON text; also of what was laid aside."""
    is_it = (_pictures.c.job_id == job_id, _pictures.c.cell == cell)
    recipe: str | None = await tx.value(select(_pictures.c.recipe).where(*is_it))
    return recipe


async def copies_of_family(tx: Reading, root_id: str, kind: str) -> dict[str, str]:
    """The hashes of the pictures of one kind of jobs, which have one each, by their jobs' ids."""
    joined = select(_pictures.c.job_id, _pictures.c.sha256).join(_jobs, _jobs.c.id == _pictures.c.job_id)
    rows = await tx.all(joined.where(_jobs.c.root_id == root_id, _jobs.c.kind == kind))
    return {row["job_id"]: row["sha256"] for row in rows}


async def remove(tx: Writing, job_id: str) -> int:
    """A job's pictures, sources and film, and with them their bookmarks. The files go with the next sweep."""
    await tx.change(delete(_sources).where(_sources.c.job_id == job_id))
    await tx.change(delete(_films).where(_films.c.job_id == job_id))
    return await tx.change(delete(_pictures).where(_pictures.c.job_id == job_id))


async def insert_sources(tx: Writing, sources: Iterable[Source]) -> None:
    for source in sources:
        await tx.change(insert_into(_sources).values(asdict(source)).on_conflict_do_nothing())


async def sources_of(tx: Reading, job_id: str) -> tuple[Source, ...]:
    rows = await tx.all(select(_sources).where(_sources.c.job_id == job_id).order_by(_sources.c.sha256))
    return tuple(Source(**row) for row in rows)


async def brought_from(tx: Reading, link: str, limit: int) -> tuple[Source, ...]:
    """Sources that members brought by this link, of the newest jobs first."""
    query = select(_sources).where(_sources.c.link == link).order_by(_sources.c.job_id.desc()).limit(limit)
    return tuple(Source(**row) for row in await tx.all(query))


async def named_files(tx: Reading) -> frozenset[str]:
    """The hash of every file that a row names: the sweeper leaves these."""
    return frozenset().union(*(await files_by_kind(tx)).values())


async def files_by_kind(tx: Reading) -> dict[str, frozenset[str]]:
    """The same, by what the rows are."""
    offered = func.json_each(_offers.c.files).table_valued("value")
    named = {
        "pictures": select(_pictures.c.sha256),
        "sources": select(_sources.c.sha256),
        "films": select(_films.c.sha256),
        "offers": select(offered.c.value.label("sha256")).select_from(_offers.join(offered, true())),
        SMALL_COPIES: select(_thumbnails.c.thumb_sha256.label("sha256")),
    }
    return {kind: frozenset(row["sha256"] for row in await tx.all(query)) for kind, query in named.items()}


def _there() -> Select[Any]:
    aside = select(_archive.c.id).where(
        _archive.c.job_id == _pictures.c.job_id,
        _archive.c.cell == _pictures.c.cell,
        _archive.c.deleted_at.is_not(None),
    )
    return select(_pictures).where(~aside.exists())
