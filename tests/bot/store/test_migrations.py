"""Migrations lead to exactly what `tables/` says, from nothing and only forwards."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from bot.store import archive, exhibits, jobs, ledger, notes, pictures, views
from bot.store.errors import StoreNewerError
from bot.store.migrations import HEAD, _config, bring_up
from bot.store.sqlite import open_keeper
from bot.store.store import Store
from bot.store.tables import metadata
from bot.store.words import Account, Audience, Privacy
from tests.bot.store.conftest import Clock
from tests.bot.store.rows import make_job, make_picture

Schema = dict[tuple[str, str], list[str]]


def schema(database: Path) -> Schema:
    """What SQLite was told of each table, index and trigger. Of a table its parts in any order, because a column that
    is added later stands last."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    found = {}
    for kind, name, sql in rows:
        if name == "alembic_version" or name.startswith(("sqlite_", "prompts_")):  # the latter is the index's own
            continue
        told = " ".join(sql.split()).replace("( ", "(").replace(" )", ")")
        found[kind, name] = sorted(split(told)) if kind == "table" else [told]
    return found


def split(sql: str) -> list[str]:
    """At the commas that stand in no inner bracket."""
    head, _, rest = sql.partition("(")
    body, _, tail = rest.rpartition(")")
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(body):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(body[start:place].strip())
            start = place + 1
    return [head, *parts, body[start:].strip(), tail]


def test_migrations_make_exactly_the_schema_of_the_tables(tmp_path: Path) -> None:
    keeper = open_keeper(tmp_path / "migrated")
    with keeper.connect() as connection:
        bring_up(connection, tmp_path / "migrated")
        connection.commit()
    keeper.dispose()
    made = create_engine(f"sqlite:///{tmp_path / 'made'}")
    metadata.create_all(made)
    made.dispose()
    migrated, expected = schema(tmp_path / "migrated"), schema(tmp_path / "made")
    assert migrated.keys() == expected.keys()
    for key, parts in expected.items():
        assert migrated[key] == parts, key
    assert len([kind for kind, _ in expected if kind == "table"]) == len(metadata.tables) + 1  # and the index of words
    assert len([kind for kind, _ in expected if kind == "trigger"]) == 17


def test_comparison_of_schemas_sees_a_column_and_a_check(tmp_path: Path) -> None:
    statements = (
        "CREATE TABLE t (a TEXT, CHECK (a IN ('x', 'y')))",
        "CREATE TABLE t (a TEXT NOT NULL, CHECK (a IN ('x', 'y')))",
        "CREATE TABLE t (a TEXT, CHECK (a IN ('x')))",
    )
    seen = []
    for number, statement in enumerate(statements):
        with closing(sqlite3.connect(tmp_path / str(number))) as connection:
            connection.execute(statement)
        seen.append(schema(tmp_path / str(number)))
    assert seen[0] != seen[1]
    assert seen[0] != seen[2]


async def test_second_start_migrates_nothing(tmp_path: Path, clock: Clock) -> None:
    async with Store.open(tmp_path, clock=clock):
        pass
    before = schema(tmp_path / "atelier.sqlite")
    async with Store.open(tmp_path, clock=clock):
        pass
    assert schema(tmp_path / "atelier.sqlite") == before


async def test_database_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path, clock: Clock) -> None:
    async with Store.open(tmp_path, clock=clock):
        pass
    database = tmp_path / "atelier.sqlite"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = database.read_bytes()
    with pytest.raises(StoreNewerError, match=r"schema is 9999, and this program knows \d{4} and older. Update"):
        async with Store.open(tmp_path, clock=clock):
            pass
    assert database.read_bytes() == before


def test_migration_that_breaks_leaves_nothing_of_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = open_keeper(tmp_path / "broken")
    with keeper.connect() as connection:
        bring_up(connection, tmp_path / "broken")
        connection.rollback()
    keeper.dispose()
    assert schema(tmp_path / "broken") == {}


