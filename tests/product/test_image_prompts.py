"""Pictures that members bring: attached to `/imagine` or linked at the head of a prompt, kept, and used again."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from bot.handlers import answering
from bot.store import jobs, pictures
from bot.store.pictures import Source
from engine import Recipe, Role, read_recipes
from sandbox.member import File, Member, Outcome
from tests.product.gate import Gate
from tests.product.house import (
    QUICK,
    House,
    Json,
    answers,
    eventually,
    is_final,
    labels,
    painted,
    press,
    said_aside,
    until,
    until_ended,
)
from tests.product.looking import data_of, distance, picture_of

DAY = 86_400.0 + 3600.0


def photo(colour: str = "red", size: tuple[int, int] = (300, 200)) -> File:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return File("photo.jpg", out.getvalue())


async def imagine_from(member: Member, prompt: str, **options: File) -> Outcome:
    return await member.command("painting", "imagine", prompt=f"{prompt} {QUICK}", **options)


async def from_photo(member: Member, prompt: str = "a barn") -> Json:
    return await from_files(member, prompt, image=photo())


async def from_files(member: Member, prompt: str, **options: File) -> Json:
    outcome = await imagine_from(member, prompt, **options)
    assert outcome.message is not None
    return await until_ended(member, outcome.message)


async def link_of(member: Member, file: File | None = None) -> str:
    message = await member.send("painting", "look", file or photo())
    return str(message["attachments"][0]["url"])


async def recipes_in(member: Member, message: Json) -> list[Recipe]:
    return list(read_recipes(await data_of(member, message)))


async def sources_of(house: House, message: Json) -> tuple[Source, ...]:
    job = message["attachments"][0]["filename"].partition(".")[0].partition("-")[0]
    async with house.desk.store.read() as tx:
        assert await jobs.find(tx, job) is not None
        return await pictures.sources_of(tx, job)


async def refusal(member: Member, prompt: str, **options: File) -> str:
    outcome = await imagine_from(member, prompt, **options)
    assert outcome.is_private, outcome
    assert outcome.message is not None
    return str(outcome.message["content"])


async def test_attached_picture_is_what_the_painting_starts_from_and_its_recipe_names_it(
    house: House, cleo: Member
) -> None:
    grid = await from_photo(cleo)
    (source,) = await sources_of(house, grid)
    recipes = await recipes_in(cleo, grid)
    assert [(s.role, s.sha256) for recipe in recipes for s in recipe.sources] == [(Role.IMAGE, source.sha256)] * 4
    with Image.open(io.BytesIO(await house.desk.store.files.read(source.sha256))) as kept:
        assert (kept.format, kept.size) == ("PNG", (300, 200))


async def test_link_at_the_head_of_the_prompt_does_the_same(house: House, cleo: Member) -> None:
    grid = await from_files(cleo, f"{await link_of(cleo)} a barn --seed 7")
    attached = await from_photo(cleo, "a barn --seed 7")
    linked, brought = await recipes_in(cleo, grid), await recipes_in(cleo, attached)
    assert [recipe.asked() for recipe in linked] == [recipe.asked() for recipe in brought]
    assert "photo.jpg" in grid["content"]
    assert "hm=" not in grid["content"]


async def test_iw_says_how_much_the_picture_counts(cleo: Member) -> None:
    red = Image.new("RGB", (512, 512), (254, 0, 0))
    far = [
        distance(red, await picture_of(cleo, await from_photo(cleo, f"a blue barn --seed 7 --iw {weight}")))
        for weight in (0, 1, 3)
    ]
    assert far[0] > far[1] > far[2]


async def test_further_pictures_are_told_to_have_no_effect_where_the_model_takes_one(
    house: House, cleo: Member
) -> None:
    files = {"image": photo(), "image2": photo("blue"), "image3": photo("green")}
    grid = await from_files(cleo, "a barn", **files)
    assert "one at a time" in grid["content"]
    links = " ".join([await link_of(cleo)] * 4)
    assert "3 pictures at most" in await refusal(cleo, f"{links} a barn")


async def test_what_is_kept_outlives_the_link(house: House, cleo: Member) -> None:
    link = await link_of(cleo)
    grid = await from_files(cleo, f"{link} a barn")
    await house.pass_time(DAY)
    again = await until_ended(cleo, await press(cleo, grid, "🔄"))
    single = await until_ended(cleo, await press(cleo, grid, "U1"))
    assert await sources_of(house, again) == tuple(
        replace(source, job_id=again["attachments"][0]["filename"].partition(".")[0])
        for source in await sources_of(house, grid)
    )
    assert await sources_of(house, single)
    once_more = await from_files(cleo, f"{link} a green barn")
    assert (await sources_of(house, once_more))[0].sha256 == (await sources_of(house, grid))[0].sha256


async def test_same_picture_brought_twice_is_kept_under_one_link(house: House, cleo: Member) -> None:
    grid = await from_files(cleo, f"{await link_of(cleo)} {await link_of(cleo)} a barn")
    (source,) = await sources_of(house, grid)
    assert grid["content"].count("🖼️ photo.jpg") == 2
    dialog = await cleo.use_on_message("Use as Prompt", grid)
    assert dialog.modal is not None
    assert str(dialog.modal["components"][0]["component"]["value"]).count(str(source.link)) == 2


async def test_link_that_has_ended_and_was_never_kept_is_refused_with_the_remedy(house: House, cleo: Member) -> None:
    link = await link_of(cleo)
    await house.pass_time(DAY)
    text = await refusal(cleo, f"{link} a barn")
    assert "links end after a day" in text
    assert "Attach the file" in text


async def test_pictures_on_other_hosts_are_refused_with_the_remedy(house: House, cleo: Member) -> None:
    for link in ("https://example.org/x.png", f"{house.box.url}/_sim/people", "https://169.254.169.254/latest"):
        text = await refusal(cleo, f"{link} a barn")
        assert link in text
        assert "attach it" in text
        assert "cdn.discordapp.com" in text


@pytest.mark.parametrize("data", [b"<html></html>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", photo().data[:200]])
async def test_file_that_is_no_picture_is_refused_with_the_remedy(cleo: Member, data: bytes) -> None:
    text = await refusal(cleo, "a barn", image=File("photo.jpg", data))
    assert "photo.jpg" in text
    assert "send" in text


async def test_file_that_is_too_large_is_refused_with_the_remedy(house: House, cleo: Member) -> None:
    plans = house.desk.book.plans
    small = tuple(replace(plan, upload_bytes=1000) for plan in plans)
    house.desk.book.plans = replace(plans, offers=small, default=small[plans.rank(plans.default)])
    assert "save it smaller" in await refusal(cleo, "a barn", image=photo(size=(2000, 2000)))


async def test_job_with_a_picture_goes_on_after_a_restart_although_the_link_has_ended(
    house: House, cleo: Member
) -> None:
    outcome = await cleo.command("painting", "imagine", prompt="a barn --model slow --steps 60", image=photo())
    assert outcome.message is not None
    await house.restart(DAY)
    grid = await until_ended(cleo, outcome.message)
    assert all(recipe.sources for recipe in await recipes_in(cleo, grid))


async def test_use_as_prompt_keeps_the_picture_for_others_too(house: House, cleo: Member, dov: Member) -> None:
    grid = await from_photo(cleo)
    await house.pass_time(DAY)
    dialog = await dov.use_on_message("Use as Prompt", grid)
    assert dialog.modal is not None
    words = str(dialog.modal["components"][0]["component"]["value"])
    assert "photo.jpg" in words
    submitted = await dov.submit(dialog.modal, {"prompt": words.replace("barn", "house")})
    assert submitted.message is not None
    other = await until_ended(dov, submitted.message)
    assert (await sources_of(house, other))[0].sha256 == (await sources_of(house, grid))[0].sha256


async def test_nobody_else_reaches_a_picture_that_was_brought_in_private(
    house: House, cleo: Member, dov: Member
) -> None:
    await painted(cleo)
    await painted(dov)
    outcome = await cleo.command("@Painter", "imagine", prompt=f"a secret {QUICK}", image=photo())
    assert outcome.message is not None
    grid = await until_ended(cleo, outcome.message)
    (source,) = await sources_of(house, grid)
    await house.pass_time(DAY)
    assert "Attach the file" in await refusal(dov, f"{source.link} a barn")
    mine = await from_files(cleo, f"{source.link} a barn")
    assert (await sources_of(house, mine))[0].sha256 == source.sha256


async def test_children_with_new_words_start_from_the_kept_picture(house: House, cleo: Member) -> None:
    grid = await from_photo(cleo)
    panel = (await cleo.command("painting", "settings")).message
    assert panel is not None
    await cleo.click(panel, "Remix: off")
    await house.pass_time(DAY)
    dialog = await cleo.click(grid, "🔄")
    assert dialog.modal is not None
    words = str(dialog.modal["components"][0]["component"]["value"])
    submitted = await cleo.submit(dialog.modal, {"prompt": words.replace("barn", "house")})
    assert submitted.message is not None
    other = await until_ended(cleo, submitted.message)
    assert (await sources_of(house, other))[0].sha256 == (await sources_of(house, grid))[0].sha256


async def test_recipe_shows_the_kept_picture(house: House, cleo: Member) -> None:
    single = await until_ended(cleo, await press(cleo, await from_photo(cleo), "U1"))
    shown = await cleo.click(single, "Recipe")
    assert shown.message is not None
    (file,) = [one for one in shown.message["attachments"] if one["filename"] == "source-1.png"]
    with Image.open(io.BytesIO(await cleo.download(file["url"]))) as opened:
        assert opened.size == (300, 200)


async def test_no_sweep_takes_a_source_that_a_job_needs(house: House, cleo: Member) -> None:
    grid = await from_photo(cleo)
    (source,) = await sources_of(house, grid)
    await house.pass_time(30 * DAY)
    assert await house.desk.store.sweep(timedelta(0)) == 0
    assert await house.desk.store.files.exists(source.sha256)


async def test_slow_picture_delays_no_answer_and_there_is_one_message_in_the_end(
    house: House, cleo: Member, gate: Gate
) -> None:
    before = {message["id"] for message in await cleo.messages("painting")}
    outcome = await imagine_from(cleo, "a barn", image=photo())
    assert outcome.message is not None
    assert not outcome.message["content"]  # is thinking
    gate.open.set()
    grid = await until_ended(cleo, outcome.message)
    assert "V4" in labels(grid)
    new = [m for m in await cleo.messages("painting") if m["id"] not in before and not m["flags"] & 64]
    assert [message["id"] for message in new] == [grid["id"]]


async def test_answer_that_is_lost_after_it_was_promised_comes_into_the_promise(
    house: House, cleo: Member, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*about: object, **more: object) -> int | None:
        raise OSError("The line broke.")

    monkeypatch.setattr(answering, "_first_answer", lost)
    before = {message["id"] for message in await cleo.messages("painting")}
    outcome = await imagine_from(cleo, "a barn", image=photo())
    gate.open.set()
    assert outcome.message is not None
    await until_ended(cleo, outcome.message)
    new = {m["id"] for m in await cleo.messages("painting") if not m["flags"] & 64} - before
    assert new == {outcome.message["id"]}


async def test_refusal_of_a_slow_picture_is_for_its_member_alone_and_nothing_else_stays(
    house: House, cleo: Member, dov: Member, gate: Gate
) -> None:
    before = {message["id"] for message in await dov.messages("painting")}
    await imagine_from(cleo, "a barn", image=File("photo.jpg", b"no picture"))
    gate.open.set()
    told = await said_aside(cleo, "painting", "no picture that can be read")
    assert told["flags"] & 64

    async def is_all_gone() -> bool:
        return {message["id"] for message in await dov.messages("painting")} == before

    await eventually(is_all_gone)


async def test_member_who_asks_for_many_slow_pictures_is_told_to_wait(cleo: Member, gate: Gate) -> None:
    for _ in range(2):
        await imagine_from(cleo, "a barn", image=photo())
    await imagine_from(cleo, "a barn", image=photo())
    await said_aside(cleo, "painting", "still fetching")


async def test_buttons_under_an_answer_that_came_late_work(house: House, cleo: Member, gate: Gate) -> None:
    outcome = await imagine_from(cleo, "a barn", image=photo())
    gate.open.set()
    assert outcome.message is not None
    grid = await until(cleo, outcome.message, is_final)
    again = await until_ended(cleo, await press(cleo, grid, "🔄"))
    assert [message["id"] for message in await answers(cleo, grid)] == [again["id"]]


async def seen_since(member: Member, before: list[Json]) -> list[Json]:
    known = {message["id"] for message in before}
    return [message for message in await member.messages("painting") if message["id"] not in known]


async def test_stealth_job_with_a_slow_picture_is_seen_by_nobody_else(cleo: Member, dov: Member, gate: Gate) -> None:
    before = await dov.messages("painting")
    outcome = await imagine_from(cleo, "a secret barn --stealth", image=photo())
    assert await seen_since(dov, before) == []
    gate.open.set()
    assert outcome.message is not None
    assert "secret" in (await until_ended(cleo, outcome.message))["content"]
    assert await seen_since(dov, before) == []


async def test_children_with_a_slow_picture_and_words_for_nobody_else_are_seen_by_nobody_else(
    cleo: Member, dov: Member, gate: Gate
) -> None:
    grid, link = await painted(cleo), await link_of(cleo)
    panel = (await cleo.command("painting", "settings")).message
    assert panel is not None
    await cleo.click(panel, "Remix: off")
    before = await dov.messages("painting")
    for label in ("🔄", "V1"):
        dialog = await cleo.click(grid, label)
        assert dialog.modal is not None
        gate.open.clear()
        submitted = await cleo.submit(dialog.modal, {"prompt": f"{link} a secret barn --stealth {QUICK}"})
        gate.open.set()
        assert submitted.message is not None
        await until_ended(cleo, submitted.message)
    assert await seen_since(dov, before) == []


async def test_mode_that_is_changed_while_a_picture_is_fetched_says_who_sees_the_answer(
    cleo: Member, dov: Member, gate: Gate
) -> None:
    before = await dov.messages("painting")
    await imagine_from(cleo, "a secret barn", image=photo())
    await cleo.command("painting", "stealth")
    gate.open.set()
    await cleo.wait_for("painting", lambda one: is_final(one) and "secret" in one["content"])
    assert await seen_since(dov, before) == []
    gate.open.clear()
    await imagine_from(cleo, "a barn for all", image=photo("blue"))
    await cleo.command("painting", "public")
    gate.open.set()
    await dov.wait_for("painting", lambda one: is_final(one) and "for all" in one["content"])
    assert len(await seen_since(dov, before)) == 1


async def test_answer_for_one_member_of_which_we_do_not_know_comes_by_direct_message(
    cleo: Member, dov: Member, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = answering._first_answer

    async def unheard(*about: Any, **more: Any) -> int | None:
        await write(*about, **more)
        raise OSError("The line broke.")

    monkeypatch.setattr(answering, "_first_answer", unheard)
    before = await dov.messages("painting")
    await imagine_from(cleo, "a secret barn", image=photo())
    await cleo.command("painting", "stealth")
    gate.open.set()
    await cleo.wait_for("@Painter", lambda one: is_final(one) and "secret" in one["content"])
    assert await seen_since(dov, before) == []
