import random
import re

from engine.pocket.parts import make_tokenizer
from engine.pocket.world import (
    FULL,
    WHOLE,
    Candour,
    Place,
    Relation,
    Scene,
    Style,
    Thing,
    Time,
    caption,
    cast,
    vocabulary,
)


def test_a_full_caption_names_color_kind_place_hour_and_style() -> None:
    thing = Thing("house", "red", 0.5, 0.6, 0.5)
    scene = Scene(1, Place.HILLS, (thing,), Style.WATERCOLOR, time=Time.SUNSET)
    for number in range(30):
        text = caption(scene, random.Random(number), FULL)
        for word in ("red house", "on green hills", "at sunset", "watercolor"):
            assert word in text


def test_a_caption_names_both_things_and_their_relation() -> None:
    things = (Thing("cat", "black", 0.3, 0.6, 0.3), Thing("chair", "green", 0.7, 0.6, 0.3))
    scene = Scene(1, Place.ROOM, things, relation=Relation.LEFT)
    assert "a black cat to the left of a green chair" in caption(scene, random.Random(2), FULL)


def test_several_things_are_counted_in_the_plural() -> None:
    things = tuple(Thing("butterfly", "blue", x, 0.5, 0.3) for x in (0.2, 0.5, 0.8))
    assert "three blue butterflies" in caption(Scene(1, Place.MEADOW, things), random.Random(2), FULL)


def test_captions_of_one_scene_vary() -> None:
    scene = cast(12)
    assert len({caption(scene, random.Random(n)) for n in range(40)}) > 25


def test_no_caption_has_loose_ends() -> None:
    for number in range(4000):
        text = caption(cast(number), random.Random(number), held_out=number % 3 == 0)
        assert text
        assert text == text.strip(" ,")
        assert not re.search(r"\s,|,,|  |\{|\}", text), text
        assert not re.search(r"\ba [aeiou]", text), text


def test_every_word_of_every_caption_of_training_is_in_the_vocabulary() -> None:
    known = set(vocabulary())
    for number in range(4000):
        words = re.findall(r"[^\s,]+", caption(cast(number), random.Random(number)))
        assert known.issuperset(words)


def test_the_vocabulary_holds_no_word_that_training_never_says() -> None:
    said: set[str] = set()
    for number in range(60_000):
        said.update(re.findall(r"[^\s,]+", caption(cast(2 * number), random.Random(number))))
    assert set(vocabulary()) - said == set()


def test_a_caption_fits_the_tokenizer_and_holds_nothing_unknown() -> None:
    tokenizer = make_tokenizer(vocabulary())
    for number in range(300):
        ids = tokenizer(caption(cast(number, WHOLE), random.Random(number), Candour(1, 1, 1, 1, 1, 0, 1))).input_ids
        assert len(ids) <= 40
        assert tokenizer.unk_token_id not in ids
