"""What a job's message shows, from waiting to its end."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.buttons.custom_id import Action
from bot.kinds import Kind
from bot.messages import cards
from bot.messages.cards import Card, Document, Pictures, Tone
from bot.messages.live import Live
from bot.store.words import Privacy, State
from tests.bot.store.rows import NOW, make_job, make_picture

ID = "0123456789ab"
FOUR = tuple(make_picture(ID, cell) for cell in range(4))
DONE = make_job(ID, state=State.DONE, started_at=NOW, ended_at=NOW + timedelta(seconds=12))


def labels(card: Card) -> list[list[str]]:
    return [[button.label or button.emoji for button in row] for row in card.rows]


def test_a_grid_has_midjourneys_layout() -> None:
    assert labels(cards.ended(DONE, FOUR)) == [["U1", "U2", "U3", "U4", "🔄"], ["V1", "V2", "V3", "V4"]]


def test_a_single_picture_can_be_enlarged_varied_kept_and_deleted() -> None:
    job = make_job(ID, kind=Kind.SINGLE, state=State.DONE)
    assert [len(row) for row in labels(cards.ended(job, FOUR[:1]))] == [2, 2, 4]


@pytest.mark.parametrize("kind", [Kind.UPSCALE_SUBTLE, Kind.UPSCALE_CREATIVE])
def test_what_is_enlarged_is_not_enlarged_again(kind: Kind) -> None:
    card = cards.ended(make_job(ID, kind=kind, state=State.DONE), FOUR[:1])
    assert not any("Upscale" in label for row in labels(card) for label in row)


def test_pressed_buttons_show_it() -> None:
    card = cards.ended(DONE, FOUR, {(Action.SINGLE, 1), (Action.VARY, 3), (Action.REROLL, 0)})
    pressed = [button.label or button.emoji for row in card.rows for button in row if button.tone is Tone.PRESSED]
    assert pressed == ["U2", "🔄", "V4"]


def test_pictures_keep_their_numbers_when_others_were_deleted() -> None:
    assert labels(cards.ended(DONE, (FOUR[0], FOUR[3]))) == [["U1", "U4", "🔄"], ["V1", "V4"]]
    last = cards.ended(DONE, FOUR[2:3])
    assert {button.cell for row in last.rows for button in row} == {2}


def test_words_that_are_kept_private_are_nowhere_on_the_card() -> None:
    job = make_job(ID, text="secret " * 200, notes=("secret",), state=State.DONE)
    card = cards.ended(job, FOUR, is_wordless=True)
    (shown,) = card.files
    assert isinstance(shown, Pictures)
    assert (shown.alt, shown.recipes) == (None, ())
    assert "secret" not in card.text


@pytest.mark.parametrize("count", range(2, 17))
def test_grids_of_any_size_keep_to_five_buttons_a_row(count: int) -> None:
    card = cards.ended(DONE, tuple(make_picture(ID, cell) for cell in range(count)))
    assert all(len(row) <= 5 for row in card.rows)


def test_the_end_says_how_long_it_took() -> None:
    assert "fast, 12 s" in cards.ended(DONE, FOUR).text


@pytest.mark.parametrize("state", [State.CANCELLED, State.FAILED])
def test_what_brought_no_picture_can_be_tried_again_and_cost_nothing(state: State) -> None:
    card = cards.ended(make_job(ID, state=state, message="The GPU fell over."), ())
    assert labels(card) == [["Try again"]]
    assert "Nothing was charged" in card.text
    assert card.files == ()


@pytest.mark.parametrize("mark", ["*", "字", "\\", "http://"])
@pytest.mark.parametrize("state", [State.DONE, State.FAILED, State.CANCELLED])
def test_every_card_fits_into_a_message(mark: str, state: State) -> None:
    notes = tuple(f"{mark * 30} became something else" for _ in range(40))
    job = make_job(ID, text=mark * 6000, notes=notes, state=state, message=mark * 3000, started_at=NOW, ended_at=NOW)
    assert len(cards.ended(job, FOUR if state is State.DONE else ()).text) <= 2000
    for live in (
        Live(),
        Live(3, 5_000_000),
        Live(0, share=0.4, finishes_in_ms=9000),
        Live(1, loading=(mark * 60, 0.1)),
    ):
        assert len(cards.under_way(job, live, is_wordless=False).text) <= 2000


def test_progress_shows_percent_sketch_and_a_button_to_cancel() -> None:
    live = Live(0, share=0.41, finishes_in_ms=9000, sketch=b"jpeg")
    card = cards.under_way(make_job(ID), live, is_wordless=False)
    assert "41 %, about 9 s to go" in card.text
    assert card.files == (Document("preview.jpg", b"jpeg"),)
    assert labels(card) == [["Cancel"]]


def test_it_is_never_said_to_be_done_before_it_is() -> None:
    assert "99 %" in cards.under_way(make_job(ID), Live(0, share=1.0), is_wordless=False).text


def test_a_public_picture_carries_its_recipes_and_a_private_one_a_mark() -> None:
    (public,) = cards.ended(DONE, FOUR).files
    assert isinstance(public, Pictures)
    assert public.recipes == tuple(picture.recipe for picture in FOUR)
    assert public.alt == DONE.text
    (private,) = cards.ended(make_job(ID, state=State.DONE, privacy=Privacy.PRIVATE), FOUR).files
    assert isinstance(private, Pictures)
    assert private.recipes == ()
    assert private.mark.startswith(ID)
    assert private.alt is None


@pytest.mark.parametrize("state", State)
def test_words_that_are_kept_private_are_told_at_no_moment(state: State) -> None:
    job = make_job(ID, text="a secret recipe", effective="a secret recipe --ar 3:2", state=state, notes=("secret: no",))
    told = [cards.under_way(job, Live(), is_wordless=True), cards.fetching(job, is_wordless=True)]
    told.append(cards.ended(job, FOUR, is_wordless=True))
    assert "secret" not in str(told)


def test_a_long_prompt_is_attached_where_it_is_public() -> None:
    public = cards.ended(make_job(ID, state=State.DONE, text="word " * 300), FOUR)
    private = cards.ended(make_job(ID, state=State.DONE, text="word " * 300, privacy=Privacy.PRIVATE), FOUR)
    assert [file.name for file in public.files if isinstance(file, Document)] == ["prompt.txt"]
    assert len(private.files) == 1


def test_a_makers_own_file_has_everything() -> None:
    job = make_job(ID, privacy=Privacy.PRIVATE)
    whole = cards.whole(job, FOUR[2])
    assert whole.recipes == (FOUR[2].recipe,)
    assert whole.alt == job.text
    (document,) = cards.written(job, FOUR)
    assert [recipe["seed"] for recipe in json.loads(document.data)] == [1, 1, 1, 1]
