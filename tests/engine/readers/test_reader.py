"""Readers: vectors, ranks, phrases and weights, from encoders with random weights; sentences where there are none."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.engine import Engine
from engine.errors import ReaderError, SourceError
from engine.pocket.encoders import make_encoders
from engine.pocket.parts import make_tokenizer
from engine.pocket.world import KINDS, Place, Scene, Thing, render, words
from engine.pocket.world.captions import with_article
from engine.readers.questions import Describe, EmbedPictures, EmbedWords, Rank, Scores, Vectors, WeighWords
from engine.readers.reader import MOST_ITEMS, Reader, own_phrases
from engine.settings import EngineSettings


def picture(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 30), colour).save(out, "PNG")
    return out.getvalue()


RED, BLUE = picture("red"), picture("blue")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch

    torch.manual_seed(1)
    made = tmp_path_factory.mktemp("encoders")
    tokenizer = make_tokenizer(["a", "red", "blue", "house", "fox", "on", "green", "hills"])
    make_encoders(len(tokenizer)).save_pretrained(made)
    tokenizer.save_pretrained(made)
    return made


@pytest.fixture(scope="module")
def reader(folder: Path) -> Reader:
    return Reader(folder)


def vectors(answer: object) -> tuple[tuple[float, ...], ...]:
    assert isinstance(answer, Vectors)
    return answer.vectors


def scores(answer: object) -> Scores:
    assert isinstance(answer, Scores)
    return answer


def likeness(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_words_and_pictures_become_vectors_of_length_one_in_one_space(reader: Reader) -> None:
    words = vectors(reader.answer(EmbedWords(("a red house", "a blue fox"))))
    shown = vectors(reader.answer(EmbedPictures((RED, BLUE))))
    assert len({len(vector) for vector in (*words, *shown)}) == 1
    assert all(likeness(vector, vector) == pytest.approx(1, abs=1e-5) for vector in (*words, *shown))
    assert likeness(*words) < 0.9999
    assert likeness(*shown) < 0.9999


def test_a_question_is_answered_alike_alone_and_among_others(reader: Reader) -> None:
    (alone,) = vectors(reader.answer(EmbedWords(("a red house",))))
    beside = vectors(reader.answer(EmbedWords(("a blue fox on green hills", "a red house"))))[1]
    assert likeness(alone, beside) == pytest.approx(1, abs=1e-4)


def test_a_rank_orders_by_likeness(reader: Reader) -> None:
    (text,) = vectors(reader.answer(EmbedWords(("a red house",))))
    shown = vectors(reader.answer(EmbedPictures((RED, BLUE, RED))))
    ranked = scores(reader.answer(Rank("a red house", (RED, BLUE, RED)))).scores
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)
    for one in ranked:
        assert one.score == pytest.approx(likeness(text, shown[one.index]), abs=1e-4)


def test_a_description_is_the_nearest_phrases(reader: Reader) -> None:
    phrases = ("a red house", "a blue fox", "green hills", "a house on hills")
    found = scores(reader.answer(Describe(RED, phrases, most=2))).scores
    assert len(found) == 2
    assert found[0].score >= found[1].score
    assert all(one.text == phrases[one.index] for one in found)


def test_a_description_without_phrases_chooses_from_those_that_come_along(reader: Reader) -> None:
    found = scores(reader.answer(Describe(RED))).scores
    assert len(found) == 5
    assert all(own_phrases()[one.index] == one.text for one in found)
    assert scores(reader.answer(Describe(RED))).scores == found
    told = scores(reader.answer(Describe(RED, own_phrases()))).scores
    assert [one.text for one in told] == [one.text for one in found]


def test_the_phrases_that_come_along_are_the_plain_words_of_the_shipped_world() -> None:
    things = [with_article(words.names_of(kind)[0]) for kind in KINDS]
    tables: tuple[Mapping[Any, tuple[str, ...]], ...] = (
        words.COLOR_WORDS, words.PLACE_WORDS, words.TIME_WORDS, words.WEATHER_WORDS, words.MATERIAL_WORDS,
        words.STYLE_WORDS,
    )  # fmt: skip
    plain = {choices[0].replace("{c}", "plain") for table in tables for choices in table.values()}
    assert set(own_phrases()) == {*things, *{"on a plain background" if "plain" in one else one for one in plain}}
    assert len(own_phrases()) == len(set(own_phrases())) <= MOST_ITEMS


def test_questions_without_words_are_refused_with_a_sentence(reader: Reader) -> None:
    for question in (WeighWords("", RED), WeighWords(" \n", RED), Rank("", (RED,))):
        with pytest.raises(ReaderError, match="The text has no words"):
            reader.answer(question)
    for most in (0, -1):
        with pytest.raises(ReaderError, match="says nothing; ask for 1 or more"):
            reader.answer(Describe(RED, ("a",), most))
    with pytest.raises(ReaderError, match="takes 1 to 256 texts, and this one has 0"):
        reader.answer(Describe(RED, ()))


def test_words_are_weighed_in_their_order(reader: Reader) -> None:
    weighed = scores(reader.answer(WeighWords("a red house", RED))).scores
    assert [one.text for one in weighed] == ["a", "red", "house"]
    assert len({one.score for one in weighed}) == 3


def test_without_a_picture_words_are_weighed_against_the_whole_text(reader: Reader) -> None:
    weighed = scores(reader.answer(WeighWords("a red house"))).scores
    assert [one.text for one in weighed] == ["a", "red", "house"]
    assert all(one.score > 0 for one in weighed)


def test_a_long_text_is_weighed_whole_and_what_the_encoder_does_not_read_weighs_nothing(reader: Reader) -> None:
    long = scores(reader.answer(WeighWords("red fox " + "on green hills " * 999))).scores
    assert len(long) == 2999
    assert long[0].score > 0
    assert {one.score for one in long[100:]} == {0.0}
    seen = scores(reader.answer(WeighWords("red fox " + "on green hills " * 999, RED))).scores
    assert [one.text for one in seen] == [one.text for one in long]


def test_a_word_weighs_the_same_whether_or_not_others_stand_where_nobody_reads(reader: Reader) -> None:
    heard = "a red house on green hills " * 20
    few, many = (scores(reader.answer(WeighWords(text))).scores for text in (heard, heard + "fox " * 300))
    assert [one.score for one in many[:120]] == pytest.approx([one.score for one in few], abs=1e-5)


def test_vectors_say_which_encoders_made_them(reader: Reader, folder: Path) -> None:
    answer = reader.answer(EmbedWords(("a",)))
    assert answer.reader.startswith("sha256:")
    assert Reader(folder).answer(EmbedWords(("a",))).reader == answer.reader


def test_pictures_are_evened_out_as_the_encoders_makers_say(reader: Reader, folder: Path, tmp_path: Path) -> None:
    copied = tmp_path / "copied"
    shutil.copytree(folder, copied)
    (plain,) = vectors(reader.answer(EmbedPictures((RED,))))
    for mean, is_same in ((0.5, True), (0.4, False)):
        said = {"image_mean": [mean] * 3, "image_std": [0.5] * 3}
        (copied / "preprocessor_config.json").write_text(json.dumps(said))
        (evened,) = vectors(Reader(copied).answer(EmbedPictures((RED,))))
        assert (evened == pytest.approx(plain, abs=1e-5)) is is_same


def test_without_encoders_a_sentence_says_so(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="no encoders here"):
        Reader(tmp_path).answer(EmbedWords(("a",)))


def test_too_many_and_none_are_refused_and_so_is_what_is_no_picture(reader: Reader) -> None:
    for texts in ((), ("a",) * 257):
        with pytest.raises(ReaderError, match="takes 1 to 256 texts"):
            reader.answer(EmbedWords(texts))
    with pytest.raises(SourceError):
        reader.answer(EmbedPictures((b"no picture",)))


async def test_an_engine_answers_beside_its_painting(folder: Path) -> None:
    async with await Engine.open(EngineSettings(device="none", encoders=folder)) as engine:
        answer = await engine.read(EmbedWords(("a red house",)))
        assert len(vectors(answer)) == 1


async def test_an_engine_that_paints_only_cards_reads_no_pictures_unless_it_is_told_with_what() -> None:
    """Reading imports torch, and whoever wants no device wants none of that."""
    async with await Engine.open(EngineSettings(device="none")) as engine:
        with pytest.raises(ReaderError, match="There are no encoders here"):
            await engine.read(EmbedWords(("a red house",)))


def test_the_pair_that_ships_finds_what_is_named() -> None:
    kinds = ("boat", "house", "balloon")
    files = tuple(drawn(kind) for kind in kinds)
    for at, kind in enumerate(kinds):
        assert scores(Reader().answer(Rank(f"a {kind}", files))).scores[0].index == at


def drawn(kind: str) -> bytes:
    out = io.BytesIO()
    render(Scene(1, Place.PLAIN, (Thing(kind, "red", 0.5, 0.5, 0.6),)), 256, 256).save(out, "PNG")
    return out.getvalue()


def test_the_model_that_ships_weighs_words_by_its_own_ears() -> None:
    answer = Reader().answer(WeighWords("a red house at night, quixotic"))
    assert isinstance(answer, Scores)
    lost = {one.text: one.score for one in answer.scores}
    assert min(lost["red"], lost["house"], lost["night,"]) > max(lost["a"], lost["at"], lost["quixotic"])