FIRST = (  # as the first schema kept it: a job that waits, one that was settled, one that was refunded
    ("lend:1", "granted", -900, "grant", None),
    ("lend:1", "available", 900, "grant", None),
    *((f"reserve:{job}", "available", -300, "reserve", job) for job in ("JOB1", "JOB2", "JOB3")),
    *((f"reserve:{job}", "held", 300, "reserve", job) for job in ("JOB1", "JOB2", "JOB3")),
    ("settle:JOB2", "held", -300, "settle", "JOB2"),
    ("settle:JOB2", "spent", 100, "settle", "JOB2"),
    ("settle:JOB2", "available", 200, "settle", "JOB2"),
    ("refund:JOB3", "held", -300, "refund", "JOB3"),
    ("refund:JOB3", "available", 300, "refund", "JOB3"),
)


async def test_first_ledger_is_brought_into_buckets_with_nothing_lost(tmp_path: Path, clock: Clock) -> None:
    keeper = open_keeper(tmp_path / "atelier.sqlite")
    with keeper.connect() as connection:
        command.upgrade(_configured(connection), "0001")
        for job, state in (("JOB1", "queued"), ("JOB2", "done"), ("JOB3", "failed")):
            connection.exec_driver_sql(
                "INSERT INTO jobs VALUES (?, NULL, NULL, 7, NULL, 8, 'imagine', NULL, NULL, ?, '', '[]', 'fast',"
                " 'public', 'open', '{}', ?, 1, 0, NULL, 0, 300, 100, NULL, NULL, '[]', 0, NULL, NULL)",
                (job, job, state),
            )
            connection.exec_driver_sql("INSERT INTO reserves VALUES (?, 7, 300, 5)", (job,))
        connection.exec_driver_sql("INSERT INTO ends VALUES ('JOB2', 'settle', 5), ('JOB3', 'refund', 5)")
        for entry in FIRST:
            connection.exec_driver_sql(
                "INSERT INTO entries (transaction_id, account, gpu_ms, act, job_id, member_id, note, created_at)"
                " VALUES (?, ?, ?, ?, ?, 7, '', 5)",
                entry,
            )
        connection.commit()
    keeper.dispose()
    async with Store.open(tmp_path, clock=clock) as store, store.write() as tx:
        assert await ledger.audit(tx) == []
        assert await ledger.rebuild(tx) == 0
        found = await ledger.balances(tx, 7)
        assert (found[Account.AVAILABLE], found[Account.HELD], found[Account.SPENT]) == (500, 300, 100)
        assert await ledger.refund(tx, "JOB1", store.now()) == 300
        assert await ledger.reserve(tx, 7, "JOB4", 600, store.now(), top_up=True)


async def test_what_was_published_before_there_were_exhibits_becomes_one(tmp_path: Path, clock: Clock) -> None:
    keeper = open_keeper(tmp_path / "atelier.sqlite")
    with keeper.connect() as connection:
        command.upgrade(_configured(connection), "0009")
        connection.exec_driver_sql(
            "INSERT INTO servers (id, gallery_channel_id, bar, settings, joined_at) VALUES (9, 50, '[]', '{}', 0)"
        )
        for job, kind, parent, count in (("GRID", "imagine", None, 4), ("ONE", "single", "GRID", 1)):
            connection.exec_driver_sql(
                "INSERT INTO jobs (id, member_id, server_id, channel_id, kind, parent_id, parent_cell, root_id, text,"
                " cells, speed, privacy, plan, share, state, attempt, deaths, unwanted, reserved_gpu_ms, gpu_ms,"
                " notes, film, created_at) VALUES (?, 7, 9, 8, ?, ?, 2, 'GRID', '', '[]', 'fast', 'public', 'open',"
                " '{}', 'done', 1, 0, 0, 0, 0, '[]', 0, 0)",
                (job, kind, parent),
            )
            for cell in range(count):
                picture = (job, cell, f"{job}{cell}")
                connection.exec_driver_sql(
                    "INSERT INTO pictures VALUES (?, ?, ?, 'image/png', 8, 8, 9, '{}', '', 5)", picture
                )
        connection.exec_driver_sql(
            "INSERT INTO posts VALUES (61, 61, 'ONE', 'publish'), (62, 50, 'GRID', 'publish'), (63, 8, 'ONE', 'show')"
        )
        connection.commit()
    keeper.dispose()
    async with Store.open(tmp_path, clock=clock) as store, store.read() as tx:
        (one,), (grid,) = await exhibits.of_job(tx, "ONE"), await exhibits.of_job(tx, "GRID")
        assert (one.cell, one.thread_id, one.message_id, one.channel_id, one.by) == (0, 61, 61, 50, 7)
        assert (grid.cell, grid.archive_id, grid.thread_id, grid.message_id) == (None, None, None, 62)
        assert await exhibits.pictures_of(tx, one) == (await exhibits.pictures_of(tx, grid))[2:3]


