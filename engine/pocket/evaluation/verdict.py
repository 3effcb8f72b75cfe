"""What a prompt asked for, held against what the checker found: one verdict per skill."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.pocket.evaluation.checker import Findings, Found
from engine.pocket.world import Place, Relation, Scene, Style


class Skill(StrEnum):
    OBJECT = "object"  # the kind alone
    SINGLE = "object and color"  # of a single thing
    BINDING = "two objects"  # both kinds, each in its own color
    COUNT = "count"
    RELATION = "relation"
    PLACE = "place"
    STYLE = "style"


@dataclass(frozen=True, slots=True)
class Wanted:
    kind: str
    color: str | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a picture must show; None is whatever it likes."""

    things: tuple[Wanted, ...] = ()  # of different kinds
    count: int | None = None  # of the first of them
    relation: Relation = Relation.NONE
    place: Place | None = None
    style: Style | None = None


def expectation_of(scene: Scene) -> Expectation:
    kinds = dict.fromkeys((thing.kind, thing.color) for thing in scene.things)
    wanted = tuple(Wanted(kind, color) for kind, color in kinds)
    return Expectation(wanted, scene.count if len(wanted) == 1 else None, scene.relation, scene.place, scene.style)


def judge(expectation: Expectation, findings: Findings) -> dict[Skill, bool]:
    """A verdict for each skill that the expectation asks for."""
    verdict: dict[Skill, bool] = {}
    things, found = expectation.things, findings.things
    if things:
        verdict[Skill.OBJECT] = all(any(f.kind == w.kind for f in found) for w in things)
    if len(things) == 1 and expectation.count in (None, 1):
        verdict[Skill.SINGLE] = bool(found) and matches(found[0], things[0])
    if len(things) == 2:
        verdict[Skill.BINDING] = all(any(matches(f, w) for f in found) for w in things)
    if len(things) == 1 and expectation.count is not None and expectation.count > 1:
        verdict[Skill.COUNT] = sum(f.kind == things[0].kind for f in found) == expectation.count
    if expectation.relation is not Relation.NONE:
        verdict[Skill.RELATION] = stands(expectation.relation, things, found)
    if expectation.place is not None:
        verdict[Skill.PLACE] = findings.place is expectation.place
    if expectation.style is not None:
        verdict[Skill.STYLE] = findings.style is expectation.style
    return verdict


def matches(found: Found, wanted: Wanted) -> bool:
    return found.kind == wanted.kind and wanted.color in (None, found.color)


def stands(relation: Relation, things: tuple[Wanted, ...], found: tuple[Found, ...]) -> bool:
    """Whether the surest two of the wanted kinds stand so; their colors are another skill's matter."""
    first, second = (next((f for f in found if f.kind == wanted.kind), None) for wanted in things)
    if first is None or second is None:
        return False
    across, down = second.x - first.x, second.y - first.y
    match relation:
        case Relation.LEFT:
            return across > max(0.06, abs(down))
        case Relation.RIGHT:
            return -across > max(0.06, abs(down))
        case Relation.BESIDE:
            return abs(across) > max(0.06, abs(down))
        case Relation.ABOVE | Relation.ON:
            return down > max(0.06, abs(across))
        case Relation.BELOW:
            return -down > max(0.06, abs(across))
        case Relation.FRONT | Relation.NONE:
            return abs(across) < 0.4 and down < 0.12
