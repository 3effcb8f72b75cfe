"""The table of kinds of objects: how each is drawn, where it lives, what stands on it. Their words: words.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from engine.pocket.world.objects import animals, built, flyers, grown, household, solids
from engine.pocket.world.palette import Color
from engine.pocket.world.pen import Pen


class Home(StrEnum):
    GROUND = "ground"
    AIR = "air"
    WATER = "water"
    INDOORS = "indoors"
    SHAPE = "shape"  # at home nowhere and everywhere


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    draw: Callable[[Pen, Color], None]
    home: Home
    top: float | None = None  # height of a surface that others may stand on, in pen units
    foot: float = 1.0  # where it touches the ground, in pen units
    common: tuple[str, ...] = ()  # the colours it mostly has


_G, _A, _W, _I, _S = Home.GROUND, Home.AIR, Home.WATER, Home.INDOORS, Home.SHAPE
_ROWS = (
    # The order is the curriculum: training begins with the first of them.
    Kind("house", built.draw_house, _G, -0.9),
    Kind("cat", animals.draw_cat, _G),
    Kind("tree", grown.draw_tree, _G, common=("green",)),
    Kind("car", built.draw_car, _G, -0.46, 0.75),
    Kind("boat", built.draw_boat, _W, foot=0.9),
    Kind("fish", flyers.draw_fish, _W, foot=0.5),
    Kind("heart", solids.draw_heart, _S, foot=0.9),
    Kind("star", solids.draw_star, _A, foot=0.9),
    Kind("flower", grown.draw_flower, _G),
    Kind("balloon", built.draw_balloon, _A),
    Kind("robot", household.draw_robot, _G),
    Kind("castle", built.draw_castle, _G),
    Kind("dog", animals.draw_dog, _G, common=("brown",)),
    Kind("bird", flyers.draw_bird, _A, foot=0.92),
    Kind("mushroom", grown.draw_mushroom, _G, -0.9, common=("red",)),
    Kind("umbrella", household.draw_umbrella, _I),
    Kind("apple", grown.draw_apple, _I, foot=0.9, common=("red", "green")),
    Kind("rocket", built.draw_rocket, _A),
    Kind("butterfly", flyers.draw_butterfly, _A, foot=0.9),
    Kind("ball", solids.draw_ball, _S, foot=0.9),
    Kind("cup", household.draw_cup, _I, foot=0.92),
    Kind("lighthouse", built.draw_lighthouse, _G),
    Kind("train", built.draw_train, _G, foot=0.9),
    Kind("whale", flyers.draw_whale, _W, foot=0.66, common=("blue",)),
    Kind("dragon", flyers.draw_dragon, _G, foot=0.96),
    Kind("bicycle", built.draw_bicycle, _G, foot=0.84),
    Kind("rabbit", animals.draw_rabbit, _G),
    Kind("cube", solids.draw_cube, _S, -0.6, 0.9),
    Kind("square", solids.draw_square, _S, -0.86, 0.86),
    Kind("circle", solids.draw_circle, _S, foot=0.94),
    Kind("triangle", solids.draw_triangle, _S, foot=0.8),
    Kind("moon", solids.draw_moon, _A, foot=0.96, common=("yellow", "white")),
    Kind("airplane", built.draw_airplane, _A, foot=0.6),
    Kind("truck", built.draw_truck, _G, -0.62, 0.72),
    Kind("windmill", built.draw_windmill, _G),
    Kind("ghost", flyers.draw_ghost, _A, foot=0.95, common=("white",)),
    Kind("snowman", household.draw_snowman, _G, common=("white",)),
    Kind("owl", flyers.draw_owl, _G, common=("brown",)),
    Kind("penguin", flyers.draw_penguin, _G, common=("black",)),
    Kind("elephant", animals.draw_elephant, _G, common=("gray",)),
    Kind("horse", animals.draw_horse, _G, common=("brown", "white")),
    Kind("turtle", animals.draw_turtle, _G, -0.46, 0.86, common=("green",)),
    Kind("frog", animals.draw_frog, _G, foot=0.96, common=("green",)),
    Kind("pig", animals.draw_pig, _G, foot=0.94, common=("pink",)),
    Kind("sheep", animals.draw_sheep, _G, foot=0.96, common=("white",)),
    Kind("snail", animals.draw_snail, _G, foot=0.84),
    Kind("bee", flyers.draw_bee, _A, foot=0.66, common=("yellow",)),
    Kind("octopus", flyers.draw_octopus, _W),
    Kind("giraffe", animals.draw_giraffe, _G, common=("yellow", "orange")),
    Kind("cactus", grown.draw_cactus, _G, common=("green",)),
    Kind("palm", grown.draw_palm, _G, common=("green",)),
    Kind("banana", grown.draw_banana, _I, foot=0.76, common=("yellow",)),
    Kind("strawberry", grown.draw_strawberry, _I, common=("red",)),
    Kind("cake", grown.draw_cake, _I),
    Kind("book", household.draw_book, _I, -0.4, 0.76),
    Kind("clock", household.draw_clock, _I, foot=0.96),
    Kind("candle", household.draw_candle, _I),
    Kind("lamp", household.draw_lamp, _I),
    Kind("chair", household.draw_chair, _I, 0.06),
    Kind("table", household.draw_table, _I, -0.24, common=("brown",)),
    Kind("guitar", household.draw_guitar, _I, foot=0.94),
    Kind("vase", household.draw_vase, _I),
    Kind("hat", household.draw_hat, _I, foot=0.84),
    Kind("pyramid", solids.draw_pyramid, _S, foot=0.9),
    Kind("cone", solids.draw_cone, _S, foot=0.94),
    Kind("cylinder", solids.draw_cylinder, _S, -0.76, 0.92),
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ROWS}
