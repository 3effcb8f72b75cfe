"""What somebody types who looks for a picture: a thing, perhaps its colour, a place, an hour, a style; seldom all."""

from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt

from engine.pocket.training.facts import NAMES, NUMBER_OF
from engine.pocket.world import Scene, words
from engine.pocket.world.captions import with_article
from engine.pocket.world.scene import SKYLESS

THING, COLOR, PLURAL, ARTICLE = 0.85, 0.55, 0.2, 0.4
PLACE, HOUR, STYLE = 0.3, 0.2, 0.25


def ask(scene: Scene, rng: random.Random) -> tuple[str, npt.NDArray[np.bool_]]:
    """Words that are true of the scene, and the facts that they name."""
    said: list[str] = []
    facts: list[str] = []
    if scene.things and rng.random() < THING:
        _thing(scene, rng, said, facts)
    if not said or rng.random() < PLACE:
        said.append(rng.choice(words.PLACE_WORDS[scene.place]).replace("{c}", scene.backdrop))
        facts.append(f"at {scene.place}")
        if scene.backdrop in said[-1].split():
            facts.append(f"before {scene.backdrop}")
    if scene.place not in SKYLESS and rng.random() < HOUR:
        said.append(rng.choice(words.TIME_WORDS[scene.time]))
        facts.append(f"by {scene.time}")
    if rng.random() < STYLE:
        said.append(rng.choice(words.STYLE_WORDS[scene.style]))
        facts.append(f"as {scene.style}")
    named = np.zeros(len(NAMES), dtype=bool)
    named[[NUMBER_OF[fact] for fact in facts]] = True
    return rng.choice((" ", " ", ", ")).join(said), named


def _thing(scene: Scene, rng: random.Random, said: list[str], facts: list[str]) -> None:
    thing = rng.choice(scene.things)
    noun = rng.choice(words.names_of(thing.kind))
    is_plural = rng.random() < PLURAL
    noun = words.plural(noun) if is_plural else noun
    facts.append(thing.kind)
    if rng.random() < COLOR:
        noun = f"{rng.choice(words.COLOR_WORDS[thing.color])} {noun}"
        facts += [thing.color, f"{thing.color} {thing.kind}"]
    said.append(with_article(noun) if not is_plural and rng.random() < ARTICLE else noun)
