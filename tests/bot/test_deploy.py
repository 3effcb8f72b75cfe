"""The systemd unit says what the operating manual promises."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from bot.frame.env_file import read_env_file
from bot.frame.settings import Settings

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "atelier.service"
MANUAL = ROOT / "docs" / "operating.md"


def values(name: str) -> list[str]:
    """A name may be set several times in a unit, so it is no INI file."""
    lines = (line.strip() for line in UNIT.read_text().splitlines())
    return [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]


def test_bot_is_started_again_after_75_and_after_breaking_but_not_for_wrong_settings() -> None:
    assert values("Restart") == ["on-failure"]
    assert values("RestartForceExitStatus") == ["75"]
    assert values("RestartPreventExitStatus") == ["2"]
    assert (
        int(values("StartLimitBurst")[0]) < 1000
    )  # Discord allows a thousand logins a day, and an hour is one of many


def test_unit_starts_the_bot_and_keeps_its_data_where_it_may_write(tmp_path: Path) -> None:
    assert values("ExecStart") == ["/opt/atelier/.venv/bin/python -m bot"]
    environment = written_by_the_manual(tmp_path)
    settings = Settings.load(environment, tmp_path / ".env")
    assert settings.data == Path("/var/lib") / values("StateDirectory")[0]
    assert Path(environment["HF_HOME"]).is_relative_to(settings.data)
    assert values("ProtectSystem") == ["strict"]
    assert values("StateDirectoryMode") == ["0700"]


def test_what_is_typed_in_the_shell_works_in_the_folder_of_the_unit(tmp_path: Path) -> None:
    """Both stand in one folder and read its .env; what the unit alone set, the shell would not know."""
    assert [value.partition("=")[0] for value in values("Environment")] == ["PYTHONUNBUFFERED"]
    assert values("EnvironmentFile") == []
    assert set(written_by_the_manual(tmp_path)) == {"ATELIER_DATA", "HF_HOME"}
    assert f"cd {values('WorkingDirectory')[0]}\n" in MANUAL.read_text()
    for word in ("doctor", "backup", "restore"):
        assert f"sudo -u {values('User')[0]} .venv/bin/python -m bot {word}" in MANUAL.read_text()


def written_by_the_manual(folder: Path) -> dict[str, str]:
    """What `.env` says after the manual's line was typed behind a copy of the example."""
    (line,) = (line for line in MANUAL.read_text().splitlines() if line.endswith(">> .env"))
    shutil.copy(ROOT / ".env.example", folder / ".env")
    subprocess.run(["sh", "-c", line], cwd=folder, check=True)
    found = read_env_file(folder / ".env")
    assert found.faults == ()
    return found.values


def test_unit_takes_away_what_the_bot_does_not_need() -> None:
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "ProtectKernelModules", "RestrictSUIDSGID"):
        assert values(name) == ["true"], name
    assert values("CapabilityBoundingSet") == [""]
    assert values("User") == ["atelier"]


def test_manual_and_unit_agree_about_exit_codes_and_times() -> None:
    manual = MANUAL.read_text()
    for code in (*values("RestartForceExitStatus"), *values("RestartPreventExitStatus")):
        assert f"\n| {code} |" in manual
    assert f"at most {values('StartLimitBurst')[0]} times an hour" in manual
    assert f"at most {values('TimeoutStopSec')[0]} s" in manual


def test_systemd_itself_finds_no_fault(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed.")
    here = tmp_path / "atelier.service"
    here.write_text(UNIT.read_text().replace("/opt/atelier/.venv/bin/python", "/bin/true"))
    ended = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(here)], capture_output=True, text=True, timeout=60, check=False
    )
    assert "atelier.service" not in ended.stderr, ended.stderr
