"""From a wish to rows: what is private, and what may be there only once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.asking import Asker
from bot.intake.wishes import Wish, job_of, place_of, same_words
from bot.kinds import Kind
from bot.plans.reader import read_plans
from bot.store.jobs import Job
from bot.store.words import Privacy, State
from engine import Quote, Speed
from tests.bot.store.rows import NOW, make_job

OPEN = read_plans().default

PARENT = make_job("0123456789ab", server_id=7, text="a red house")
HERE = Asker(5, 1, 7)


def wish(kind: Kind = Kind.VARY_STRONG, cell: int | None = 2, text: str = "a red house", parent: Job = PARENT) -> Wish:
    return Wish(kind, text, (), parent=parent, cell=cell)


def test_a_single_picture_is_there_once_for_everybody() -> None:
    single = wish(Kind.SINGLE)
    assert single.press(HERE) == single.press(replace(HERE, member=6))
    assert single.press(HERE) != wish(Kind.SINGLE, cell=1).press(HERE)


def test_a_private_single_picture_is_there_once_for_its_member() -> None:
    single = wish(Kind.SINGLE)
    private = replace(HERE, alone=True)
    assert single.press(private) != single.press(HERE)
    assert single.press(private) != single.press(replace(private, member=6))


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in (Kind.SINGLE, Kind.IMAGINE)])
def test_anything_else_is_under_way_once_for_each_member(kind: Kind) -> None:
    assert wish(kind).press(HERE) == wish(kind).press(HERE)
    assert wish(kind).press(HERE) != wish(kind).press(replace(HERE, member=6))


def test_other_words_are_another_job_and_other_blanks_are_not() -> None:
    assert wish(text="a blue barn").press(HERE) != wish().press(HERE)
    assert wish(text="a blue barn").press(HERE) != wish(text="a green barn").press(HERE)
    assert wish(text=" a red\nhouse").press(HERE) == wish().press(HERE)


def test_a_new_prompt_may_be_asked_for_as_often_as_one_likes() -> None:
    assert Wish(Kind.IMAGINE, "a red house", ()).press(HERE) is None


def test_what_is_asked_for_where_nobody_looks_on_is_private_and_so_are_its_children() -> None:
    hidden = replace(PARENT, privacy=Privacy.STEALTH)
    assert not wish().is_private(HERE)
    assert wish().is_private(replace(HERE, alone=True))
    assert wish().is_private(replace(HERE, ephemeral=True))
    assert wish(parent=hidden).is_private(HERE)


def test_a_job_knows_its_parent_its_root_and_its_asker() -> None:
    job = job_of(wish(text="  a red house "), HERE, OPEN, None, "boot", NOW)
    assert (job.parent_id, job.parent_cell, job.root_id) == (PARENT.id, 2, PARENT.root_id)
    assert (job.member_id, job.channel_id, job.server_id) == (5, 1, 7)
    assert job.text == "a red house"
    assert job.state is State.QUEUED


def test_a_picture_that_is_there_is_rendered_at_once() -> None:
    job = job_of(wish(Kind.SINGLE), HERE, OPEN, None, "boot", NOW)
    assert job.state is State.RENDERED
    assert job.ended_at == NOW


def test_a_new_prompt_is_its_own_root() -> None:
    job = job_of(Wish(Kind.IMAGINE, "a red house", ()), HERE, OPEN, None, "boot", NOW)
    assert job.root_id == job.id


def test_its_place_answers_the_message_that_was_pressed() -> None:
    place = place_of(replace(HERE, message=99, token="abc", reaches=False), Privacy.PUBLIC, NOW)
    assert place.reply_to == 99
    assert place.by_token
    assert place.token_until is not None
    assert place_of(HERE, Privacy.PUBLIC, NOW).token_until is None


@pytest.mark.parametrize(
    ("asker", "public", "private", "stealth"),
    [
        (HERE, False, True, True),
        (replace(HERE, ephemeral=True), True, True, True),
        (Asker(5, 1, alone=True), False, False, False),  # direct messages with the bot
        (Asker(5, 1, alone=True, reaches=False), False, False, True),  # of others: one of them asked there
    ],
)
def test_what_others_could_read_and_must_not_is_answered_to_its_member_alone(
    asker: Asker, public: bool, private: bool, stealth: bool
) -> None:
    shown = [place_of(asker, privacy, NOW).ephemeral for privacy in Privacy]
    assert shown == [public, private, stealth]


@pytest.mark.parametrize("said", [None, *Privacy])
@pytest.mark.parametrize("parents", Privacy)
def test_a_child_is_at_least_as_private_as_its_parent(parents: Privacy, said: Privacy | None) -> None:
    child = replace(wish(parent=replace(PARENT, privacy=parents)), privacy=said)
    order = list(Privacy)
    assert order.index(child.privacy_for(HERE)) == max(order.index(parents), order.index(said or Privacy.PUBLIC))


@pytest.mark.parametrize(("speed", "gpu_ms"), [(Speed.RELAX, 0), (Speed.FAST, 700), (Speed.TURBO, 1400)])
def test_a_job_reserves_what_its_speed_costs(speed: Speed, gpu_ms: int) -> None:
    job = job_of(replace(wish(), speed=speed), HERE, OPEN, Quote(700, 0, 0), "boot", NOW)
    assert (job.reserved_gpu_ms, job.quoted_gpu_ms) == (gpu_ms, 700)


def test_words_are_the_same_whatever_blanks_a_field_made_of_them() -> None:
    assert same_words("a  red\nhouse ", "a red house")
    assert not same_words("sunflower", "sun flower")
