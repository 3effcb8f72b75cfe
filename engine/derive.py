"""From the recipe of a finished picture to the recipes of its children: again with another seed, varied, enlarged.
Pure: which picture is meant is said by its hash. What a model cannot do so is done otherwise, and told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from engine.errors import DataFault, RecipeError
from engine.models.catalog import Entry, Size, Task
from engine.paint.enlarging import Enlarger, has_net
from engine.paint.families import STYLES, Kind
from engine.paint.painters.upscale import PAINTERS, Wish
from engine.paint.schedulers import FLOWING
from engine.paint.touches import tiles
from engine.recipe import Recipe, Role, Source, cell_seed
from engine.translate import Effect, Note

LARGER = 4  # times; what the super-resolution net was trained for
LONGEST_ENLARGED = 4096  # pixels of the longer side: 50 MB opened, and what chats still show
NO_NET = "the enlarging net is not on this machine"
REPAINT = 0.3  # of a creative enlargement: new detail, the same things
LEAST_STEPS = 2  # that a variation is painted with; one step from little noise leaves mush


class Manner(StrEnum):
    """How far a variation may go from its parent."""

    SUBTLE = "subtle"
    STRONG = "strong"


_STRENGTHS = {Manner.SUBTLE: 0.35, Manner.STRONG: 0.7}
_CHAOS = {Manner.SUBTLE: (0.1, 0.3), Manner.STRONG: (0.6, 1.0)}  # of the room that there is, first to last cell


@dataclass(frozen=True, slots=True)
class Derived:
    cells: tuple[Recipe, ...]
    notes: tuple[Note, ...] = ()


def reroll(cells: Sequence[Recipe], seed: int) -> tuple[Recipe, ...]:
    """The same once more, with a new seed in each cell; what they start from stays."""
    return tuple(replace(_fresh(cell), seed=cell_seed(seed, at)) for at, cell in enumerate(cells))


def vary(recipe: Recipe, sha256: str, manner: Manner, seed: int, cells: int, entry: Entry) -> Derived:
    """Pictures like this one, whose file has this hash. `entry` is the recipe's own model."""
    if cells < 1:
        raise RecipeError([DataFault("cells", f"are {cells}.", "Ask for one or more.")])
    plain = _painted(recipe, entry)
    if Task.IMAGE not in entry.tasks:
        return _vary_by_chaos(plain, manner, seed, cells, entry)
    started, notes = _started_from(plain, sha256, _STRENGTHS[manner], entry)
    return Derived(tuple(replace(started, seed=cell_seed(seed, cell)) for cell in range(cells)), tuple(notes))


def enlarge(recipe: Recipe, sha256: str, size: Size | None = None) -> Derived:
    """The picture of this hash, larger and otherwise the same: four times, unless a size is given. Its words stay in
    the recipe, so that children of it can be painted."""
    target = _target(recipe, size)
    enlarger = _enlarger(recipe)
    large = replace(
        _fresh(recipe),
        kind="upscale",
        width=target.width,
        height=target.height,
        sources=(Source(Role.IMAGE, sha256, 0.0),),
        extras=Wish(enlarger=enlarger).extras,
    )
    notes = []
    if tiles(recipe):
        notes.append(Note("tile", Effect.NONE, "--tile", "", "enlarging does not look round the edges"))
    if enlarger is not Enlarger.NET:
        paints_without = recipe.kind == "swatch" or has_net()  # or was enlarged from what does
        reason = f"{recipe.model.name} paints without a net, and is enlarged without one" if paints_without else NO_NET
        notes.append(Note("upscale", Effect.TRANSLATED, "Upscale", "a smooth enlargement", reason))
    return Derived((large,), tuple(notes))


def enlarge_creatively(recipe: Recipe, sha256: str, entry: Entry, size: Size | None = None) -> Derived:
    """As `enlarge`, and painted over lightly on the way, at the largest size that its model paints."""
    subtle = enlarge(recipe, sha256, size)
    (large,) = subtle.cells
    over = _repaint_size(recipe, large, entry)
    if Task.IMAGE not in entry.tasks or entry.kind not in PAINTERS:
        return _stays_subtle(subtle, f"{entry.title} cannot start from a picture")
    if over is None:
        return _stays_subtle(subtle, f"{entry.title} paints over at most {_over(entry)} pixels a side")
    started, notes = _started_from(_painted(recipe, entry), sha256, REPAINT, entry)
    wish = Wish(
        enlarger=_enlarger(recipe),
        painter=entry.kind,
        repaint=REPAINT,
        repaint_height=over.height,
        repaint_width=over.width,
    )
    creative = replace(large, steps=started.steps, scheduler=started.scheduler, extras=wish.extras)
    return Derived((creative,), (*subtle.notes, *notes))


def _fresh(recipe: Recipe) -> Recipe:
    """What painted the parent says nothing of the child."""
    return replace(recipe, environment=None)