async def test_what_was_taken_down_from_a_gallery_is_its_servers_again(tmp_path: Path, clock: Clock) -> None:
    keeper = open_keeper(tmp_path / "atelier.sqlite")
    with keeper.connect() as connection:
        command.upgrade(_configured(connection), "0010")
        connection.exec_driver_sql(
            "INSERT INTO jobs (id, member_id, server_id, channel_id, kind, root_id, text, cells, speed, privacy, plan,"
            " share, state, attempt, deaths, unwanted, reserved_gpu_ms, gpu_ms, notes, film, created_at)"
            " VALUES ('GRID', 7, 9, 8, 'imagine', 'GRID', '', '[]', 'fast', 'public', 'open', '{}', 'done', 1, 0, 0,"
            " 0, 0, '[]', 0, 0)"
        )
        connection.exec_driver_sql("INSERT INTO pictures VALUES ('GRID', 0, 'ab', 'image/png', 8, 8, 9, '{}', '', 5)")
        connection.exec_driver_sql("UPDATE archive SET audience = 'gallery', hidden_at = 5")
        connection.commit()
    keeper.dispose()
    async with Store.open(tmp_path, clock=clock) as store, store.read() as tx:
        job = await jobs.find(tx, "GRID")
        assert job is not None
        (picture,) = await archive.of_job(tx, job)
        assert (picture.audience, picture.hidden_at, job.privacy) == (Audience.SERVER, None, Privacy.PUBLIC)


async def test_an_archive_that_is_made_anew_keeps_its_numbers_and_all_that_refers_to_them(
    tmp_path: Path, clock: Clock
) -> None:
    keeper = open_keeper(tmp_path / "atelier.sqlite")
    with keeper.connect() as connection:
        command.upgrade(_configured(connection), "0013")
        connection.exec_driver_sql(
            "INSERT INTO jobs (id, member_id, server_id, channel_id, kind, root_id, text, cells, speed, privacy, plan,"
            " share, state, attempt, deaths, unwanted, reserved_gpu_ms, gpu_ms, notes, film, created_at)"
            " VALUES ('GRID', 7, 9, 8, 'imagine', 'GRID', 'a house', '[]', 'fast', 'public', 'open', '{}', 'done', 1,"
            " 0, 0, 0, 0, '[]', 0, 0)"
        )
        for cell in range(3):
            recipe = '{"adapters": [{"name": "inky"}]}' if cell else "{}"
            connection.exec_driver_sql(
                "INSERT INTO pictures VALUES ('GRID', ?, ?, 'image/png', 8, 8, 9, ?, '', 5)", (cell, f"{cell}", recipe)
            )
        connection.exec_driver_sql("DELETE FROM pictures WHERE cell = 2")
        connection.exec_driver_sql("DELETE FROM archive WHERE cell = 2")  # the keeper follows no reference
        connection.exec_driver_sql("INSERT INTO notes VALUES (7, 2, 'nice', 5)")
        connection.exec_driver_sql(
            "INSERT INTO views VALUES ('V', 7, 'mine', NULL, 'wide', NULL, NULL, 'house', '[2]', 1, 5)"
        )
        connection.commit()
    keeper.dispose()
    async with Store.open(tmp_path, clock=clock) as store, store.write() as tx:
        found = await archive.browse(tx, archive.Viewer(7), archive.Wanted(words="house"), 9)
        assert [(each.id, each.cell, each.style) for each in found] == [(2, 1, "inky"), (1, 0, "")]
        assert await notes.of_pictures(tx, 7, [2]) == {2: "nice"}
        view = await views.find(tx, "V", 7)
        assert view is not None
        assert (view.shape, view.chosen, view.found, view.unfolded) == ("wide", (2,), (), True)
        await pictures.insert(tx, [make_picture("GRID", 2)])
        assert await archive.number_of(tx, "GRID", 2) == 4  # 3 was given before


