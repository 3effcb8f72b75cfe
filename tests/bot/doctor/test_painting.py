"""What the doctor says of device and models, asked through the engine's front door."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.doctor import Finding, Mark
from bot.doctor.painting import check_painting
from bot.frame.settings import Settings


async def look(**environ: str) -> list[Finding]:
    return await check_painting(Settings.from_env({"ATELIER_ENGINE_DEVICE": "none"} | environ))


async def test_swatches_need_no_device_and_the_doctor_no_torch() -> None:
    device, models = await look(ATELIER_MODEL="swatch")
    assert (device.mark, models.mark) == (Mark.WARNING, Mark.FINE)
    assert models.sentence.startswith("swatch paints by default.")
    assert "--pull NAME` fetches" in models.sentence


async def test_model_without_a_device_is_a_fault_where_it_was_asked_for_by_name() -> None:
    _, fault, _ = await look(ATELIER_MODEL="sdxl")
    assert fault.mark is Mark.FAULT
    assert fault.sentence == "sdxl needs a device, and there is none: colour cards are painted instead."
    _, default, _ = await look()
    assert default.mark is Mark.WARNING
    assert default.sentence == "pocket needs a device, and there is none: colour cards are painted instead."


async def test_unknown_model_is_told_with_the_nearest() -> None:
    _, fault = await look(ATELIER_MODEL="swach")
    assert fault.mark is Mark.FAULT
    assert "Did you mean swatch?" in fault.sentence


async def test_model_that_is_not_here_is_told_with_the_command_that_fetches_it(tmp_path: Path) -> None:
    found = await look(ATELIER_ENGINE_DEVICE="cpu", ATELIER_MODEL="sdxl", ATELIER_MODELS=str(tmp_path))
    device, fault, models = found
    assert device.mark is Mark.FINE
    assert device.sentence.startswith("cpu: The processor was asked for.")
    assert fault.mark is Mark.FAULT
    assert fault.remedy == "`python -m engine --pull sdxl` fetches it."
    assert "sdxl" in models.sentence


async def test_device_that_is_not_here_is_told_with_those_that_are() -> None:
    (fault,) = await look(ATELIER_ENGINE_DEVICE="cuda:99")
    assert fault.mark is Mark.FAULT
    assert "There is no device cuda:99 here." in fault.sentence


async def test_broken_catalogue_is_told_with_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("[models.mine]\nlike = 'pocket'\nsteps = 'many'\nfolder = 'x'\n")
    (fault,) = await look(ATELIER_CATALOGS=str(path))
    assert (fault.about, fault.mark) == ("models", Mark.FAULT)
    assert "steps" in fault.sentence


async def test_missing_packages_of_the_engine_are_told_with_the_command_that_installs_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "engine", None)
    real = builtins.__import__

    def without(name: str, *more: Any, **named: Any) -> Any:
        if name == "engine":
            raise ModuleNotFoundError("No module named 'greenlet'")
        return real(name, *more, **named)

    settings = Settings()
    monkeypatch.setattr(builtins, "__import__", without)
    (fault,) = await check_painting(settings)
    assert fault.mark is Mark.FAULT
    assert "No module named 'greenlet'" in fault.sentence
    assert "pip install" in fault.remedy
