"""How long work takes, as measured: the curve of milliseconds a step over rows in a batch, for each model and size.
From it come the best batch, what a job costs at most, and when it will be done. Pure: the worker reports, others ask.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median

KEPT = 9  # measurements of one batch size: their median forgets a slow first step and a busy moment
NEARLY_BEST = 0.95  # a batch this near to the best throughput is preferred for being smaller
MOST_ROWS = 16
TILE_GUESS_MS = 100.0  # until one was measured; two cores take about 60
TRIES = 3  # a larger batch is tried so often before it is judged: its first step may have met a busy moment
RETRIED = 100  # steps after which the next larger one is tried again: the moment may have been a long one
_SETTLED = 50  # steps after which a size that never comes together is not waited for
QUOTE_MARGIN = 1.25  # a quote is an upper bound; step times vary by a few per cent
MOST_CURVES = 1000  # shapes come with every size and style that members think of; the least lately seen is forgotten


class Stage(StrEnum):
    """Kinds of work that take GPU time, timed apart."""

    STEP = "step"  # one forward of the denoiser
    TAIL = "tail"  # everything else of one picture: words in, pixels out
    TILE = "tile"  # a part of an enlargement, as large for every picture


@dataclass(frozen=True, slots=True)
class Shape:
    """What makes two steps equally long, and lets them share a forward."""

    model: str
    width: int
    height: int
    adapters: tuple[str, ...] = ()

    @property
    def pixels(self) -> int:
        return self.width * self.height


TILES = Shape("upscale", 128, 128)  # of any picture: one tile is like another


@dataclass(slots=True)
class Curve:
    """Measured milliseconds by rows, with straight lines between."""

    measured: dict[int, deque[float]] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    typical: dict[int, float] = field(default_factory=dict)
    seen: int = 0  # steps, of any size

    def add(self, rows: int, ms: float) -> None:
        if rows not in self.measured:
            self.measured[rows] = deque(maxlen=KEPT)
            insort(self.rows, rows)
        self.measured[rows].append(ms)
        self.typical[rows] = median(self.measured[rows])
        self.seen += 1

    def ms(self, rows: int) -> float:
        """Between two measured sizes on the line through them; beyond, rows cost what the last ones cost each."""
        if rows in self.typical:
            return self.typical[rows]
        at = bisect_left(self.rows, rows)
        if at == len(self.rows):
            return self.typical[self.rows[-1]] * rows / self.rows[-1]
        if at == 0:
            # Fewer rows than ever measured: not more than those, and not less than their share.
            return self.typical[self.rows[0]]
        low, high = self.rows[at - 1], self.rows[at]
        share = (rows - low) / (high - low)
        return self.typical[low] * (1 - share) + self.typical[high] * share

    def best_rows(self, most: int) -> int:
        """The smallest measured batch that is nearly as good per row as the best; doubled while doubling still paid."""
        known = [rows for rows in self.rows if rows <= most]
        if not known:
            return min(most, self.rows[0] if self.rows else 1)
        speed = {rows: rows / max(self.typical[rows], 1e-6) for rows in known}
        best = next(rows for rows in known if speed[rows] >= NEARLY_BEST * max(speed.values()))
        return min(most, 2 * best) if best == known[-1] else best

    def rows_to_try(self, most: int) -> int:
        """The best, and now and then the next larger: what is not tried again keeps the time of its worst moment."""
        best = self.best_rows(most)
        larger = next((rows for rows in self.rows if best < rows <= most), None)
        if larger is None:
            return best
        untried = len(self.measured[larger]) < TRIES and self.seen < _SETTLED
        return larger if untried or self.seen % RETRIED < TRIES else best


class Timing:
    """The curves of one device."""

    def __init__(self, prior_ms: Callable[[Shape], float] = lambda shape: 500.0, most_rows: int = MOST_ROWS) -> None:
        self._prior_ms = prior_ms
        self._most_rows = most_rows
        self._limits: dict[Shape, int] = {}
        self._curves: OrderedDict[tuple[Shape, Stage], Curve] = OrderedDict()
        self._load_ms: dict[str, deque[float]] = {}

    def observe(self, shape: Shape, stage: Stage, rows: int, ms: float) -> None:
        """One forward of this many rows took so long."""
        self._curves.setdefault((shape, stage), Curve()).add(rows, ms)
        self._curves.move_to_end((shape, stage))
        if len(self._curves) > MOST_CURVES:
            self._curves.popitem(last=False)

    def observe_load(self, model: str, ms: float) -> None:
        self._load_ms.setdefault(model, deque(maxlen=KEPT)).append(ms)

    def known(self) -> Iterator[tuple[Shape, Stage, dict[int, float]]]:
        """The curves as they are now, the least lately seen first."""
        for (shape, stage), curve in self._curves.items():
            yield shape, stage, dict(curve.typical)

    def known_loads(self) -> dict[str, float]:
        return {model: median(times) for model, times in self._load_ms.items()}

    def load_ms(self, model: str) -> float:
        """How long it takes until the model can paint; ten seconds if it was never loaded."""
        known = self._load_ms.get(model)
        return median(known) if known else 10_000.0

    def limit_rows(self, shape: Shape, most: int) -> None:
        """A larger batch of this shape did not fit into memory."""
        self._limits[shape] = max(1, most)

    def step_ms(self, shape: Shape, rows: int) -> float:
        return self._ms(shape, Stage.STEP, rows)

    def tile_ms(self) -> float:
        curve = self._curves.get((TILES, Stage.TILE))
        return curve.ms(1) if curve else TILE_GUESS_MS

    def best_rows(self, shape: Shape) -> int:
        """Before anything is measured one row; then as many as are worth it, trying twice the largest known."""
        curve = self._curves.get((shape, Stage.STEP))
        return curve.best_rows(self._most(shape)) if curve else 1

    def rows_to_try(self, shape: Shape) -> int:
        """How many the next batch may have: the best, or what is to be measured again."""
        curve = self._curves.get((shape, Stage.STEP))
        return curve.rows_to_try(self._most(shape)) if curve else 1

    def picture_ms(self, shape: Shape, steps: int, rows: int, *, batched: bool) -> float:
        """What one picture of `rows` rows costs: alone, or as its part of the best batch."""
        size = max(rows, self.best_rows(shape)) if batched else rows
        step = self.step_ms(shape, size) * rows / size
        return steps * step + self._tail_ms(shape)

    def cost_ms(self, shape: Shape, steps: int, rows: int, tiles: int = 0) -> int:
        """At most this much is charged: no batch costs a row more than running alone."""
        alone = self.picture_ms(shape, steps, rows, batched=False) + tiles * self.tile_ms()
        return int(alone * QUOTE_MARGIN) + 1

    def _most(self, shape: Shape) -> int:
        return self._limits.get(shape, self._most_rows)

    def _tail_ms(self, shape: Shape) -> float:
        return self._ms(shape, Stage.TAIL, 1) if self._like(shape, Stage.TAIL) else self.step_ms(shape, 1)

    def _ms(self, shape: Shape, stage: Stage, rows: int) -> float:
        curve = self._curves.get((shape, stage))
        if curve is not None:
            return curve.ms(rows)
        like = list(self._like(shape, stage))
        if not like:
            return self._prior_ms(shape) * rows
        near, curve = min(like, key=lambda known: abs(known[0].pixels - shape.pixels))
        return curve.ms(rows) * shape.pixels / near.pixels

    def _like(self, shape: Shape, stage: Stage) -> Iterable[tuple[Shape, Curve]]:
        """What is known of the same model at other sizes."""
        return [
            (known, curve)
            for (known, known_stage), curve in self._curves.items()
            if known.model == shape.model and known_stage is stage
        ]
