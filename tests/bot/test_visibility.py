"""Who may see a picture, rule over it, and know what made it."""

from __future__ import annotations

import pytest

from bot import visibility
from bot.asking import Asker
from bot.kinds import Kind
from bot.store.words import Privacy
from tests.bot.store.rows import CHANNEL, MEMBER, make_job, make_picture

SERVER, OTHER = 700, 701
ID = "0123456789ab"


def asker(member: int = 5, server: int | None = SERVER, channel: int = 1, *, rules: bool = False) -> Asker:
    return Asker(member, channel, server, rules=rules)


@pytest.mark.parametrize("privacy", Privacy)
def test_its_owner_sees_and_rules_over_it_everywhere(privacy: Privacy) -> None:
    job = make_job(server_id=SERVER, privacy=privacy)
    for server in (SERVER, OTHER, None):
        assert visibility.may_see(job, asker(MEMBER, server))
        assert visibility.may_rule(job, asker(MEMBER, server))


def test_a_reported_picture_is_judged_by_the_operator_and_its_servers_moderators() -> None:
    job = make_job(server_id=SERVER)
    assert visibility.may_judge(job, asker(rules=True), operates=False)
    assert not visibility.may_judge(job, asker(), operates=False)
    assert not visibility.may_judge(job, asker(server=OTHER, rules=True), operates=False)
    assert not visibility.may_judge(make_job(server_id=None), asker(server=None, rules=True), operates=False)
    assert visibility.may_judge(job, asker(server=None), operates=True)
    for privacy in (Privacy.PRIVATE, Privacy.STEALTH):
        assert not visibility.may_judge(make_job(server_id=SERVER, privacy=privacy), asker(rules=True), operates=True)


def test_a_reported_post_is_judged_by_the_operator_and_the_moderators_of_its_gallery() -> None:
    assert visibility.may_judge_post(SERVER, asker(rules=True), operates=False)
    assert visibility.may_judge_post(SERVER, asker(server=None), operates=True)
    assert not visibility.may_judge_post(SERVER, asker(), operates=False)
    assert not visibility.may_judge_post(SERVER, asker(server=OTHER, rules=True), operates=False)


def test_a_public_picture_is_seen_on_its_server_and_nowhere_else() -> None:
    job = make_job(server_id=SERVER)
    assert visibility.may_see(job, asker())
    assert not visibility.may_see(job, asker(server=OTHER))
    assert not visibility.may_see(job, asker(server=None))


def test_a_public_picture_of_no_server_is_seen_in_its_channel() -> None:
    job = make_job(server_id=None)
    assert visibility.may_see(job, asker(server=None, channel=CHANNEL))
    assert not visibility.may_see(job, asker(server=None))


@pytest.mark.parametrize("privacy", [Privacy.PRIVATE, Privacy.STEALTH])
def test_what_is_not_public_is_seen_by_nobody_else_not_even_a_moderator(privacy: Privacy) -> None:
    job = make_job(server_id=SERVER, privacy=privacy)
    for rules in (False, True):
        other = asker(channel=CHANNEL, rules=rules)
        assert not visibility.may_see(job, other)


def test_a_moderator_rules_on_their_own_server_only() -> None:
    job = make_job(server_id=SERVER)
    assert visibility.may_rule(job, asker(rules=True))
    assert not visibility.may_rule(job, asker(rules=False))
    assert not visibility.may_rule(job, asker(server=OTHER, rules=True))
    assert not visibility.may_rule(make_job(server_id=None), asker(server=None, rules=True))


def test_who_manages_the_messages_of_one_channel_rules_there_and_in_its_threads_only() -> None:
    job = make_job(server_id=SERVER)
    for here, parent, may in ((CHANNEL, None, True), (9, CHANNEL, True), (9, None, False)):
        some = Asker(5, here, SERVER, rules_here=True, parent=parent)
        assert visibility.may_rule(job, some) is may
        assert not visibility.may_judge(job, some, operates=False)
    assert not visibility.may_rule(job, Asker(5, CHANNEL, OTHER, rules_here=True))


def test_what_is_asked_for_in_a_room_is_told_to_those_who_see_that_alone() -> None:
    job = make_job(server_id=SERVER, room_id=CHANNEL)
    assert not visibility.may_see(job, asker())
    assert visibility.may_see(job, Asker(5, 1, SERVER, rooms=frozenset([CHANNEL])))
    assert not visibility.may_see(job, Asker(5, 1, OTHER, rooms=frozenset([CHANNEL])))
    assert visibility.may_see(job, asker(channel=CHANNEL))


def test_alt_text_is_the_prompt_where_that_is_public() -> None:
    assert visibility.alt_text(make_job(text="a red house")) == "a red house"
    assert len(visibility.alt_text(make_job(text="x" * 6000)) or "") == 1024
    assert visibility.alt_text(make_job(privacy=Privacy.PRIVATE)) is None


def test_file_names_hold_no_words() -> None:
    job = make_job(ID, text="secret")
    assert visibility.file_stem(job) == ID
    assert visibility.file_stem(job, make_picture(ID, 2)) == f"{ID}-3-cdcdcdcd"


def test_a_mark_of_any_grid_fits_into_a_file() -> None:
    job = make_job(ID)
    mark = visibility.mark(job, tuple(make_picture(ID, cell) for cell in range(64)))
    assert mark.startswith(f"{ID} cdcdcdcdcdcdcdcd ")
    assert len(mark) <= 200


@pytest.mark.parametrize(
    ("privacy", "is_kept", "may"),
    [(Privacy.PUBLIC, True, True), (Privacy.PUBLIC, False, False), (Privacy.PRIVATE, True, False)],
)
def test_a_bookmark_brings_back_what_is_public_and_nothing_else(privacy: Privacy, is_kept: bool, may: bool) -> None:
    job = make_job(privacy=privacy)
    assert visibility.may_bring(job, MEMBER, is_kept=False)
    assert visibility.may_bring(job, MEMBER + 1, is_kept=is_kept) is may


@pytest.mark.parametrize(("kind", "maker"), [(Kind.SINGLE, MEMBER), (Kind.VARY_STRONG, MEMBER + 1)])
def test_a_cell_on_its_own_is_the_picture_of_whoever_asked_for_its_grid(kind: Kind, maker: int) -> None:
    grid, child = make_job(), make_job(kind=kind.value, member_id=MEMBER + 1)
    assert visibility.maker_of(child, grid) == maker
