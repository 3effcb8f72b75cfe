"""People among themselves: writing, editing, replying, threads, forums, marks of what is new, who one is."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import FilePayload, expect

from sandbox.server import Sandbox
from sandbox.world import messages as world_messages
from tests.browser.conftest import Opener
from tests.browser.hands import be, choose, composer, go, messages, say

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_one_writes_edits_and_deletes_the_other_sees_at_once(open_page: Opener) -> None:
    ada, ben = await open_page("ada"), await open_page("ben")
    await say(ada, "a frist word")
    await expect(messages(ben, "a frist word")).to_be_visible()
    await composer(ada).press("ArrowUp")
    await ada.get_by_role("textbox", name="Edit the message").fill("a first word")
    await ada.keyboard.press("Enter")
    await expect(messages(ben, "a first word")).to_contain_text("(edited)")
    await messages(ben, "a first word").hover()
    await ben.get_by_role("button", name="Reply", exact=True).click()
    await say(ben, "well said")
    await expect(messages(ada, "well said")).to_contain_text("a first word")
    await composer(ada).press("ArrowUp")
    await ada.get_by_role("textbox", name="Edit the message").fill("a first word, and a last one")
    await ada.keyboard.press("Enter")
    await expect(messages(ben, "well said")).to_contain_text("a first word, and a last one")
    own = messages(ada, "a first word").filter(has_not_text="well said")  # which quotes it
    await own.click(button="right")
    await choose(ada, "Message", "Delete")
    await ada.get_by_role("dialog", name="Delete message").get_by_role("button", name="Delete").click()
    await expect(messages(ben, "well said")).to_contain_text("The original message was deleted")


async def test_changing_places_shows_what_the_other_has_not_read(open_page: Opener) -> None:
    page = await open_page("cleo", "general")
    await be(page, "Cleo", "Ada")
    await go(page, "painting")
    await be(page, "Ada", "Cleo")
    await go(page, "general")
    await say(page, "are you there, @ada?", shown="are you there, @Ada?")
    await go(page, "more-painting")
    await be(page, "Cleo", "Ada")
    general = page.locator("#channels").get_by_role("link", name="general")
    await expect(general).to_have_accessible_name("general, unread")
    await general.click()
    await expect(messages(page, "are you there, @Ada?")).to_have_class(re.compile(r"\bcalled\b"))


async def test_channel_elsewhere_is_marked_until_it_is_read(open_page: Opener) -> None:
    ada, ben = await open_page("ada", "painting"), await open_page("ben", "general")
    await say(ben, "nothing of note")
    link = ada.locator("#channels").get_by_role("link", name="general")
    await expect(link).to_have_accessible_name("general, unread")
    await say(ben, "but @ada, look", shown="but @Ada, look")
    await expect(link).to_have_accessible_name("general, unread, 1 mentions")
    await link.click()
    await expect(ada.get_by_role("separator", name="New").get_by_text("New")).to_be_visible()
    await expect(link).to_have_accessible_name("general")


async def test_thread_grows_from_a_message(open_page: Opener) -> None:
    ada, ben = await open_page("ada"), await open_page("ben")
    await say(ada, "**let us** speak of herons · @ben · soon", "let us speak of herons")
    await messages(ada, "let us speak of herons").click(button="right")
    await choose(ada, "Message", "Start a thread")
    await expect(ada.get_by_role("textbox", name="Name")).to_have_value("let us speak of herons · soon")
    await ada.get_by_role("textbox", name="Name").fill("Herons")
    await ada.get_by_role("button", name="Create").click()
    await expect(ada.locator("#header")).to_contain_text("painting›Herons")
    await expect(messages(ada, "let us speak of herons")).to_be_visible()
    await say(ada, "they are tall")
    await messages(ben, "let us speak of herons").get_by_role("link", name="Herons").click()
    await expect(messages(ben, "they are tall")).to_be_visible()


async def test_person_posts_to_the_forum_with_tag_and_picture(open_page: Opener, small_png: FilePayload) -> None:
    page, other = await open_page("cleo", "gallery"), await open_page("dov", "gallery")
    await page.get_by_role("button", name="New post").click()
    sheet = page.get_by_role("dialog", name="New post")
    await sheet.get_by_role("textbox", name="Title").fill("My first picture")
    await sheet.get_by_role("textbox", name="Message").fill("It is **red**.")
    await sheet.get_by_role("button", name="portrait").click()
    await sheet.locator("input[type=file]").set_input_files(small_png)
    await sheet.get_by_role("button", name="Post", exact=True).click()
    await expect(messages(page, "It is red.").get_by_role("button", name="Picture")).to_be_visible()
    card = other.locator(".post").filter(has_text="My first picture")
    await expect(card).to_contain_text("portrait")
    await expect(card.locator("img")).to_be_visible()


async def test_age_restricted_channel_asks_first(open_page: Opener) -> None:
    page = await open_page("ada", "after-dark")
    await expect(page.get_by_role("heading", name="Age-restricted channel")).to_be_visible()
    await expect(composer(page)).to_have_count(0)
    await page.get_by_role("button", name="Continue").click()
    await say(page, "good evening")


async def test_hostile_text_stays_text(open_page: Opener) -> None:
    page = await open_page("ada")
    hostile = (
        "<img src=x onerror=window.hit=1> [go](javascript:window.hit=1) **<b>bold</b>** <script>window.hit=1</script>"
    )
    await composer(page).fill(hostile)
    await composer(page).press("Enter")
    sent = messages(page, "<script>")
    await expect(sent).to_contain_text("<img src=x onerror=window.hit=1>")
    await expect(sent).to_contain_text("<b>bold</b>")
    assert await sent.locator("img, script, b, a[href^=javascript]").count() == 0
    assert await page.evaluate("window.hit === undefined")


async def test_hostile_names_embeds_and_links_stay_harmless(open_page: Opener, box: Sandbox) -> None:
    evil, lure = "<img src=x onerror=window.hit=1>", "javascript:window.hit=1"
    ben = next(user for user in box.state.users.values() if user.username == "ben")
    ben.global_name = evil
    place = next(one for one in box.state.channels.values() if one.name == "painting")
    place.topic = evil
    embed = {"title": evil, "url": lure, "description": evil, "author": {"name": evil, "url": lure, "icon_url": lure}}
    button = {"type": 2, "style": 5, "label": evil, "url": lure}
    body = {"content": f"{evil} by post", "embeds": [embed], "components": [{"type": 1, "components": [button]}]}
    world_messages.send(box.state, place, ben.id, body)
    page = await open_page("ada")
    sent = messages(page, "by post")
    await expect(sent.locator(".author")).to_have_text(evil)
    await expect(sent.locator(".embed-title")).to_have_text(evil)
    await expect(page.locator("#members")).to_contain_text(evil)
    await sent.locator("a.button").click()
    await sent.locator(".embed-title").click()
    assert await page.locator("[href^=javascript], [src^=javascript], [onerror]").count() == 0
    assert await page.evaluate("window.hit === undefined")


async def test_lost_socket_comes_back_with_what_was_missed(open_page: Opener, box: Sandbox) -> None:
    ada, ben = await open_page("ada"), await open_page("ben")
    await say(ada, "before")
    await ben.evaluate("sandboxPage.cut()")
    await say(ada, "meanwhile")
    await expect(messages(ben, "meanwhile")).to_be_visible()
    await say(ben, "after")
    await expect(messages(ada, "after")).to_be_visible()


async def test_channel_server_and_member_are_made_from_the_page(open_page: Opener) -> None:
    page = await open_page("ada")
    await page.get_by_role("button", name="New channel in text").click()
    await page.get_by_role("textbox", name="Name").fill("sketches")
    await page.get_by_role("button", name="Create").click()
    await expect(page.locator("#header h1")).to_have_text("sketches")
    await page.get_by_role("button", name="The Studio").click()
    await choose(page, "Server", "New member")
    await page.get_by_role("textbox", name="User name").fill("eva")
    await page.get_by_role("button", name="Create").click()
    await expect(page.locator("#members")).to_contain_text("Eva")
    await page.get_by_role("button", name="New server").click()
    await page.get_by_role("textbox", name="Name").fill("The Annex")
    await page.get_by_role("button", name="Create").click()
    await expect(page.locator("#channels .server")).to_have_text("The Annex")
    await expect(page.locator("#header h1")).to_have_text("general")


async def test_slowmode_says_how_long_to_wait_and_keeps_what_was_typed(open_page: Opener, box: Sandbox) -> None:
    page = await open_page("dov", "more-painting")
    place = next(one for one in box.state.channels.values() if one.name == "more-painting")
    place.slowmode_seconds = 60
    await say(page, "my one message")
    await composer(page).fill("a second one")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Slowmode is on here: you can do that again in 60 s.")).to_be_visible()
    await expect(composer(page)).to_have_value("a second one")
    place.slowmode_seconds = 0


async def test_what_is_typed_over_a_message_stays_when_others_react_to_it(open_page: Opener) -> None:
    ada, ben = await open_page("ada"), await open_page("ben")
    await say(ada, "a house by the sae")
    await composer(ada).press("ArrowUp")
    box = ada.get_by_role("textbox", name="Edit the message")
    await expect(box).to_be_focused()
    await box.fill("a house by the sea, at dusk")
    await box.evaluate("area => area.setSelectionRange(2, 7)")
    await messages(ben, "a house by the sae").hover()
    await ben.get_by_role("button", name="React 👍").click()
    await say(ben, "well done")
    await expect(messages(ada, "well done")).to_be_visible()  # so the reaction has come, too
    await expect(box).to_have_value("a house by the sea, at dusk")
    await expect(box).to_be_focused()
    assert await box.evaluate("area => [area.selectionStart, area.selectionEnd]") == [2, 7]
    await ada.keyboard.press("Enter")
    await expect(messages(ben, "a house by the sea, at dusk")).to_be_visible()
    await composer(ada).press("ArrowUp")  # what was typed is kept for one edit only
    await expect(box).to_have_value("a house by the sea, at dusk")
    await box.fill("given up")
    await ada.keyboard.press("Escape")
    await composer(ada).press("ArrowUp")
    await expect(box).to_have_value("a house by the sea, at dusk")


async def test_links_with_the_name_of_a_person_or_channel_are_sent_as_they_were_typed(open_page: Opener) -> None:
    page = await open_page("cleo", "general")
    for link in ("https://example.org/@ada", "https://example.org/guide/#painting", "https://example.org/:fire:/1"):
        await say(page, f"see {link} ", shown=link)
        await expect(page.get_by_role("link", name=link, exact=True)).to_have_attribute("href", link)
    await composer(page).fill("(@ada) saw #painting!")
    await composer(page).press("Enter")
    await expect(messages(page, "saw").locator(".markup").last).to_have_text("(@Ada) saw painting!")
    await expect(messages(page, "saw").get_by_role("button", name="@Ada")).to_be_visible()
    await expect(messages(page, "saw").get_by_role("link", name="painting")).to_be_visible()


async def test_what_one_person_has_half_written_stands_in_nobody_elses_hand(open_page: Opener) -> None:
    page = await open_page("ada")
    await say(page, "first")
    await composer(page).fill("half a tho")
    await be(page, "Ada", "Ben")
    await expect(composer(page)).to_have_value("")
    await be(page, "Ben", "Ada")
    await expect(composer(page)).to_have_value("half a tho")
    await composer(page).fill("")
    await composer(page).press("ArrowUp")
    box = page.get_by_role("textbox", name="Edit the message")
    await box.fill("first of all")
    await be(page, "Ada", "Ben")
    await expect(messages(page, "first")).to_be_visible()
    await expect(box).to_have_count(0)
    await be(page, "Ben", "Ada")
    await expect(box).to_have_value("first of all")
