"""The models that are in memory: loads them from this machine's files, and puts away the ones that were used least
lately when room is needed. Belongs to the device thread; never fetches anything, and knows no job and no pipeline.
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

from engine.errors import ModelError, NoRoomError
from engine.models.catalog import Catalog, Entry
from engine.models.controls import find_control, load_control
from engine.models.device import NO_DEVICE, Device, free_memory
from engine.models.hashes import Hashes
from engine.models.loaded import Loaded
from engine.models.loading import Loading, Tell
from engine.models.places import Places
from engine.models.seating import WORKING_SHARE, Seat, lacking, on_device, plan_seats
from engine.models.vocabulary import words_in
from engine.recipe import ModelPin

_GIB = 2**30


def _ignore(_: Loaded) -> None:
    pass


class Shelf:
    """`evicting` is called with a model before it goes: whoever wraps its modules or keeps something of it lets go."""

    def __init__(
        self,
        catalog: Catalog,
        device: Device,
        *,
        hub: Path | None = None,
        hashes: Hashes | None = None,
        evicting: Callable[[Loaded], None] = _ignore,
    ) -> None:
        self.device = device
        self._catalog = catalog
        self._places = Places(catalog, hub, hashes or Hashes())
        self._evicting = evicting
        self._held: dict[str, Loaded] = {}  # least lately used first
        self._controls: dict[tuple[str, str], tuple[str, int]] = {}  # model and source, to revision and size

    @property
    def resident(self) -> tuple[str, ...]:
        """The names of what is loaded, least lately used first."""
        return tuple(self._held)

    @property
    def room(self) -> int:
        """Bytes that weights may still fill."""
        return self._most - sum(model.held_bytes for model in self._held.values())

    @property
    def _most(self) -> int:
        return int(self.device.memory_bytes * (1 - WORKING_SHARE))

    def has(self, name: str) -> bool:
        """Whether it could be loaded, as far as names of files tell. From any thread; raises UnknownModelError."""
        return self._places.has(self._catalog.find(name))

    def known_words(self, name: str) -> frozenset[str]:
        """None at all: it reads any word, or is not here. From any thread; raises UnknownModelError."""
        folder = self._places.folder(self._catalog.find(name))
        return frozenset() if folder is None else words_in(folder)

    def load(self, name: str, tell: Tell, keep: Collection[str] = ()) -> Loaded:
        """The model, ready. Blocks; evicts others, but none that is in `keep`. Raises ModelError,
        and NoRoomError if those are what is in the way."""
        entry = self._catalog.find(name)
        if self.device.name == NO_DEVICE:
            remedy = "Name a device such as cpu, or paint with --model swatch."
            raise ModelError(name, f"No device was wanted, and {entry.title} is painted on one.", remedy)
        held = self._held.pop(entry.name, None) or self._load(entry, tell, keep)
        self._held[entry.name] = held
        return held

    def add(self, model: Loaded) -> None:
        """One that is in memory already, such as a benchmark's."""
        self._held[model.entry.name] = model

    def load_control(self, model: Loaded, pin: ModelPin, tell: Tell, keep: Collection[str] = ()) -> Any:
        """A ControlNet or T2I-Adapter beside a model that is loaded; it goes when the model goes."""
        place = (model.entry.name, pin.source)
        revision, size = self._controls.get(place, ("", 0))
        if pin.source in model.controls and revision == pin.revision:
            return model.controls[pin.source]
        found = find_control(pin, self._places, self.device)
        most = self._most - model.held_bytes
        self._plan(pin.name, {"control": found.size}, {*keep, model.entry.name}, most, streams=False)
        tell(0.0, f"Loading {pin.name}.")
        control = load_control(found, self.device)
        tell(1.0, f"{pin.name} is ready.")
        model.controls[pin.source] = control
        model.held_bytes += found.size - size
        self._controls[place] = (pin.revision, found.size)
        return control

    def evict(self, name: str) -> None:
        """Away with it, if it is there."""
        model = self._held.pop(name, None)
        if model is None:
            return
        self._evicting(model)
        self._controls = {place: held for place, held in self._controls.items() if place[0] != name}
        weights = [weakref.ref(weight) for weight in _weights((*model.components.values(), *model.controls.values()))]
        model.components.clear()
        model.controls.clear()
        release_memory(self.device.name, collects=any(weight() is not None for weight in weights))

    def make_room(self, keep: Collection[str] = ()) -> bool:
        """Memory ran out: evict all that is not kept, and look for what else can go. False if no model went; what torch
        only keeps for later goes in any case, since the device's libraries take theirs beside it."""
        spare = [name for name in self._held if name not in keep]
        for name in spare:
            self.evict(name)
        release_memory(self.device.name, collects=bool(spare))
        return bool(spare)

    def _load(self, entry: Entry, tell: Tell, keep: Collection[str]) -> Loaded:
        tell(0.0, f"Looking at the files of {entry.title}.")
        loading = Loading(entry, self._places.find(entry), self.device, tell)
        streams = self.device.name != "cpu"
        loaded = None
        try:
            loaded = loading.run(lambda needs: self._plan(entry.name, needs, keep, self._most, streams=streams))
        finally:
            if loaded is None:  # what was loaded before it broke would live as long as the error
                loading.components.clear()
                release_memory(self.device.name)
        return loaded

    def _plan(
        self, name: str, needs: dict[str, int], keep: Collection[str], most: int, *, streams: bool
    ) -> dict[str, Seat]:
        """Where each part lies: as it would alone, since who paints now is soon done, and what is streamed stays so.
        Evict until that fits, or only kept ones are left. Nothing goes for a model that would not fit into `most`, all
        that could ever be had."""
        seats = plan_seats(needs, most, streams=streams, model=name)
        whole = on_device(needs, seats)
        streamed = sum(needs.values()) - whole
        for other, held in tuple(self._held.items()):
            if other not in keep and (whole > self.room or (held.streamed and streamed > free_memory())):
                self.evict(other)
        wait = f"Wait until {', '.join(self._held)} is free again."
        if whole > self.room:
            raise NoRoomError(name, lacking(name, needs, self.room), wait, again=True)
        if streamed > free_memory():
            problem = f"{name} would keep {streamed / _GIB:.1f} GiB in the machine's memory, which has less."
            if any(held.streamed for held in self._held.values()):
                raise NoRoomError(name, problem, wait, again=True)
            raise ModelError(name, problem, "Choose a smaller model.")
        return seats


def _weights(components: Iterable[Any]) -> Iterable[Any]:
    for component in components:
        if hasattr(component, "parameters"):
            yield from component.parameters()


def release_memory(device: str, *, collects: bool = True) -> None:
    """Give back what nothing refers to any more. To look for rings holds every thread of the program for a while:
    torch's and diffusers' 400,000 objects are looked through."""
    import torch

    if collects:
        gc.collect()
    if device.startswith("cuda") and torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.empty_cache()
        torch.accelerator.empty_host_cache()  # where streamed models lay: torch keeps it from everybody else
    elif device == "mps":
        torch.mps.empty_cache()
