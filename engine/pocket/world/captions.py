"""Captions for scenes, from terse tags to full sentences. Some sentence forms are kept for evaluation."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.pocket.world import words
from engine.pocket.world.kinds import KINDS
from engine.pocket.world.palette import COLORS
from engine.pocket.world.scene import SKYLESS, Material, Place, Relation, Scene, Style, Time, Weather

# {s} subject, {p} place, {t} hour, {w} weather, {y} style; empty parts vanish with the comma before them.
FORMS = (
    "{s} {p} {t}, {w}, {y}",
    "{s} {p} {t} {w}, {y}",
    "{s} {p}, {t}, {w}, {y}",
    "{s}, {p}, {t}, {w}, {y}",
    "{s}, {y}, {p}, {t}, {w}",
    "{y} of {s} {p} {t} {w}",
    "{ay} of {s} {p} {t}, {w}",
    "{s} {p} {t} {w} in the style of {y}",
    "{y}, {s} {p} {t} {w}",
    "{s} {p} {w} {t}, {y} style",
    "{t}, {s} {p}, {w}, {y}",
    "a picture of {s} {p} {t} {w}, {y}",
    "{p} {s} {t}, {w}, {y}",
)
HELD_OUT_FORMS = (
    "there is {s} {p} {t}, {w}, {y}",
    "{p}, {t}, {w}: {s}, as {ay}",
    "please paint {s} {p} {t} {w} as {ay}",
    "an image showing {s} {p} {t} {w}; {y}",
)
_SCENERY_FORMS = (
    "{v} {t}, {w}, {y}",
    "{y} of {v} {t} {w}",
    "{v}, {t}, {w}, {y}",
    "{t} {v} {w}, {y}",
    "{hour} over {v}, {w}, {y}",
    "{v} {w}, {y}",
)
_HOURS = {
    Time.DAY: ("day",),
    Time.SUNSET: ("sunset", "dusk"),
    Time.NIGHT: ("night", "starry night"),
    Time.DAWN: ("sunrise", "dawn"),
}


@dataclass(frozen=True, slots=True)
class Candour:
    """How much a caption says: the chances that it names each part, and that it prefers plain words."""

    color: float = 0.93
    place: float = 0.86
    hour: float = 0.84
    weather: float = 0.86
    style: float = 0.88
    plain: float = 0.62
    praise: float = 0.07


TRAINING = Candour()
FULL = Candour(1, 1, 1, 1, 1, 1, 0)


class _Speaker:
    def __init__(self, scene: Scene, rng: random.Random, candour: Candour) -> None:
        self.scene, self.rng, self.candour = scene, rng, candour

    def word(self, choices: tuple[str, ...]) -> str:
        return choices[0] if self.rng.random() < self.candour.plain else self.rng.choice(choices)

    def says(self, chance: float) -> bool:
        return chance >= 1 or self.rng.random() < chance

    def noun(self, index: int, number: int = 1) -> str:
        thing = self.scene.things[index]
        name = self.word(words.names_of(thing.kind))
        parts = [self.word(words.COLOR_WORDS[thing.color]) if self.says(self.candour.color) else ""]
        if thing.material is not Material.NONE:
            parts.insert(self.rng.randrange(2), self.word(words.MATERIAL_WORDS[thing.material]))
        if self.scene.size_word and index == 0:
            parts.insert(0, self.word(words.SIZE_WORDS[self.scene.size_word]))
        if self.rng.random() < self.candour.praise:
            parts.insert(0, self.rng.choice(words.PRAISE))
        noun = " ".join(p for p in (*parts, words.plural(name) if number > 1 else name) if p)
        return noun if number > 1 else with_article(noun)

    def subject(self) -> str:
        scene = self.scene
        if scene.relation is not Relation.NONE:
            link = self.word(words.RELATION_WORDS[scene.relation])
            if scene.relation is Relation.BESIDE:
                link = self.rng.choice(words.RELATION_WORDS[Relation.BESIDE])
            return f"{self.noun(0)} {link} {self.noun(1)}"
        if scene.count > 1:
            return f"{self.word(words.NUMBERS[scene.count])} {self.noun(0, scene.count)}"
        side = f" {self.rng.choice(('on', 'at'))} the {scene.side_word}" if scene.side_word and self.says(0.85) else ""
        return self.noun(0) + side

    def ground(self) -> str:
        backdrop = self.scene.backdrop
        phrase = self.word(words.PLACE_WORDS[self.scene.place])
        return phrase.replace("a {c}", with_article(backdrop)).replace("{c}", backdrop)

    def parts(self) -> dict[str, str]:
        scene, candour = self.scene, self.candour
        place = self.ground() if self.says(candour.place) else ""
        if scene.place is Place.ROOM and self.says(0.3):
            place += f" with {self.word(words.COLOR_WORDS[scene.backdrop])} walls"
        hour = weather = ""
        if scene.place not in SKYLESS:
            quiet = 0.7 if scene.time is Time.DAY and candour.plain < 1 else 0.0
            hour = self.word(words.TIME_WORDS[scene.time]) if self.says(candour.hour * (1 - quiet)) else ""
            quiet = 0.85 if scene.weather is Weather.CLEAR else 0.0
            weather = self.word(words.WEATHER_WORDS[scene.weather]) if self.says(candour.weather * (1 - quiet)) else ""
        quiet = 0.6 if scene.style is Style.FLAT and candour.plain < 1 else 0.0
        style = self.word(words.STYLE_WORDS[scene.style]) if self.says(candour.style * (1 - quiet)) else ""
        return {"p": place, "t": hour, "w": weather, "y": style, "ay": with_article(style) if style else ""}


def with_article(noun: str) -> str:
    return ("an " if noun[0] in "aeiou8" else "a ") + noun


def caption(scene: Scene, rng: random.Random, candour: Candour = TRAINING, held_out: bool = False) -> str:
    speaker = _Speaker(scene, rng, candour)
    parts = speaker.parts()
    if not scene.things:
        view = speaker.word(words.SCENERY[scene.place])
        form = rng.choice(_SCENERY_FORMS)
        if scene.place in SKYLESS or "{hour}" in form:
            parts["t"] = ""
        hour = rng.choice(_HOURS[scene.time]) if scene.place not in SKYLESS else "a view"
        return tidy(form.format(v=view, hour=hour, **parts))
    subject = speaker.subject()
    form = rng.choice(HELD_OUT_FORMS if held_out else FORMS)
    if not parts["y"]:
        form = "{s} {p} {t} {w}" if "of {s}" in form or "style" in form else form
    text = tidy(form.format(s=subject, **parts))
    if candour.plain < 1:
        text = loosened(text, rng)
    return text


def loosened(text: str, rng: random.Random) -> str:
    """As people really type: without the article, with a flourish, in tags."""
    draw = rng.random()
    if draw < 0.2:
        for article in ("a ", "an ", "the "):
            text = text.removeprefix(article)
    elif draw < 0.3:
        text = " ".join(w for w in text.replace(",", " ,").split() if w not in ("a", "an", "the")).replace(" ,", ",")
    if rng.random() < 0.05:
        text += ", " + rng.choice(words.FLOURISHES)
    return text


def tidy(text: str) -> str:
    """Drops what empty parts left behind."""
    pieces = [" ".join(piece.split()) for piece in text.replace(":", ",").replace(";", ",").split(",")]
    return ", ".join(piece for piece in pieces if piece)


def vocabulary() -> list[str]:
    """Every word that a caption of training can hold, sorted. A word that is never trained would be a random vector:
    one that only held-out forms say is unknown like any other.
    """
    phrases: list[str] = [*FORMS, *_SCENERY_FORMS, *words.PRAISE, *words.FLOURISHES, *COLORS]
    phrases += ["a an the of with walls on at left right style view day", *words.IRREGULAR.values()]
    for kind in KINDS:
        phrases += [word for name in words.names_of(kind) for word in (name, words.plural(name))]
    tables: tuple[Mapping[Any, tuple[str, ...]], ...] = (
        words.COLOR_WORDS,
        words.SIZE_WORDS,
        words.NUMBERS,
        words.MATERIAL_WORDS,
        words.RELATION_WORDS,
        words.PLACE_WORDS,
        words.SCENERY,
        words.TIME_WORDS,
        words.WEATHER_WORDS,
        words.STYLE_WORDS,
        _HOURS,
    )
    for table in tables:
        phrases += [phrase for choices in table.values() for phrase in choices]
    found: set[str] = set()
    for phrase in phrases:
        for part in ("{s}", "{p}", "{t}", "{w}", "{y}", "{ay}", "{v}", "{hour}", "{c}"):
            phrase = phrase.replace(part, " ")
        found.update(phrase.replace(",", " ").replace(":", " ").replace(";", " ").split())
    return sorted(found)
