"""How far one picture is: every family's loop steps its scheduler, whatever else it does. There each step is told, and
there a picture that is to stop early ends as it would be without noise.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.paint.easel import Easel
from engine.paint.latents import unpacked
from engine.paint.schedulers import predict_clean
from engine.paint.touches import Touch

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(eq=False, slots=True)
class Course:
    """`done` of `strokes` steps; the pipeline takes `steps`, of which those behind the last stroke change nothing."""

    touch: Touch
    done: int = 0
    strokes: int = 0
    steps: int = 0
    last: Any = None

    @property
    def is_over(self) -> bool:
        return self.last is not None

    def begin(self, steps: int) -> None:
        self.steps, self.strokes = steps, self.touch.strokes(steps)


@contextmanager
def watched(scheduler: Any, easel: Easel, vae: Any, packed: str) -> Iterator[Course]:
    """Tell of each step that the scheduler takes, and end where the recipe says."""
    recipe, real, course = easel.recipe, scheduler.step, Course(Touch.of(easel.recipe))

    @functools.wraps(real)  # pipelines look at the signature for what may be passed: a generator, eta
    def step(output: Tensor, time: Any, sample: Tensor, *args: Any, **kwargs: Any) -> Any:
        if not course.steps:
            matches = (scheduler.timesteps == time).nonzero()
            course.begin(len(scheduler.timesteps) - (int(matches[0]) if len(matches) else 0))
        clean = predict_clean(scheduler, output, time, sample)
        result = real(output, time, sample, *args, **kwargs)
        if not course.is_over:
            course.done += 1
            total = max(course.done, course.strokes)
            easel.tell(course.done, total, lambda: unpacked(clean(), packed, vae, recipe.width, recipe.height))
            if course.done == course.strokes < course.steps:
                course.last = clean()
        return _replaced(result, course.last) if course.is_over else result

    scheduler.step = step
    try:
        yield course
    finally:
        del scheduler.step  # or the two would hold each other, and the model, until Python looks for such rings


def _replaced(result: Any, sample: Tensor) -> Any:
    """The scheduler's answer with other latents: pipelines that paint over a picture still mix it in where it stays."""
    if isinstance(result, tuple):
        return (sample.to(result[0].dtype), *result[1:])
    result.prev_sample = sample.to(result.prev_sample.dtype)
    return result


class Rested:
    """Stands in a denoiser's place: once the picture is over, it is not asked any more."""

    def __init__(self, denoiser: Any, course: Course) -> None:
        self._denoiser, self._course, self._said = denoiser, course, None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._denoiser, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self._course.is_over:
            self._said = self._denoiser(*args, **kwargs)
        return self._said
