"""Picture models as data: where each comes from, what its licence allows, what it can do and at what sizes.
Knows no torch and loads nothing; `catalog_toml.py` reads the files.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from engine.errors import UnknownModelError
from engine.recipe import ModelPin, Weighting

STYLING = "a work of art, striking composition, dramatic light, rich detail"
_GOOD_RATIO = 0.04  # a listed size this near to the asked ratio is what the model paints best


class Family(StrEnum):
    """An architecture, and with it the pipelines that paint it."""

    SD = "sd"
    SDXL = "sdxl"
    SD3 = "sd3"
    FLUX = "flux"
    FLUX2 = "flux2"
    Z_IMAGE = "z-image"
    QWEN_IMAGE = "qwen-image"


class Place(StrEnum):
    """Where the weights are."""

    SHIPPED = "shipped"  # a folder inside the engine
    REPOSITORY = "repository"  # on the hub: owner/name
    FOLDER = "folder"  # a diffusers folder on this machine
    FILE = "file"  # one .safetensors file on this machine


class Commercial(StrEnum):
    YES = "yes"
    LIMITED = "limited"  # under conditions that `terms` tell
    NO = "no"


class Task(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    INPAINT = "inpaint"
    CONTROL = "control"


class Guiding(StrEnum):
    """How `--guidance` acts."""

    DOUBLE = "double"  # two rows a picture, with and without the words: a negative prompt works
    BUILT_IN = "built-in"  # the model takes the number itself: one row, no negative prompt
    NONE = "none"  # distilled away


@dataclass(frozen=True, slots=True)
class Licence:
    name: str
    url: str
    commercial: Commercial
    terms: str = ""


@dataclass(frozen=True, slots=True)
class Size:
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One model. `unverified` names the fields whose value no published page confirmed when this was written."""

    name: str
    title: str
    family: Family
    place: Place
    source: str
    file: str = ""  # within a repository: the one checkpoint to take
    revision: str = ""
    like: str = ""  # the entry whose configuration a single file is read with
    licence: Licence
    gated: bool = False
    tasks: frozenset[Task]
    sizes: tuple[Size, ...]
    multiple: int
    longest: int
    steps: int
    most_steps: int
    guidance: float
    most_guidance: float
    guiding: Guiding
    weighting: Weighting
    scheduler: str
    schedulers: tuple[str, ...]
    memory_gib: float
    added_text: str = ""
    added_negative: str = ""
    styling: str = STYLING  # what `--stylize` adds, as much as it says
    longest_repaint: int = 0  # up to which it paints over what is larger than it paints itself; 0: `longest`
    kind: str = "diffusion"  # the painter that paints with it
    hidden: bool = False  # for tests and trials: not offered, but there for who asks by name
    aliases: tuple[str, ...] = ()
    unverified: frozenset[str] = frozenset()

    def pin(self, revision: str = "") -> ModelPin:
        """What a recipe records. Files without a revision are pinned by the hash that loading them finds."""
        return ModelPin(self.name, self.source, revision or self.revision)

    def guides_twice(self, guidance: float) -> bool:
        """Whether each step also looks at the picture without the words, or with the unwanted ones."""
        return self.guiding is Guiding.DOUBLE and guidance > 1

    def rows(self, guidance: float, phrases: int = 1) -> int:
        """How many rows of a batch one picture takes."""
        wanted = phrases if self.weighting is Weighting.GUIDANCE else 1
        return max(1, wanted) + self.guides_twice(guidance)

    def size_for(self, width: int, height: int) -> Size:
        """The size that the model paints best at this ratio: a listed one, or the listed area in its multiples."""
        wanted = math.log(width / height)
        best = min(self.sizes, key=lambda size: abs(math.log(size.width / size.height) - wanted))
        if abs(math.log(best.width / best.height) - wanted) <= _GOOD_RATIO:
            return best
        return self._computed_size(width / height)

    def _computed_size(self, ratio: float) -> Size:
        """The shape that was asked for counts more than a few pixels: first the ratio, then the listed area."""
        wide = max(ratio, 1 / ratio)
        area = self.sizes[0].width * self.sizes[0].height
        ideal = min(math.sqrt(area * wide), self.longest)
        steps = range(max(1, int(ideal * 0.8 / self.multiple)), self.longest // self.multiple + 1)
        sides = [step * self.multiple for step in steps if step * self.multiple <= ideal * 1.06] or [self.multiple]
        sizes = [Size(side, max(1, round(side / wide / self.multiple)) * self.multiple) for side in sides]

        def misfit(size: Size) -> tuple[bool, float, int]:
            pixels = size.width * size.height
            return pixels > 1.1 * area, round(abs(math.log(size.width / size.height / wide)), 2), abs(pixels - area)

        best = min(sizes, key=misfit)
        return best if ratio >= 1 else Size(best.height, best.width)


@dataclass(frozen=True, slots=True)
class Catalog:
    """The models that there are, by name; aliases lead to them."""

    entries: Mapping[str, Entry]

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Catalog:
        return cls(MappingProxyType({entry.name: entry for entry in entries}))

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    @property
    def offered(self) -> tuple[Entry, ...]:
        """What members are shown."""
        return tuple(entry for entry in self if not entry.hidden)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name by which a model can be asked for."""
        return tuple(name for entry in self for name in (entry.name, *entry.aliases))

    def find(self, name: str) -> Entry:
        lowered = name.lower()
        for entry in self:
            if lowered == entry.name or lowered in entry.aliases:
                return entry
        raise UnknownModelError(name, self.names)
