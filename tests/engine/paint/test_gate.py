"""The correctness gate: what the engine paints is what the stock pipeline paints under the same seed, alone, among
strangers, and interrupted at any step. Speed counts only if this holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest
import torch

from engine.errors import RecipeError
from engine.models.catalog import Family
from engine.paint.rendezvous import Rendezvous
from engine.schedule.timing import Stage
from tests.engine import tiny
from tests.engine.paint.driver import Driver
from tests.engine.paint.gate import CLOSE, Case, apart, seeds

pytestmark = [  # what the libraries say to each other
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The configuration file of this scheduler:FutureWarning"),
    pytest.mark.filterwarnings("ignore:`FluxPosEmbed` is deprecated:FutureWarning"),
]
UNETS = (Family.SD, Family.SDXL)


def cases() -> Iterator[Case]:
    """Every sampler for text; for the other tasks, where a sampler makes no difference to the way there, two."""
    for family in Family:
        entry = tiny.entry(family)
        for task in sorted(entry.tasks):
            for sampler in entry.schedulers:
                starts = task in ("image", "inpaint")
                if family not in UNETS and starts and not sampler.startswith("flow"):
                    continue
                if family is Family.FLUX and task == "control" and sampler == "dpm++":
                    continue
                if task == "text" or sampler in entry.schedulers[:2] or family not in UNETS:
                    yield Case(family, task, sampler, steps=4 if task == "text" else 3)


ALL = list(cases())


@contextmanager
def meeting_over(family: Family) -> Iterator[Rendezvous]:
    model, meeting = tiny.build(family), Rendezvous()
    meeting.share(model.denoiser, stage=Stage.STEP, merges=True)
    meeting.share(model.components["vae"], "decode", stage=Stage.TAIL, merges=True)
    meeting.share(model.components["vae"], "encode", stage=Stage.TAIL, merges=False)
    for control in model.controls.values():
        meeting.share(control, stage=Stage.STEP, merges=True)
    try:
        yield meeting
    finally:
        for module in (*model.components.values(), *model.controls.values()):
            meeting.unshare(module)


@pytest.mark.parametrize("case", ALL, ids=str)
def test_alone_it_is_the_stock_picture_bit_for_bit(case: Case) -> None:
    expected = case.stock()
    assert torch.equal(case.painted(), expected)
    with meeting_over(case.family) as meeting:
        (exact,) = Driver(meeting).paint(case.painted, alone=True)
    assert torch.equal(exact, expected)


@pytest.mark.parametrize("family", list(Family))
def test_among_strangers_and_interrupted_it_is_the_stock_picture(family: Family) -> None:
    """All tasks and samplers of a family at once, with other texts, seeds, steps and guidance, in a random order."""
    own = [case for case in ALL if case.family is family]
    random = Random(seeds("strangers", family))
    strangers = [
        Case(
            family, case.task, case.sampler, seed=random.randrange(1000), steps=random.randint(2, 6),
            guidance=random.choice([1.0, 2.5, 5.0]) if family in UNETS else None,
            text=random.choice(["a blue fox", "a red house on green hills", "a house"]),
            strength=random.choice([0.5, 0.9]), scale=random.choice([0.4, 1.0]),
        )
        for case in own
    ]  # fmt: skip
    expected = [case.stock() for case in strangers]
    with meeting_over(family) as meeting:
        driver = Driver(meeting, random, most=5)
        painted = driver.paint(*(case.painted for case in strangers), apart=0.3, late=1)
    far = {str(case): apart(one, other) for case, one, other in zip(strangers, painted, expected, strict=True)}
    assert max(far.values()) <= CLOSE, far
    assert len(strangers) < 3 or max(driver.forwards) > 1, "somebody shared a forward"


@pytest.mark.parametrize(
    ("family", "sampler"),
    [(Family.FLUX, "ddim"), (Family.FLUX, "flow_heun"), (Family.SD, "flow"), (Family.Z_IMAGE, "unipc")],
)
def test_a_sampler_that_a_model_cannot_take_is_refused_by_name(family: Family, sampler: str) -> None:
    assert sampler not in tiny.entry(family).schedulers
    with pytest.raises(RecipeError, match=rf"is {sampler}, which this model cannot be painted with"):
        Case(family, "text", sampler).painted()
