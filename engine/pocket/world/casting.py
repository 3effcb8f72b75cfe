"""Chooses scenes: what stands where, in which light and style. A syllabus says how hard they may be; some pairs of
kind and colour are held out, so that evaluation can ask for what was never shown.
"""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass
from functools import lru_cache

from engine.pocket.world.kinds import KINDS, Home, Kind
from engine.pocket.world.palette import COLORS
from engine.pocket.world.scene import SKYLESS, Material, Place, Relation, Scene, Style, Thing, Time, Weather

_SIDEWAYS = (Relation.LEFT, Relation.RIGHT, Relation.BESIDE)
_FLOATING = (Place.PLAIN, Place.SPACE, Place.SKY)


@dataclass(frozen=True, slots=True)
class Syllabus:
    """What a stage of training shows, as chances from 0 to 1."""

    kinds: int = len(KINDS)  # the first so many of the table
    places: tuple[Place, ...] = tuple(Place)
    plain: float = 0.16  # extra chance of a plain backdrop
    styles: tuple[Style, ...] = tuple(Style)
    flat: float = 0.22  # extra chance of the flat style
    several: float = 0.2
    pair: float = 0.3
    empty: float = 0.05
    big: float = 0.3
    material: float = 0.1
    most: int = 6


FIRST = Syllabus(kinds=10, plain=0.5, flat=0.5, several=0.08, pair=0.12, empty=0.04, big=0.75, material=0.0, most=3)
MIDDLE = Syllabus(kinds=40, plain=0.3, flat=0.3, several=0.16, pair=0.25, big=0.5, material=0.05)
LARGER = Syllabus(plain=0.25, flat=0.25, several=0.12, pair=0.25, big=0.55, material=0.05)
PAIRED = Syllabus(plain=0.2, several=0.16, pair=0.42, empty=0.03, big=0.36, material=0.05)
WHOLE = Syllabus()


def is_held_out(kind: str, color: str) -> bool:
    """About one pair in twelve, never of a kind's common colours, is kept for evaluation."""
    return color not in KINDS[kind].common and zlib.crc32(f"{kind}/{color}".encode()) % 12 == 0


@lru_cache(maxsize=256)
def _suited(place: Place, kinds: int) -> tuple[str, ...]:
    table = list(KINDS.values())[:kinds]
    homes = {
        Place.SEA: {Home.WATER},
        Place.LAKE: {Home.WATER},
        Place.UNDERWATER: {Home.WATER},
        Place.SKY: {Home.AIR},
        Place.SPACE: {Home.AIR},
        Place.ROOM: {Home.INDOORS},
        Place.PLAIN: set(Home),
    }.get(place, {Home.GROUND})
    return tuple(k.name for k in table if k.home in homes)


def cast(seed: int, syllabus: Syllabus = WHOLE, aspect: float = 1.0, held_out: bool = False) -> Scene:
    """The scene of this seed. With `held_out`, its first thing is of a pair that training never shows."""
    rng = random.Random(seed)
    place = Place.PLAIN if rng.random() < syllabus.plain else rng.choice(syllabus.places)
    style = Style.FLAT if rng.random() < syllabus.flat else rng.choice(syllabus.styles)
    backdrop = rng.choice(list(COLORS))
    time, weather = Time.DAY, Weather.CLEAR
    if place not in SKYLESS:
        time = rng.choices(list(Time), (5, 2.5, 2.5, 1.2))[0]
        weather = rng.choices(list(Weather), (6, 1.6, 1.2, 1, 0.8, 0.9))[0]
    stage = _Stage(rng, place, rng.uniform(0.52, 0.66), aspect, backdrop, syllabus, held_out)
    draw = rng.random()
    relation, size_word, side_word = Relation.NONE, "", ""
    if draw < syllabus.empty and place is not Place.PLAIN and not held_out:
        things: tuple[Thing, ...] = ()
    elif draw < syllabus.empty + syllabus.several:
        things = stage.several(rng.choices(range(2, 7), (4, 4, 3, 2, 2))[0])
    elif draw < syllabus.empty + syllabus.several + syllabus.pair:
        relation, things = stage.pair()
    else:
        size_word, side_word, things = stage.single()
    return Scene(
        seed, place, things, style, backdrop, time, weather, stage.horizon, aspect, relation, size_word, side_word
    )


