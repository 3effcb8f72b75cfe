"""Everything that decides one picture, with every value resolved. Each cell of a grid has a recipe of its own.
A recipe knows no member, no queue and no default: what is not in it has no influence on the picture.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from enum import StrEnum

from engine.errors import DataFault, RecipeError

VERSION = 1
SEEDS = 2**32
LARGEST_SIDE = 16384
ASKING_TWICE = ("heun", "flow_heun")  # samplers


class Role(StrEnum):
    """What a source picture is for."""

    IMAGE = "image"  # where the picture starts from
    MASK = "mask"  # where it may change
    CONTROL = "control"  # what its shapes follow


class Weighting(StrEnum):
    """How weights act on a model."""

    EMBEDDINGS = "embeddings"  # one weighted sum of what the encoder says
    GUIDANCE = "guidance"  # each phrase guides on its own


@dataclass(frozen=True, slots=True)
class ModelPin:
    """One exact model. `revision` is a commit of the source, or `sha256:…` of a file or folder."""

    name: str
    source: str
    revision: str


@dataclass(frozen=True, slots=True)
class Phrase:
    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Source:
    """A picture that goes in, by the hash of its bytes; the bytes travel beside the recipe. `strength` of an image is
    how far it may change, from 0 to 1; of a control, how much it says."""

    role: Role
    sha256: str
    strength: float = 1.0
    model: ModelPin | None = None  # a ControlNet, for `Role.CONTROL`


@dataclass(frozen=True, slots=True)
class Adapter:
    name: str
    sha256: str
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Environment:
    """What painted it. Another environment may round differently; an exact replay compares this first."""

    engine: str
    packages: tuple[tuple[str, str], ...] = ()
    device: str = ""
    dtype: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """`kind` names the painter. `extras` are the numbers and words that only one kind of painter understands."""

    kind: str = "diffusion"
    model: ModelPin
    phrases: tuple[Phrase, ...] = ()
    negative: str = ""
    weighting: Weighting = Weighting.EMBEDDINGS
    width: int
    height: int
    seed: int
    steps: int
    guidance: float
    scheduler: str
    chaos: int = 0
    sources: tuple[Source, ...] = ()
    adapters: tuple[Adapter, ...] = ()
    extras: tuple[tuple[str, int | float | str | bool], ...] = ()
    exact: bool = False
    environment: Environment | None = None
    credits: tuple[str, ...] = ()  # whose pictures it goes back to, as whoever asked names them; read by no painter

    def __post_init__(self) -> None:
        faults = tuple(_faults(self))
        if faults:
            raise RecipeError(faults)

    def forwards(self, steps: int) -> int:
        """How often the model is asked in so many steps: Heun's samplers ask twice in each but the last."""
        return 2 * steps - 1 if self.scheduler in ASKING_TWICE else steps

    def painted_in(self, environment: Environment) -> Recipe:
        """The same recipe, with what painted it."""
        return replace(self, environment=environment)

    def asked(self) -> Recipe:
        """The picture alone: without how faithfully it was to be painted, what painted it and whom it goes back to."""
        return replace(self, exact=False, environment=None, credits=())


def cell_seed(seed: int, cell: int) -> int:
    """The seed of one cell of a grid, counted from 0; the same rule everywhere.

    Cell 0 has the job's own seed, so a single picture with `--seed 7` is the first cell of the grid with `--seed 7`.
    The others are hashed, so that the grids of seeds 7 and 8 share no cell.
    """
    if cell == 0:
        return seed
    digest = hashlib.sha256(f"atelier cell {seed} {cell}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


def _faults(recipe: Recipe) -> list[DataFault]:
    """Limits that hold for every painter; what one model takes is the catalogue's to say."""
    checks = (
        ("kind", bool(recipe.kind), "is empty.", "Name the painter, such as diffusion."),
        ("width", 8 <= recipe.width <= LARGEST_SIDE, f"is {recipe.width}.", f"Use 8 to {LARGEST_SIDE} pixels."),
        ("height", 8 <= recipe.height <= LARGEST_SIDE, f"is {recipe.height}.", f"Use 8 to {LARGEST_SIDE} pixels."),
        ("seed", 0 <= recipe.seed < SEEDS, f"is {recipe.seed}.", f"Use 0 to {SEEDS - 1}."),
        ("steps", 1 <= recipe.steps <= 1000, f"is {recipe.steps}.", "Use 1 to 1000."),
        ("guidance", 0 <= recipe.guidance <= 1000, f"is {recipe.guidance}.", "Use 0 to 1000."),
        ("chaos", 0 <= recipe.chaos <= 100, f"is {recipe.chaos}.", "Use 0 to 100."),
    )
    faults = [DataFault(where, problem, remedy) for where, fine, problem, remedy in checks if not fine]
    numbers = [(f"phrases[{at}].weight", phrase.weight) for at, phrase in enumerate(recipe.phrases)]
    numbers += [(f"sources[{at}].strength", source.strength) for at, source in enumerate(recipe.sources)]
    numbers += [(f"adapters[{at}].strength", adapter.strength) for at, adapter in enumerate(recipe.adapters)]
    numbers += [(f"extras.{name}", value) for name, value in recipe.extras if isinstance(value, float)]
    bad = [(where, value) for where, value in numbers if not math.isfinite(value)]
    faults += [DataFault(where, f"is {value}.", "Use a finite number.") for where, value in bad]
    pictures = [(at, source.strength) for at, source in enumerate(recipe.sources) if source.role is Role.IMAGE]
    far = [(at, strength) for at, strength in pictures if math.isfinite(strength) and not 0 <= strength <= 1]
    faults += [DataFault(f"sources[{at}].strength", f"is {strength:g}.", "Use 0 to 1.") for at, strength in far]
    names = [name for name, _ in recipe.extras]
    if names != sorted(set(names)):
        faults.append(DataFault("extras", "are not in order, or one is there twice.", "Sort them by name."))
    return faults
