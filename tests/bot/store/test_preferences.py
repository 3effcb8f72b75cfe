"""What members set once is theirs, kept as it was given, and bounded."""

from __future__ import annotations

from dataclasses import replace

from bot.store import jobs, preferences
from bot.store.preferences import KEPT_SHORTENINGS, Preferences
from bot.store.store import Store
from bot.store.words import State, Variability
from tests.bot.store.rows import MEMBER, NOW, later, make_job


async def test_preferences_are_as_usual_until_they_are_saved(store: Store) -> None:
    async with store.write() as tx:
        assert await preferences.find(tx, MEMBER) == Preferences(member_id=MEMBER)
        own = Preferences(
            member_id=MEMBER, suffix="--ar 3:2", chosen="--chaos 5", auto_dm=True, variability=Variability.SUBTLE
        )
        await preferences.save(tx, own)
        await preferences.save(tx, replace(own, desk="--relax"))
        assert await preferences.find(tx, MEMBER) == replace(own, desk="--relax")
        assert await preferences.find(tx, 2) == Preferences(member_id=2)


async def test_options_are_as_many_as_allowed_and_may_be_changed_then(store: Store) -> None:
    async with store.write() as tx:
        assert await preferences.set_option(tx, MEMBER, "b", "1", NOW, 2)
        assert await preferences.set_option(tx, MEMBER, "a", "2", NOW, 2)
        assert not await preferences.set_option(tx, MEMBER, "c", "3", NOW, 2)
        assert await preferences.set_option(tx, MEMBER, "a", "4", NOW, 2)
        assert await preferences.set_option(tx, 2, "c", "3", NOW, 2)
        assert list((await preferences.options_of(tx, MEMBER)).items()) == [("a", "4"), ("b", "1")]
        assert await preferences.remove_option(tx, MEMBER, "a")
        assert not await preferences.remove_option(tx, MEMBER, "c")
        assert await preferences.options_of(tx, MEMBER) == {"b": "1"}


async def test_words_are_told_to_each_member_of_each_model(store: Store) -> None:
    async with store.write() as tx:
        await preferences.tell_words(tx, MEMBER, "pocket", ["hause", "zeppelin"], NOW)
        await preferences.tell_words(tx, MEMBER, "pocket", ["hause"], later(5))
        assert await preferences.told_words(tx, MEMBER, "pocket", {"hause", "boat"}) == {"hause"}
        assert await preferences.told_words(tx, MEMBER, "other", {"hause"}) == frozenset()
        assert await preferences.told_words(tx, 2, "pocket", {"hause"}) == frozenset()


async def test_shortenings_are_found_by_their_maker_until_newer_ones_push_them_out(store: Store) -> None:
    async with store.write() as tx:
        first = await preferences.keep_shortening(tx, MEMBER, ["a", "b"], NOW)
        assert await preferences.find_shortening(tx, MEMBER, first) == ("a", "b")
        assert await preferences.find_shortening(tx, 2, first) == ()
        await preferences.keep_shortening(tx, 2, ["c"], NOW)
        newer = [await preferences.keep_shortening(tx, MEMBER, ["d"], NOW) for _ in range(KEPT_SHORTENINGS)]
        assert await preferences.find_shortening(tx, MEMBER, first) == ()
        assert await preferences.find_shortening(tx, MEMBER, newer[0]) == ("d",)


async def test_recent_texts_are_each_told_once_from_the_newest_on(store: Store) -> None:
    texts = ("a house", "a boat", "a house", "a tree", "gone")
    async with store.write() as tx:
        for number, text in enumerate(texts):
            state = State.DELETED if text == "gone" else State.DONE
            await jobs.insert(tx, make_job(f"JOB{number}", text=text, state=state, created_at=later(number)))
        await jobs.insert(tx, make_job("JOB9", text="varied", kind="vary", created_at=later(9)))
        assert await jobs.recent_texts(tx, MEMBER, "imagine", 10) == ("a tree", "a house", "a boat")
        assert await jobs.recent_texts(tx, MEMBER, "imagine", 1) == ("a tree",)
