"""What the command line asks for, as a job: a prompt translated, or the recipe that a file carries, painted again,
varied or enlarged. Reads files; paints nothing.
"""

from __future__ import annotations

import hashlib
import secrets
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.derive import Manner, enlarge, enlarge_creatively, vary
from engine.errors import DataFault, RecipeError, SourceError
from engine.job import Job, Speed
from engine.language.parameters import BY_NAME, VIDEO, Destination
from engine.language.prompt import Prompt, parse
from engine.models.adapters import Adapters
from engine.models.catalog_toml import load_catalog
from engine.paint.encode import encode_png, read_recipes
from engine.recipe import SEEDS, Recipe, Role, Source
from engine.settings import EngineSettings
from engine.translate import Effect, Note, translate

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Asked:
    """The command line's words, by their names there."""

    prompt: str
    output: Path | None
    grid: bool
    model: str
    image: Path | None
    mask: Path | None
    strength: float
    exact: bool
    json: bool
    quote: bool
    replay: Path | None
    vary: Path | None
    strong: bool
    upscale: Path | None
    creative: bool
    cell: int | None
    list_models: bool
    pull: str | None
    yes: bool
    models: Path | None
    adapters: Path | None
    catalog: list[Path]
    device: str | None

    @property
    def settings(self) -> EngineSettings:
        return EngineSettings(
            models=self.models,
            adapters=self.adapters,
            catalogs=tuple(self.catalog),
            device=self.device,
            close_seconds=1.0,  # the one job has ended, or nobody waits for it any more
        )

    @property
    def target(self) -> Path:
        return self.output or Path("picture.png")


def make_job(asked: Asked) -> Job:
    """Raises PromptError, DataError, SourceError and UnknownModelError. What becomes of what was asked is printed."""
    if asked.replay is not None:
        return _replayed(asked, asked.replay)
    if asked.vary is not None or asked.upscale is not None:
        return _derived(asked)
    return _translated(asked)


def _translated(asked: Asked) -> Job:
    sources, pictures = _sources(asked)
    if asked.adapters is not None and not asked.adapters.is_dir():
        raise SourceError(f"--adapters {asked.adapters} is no folder; name the one that the styles are in.")
    prompt = parse(_read_prompt(asked.prompt))
    translation = translate(
        prompt,
        load_catalog(*asked.catalog),
        default_model=asked.model,
        drawn_seed=secrets.randbelow(SEEDS),
        cells=4 if asked.grid else 1,
        sources=sources,
        styles=Adapters(asked.adapters).styles,
        exact=asked.exact,
    )
    job = _told(translation.cells, (*translation.notes, *_without_effect(prompt)), pictures)
    return replace(job, film=prompt.get(VIDEO) or False)


def _read_prompt(text: str) -> str:
    """A shell hands over bytes: those that are no letters in this terminal's encoding cannot be painted."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        readable = text[: error.start].rstrip()[-20:]
        problem = f"The prompt holds a letter that cannot be read{f' after `{readable}`' if readable else ''}"
        raise SourceError(f"{problem}; write it as UTF-8.") from None
    return text


def _without_effect(prompt: Prompt) -> Iterator[Note]:
    """Of a bot's members: here nobody waits and nobody looks on."""
    for name, value in prompt.settings:
        row = BY_NAME[name]
        if row.destination is Destination.CALLER or row.choice == "speed":
            asked = f"{row.flag} {row.kind.write(value)}".rstrip()
            yield Note(name, Effect.NONE, asked, "", "this command paints once, at once, for you alone")


def _replayed(asked: Asked, path: Path) -> Job:
    """The recipes of a file, painted alone."""
    recipes = read_recipes(read_file(path))
    _, pictures = _sources(asked)
    missing = {source.sha256 for recipe in recipes for source in recipe.sources} - pictures.keys()
    if missing:
        problem = f"starts from a picture that was not given (its hash begins with {min(missing)[:12]})."
        remedy = "Name it with --image (and --cell, if it is one of a grid), and its mask with --mask."
        raise RecipeError([DataFault("recipe", problem, remedy)])
    cells = tuple(replace(recipe, exact=True, environment=None) for recipe in recipes)
    return _told(cells, (), pictures)


def _derived(asked: Asked) -> Job:
    path = asked.vary or asked.upscale or Path()
    recipe, data = _parent(path, asked.cell)
    digest = hashlib.sha256(data).hexdigest()
    entry = load_catalog(*asked.catalog).find(recipe.model.name)
    if asked.vary is not None:
        manner = Manner.STRONG if asked.strong else Manner.SUBTLE
        made = vary(recipe, digest, manner, secrets.randbelow(SEEDS), 4 if asked.grid else 1, entry)
    else:
        made = enlarge_creatively(recipe, digest, entry) if asked.creative else enlarge(recipe, digest)
    cells = tuple(replace(cell, exact=asked.exact) for cell in made.cells)
    _, pictures = _sources(asked)
    return _told(cells, made.notes, {**pictures, digest: data})


def _told(cells: tuple[Recipe, ...], notes: tuple[Note, ...], pictures: Mapping[str, bytes]) -> Job:
    for note in notes:
        print(note.message, file=sys.stderr)
    missing = {source.sha256 for cell in cells for source in cell.sources} - pictures.keys()
    if missing:
        problem = f"follows a picture that was not given (its hash begins with {min(missing)[:12]})."
        raise RecipeError([DataFault("recipe", problem, "Name it with --image.")])
    return Job("shell", 1, "shell", Speed.FAST, cells, pictures=pictures)


def _parent(path: Path, cell: int | None) -> tuple[Recipe, bytes]:
    """The recipe and the picture of one cell."""
    data = read_file(path)
    recipes = read_recipes(data)
    if len(recipes) == 1 and cell is None:
        return recipes[0], data
    if cell is None:
        problem = f"holds a grid of {len(recipes)} pictures."
        raise RecipeError([DataFault(path.name, problem, f"Say which with --cell 1 to --cell {len(recipes)}.")])
    return recipes[_index(path, cell, len(recipes))], _cut(path, data, cell, len(recipes))


def _cut(path: Path, data: bytes, cell: int, count: int) -> bytes:
    """One cell of a grid as a file of its own, the same each time."""
    from engine.paint.image import cut_cell

    try:
        return encode_png(cut_cell(pixels_of(data), _index(path, cell, count), count))
    except ValueError as error:
        raise SourceError(f"{path}: {error}") from None


def _index(path: Path, cell: int, count: int) -> int:
    if not 1 <= cell <= count:
        raise RecipeError([DataFault(path.name, f"has no cell {cell}.", f"Say --cell 1 to --cell {count}.")])
    return cell - 1


def _sources(asked: Asked) -> tuple[list[Source], dict[str, bytes]]:
    sources, pictures = [], {}
    for path, role in ((asked.image, Role.IMAGE), (asked.mask, Role.MASK)):
        if path is not None:
            data = read_file(path)
            if role is Role.IMAGE and asked.cell is not None:
                data = _cut(path, data, asked.cell, len(read_recipes(data)))
            digest = hashlib.sha256(data).hexdigest()
            sources.append(Source(role, digest, asked.strength if role is Role.IMAGE else 1.0))
            pictures[digest] = data
    return sources, pictures


def read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror}); check its name.") from None


def pixels_of(data: bytes) -> np.ndarray:
    import numpy as np

    from engine.paint.image import open_picture

    return np.asarray(open_picture(data))
