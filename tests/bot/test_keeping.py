"""`python -m bot gallery check`: files and rows agree, or it says where they do not; mending loses nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.__main__ import main, parser
from bot.frame.settings import Settings
from bot.keeping import FAULTY, FINE, check_gallery
from bot.replies.storage import SOUND
from bot.store import jobs, pictures
from bot.store.files import Files
from bot.store.store import Store
from bot.thumbnails import SMALL, Thumbnails
from tests.bot.store.conftest import Clock
from tests.bot.store.rows import make_job, make_picture
from tests.bot.web.opening import draw


async def fill(folder: Path) -> tuple[Files, str, str]:
    """A picture with a small copy: their hashes."""
    async with Store.open(folder, clock=Clock()) as store:
        sha256 = await store.files.put(draw(10, 960))
        async with store.write() as tx:
            await jobs.insert(tx, make_job())
            await pictures.insert(tx, [make_picture(sha256=sha256)])
        await Thumbnails(store).get(sha256, SMALL)
        (small,) = set(store.files.hashes()) - {sha256}
        return store.files, sha256, small


async def check(folder: Path, capsys: pytest.CaptureFixture[str], *, mend: bool = False) -> tuple[int, str]:
    code = await check_gallery(Settings.from_env({"ATELIER_DATA": str(folder)}), mend=mend)
    return code, capsys.readouterr().out


async def test_a_sound_gallery_is_proved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await fill(tmp_path)
    code, said = await check(tmp_path, capsys)
    assert code == FINE
    assert SOUND in said
    assert [line.split() for line in said.splitlines()[1:3]] == [
        ["pictures", "1", "0", "0"],
        ["sources", "0", "0", "0"],
    ]


async def test_small_copies_and_orphans_are_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, sha256, small = await fill(tmp_path)
    for spoil in (lambda: files.path(small).unlink(), lambda: files.path(small).write_bytes(b"no picture")):
        orphan = await files.put(b"whose is this")
        spoil()
        code, said = await check(tmp_path, capsys)
        assert code == FAULTY
        assert "--mend" in said
        assert small in said
        assert orphan in said
        code, said = await check(tmp_path, capsys, mend=True)
        assert code == FINE
        assert SOUND in said
        assert set(files.hashes()) == {sha256, small}
        assert (await check(tmp_path, capsys))[0] == FINE


async def test_a_lost_or_changed_original_is_told_and_nothing_of_it_is_removed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files, sha256, small = await fill(tmp_path)
    files.path(sha256).write_bytes(b"changed")
    for mend in (False, True):
        code, said = await check(tmp_path, capsys, mend=mend)
        assert code == FAULTY
        assert f"changed of pictures: {sha256}" in said
        assert "backup" in said
        assert set(files.hashes()) == {sha256, small}
    files.path(sha256).unlink()
    code, said = await check(tmp_path, capsys, mend=True)
    assert code == FAULTY
    assert f"missing of pictures: {sha256}" in said
    assert await files.exists(small)  # all that is left of it


async def test_a_file_that_may_not_be_used_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = tmp_path / "atelier.sqlite"
    database.mkdir()  # it stands for one of another user: tests may run as a user who may do all
    assert await check_gallery(Settings.from_env({"ATELIER_DATA": str(tmp_path)})) == FAULTY
    told = capsys.readouterr().err
    assert told == f"{database} cannot be used (Permission denied). Type this as the bot's user.\n"


async def test_while_the_bot_works_there_it_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with Store.open(tmp_path, clock=Clock()):
        assert await check_gallery(Settings.from_env({"ATELIER_DATA": str(tmp_path)})) == FAULTY
    assert "in use" in capsys.readouterr().err


def test_the_command_line_knows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert parser().parse_args(["gallery", "check", "--mend"]).mend
    with pytest.raises(SystemExit):
        parser().parse_args(["gallery"])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATELIER_DATA", str(tmp_path / "data"))
    asyncio.run(fill(tmp_path / "data"))
    assert main(["gallery", "check"]) == FINE
    assert SOUND in capsys.readouterr().out


@pytest.mark.parametrize("words", [["audit"], ["gallery", "check"]])
def test_a_folder_without_data_is_no_sound_one_and_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """Typed in another folder than the bot's, it would prove a store that it has made there itself."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ATELIER_DATA", raising=False)
    assert main(words) == FAULTY
    assert f"{tmp_path / 'data'} holds no database." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
