"""What a GPU's memory does to where models lie. Nothing moves here: a stand-in notes where each part was to go, and
counts the machine's memory as torch keeps it for what is streamed.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import ModelError, NoRoomError
from engine.models import loading, shelf
from engine.models.catalog import Catalog
from engine.models.device import Device
from engine.models.seating import WORKING_SHARE, Seat
from engine.models.shelf import Shelf
from tests.engine.models.conftest import GIB, catalog_of, entry_for


def ignore(_: float, __: str) -> None:
    pass


@dataclass
class HostMemory:
    """Of the machine. What a streamed part lay in goes to torch's own store when the part goes, and from there to
    everybody only when torch is told."""

    total: int = 8 * GIB
    used: int = 0
    kept: int = 0

    def seat(self, module: Any, where: Seat, name: str, device: str) -> None:
        if where is Seat.STREAMED:
            size = sum(weight.nbytes for weight in module.parameters())
            self.used += size
            weakref.finalize(module, self._let_go, size)

    def _let_go(self, size: int) -> None:
        self.used, self.kept = self.used - size, self.kept + size

    def free(self) -> int:
        return self.total - self.used - self.kept

    def give_back(self) -> None:
        self.kept = 0


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> HostMemory:
    memory = HostMemory()
    monkeypatch.setattr(loading, "seat", memory.seat)
    monkeypatch.setattr(shelf, "free_memory", memory.free)
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)
    monkeypatch.setattr(torch.accelerator, "empty_host_cache", memory.give_back)
    return memory


@pytest.fixture
def two(tiny: Path) -> Catalog:
    return catalog_of(*(entry_for(tiny, name) for name in ("one", "two")))


@pytest.fixture
def sizes(two: Catalog) -> dict[str, int]:
    model = Shelf(two, Device("cpu", "float32", 8 * GIB, "")).load("one", ignore)
    parts = ("unet", "vae", "text_encoder")
    return {name: sum(weight.nbytes for weight in model.components[name].parameters()) for name in parts}


def gpu_for(catalog: Catalog, weights: float) -> Shelf:
    """With room for so many bytes of weights."""
    return Shelf(catalog, Device("cuda:0", "float32", round(weights / (1 - WORKING_SHARE)), ""))


def test_a_model_that_fits_whole_waits_for_another_rather_than_being_streamed_from_then_on(
    two: Catalog, sizes: dict[str, int], host: HostMemory
) -> None:
    gpu = gpu_for(two, 1.5 * sum(sizes.values()))
    gpu.load("one", ignore)
    with pytest.raises(NoRoomError, match="Wait until one is free again") as told:
        gpu.load("two", ignore, keep=["one"])
    assert told.value.again
    assert gpu.resident == ("one",)
    assert gpu.load("two", ignore).streamed == ()


def test_no_more_of_a_model_is_streamed_beside_another_than_alone(
    two: Catalog, sizes: dict[str, int], host: HostMemory
) -> None:
    gpu = gpu_for(two, 1.2 * (sizes["unet"] + sizes["vae"]))
    assert gpu.load("one", ignore).streamed == ("text_encoder",)
    with pytest.raises(NoRoomError, match="Wait until one is free again"):
        gpu.load("two", ignore, keep=["one"])
    assert gpu.load("two", ignore).streamed == ("text_encoder",)


def test_the_machines_memory_comes_back_when_a_streamed_model_goes(
    two: Catalog, sizes: dict[str, int], host: HostMemory
) -> None:
    host.total = round(1.5 * (sizes["unet"] + sizes["text_encoder"]))
    gpu = gpu_for(two, 2.2 * sizes["vae"])
    for name in ("one", "two", "one"):
        assert set(gpu.load(name, ignore).streamed) == {"unet", "text_encoder"}
        assert gpu.resident == (name,)


def test_a_model_waits_for_the_machines_memory_that_another_is_streamed_from(
    two: Catalog, sizes: dict[str, int], host: HostMemory
) -> None:
    host.total = round(1.5 * (sizes["unet"] + sizes["text_encoder"]))
    gpu = gpu_for(two, 2.2 * sizes["vae"])
    gpu.load("one", ignore)
    with pytest.raises(NoRoomError, match="the machine's memory, which has less"):
        gpu.load("two", ignore, keep=["one"])


def test_a_model_that_the_machines_memory_never_holds_is_refused_for_good(
    two: Catalog, sizes: dict[str, int], host: HostMemory
) -> None:
    host.total = sizes["unet"] // 2
    with pytest.raises(ModelError, match="the machine's memory, which has less") as told:
        gpu_for(two, 2.2 * sizes["vae"]).load("one", ignore)
    assert not told.value.again
