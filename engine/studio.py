"""Where jobs are painted: seats each cell of a job at an easel, runs the forwards that the queue chose, and words what
went wrong. Belongs to the device thread alone. Which painter, which pipeline and which file are others' affairs.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Hashable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from importlib import metadata
from typing import TYPE_CHECKING, Any

from engine.demand import needs_model
from engine.errors import EngineError, ModelError, NotANumberError
from engine.events import Event, Failure, ModelEvicted, ModelLoading, Progress
from engine.job import Job
from engine.models.adapters import Adapters
from engine.models.compiling import compile_blocks, eagerly
from engine.models.loaded import Loaded
from engine.models.shelf import Shelf
from engine.paint.easel import Easel, Look
from engine.paint.embeddings import EmbeddingCache
from engine.paint.film import is_filmed
from engine.paint.image import open_picture
from engine.paint.painters import painter_of, signed
from engine.paint.previews import Previews
from engine.paint.rendezvous import Arrival, Rendezvous
from engine.paint.seamless import FOLDING, fold
from engine.paint.touches import tiles
from engine.recipe import Environment, Recipe
from engine.schedule.timing import Stage
from engine.schedule.turn import Step

if TYPE_CHECKING:
    import numpy as np

_LATER = ("cuda", "mps")  # devices that are still at work when a call has returned
_NO_MEMORY = ("can't allocate memory", "out of memory", "STATUS_ALLOC_FAILED")  # the last: cuBLAS's and cuDNN's own
PACKAGES = ("diffusers", "peft", "pillow", "torch", "transformers")  # by name, as a recipe writes them


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a step. `counts` is false where its time says nothing of the next one's."""

    arrivals: list[Arrival]
    gpu_ms: float
    counts: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error as whoever wanted the picture is told of it."""

    failure: Failure
    message: str
    again: bool


@dataclass(slots=True)
class Sitting:
    """A job under way: its model, how far each cell is, and how each looked last."""

    job: Job
    model: Loaded | None
    left: int
    steps: dict[int, tuple[int, int]] = field(default_factory=dict)
    sketches: dict[int, np.ndarray] = field(default_factory=dict)
    looks: dict[int, list[np.ndarray]] = field(default_factory=dict)
    shown_at: float = float("-inf")
    is_due: bool = False
    moved: bool = False

    def progress(self) -> Progress:
        """A cell that has not begun has as many steps before it as the longest that has."""
        longest = max(steps for _, steps in self.steps.values())
        total = sum(steps for _, steps in self.steps.values()) + longest * (len(self.job.cells) - len(self.steps))
        return Progress(self.job.id, self.job.attempt, sum(done for done, _ in self.steps.values()), total)


class Studio:
    """`show` takes a job and its cells as they look by now."""

    def __init__(
        self,
        shelf: Shelf,
        adapters: Adapters,
        *,
        compiles: bool = False,
        cache_bytes: int,
        preview_seconds: float,
        swatch_seconds: float = 0.0,
        tell: Callable[[Event], None],
        show: Callable[[Job, Mapping[int, np.ndarray]], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shelf, self._adapters, self._tell, self._show, self._now = shelf, adapters, tell, show, now
        self._compiles, self._preview_seconds, self._swatch_seconds = compiles, preview_seconds, swatch_seconds
        self._meeting = Rendezvous()
        self._said = EmbeddingCache(cache_bytes)
        self._previews = Previews()
        self._sittings: dict[str, Sitting] = {}
        self._opened: set[str] = set()
        self._touched: set[Hashable] = set()

    @property
    def resident(self) -> tuple[str, ...]:
        return self._shelf.resident

    def make_ready(self, job: Job) -> float | None:
        """Load what the job needs. How many milliseconds its model took; None if it was there."""
        if not needs_model(job.cells[0]):
            self._sittings[job.id] = Sitting(job, None, len(job.cells))
            return None
        name, started, keep = job.cells[0].model.name, self._now(), self._in_use()
        was_there = name in self._shelf.resident

        def told(fraction: float, message: str) -> None:
            self._tell(ModelLoading(name, fraction, message))

        model = self._shelf.load(name, told, keep)
        if name not in self._opened:
            self._open(model)
        for pin in {source.model for source in job.cells[0].sources if source.model is not None}:
            control = self._shelf.load_control(model, pin, told, keep)
            folds = functools.partial(_fold, control)
            self._meeting.share(control, stage=Stage.STEP, merges=True, prepare=folds)
        self._adapters.fit(model, job.cells[0].adapters)
        self._sittings[job.id] = Sitting(job, model, len(job.cells))
        return None if was_there else (self._now() - started) * 1000

    def begin(self, job: Job) -> list[Arrival]:
        """Seat every cell, and let each go on to its first call."""
        sitting = self._sittings[job.id]
        pictures = {digest: open_picture(data) for digest, data in job.pictures.items()}
        arrivals, device = [], self._shelf.device.name
        for cell, recipe in enumerate(job.cells):
            listener = self._listener(sitting, cell)
            easel = Easel(recipe, sitting.model, pictures, listener, device, self._swatch_seconds)
            paint = painter_of(recipe.kind)
            marks = (sitting.model.entry.name, recipe.adapters, tiles(recipe)) if sitting.model else ()
            work = functools.partial(paint, easel)
            arrivals.append(self._meeting.start(job.id, cell, work, marks=marks, alone=recipe.exact))
        return arrivals

    def run(self, step: Step) -> Ran:
        recipe, touch = self._recipe(step), self._touch(step)
        started = time.perf_counter()
        with eagerly() if self._compiles and recipe.exact else nullcontext():
            arrivals = self._meeting.run(step)
        self._settle()
        gpu_ms = (time.perf_counter() - started) * 1000
        counts = self._shelf.device.name == "cpu" or touch in self._touched
        self._touched.add(touch)
        self._report()
        return Ran(arrivals, gpu_ms, counts)

    def may_compile(self, step: Step) -> bool:
        """Whether a step is the first of its kind, and so may take as long as the compiler does."""
        return self._compiles and self._touch(step) not in self._touched

    def signed(self, job: str, cell: int) -> Recipe:
        """A cell's recipe with what painted it: the files that were found, and this machine."""
        sitting = self._sittings[job]
        recipe = signed(sitting.job.cells[cell])
        if sitting.model is not None:
            pin = replace(recipe.model, revision=sitting.model.pin.revision)
            recipe = replace(recipe, model=pin)
        return recipe.painted_in(environment(recipe, sitting.model, self._shelf.device.name))

    def looks(self, job: str, cell: int) -> list[np.ndarray]:
        """For a film: how a cell looked on the way."""
        return self._sittings[job].looks.get(cell, [])

    def is_done(self, job: str) -> bool:
        """Called once for each cell that ended."""
        self._sittings[job].left -= 1
        return not self._sittings[job].left

    def drop(self, job: str) -> None:
        """It has ended, one way or another."""
        self._sittings.pop(job, None)
        self._meeting.drop(job)

    def make_room(self) -> bool:
        """Put away what no job that has begun needs. False if that was nothing."""
        return self._shelf.make_room(self._in_use())

    def let_go(self) -> None:
        """What was only kept to be quicker next time: a last try has all the memory that can be had."""
        self._said.clear()
        self.make_room()

    def put_away(self, model: Loaded) -> None:
        """The shelf evicts a model: whatever was wrapped around it goes first."""
        name = model.entry.name
        self._said.forget(name)
        self._previews.forget(name)
        for encoder in _encoders(model):
            self._said.unwrap(encoder)
        for module in (*model.components.values(), *model.controls.values()):
            self._meeting.unshare(module)
        self._opened.discard(name)
        self._tell(ModelEvicted(name))

    def explain(self, error: BaseException) -> Trouble:
        if _is_memory(error):
            message = "The picture needs more memory than there is; try a smaller size or a smaller model."
            return Trouble(Failure.MEMORY, message, again=False)
        if _is_device(error):
            return Trouble(Failure.DEVICE, str(error).splitlines()[0], again=True)
        match error:
            case ModelError():
                return Trouble(Failure.MODEL, str(error), error.again)
            case NotANumberError():
                return Trouble(Failure.NOT_A_NUMBER, str(error), again=False)
            case EngineError():
                return Trouble(Failure.REFUSED, str(error), again=False)
            case _:
                message = f"The painting broke ({type(error).__name__}); the log of the engine says where."
                return Trouble(Failure.BUG, message, again=False)

    def close(self) -> None:
        for job in list(self._sittings):
            self.drop(job)
        for name in self._shelf.resident:
            self._shelf.evict(name)

    def _open(self, model: Loaded) -> None:
        """Let painters share a model that has just been loaded."""

        def wear(marks: Hashable) -> None:
            if isinstance(marks, tuple) and marks:
                self._adapters.wear(model, marks[1])
                fold(model.denoiser, marks[2] and model.entry.family in FOLDING)

        parts = model.components
        folds = functools.partial(_fold, parts["vae"])
        if self._compiles and compile_blocks(model):
            self._tell(ModelLoading(model.entry.name, 1.0, "Its first steps of each size are slow: it is compiled."))
        self._meeting.share(model.denoiser, stage=Stage.STEP, merges=True, prepare=wear)
        self._meeting.share(parts["vae"], "decode", stage=Stage.TAIL, merges=True, prepare=folds)
        self._meeting.share(parts["vae"], "encode", stage=Stage.TAIL, merges=False, prepare=folds)
        for encoder in _encoders(model):
            self._meeting.share(encoder, stage=Stage.TAIL, merges=False, prepare=wear)
            self._said.wrap(encoder, model.entry.name)
        self._previews.calibrate(model)
        self._opened.add(model.entry.name)

    def _listener(self, sitting: Sitting, cell: int) -> Callable[..., None]:
        def tell(done: int, steps: int, look: Look | None = None) -> None:
            sitting.steps[cell] = (done, steps)
            sitting.moved = True
            shows = sitting.job.previews and self._now() - sitting.shown_at >= self._preview_seconds
            films = sitting.job.film and is_filmed(done, steps)
            if look is None or done >= steps or not (shows or films):
                return
            sketch = self._previews.sketch(sitting.model, look())
            if sketch is not None and films:
                sitting.looks.setdefault(cell, []).append(sketch)
            if sketch is not None and shows:
                sitting.sketches[cell], sitting.is_due = sketch, True

        return tell

    def _report(self) -> None:
        """After a forward: everyone whom it moved on says so, with one look at all cells that it moved."""
        for sitting in self._sittings.values():
            if sitting.moved:
                sitting.moved = False
                self._tell(sitting.progress())
            if sitting.is_due:
                sitting.is_due, sitting.shown_at = False, self._now()
                self._show(sitting.job, sitting.sketches)

    def _touch(self, step: Step) -> Hashable:
        """What makes two steps alike for the device: its libraries look for the best way at the first of them."""
        recipe = self._recipe(step)
        return recipe.model, recipe.width, recipe.height, recipe.exact, tiles(recipe), step.calls[0].stage, step.rows

    def _recipe(self, step: Step) -> Recipe:
        """Of the cell that leads."""
        return self._sittings[step.calls[0].job].job.cells[step.calls[0].strand]

    def _settle(self) -> None:
        """Wait until the device is done, so that the time is the step's own. One step further in flight would hide this
        wait, and cost a second one whenever somebody cancels or a fast job comes."""
        device = self._shelf.device.name
        if device.startswith(_LATER):
            import torch

            torch.mps.synchronize() if device == "mps" else torch.cuda.synchronize(device)

    def _in_use(self) -> set[str]:
        return {sitting.model.entry.name for sitting in self._sittings.values() if sitting.model is not None}