def _painted(recipe: Recipe, entry: Entry) -> Recipe:
    """The recipe as its model paints; one of an enlarged picture goes back to the model's own size."""
    if entry.name != recipe.model.name:
        problem = f"is {recipe.model.name}, and the entry that was given is {entry.name}."
        raise RecipeError([DataFault("model", problem, "Give the entry of the recipe's own model.")])
    if recipe.kind == entry.kind:
        return _fresh(recipe)
    fresh = replace(_fresh(recipe), kind=entry.kind, extras=())
    size = entry.size_for(recipe.width, recipe.height)
    return replace(fresh, width=size.width, height=size.height, sources=())


def _started_from(recipe: Recipe, sha256: str, strength: float, entry: Entry) -> tuple[Recipe, list[Note]]:
    """From a picture, all over it: a mask of the parent's is done with. Steps get finer where few would be left."""
    notes = []
    controls = tuple(source for source in recipe.sources if source.role is Role.CONTROL)
    if controls and entry.kind == "diffusion" and Kind.CONTROL_IMAGE not in STYLES[entry.family].pipelines:
        reason = f"{entry.title} follows either a picture or its shapes"
        notes.append(Note(Role.CONTROL, Effect.NONE, "The control picture", "", reason))
        controls = ()
    scheduler = recipe.scheduler
    if entry.scheduler in FLOWING and scheduler not in FLOWING:
        reason = f"{entry.title} starts from a picture with its own sampler only"
        notes.append(Note("sampler", Effect.TRANSLATED, f"--sampler {scheduler}", entry.scheduler, reason))
        scheduler = entry.scheduler
    steps = next((n for n in range(recipe.steps, 1000) if int(n * strength) >= LEAST_STEPS), recipe.steps)
    sources = (Source(Role.IMAGE, sha256, strength), *controls)
    return replace(recipe, sources=sources, scheduler=scheduler, steps=steps), notes


def _vary_by_chaos(recipe: Recipe, manner: Manner, seed: int, cells: int, entry: Entry) -> Derived:
    """The parent's own noise keeps its outline, and its words are led away; without words only new noise is left."""
    asked, reason = f"Vary ({manner})", f"{entry.title} cannot start from a picture"
    if not any(phrase.text.strip() for phrase in recipe.phrases):
        again = tuple(replace(recipe, seed=cell_seed(seed, cell)) for cell in range(cells))
        return Derived(again, (Note("vary", Effect.TRANSLATED, asked, "other seeds", reason),))
    room, way = (100 - recipe.chaos, 1) if recipe.chaos <= 50 else (recipe.chaos, -1)
    least, most = _CHAOS[manner]
    shares = [least + (most - least) * cell / max(1, cells - 1) for cell in range(cells)]
    varied = tuple(replace(recipe, chaos=recipe.chaos + way * round(room * share)) for share in shares)
    became = "the same seed with other chaos"
    return Derived(varied, (Note("vary", Effect.TRANSLATED, asked, became, reason),))


def _enlarger(recipe: Recipe) -> Enlarger:
    """Colour cards are painted without torch; their children need none either. Where the net is not, smooth must do."""
    if recipe.kind == "upscale":
        return Wish.of(recipe).enlarger
    return Enlarger.NET if recipe.kind != "swatch" and has_net() else Enlarger.LANCZOS


def _target(recipe: Recipe, asked: Size | None) -> Size:
    longer = max(recipe.width, recipe.height)
    if asked is None:
        larger = min(LARGER, LONGEST_ENLARGED / longer)
        asked = Size(round(recipe.width * larger), round(recipe.height * larger))
    larger = max(asked.width / recipe.width, asked.height / recipe.height)
    if 1 < larger <= LARGER and max(asked.width, asked.height) <= LONGEST_ENLARGED:
        return asked
    problem = f"is {asked}, from a picture of {recipe.width}x{recipe.height}."
    if longer >= LONGEST_ENLARGED:
        raise RecipeError([DataFault("size", problem, "Leave it: a picture cannot get larger than it is.")])
    remedy = f"Use more than it has, up to {LARGER} times as much and {LONGEST_ENLARGED} pixels a side."
    raise RecipeError([DataFault("size", problem, remedy)])


def _repaint_size(recipe: Recipe, large: Recipe, entry: Entry) -> Size | None:
    """The largest on the way that the model paints; None if that is no larger than the picture."""
    share = min(1.0, _over(entry) / max(large.width, large.height))
    width, height = (
        max(1, int(side * share / entry.multiple + 1e-6)) * entry.multiple for side in (large.width, large.height)
    )
    return Size(width, height) if min(width / recipe.width, height / recipe.height) > 1 else None


def _over(entry: Entry) -> int:
    return entry.longest_repaint or entry.longest


def _stays_subtle(subtle: Derived, reason: str) -> Derived:
    note = Note("upscale", Effect.TRANSLATED, "Upscale (creative)", "Upscale (subtle)", reason)
    return Derived(subtle.cells, (*subtle.notes, note))
