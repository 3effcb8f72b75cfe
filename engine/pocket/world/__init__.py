"""The pocket model's world: scenes, their pictures, masks, edges and captions. Training and evaluation enter here."""

from engine.pocket.world.captions import FULL, TRAINING, Candour, caption, vocabulary
from engine.pocket.world.casting import FIRST, LARGER, MIDDLE, PAIRED, WHOLE, Syllabus, cast, is_held_out
from engine.pocket.world.kinds import KINDS
from engine.pocket.world.palette import COLORS
from engine.pocket.world.picture import Picture, edges, in_style, paint, render
from engine.pocket.world.scene import (
    Material,
    Place,
    Relation,
    Scene,
    Style,
    Thing,
    Time,
    Weather,
    scene_from_json,
)

__all__ = [
    "COLORS",
    "FIRST",
    "FULL",
    "KINDS",
    "LARGER",
    "MIDDLE",
    "PAIRED",
    "TRAINING",
    "WHOLE",
    "Candour",
    "Material",
    "Picture",
    "Place",
    "Relation",
    "Scene",
    "Style",
    "Syllabus",
    "Thing",
    "Time",
    "Weather",
    "caption",
    "cast",
    "edges",
    "in_style",
    "is_held_out",
    "paint",
    "render",
    "scene_from_json",
    "vocabulary",
]
