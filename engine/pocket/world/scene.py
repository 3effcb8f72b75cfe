"""A scene: everything that decides one picture of the world, as frozen values, JSON both ways. It draws nothing."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from enum import StrEnum

from engine.pocket.world.palette import COLORS


class Place(StrEnum):
    PLAIN = "plain"
    MEADOW = "meadow"
    HILLS = "hills"
    SEA = "sea"
    MOUNTAINS = "mountains"
    FOREST = "forest"
    DESERT = "desert"
    SNOW = "snow"
    CITY = "city"
    SPACE = "space"
    UNDERWATER = "underwater"
    BEACH = "beach"
    LAKE = "lake"
    ROOM = "room"
    SKY = "sky"


class Time(StrEnum):
    DAY = "day"
    SUNSET = "sunset"
    NIGHT = "night"
    DAWN = "dawn"


class Weather(StrEnum):
    CLEAR = "clear"
    CLOUDY = "cloudy"
    RAIN = "rain"
    SNOWFALL = "snowfall"
    FOG = "fog"
    RAINBOW = "rainbow"


class Style(StrEnum):
    FLAT = "flat"
    WATERCOLOR = "watercolor"
    PIXEL = "pixel"
    INK = "ink"
    OIL = "oil"
    NEON = "neon"
    PENCIL = "pencil"
    STAINED_GLASS = "stained glass"
    PAPERCUT = "papercut"
    WOODBLOCK = "woodblock"
    LOW_POLY = "low poly"
    COMIC = "comic"


class Material(StrEnum):
    NONE = ""
    WOODEN = "wooden"
    METALLIC = "metallic"
    GLASS = "glass"
    FLUFFY = "fluffy"
    STRIPED = "striped"
    SPOTTED = "spotted"


class Relation(StrEnum):
    NONE = ""
    LEFT = "left of"
    RIGHT = "right of"
    ABOVE = "above"
    BELOW = "below"
    BESIDE = "next to"
    ON = "on"
    FRONT = "in front of"


SKYLESS = frozenset({Place.PLAIN, Place.SPACE, Place.UNDERWATER, Place.ROOM})  # no time of day, no weather


@dataclass(frozen=True, slots=True)
class Thing:
    kind: str
    color: str
    x: float  # centre, of the picture's width
    y: float  # centre, of its height
    size: float  # of its shorter side
    material: Material = Material.NONE
    flip: bool = False
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    seed: int
    place: Place
    things: tuple[Thing, ...]
    style: Style = Style.FLAT
    backdrop: str = "white"  # the colour of a plain place, or of a room's wall
    time: Time = Time.DAY
    weather: Weather = Weather.CLEAR
    horizon: float = 0.62
    aspect: float = 1.0  # width over height
    relation: Relation = Relation.NONE  # of the first thing to the second
    size_word: str = ""  # "small" or "big", where a single thing is
    side_word: str = ""  # "left" or "right", where a single thing stands there

    def __post_init__(self) -> None:
        for color in (self.backdrop, *(thing.color for thing in self.things)):
            if color not in COLORS:
                raise ValueError(f"{color!r} is not a colour of the world; use one of {', '.join(COLORS)}")

    @property
    def count(self) -> int:
        """How many things of the first kind and colour there are."""
        first = self.things[0] if self.things else None
        return sum(first is not None and (t.kind, t.color) == (first.kind, first.color) for t in self.things)

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self), separators=(",", ":"))


def scene_from_json(text: str) -> Scene:
    raw = json.loads(text)
    raw["things"] = tuple(Thing(**{**t, "material": Material(t["material"])}) for t in raw["things"])
    for name, kind in (
        ("place", Place),
        ("style", Style),
        ("time", Time),
        ("weather", Weather),
        ("relation", Relation),
    ):
        raw[name] = kind(raw[name])
    return Scene(**raw)