async def test_pictures_from_before_there_were_rooms_are_seen_as_before(tmp_path: Path, clock: Clock) -> None:
    keeper = open_keeper(tmp_path / "atelier.sqlite")
    with keeper.connect() as connection:
        command.upgrade(_configured(connection), "0014")
        connection.exec_driver_sql(
            "INSERT INTO jobs (id, member_id, server_id, channel_id, kind, root_id, text, cells, speed, privacy, plan,"
            " share, state, attempt, deaths, unwanted, reserved_gpu_ms, gpu_ms, notes, film, created_at)"
            " VALUES ('GRID', 7, 9, 8, 'imagine', 'GRID', '', '[]', 'fast', 'public', 'open', '{}', 'done', 1, 0, 0,"
            " 0, 0, '[]', 0, 0)"
        )
        connection.exec_driver_sql("INSERT INTO pictures VALUES ('GRID', 0, 'ab', 'image/png', 8, 8, 9, '{}', '', 5)")
        connection.commit()
    keeper.dispose()
    async with Store.open(tmp_path, clock=clock) as store, store.write() as tx:
        await jobs.insert(tx, make_job("ROOM", server_id=9, room_id=8))
        await pictures.insert(tx, [make_picture("ROOM")])
        for rooms, found in ((frozenset[int](), ["GRID"]), (frozenset([8]), ["ROOM", "GRID"])):
            viewer = archive.Viewer(5, 9, rooms=rooms)
            assert [one.job_id for one in await archive.browse(tx, viewer, archive.Wanted(), 9)] == found


async def test_jobs_learn_whose_words_were_hidden_before_they_remembered_it(tmp_path: Path, clock: Clock) -> None:
    keeper = open_keeper(tmp_path / "atelier.sqlite")
    made = (
        ("ROOT", "imagine", None),
        ("HIDES", "reroll", "ROOT"),
        ("CELL", "single", "HIDES"),
        ("BAD", "reroll", "CELL"),
    )
    with keeper.connect() as connection:
        command.upgrade(_configured(connection), "0015")
        for job, kind, parent in made:
            connection.exec_driver_sql(
                "INSERT INTO jobs (id, member_id, server_id, channel_id, kind, parent_id, root_id, text, cells, speed,"
                " privacy, plan, share, state, attempt, deaths, unwanted, reserved_gpu_ms, gpu_ms, notes, film,"
                " created_at) VALUES (?, 7, 9, 8, ?, ?, 'ROOT', '', '[]', 'fast', 'public', 'open', '{}', 'failed', 1,"
                " 0, 0, 0, 0, '[]', 0, 0)",
                (job, kind, parent),
            )
        for job in ("ROOT", "HIDES"):
            connection.exec_driver_sql(
                "INSERT INTO pictures VALUES (?, 0, '', 'image/png', 8, 8, 9, '{}', '', 5)", (job,)
            )
        connection.exec_driver_sql("UPDATE archive SET words_hidden = 1 WHERE job_id = 'HIDES'")
        connection.commit()
    keeper.dispose()
    async with Store.open(tmp_path, clock=clock) as store, store.write() as tx:
        told = {job.id: job.words_hidden for job in await jobs.family(tx, "ROOT", 9)}
        assert told == {"ROOT": False, "HIDES": True, "CELL": True, "BAD": True}
        await jobs.insert(tx, make_job("NEXT", parent_id="BAD", root_id="ROOT"))
        await pictures.insert(tx, [make_picture("NEXT")])
        assert [one.words_hidden for one in await archive.of_job(tx, make_job("NEXT"))] == [True]


def _configured(connection: Connection) -> Config:
    config = _config()
    config.attributes["connection"] = connection
    return config


def test_migrations_have_numbers_that_follow_each_other() -> None:
    folder = Path(bring_up.__code__.co_filename).parent / "versions"
    numbers = sorted(re.findall(r"^v(\d{4})_", "\n".join(path.name for path in folder.glob("v*.py")), re.MULTILINE))
    assert numbers == [f"{number + 1:04}" for number in range(len(numbers))]


def test_the_schema_that_counts_as_this_programs_is_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(_config()).get_current_head() == HEAD
