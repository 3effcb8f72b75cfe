"""What is measured of each model, and what was promised for it: mostly ratios to bare eager diffusers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from benchmarks.giants.findings import Target

BUSY = Target(0.97, "of the time busy")
FAST = Target(1.0, "times 1.3 alone plus one step", at_most=True)
CANCEL = Target(1.0, "steps", at_most=True)


def times_bare(number: float) -> Target:
    return Target(number, "times bare eager")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Members at once, each with so many jobs, one after the other. `prompts` is how many different ones they have
    between them; None: each has its own."""

    members: int
    side: int
    jobs: int = 1
    prompts: int | None = None
    target: Target | None = None

    @property
    def title(self) -> str:
        repeated = ", prompts again" if self.prompts else ""
        return f"{self.members} members, {self.side}²{repeated}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`side` is where a picture alone and the batch curve are measured; `fast_side` where a fast job meets a backlog:
    smaller for the slow models, so that there are enough of them. `graphs`: its forward can be a CUDA graph."""

    model: str
    side: int
    steps: int
    crowds: tuple[Crowd, ...]
    fast_side: int = 512
    fast_jobs: int = 20
    graphs: bool = False
    solo: Target | None = None
    of_compiled: Target | None = None


def _dit(model: str, steps: int, *crowds: Crowd, **more: Target) -> Plan:
    small = Crowd(members=8, side=512, target=times_bare(2.0))
    return Plan(
        model=model, side=1024, steps=steps, crowds=(*crowds, small, Crowd(members=16, side=1024)),
        solo=more.get("solo"), of_compiled=more.get("of_compiled"),
    )  # fmt: skip


PLANS = {
    plan.model: plan
    for plan in (
        Plan(
            model="sd1.5", side=512, steps=30, graphs=True,
            crowds=(Crowd(members=16, side=512, jobs=2, target=times_bare(4.0)),),
        ),
        Plan(
            model="sdxl", side=1024, steps=30, fast_side=1024, graphs=True, solo=times_bare(1.6),
            crowds=(Crowd(members=16, side=1024, target=times_bare(2.2)),),
        ),
        _dit("flux-dev", 28, solo=times_bare(1.5), of_compiled=Target(0.98, "times bare compiled")),
        _dit("z-image-turbo", 8),
        _dit("flux2-klein", 4, Crowd(members=4, side=1024, jobs=4, prompts=4, target=times_bare(1.4))),
    )
}  # fmt: skip


def tiny(plan: Plan) -> Plan:
    """The same, as small as it can be: that it runs is all that it shows, so nothing is promised of it."""
    crowds = tuple(replace(crowd, members=3, side=32, jobs=1, target=None) for crowd in plan.crowds)
    return replace(plan, side=32, steps=3, crowds=crowds, fast_side=32, fast_jobs=2, solo=None, of_compiled=None)