def environment(recipe: Recipe, model: Loaded | None, device: str) -> Environment:
    """What a painted recipe was painted with: a model of the catalogue, the net alone, or neither."""
    if model is not None:
        return Environment(_version("atelier"), _versions(PACKAGES), model.device, model.dtype)
    if "net" in dict(recipe.extras):
        return Environment(_version("atelier"), _versions(("pillow", "torch")), device, "float32")
    return Environment(_version("atelier"), _versions(("pillow",)))


def _versions(packages: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, _version(name)) for name in packages)


@functools.cache
def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:  # run from its folder, without being installed
        return "unknown"


def _fold(module: Any, marks: Hashable) -> None:
    fold(module, isinstance(marks, tuple) and len(marks) == 3 and marks[2])


def _encoders(model: Loaded) -> list[Any]:
    names = (name for name in model.components if name.startswith("text_encoder"))
    return [model.components[name] for name in names if model.components[name] is not None]


def _is_memory(error: BaseException) -> bool:
    return type(error).__name__ == "OutOfMemoryError" or (
        isinstance(error, RuntimeError) and any(words in str(error) for words in _NO_MEMORY)
    )


def _is_device(error: BaseException) -> bool:
    """After one of these, nothing on the device works until the process is started again."""
    return type(error).__name__ == "AcceleratorError" or "CUDA error" in str(error)
