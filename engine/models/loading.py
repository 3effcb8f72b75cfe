"""One model on its way from its files into memory: looked at first, so that all that can be refused is refused before
room is made for it, then loaded part by part. Whether it fits, and what goes for it, is `shelf.py`'s affair.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.models.autoencoder import settle_autoencoder
from engine.models.catalog import Entry
from engine.models.checkpoint import load_parts, sizes_in
from engine.models.device import Device
from engine.models.loaded import Loaded
from engine.models.narrow import settle_narrow
from engine.models.parts import choose_files, find_class, is_module, load_module, load_other, read_headers
from engine.models.places import Found
from engine.models.seating import Seat, on_device, seat
from engine.models.weights import Part, read_header

Tell = Callable[[float, str], None]  # from 0 to 1, and what is being done


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part that is to be loaded. `size` is what it will take."""

    part: Part
    kind: Any
    size: int = 0
    variant: str = ""


class Loading:
    """`run` is given the plan: what each part needs, to where it goes."""

    def __init__(self, entry: Entry, found: Found, device: Device, tell: Tell) -> None:
        import torch

        self.entry, self.found, self.device, self.tell = entry, found, device, tell
        self.dtype = getattr(torch, device.dtype)
        self.components: dict[str, Any] = {}
        self.in_file: dict[str, int] = {}

    def run(self, plan: Callable[[dict[str, int]], dict[str, Seat]]) -> Loaded:
        pieces = self.look()
        needs = {piece.part.name: piece.size for piece in pieces if piece.size}
        seats = plan(needs)
        self.load(pieces, seats, sum(needs.values()))
        self.tell(1.0, f"{self.entry.title} is ready.")
        return Loaded(
            self.entry,
            self.found.pin,
            self.components,
            self.device.name,
            self.device.dtype,
            on_device(needs, seats),
            pipeline=self.found.index.pipeline,
            options=dict(self.found.index.options),
            streamed=tuple(name for name, where in seats.items() if where is Seat.STREAMED),
        )

    def look(self) -> list[_Piece]:
        """What there is to load and how large it will be; all that can be refused is refused here."""
        name = self.entry.name
        if self.found.file is not None:
            header = read_header(self.found.file, name)
            self.in_file = sizes_in(header, self.found.index, self.dtype.itemsize, name)
        pieces = []
        for part in self.found.index.parts:
            kind = find_class(part, name)
            if part.name in self.in_file:
                pieces.append(_Piece(part, kind, self.in_file[part.name]))
            elif is_module(kind):
                folder = self.found.folder / part.name
                choice = choose_files(folder, part, name, small=self.dtype.itemsize < 4)
                headers = read_headers(folder, choice, name)
                size = sum(header.bytes_as(self.dtype.itemsize) for header in headers)
                pieces.append(_Piece(part, kind, size, choice.variant))
            else:
                pieces.append(_Piece(part, kind))
        return pieces

    def load(self, pieces: list[_Piece], seats: dict[str, Seat], total: int) -> None:
        done = 0
        for piece in pieces:
            if piece.part.name in self.in_file:
                continue
            self.tell(done / max(1, total), f"Loading {self.entry.title}: {piece.part.name}.")
            self.place(piece.part.name, self.load_one(piece), seats)
            done += piece.size
        if self.found.file is not None:
            self.tell(done / max(1, total), f"Loading {self.entry.title}: {self.found.file.name}.")
            found, name = self.found, self.entry.name
            made = load_parts(self.found.file, found.folder, found.index, self.components, self.dtype, name)
            for part, module in made.items():
                self.place(part, module, seats)

    def load_one(self, piece: _Piece) -> Any:
        folder, name = self.found.folder / piece.part.name, self.entry.name
        if is_module(piece.kind):
            return load_module(piece.kind, folder, piece.part, piece.variant, self.dtype, name)
        return load_other(piece.kind, folder, piece.part, name)

    def place(self, name: str, component: Any, seats: dict[str, Seat]) -> None:
        if name == "vae":
            settle_autoencoder(component)
        settle_narrow(component, self.device)
        if name in seats:
            seat(component, seats[name], name, self.device.name)
        self.components[name] = component
