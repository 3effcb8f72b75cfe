"""Which part of a family fits into a picture, and where each of it stands: what is nearest to one that was asked for is
shown, and the rest is counted. Pure: knows names and who comes from whom.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Parents = Mapping[str, str | None]  # in the order of age; None: comes from nothing that is known
MOST_COLUMNS, MOST_ROWS, MOST_SHOWN = 7, 7, 40
_ABOVE_ALL = ""  # what several families that belong together hang on; never shown


@dataclass(frozen=True, slots=True)
class Folded:
    """`below`: how many are not shown and come from one that is, by that one; `elsewhere`: how many from none."""

    shown: tuple[str, ...]
    below: Mapping[str, int]
    elsewhere: int


def nearest(parents: Parents, start: str) -> list[str]:
    """All of a family, by the number of steps to one of it; of two as far, the younger first."""
    around = _neighbours(parents)
    found, waiting = {start}, deque([start])
    order = []
    while waiting:
        one = waiting.popleft()
        order.append(one)
        fresh = [other for other in reversed(around[one]) if other not in found]
        found.update(fresh)
        waiting.extend(fresh)
    return [one for one in order if one != _ABOVE_ALL]


def fold(parents: Parents, start: str) -> Folded:
    """As much of what is nearest as there is room for: so many leaves side by side, so many one below the other."""
    depths = _depths(parents)
    shown, children, columns = {start}, Counter[str](), 1
    least = most = depths[start]
    for one in nearest(parents, start)[1:]:
        above = parents[one] or _ABOVE_ALL
        is_below = above in shown or (above == _ABOVE_ALL and least == 0)
        is_above = not is_below and any(parents[other] == one for other in shown)
        wider = int(is_below and (children[above] > 0 or above == _ABOVE_ALL))
        low, high = min(least, depths[one]), max(most, depths[one])
        fits = columns + wider <= MOST_COLUMNS and high - low < MOST_ROWS and len(shown) < MOST_SHOWN
        if not fits or not (is_below or is_above):
            continue
        shown.add(one)
        children[one if is_above else above] += 1
        columns, least, most = columns + wider, low, high
    return _counted(parents, shown)


def _counted(parents: Parents, shown: set[str]) -> Folded:
    below = Counter[str]()
    held: dict[str, str | None] = {}  # on which of the shown each hangs
    for one, above in _from_the_top(parents):
        held[one] = one if one in shown else (held[above] if above is not None else None)
        if one not in shown and (holder := held[one]) is not None:
            below[holder] += 1
    elsewhere = sum(holder is None for holder in held.values())
    return Folded(tuple(one for one in parents if one in shown), below, elsewhere)


def tidy(parents: Parents) -> dict[str, tuple[float, int]]:
    """Column and row of each: siblings beside each other, whoever they come from above their middle, and branches as
    close as they can stand (Reingold and Tilford, 1981)."""
    children: dict[str, list[str]] = {}
    for one, above in parents.items():
        children.setdefault(above if above in parents and above is not None else _ABOVE_ALL, []).append(one)
    places = _place(_ABOVE_ALL, children)[0]
    del places[_ABOVE_ALL]
    left = min(column for column, _ in places.values())
    return {one: (column - left, row - 1) for one, (column, row) in places.items()}


_Branch = tuple[dict[str, tuple[float, int]], list[float], list[float]]  # places, its left and right edge by rows


def _place(one: str, children: Mapping[str, Sequence[str]]) -> _Branch:
    """A branch as seen from its own head. As deep as rows are shown, so it may call itself."""
    places: dict[str, tuple[float, int]] = {}
    lefts: list[float] = []
    rights: list[float] = []
    heads: list[float] = []
    for child in children.get(one, ()):
        branch, left, right = _place(child, children)
        shift = max((there - here + 1 for there, here in zip(rights, left, strict=False)), default=0.0)
        heads.append(shift)
        places.update({name: (column + shift, row + 1) for name, (column, row) in branch.items()})
        lefts += [at + shift for at in left[len(lefts) :]]
        rights[: len(right)] = [at + shift for at in right]
    middle = (heads[0] + heads[-1]) / 2 if heads else 0.0
    moved = {name: (column - middle, row) for name, (column, row) in places.items()}
    return {one: (0.0, 0), **moved}, [0.0, *(at - middle for at in lefts)], [0.0, *(at - middle for at in rights)]


def _neighbours(parents: Parents) -> dict[str, list[str]]:
    around: dict[str, list[str]] = {_ABOVE_ALL: [], **{one: [] for one in parents}}
    for one, above in parents.items():
        around[above or _ABOVE_ALL].append(one)
        around[one].insert(0, above or _ABOVE_ALL)  # after the children: what follows from a picture is asked for most
    return around


def _depths(parents: Parents) -> dict[str, int]:
    depths: dict[str, int] = {}
    for one, above in _from_the_top(parents):
        depths[one] = depths[above] + 1 if above is not None else 0
    return depths


def _from_the_top(parents: Parents) -> list[tuple[str, str | None]]:
    """Each after what it comes from, whatever their order was."""
    children: dict[str | None, list[str]] = {}
    for one, above in parents.items():
        children.setdefault(above, []).append(one)
    order: list[tuple[str, str | None]] = []
    waiting: deque[str | None] = deque([None])
    while waiting:
        above = waiting.popleft()
        order += [(one, above) for one in children.get(above, ())]
        waiting.extend(children.get(above, ()))
    return order