class _Stage:
    def __init__(
        self,
        rng: random.Random,
        place: Place,
        horizon: float,
        aspect: float,
        backdrop: str,
        syllabus: Syllabus,
        held_out: bool,
    ) -> None:
        self.rng, self.place, self.horizon, self.backdrop = rng, place, horizon, backdrop
        self.syllabus, self.held_out = syllabus, held_out
        self.per_x, self.per_y = min(1.0, 1 / aspect), min(1.0, aspect)  # the shorter side, of width and height
        self.ground = {Place.ROOM: 0.88, Place.UNDERWATER: 0.93}.get(
            place, min(0.93, horizon + rng.uniform(0.17, 0.26))
        )

    def single(self) -> tuple[str, str, tuple[Thing, ...]]:
        rng = self.rng
        kind, color = self.pick(())
        word = rng.choices(("small", "", "big"), (0.14, 1 - self.syllabus.big, self.syllabus.big))[0]
        size = {"small": rng.uniform(0.19, 0.27), "": rng.uniform(0.4, 0.54), "big": rng.uniform(0.66, 0.84)}[word]
        side = rng.choices(("", "left", "right"), (0.66, 0.17, 0.17))[0] if word != "big" else ""
        x = {"": rng.uniform(0.44, 0.56), "left": rng.uniform(0.2, 0.28), "right": rng.uniform(0.72, 0.8)}[side]
        spoken = word if word == "small" or rng.random() < 0.5 else ""
        return spoken, side, (self.thing(kind, color, x, self.height(kind, size), size, self.material()),)

    def several(self, count: int) -> tuple[Thing, ...]:
        rng = self.rng
        count = min(count, self.syllabus.most)
        kind, color = self.pick(())
        wide = self.per_y == 1.0 and self.per_x < 0.8
        rows = [count] if count <= 3 or wide else ([2, 2] if count == 4 else [3, count - 3])
        room = 0.92 / self.per_x / max(rows)
        size = min(room, (0.46, 0.4)[len(rows) - 1]) * rng.uniform(0.84, 0.98)
        material = self.material()
        base = self.height(kind, size)
        heights = [base] if len(rows) == 1 else [base - 0.02, base]
        if len(rows) == 2:
            gap = size * self.per_y * rng.uniform(0.98, 1.08)
            low = min(0.985 - size / 2 * self.per_y, max(base, 0.54 + gap / 2))
            heights = [low - gap, low]
        things = []
        for row, y in zip(rows, heights, strict=True):
            step = min(1 / row, size * 1.5 * self.per_x)
            start = 0.5 - step * (row - 1) / 2
            for i in range(row):
                dx, dy = rng.uniform(-0.015, 0.015), rng.uniform(-0.012, 0.012)
                things.append(self.thing(kind, color, start + i * step + dx, y + dy, size, material))
        return tuple(things)

    def pair(self) -> tuple[Relation, tuple[Thing, ...]]:
        rng = self.rng
        relation = rng.choice((*_SIDEWAYS, Relation.ABOVE, Relation.BELOW, Relation.ON, Relation.FRONT))
        first, second = self.pick(()), ("", "")
        if relation is Relation.ON:
            bases = [
                k.name for k in list(KINDS.values())[: self.syllabus.kinds] if k.top is not None and k.name != first[0]
            ]
            second = self.pick((first[0],), among=bases)
        else:
            second = self.pick((first[0],))
        if relation in _SIDEWAYS:
            return relation, self._beside(relation, first, second)
        if relation in (Relation.ABOVE, Relation.BELOW):
            return relation, self._stacked(relation, first, second)
        return relation, self._upon(first, second) if relation is Relation.ON else self._before(first, second)

    def _beside(self, relation: Relation, first: tuple[str, str], second: tuple[str, str]) -> tuple[Thing, ...]:
        rng = self.rng
        left, right = rng.uniform(0.24, 0.29), rng.uniform(0.71, 0.76)
        if relation is Relation.RIGHT or (relation is Relation.BESIDE and rng.random() < 0.5):
            left, right = right, left
        top = min(0.48, 0.46 / self.per_x)
        a, b = rng.uniform(0.72, 1) * top, rng.uniform(0.72, 1) * top
        ya, yb = self.height(first[0], a), self.height(second[0], b)
        return self.thing(*first, left, ya, a, self.material()), self.thing(*second, right, yb, b)

    def _stacked(self, relation: Relation, first: tuple[str, str], second: tuple[str, str]) -> tuple[Thing, ...]:
        rng = self.rng
        a, b = rng.uniform(0.32, 0.42), rng.uniform(0.32, 0.42)
        x = rng.uniform(0.38, 0.62)
        high, low = rng.uniform(0.22, 0.26), rng.uniform(0.72, 0.77)
        ya, yb = (high, low) if relation is Relation.ABOVE else (low, high)
        return self.thing(*first, x, ya, a), self.thing(*second, x + rng.uniform(-0.06, 0.06), yb, b)

    def _upon(self, first: tuple[str, str], second: tuple[str, str]) -> tuple[Thing, ...]:
        rng = self.rng
        a, b = rng.uniform(0.28, 0.36), rng.uniform(0.44, 0.54)
        x = rng.uniform(0.42, 0.58)
        yb = max(self.height(second[0], b), 0.985 - b / 2 * self.per_y - 0.1)
        yb = min(yb, 0.99 - b / 2 * self.per_y)
        surface = yb + (KINDS[second[0]].top or -0.9) * b / 2 * self.per_y
        ya = surface - (KINDS[first[0]].foot * a / 2 - 0.01) * self.per_y
        return self.thing(*first, x, ya, a), self.thing(*second, x + rng.uniform(-0.03, 0.03), yb, b)

    def _before(self, first: tuple[str, str], second: tuple[str, str]) -> tuple[Thing, ...]:
        rng = self.rng
        a, b = rng.uniform(0.28, 0.36), rng.uniform(0.56, 0.66)
        x, side = rng.uniform(0.44, 0.56), rng.choice((-1, 1))
        yb = self.height(second[0], b)
        foot = yb + KINDS[second[0]].foot * b / 2 * self.per_y + 0.05
        ya = min(foot - KINDS[first[0]].foot * a / 2 * self.per_y, 0.985 - a / 2 * self.per_y)
        return self.thing(*first, x + side * 0.17 * self.per_x, ya, a), self.thing(*second, x, yb, b)

    def pick(self, taken: tuple[str, ...], among: list[str] | None = None) -> tuple[str, str]:
        rng = self.rng
        pool = among or list(KINDS)[: self.syllabus.kinds]
        suited = _suited(self.place, self.syllabus.kinds)
        wanted = self.held_out and not taken
        while True:
            kind = rng.choice(suited) if among is None and suited and rng.random() < 0.35 else rng.choice(pool)
            common = KINDS[kind].common
            color = rng.choice(common) if common and rng.random() < 0.25 else rng.choice(list(COLORS))
            if kind not in taken and color != self._hidden() and is_held_out(kind, color) == wanted:
                return kind, color

    def _hidden(self) -> str:
        """The colour that would not show on this place's ground."""
        return {Place.PLAIN: self.backdrop, Place.SPACE: "black", Place.SNOW: "white", Place.SKY: "white"}.get(
            self.place, ""
        )

    def material(self) -> Material:
        return self.rng.choice(list(Material)[1:]) if self.rng.random() < self.syllabus.material else Material.NONE

    def height(self, name: str, size: float) -> float:
        """Where the centre of a thing of this kind belongs."""
        kind, rng = KINDS[name], self.rng
        half = size / 2 * self.per_y
        if self.place in _FLOATING:
            y = rng.uniform(0.46, 0.54)
        elif kind.home is Home.AIR or (self.place is Place.UNDERWATER and kind.home is Home.WATER):
            y = rng.uniform(0.34, 0.5)
        else:
            y = self._stand(kind, half)
        return min(max(y, half * 1.02), 1 - half * 1.02)

    def _stand(self, kind: Kind, half: float) -> float:
        ground = self.ground if self.place not in (Place.SEA, Place.LAKE) else self.horizon + self.rng.uniform(0.1, 0.2)
        return max(ground, self.horizon + 0.1) + self.rng.uniform(0.0, 0.02) - kind.foot * half

    def thing(
        self, kind: str, color: str, x: float, y: float, size: float, material: Material = Material.NONE
    ) -> Thing:
        rng = self.rng
        return Thing(kind, color, x, y, size, material, rng.random() < 0.5, rng.randrange(1 << 30))
