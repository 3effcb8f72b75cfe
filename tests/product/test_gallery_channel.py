"""The gallery's channel: what hangs there, who brings it, who votes for it, who takes it down, over restarts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.messages.exhibiting import follow
from bot.replies import exhibits as words
from bot.store import archive, exhibits, outbox, tables
from bot.store.exhibits import Exhibit
from bot.store.transactions import Writing
from bot.store.words import Audience, Hanging, Sending
from sandbox.member import Member, Refused
from tests.product.house import (
    House,
    Json,
    eventually,
    labels,
    painted,
    press,
    said_aside,
    told,
    until,
    until_ended,
    until_gone,
)


@pytest.fixture
async def ada(house: House) -> Member:
    """She owns the server."""
    return await house.member("ada")


@pytest.fixture
async def single(house: House, cleo: Member) -> Json:
    """Cleo's picture on its own, on a server with a gallery."""
    await house.arrange_gallery()
    return await until_ended(cleo, await press(cleo, await painted(cleo, "a red house --ar 3:2"), "U2"))


async def shown(house: House) -> Exhibit:
    """The newest exhibit, once it has its post."""
    found: list[Exhibit] = []

    async def hangs() -> bool:
        async with house.desk.store.read() as tx:
            found[:] = await exhibits.hanging(tx, 1)
        return bool(found)

    await eventually(hangs)
    return found[0]


async def post_of(member: Member, exhibit: Exhibit) -> Json:
    channel = str(exhibit.thread_id or exhibit.channel_id)
    found = [one for one in await member.messages(channel) if one["id"] == str(exhibit.message_id)]
    return found[0]


async def published(house: House, member: Member, message: Json) -> Json:
    assert await told(member, message, "⭐") == "Published."
    return await post_of(member, await shown(house))


async def until_votes(house: House, count: int) -> None:
    async def are() -> bool:
        async with house.desk.store.read() as tx:
            return any(one.votes == count for one in await exhibits.hanging(tx, 10))

    await eventually(are)


async def until_state(house: House, exhibit: Exhibit, state: Hanging) -> Exhibit:
    found: list[Exhibit] = []

    async def is_so() -> bool:
        async with house.desk.store.read() as tx:
            one = await exhibits.find(tx, exhibit.id)
        found[:] = [one] if one is not None else []
        return one is not None and one.state is state

    await eventually(is_so)
    return found[0]


async def gallery_panel(ada: Member) -> Json:
    outcome = await ada.command("general", "setup")
    assert outcome.message is not None
    opened = await ada.click(outcome.message, words.OPEN)
    assert opened.message is not None
    return opened.message


async def thread(member: Member, exhibit: Exhibit) -> Json:
    found: Json = await member.request("GET", f"/channels/{exhibit.thread_id}")
    return found


# -- the channel ------------------------------------------------------------------------------------------------------


async def grant_channels(house: House, ada: Member) -> None:
    """The bot may make channels."""
    (guild,) = house.client.guilds
    role = guild.me.roles[-1]
    permissions = role.permissions.value | 16
    await ada.request("PATCH", f"/guilds/{guild.id}/roles/{role.id}", {"permissions": str(permissions)})

    async def may() -> bool:
        await ada.request("GET", "/users/@me/guilds")  # meanwhile the bot is told of it
        return bool(guild.me.guild_permissions.manage_channels)

    await eventually(may)


@pytest.mark.parametrize("kind", ["forum", "media", "text"])
async def test_a_gallery_is_made_with_tags_rights_and_pinned_guidelines(house: House, ada: Member, kind: str) -> None:
    await house.arrange(gallery_channel_id=None)
    await grant_channels(house, ada)
    after = await ada.click(await gallery_panel(ada), words.MAKE[kind])
    assert after.message is not None
    (guild,) = house.client.guilds

    async def is_there() -> bool:
        return any(one.name == "gallery" and one.permissions_for(guild.me).manage_channels for one in guild.channels)

    await eventually(is_there)
    refreshed = await until(ada, after.message, lambda message: "It is <#" in message["content"])
    made = str(refreshed["content"]).partition("<#")[2].partition(">")[0]
    channel = await ada.request("GET", f"/channels/{made}")
    assert channel["type"] == {"forum": 15, "media": 16, "text": 0}[kind]
    assert "⚠️" not in refreshed["content"]
    if kind != "text":
        assert [tag["name"] for tag in channel["available_tags"]] == ["square", "wide", "tall", "swatch", "slow"]

    async def is_pinned() -> bool:
        if kind == "text":
            pins = await ada.request("GET", f"/channels/{made}/pins")
            return any("Welcome to the gallery" in one["content"] for one in pins)
        found = (await ada.request("GET", f"/guilds/{guild.id}/threads/active"))["threads"]
        return any(one["parent_id"] == made and one["name"] == words.GUIDELINES_NAME and one["flags"] for one in found)

    await eventually(is_pinned)


async def test_without_the_right_to_make_channels_the_remedy_is_said(house: House, ada: Member) -> None:
    await house.arrange(gallery_channel_id=None)
    after = await ada.click(await gallery_panel(ada), words.MAKE["forum"])
    assert after.message is not None
    await until(ada, after.message, lambda message: "Manage Channels" in message["content"])


async def test_a_channel_is_adopted_and_its_faults_are_told(house: House, ada: Member, cleo: Member) -> None:
    (guild,) = house.client.guilds
    show = await ada.channel_id("more-painting")
    everyone = {"type": 0, "allow": "0", "deny": str(1 << 15)}  # attach files
    for target in (guild.id, guild.me.roles[-1].id):
        await ada.request("PUT", f"/channels/{show}/permissions/{target}", everyone)
    after = await ada.select(await gallery_panel(ada), words.ASK_CHANNEL, show)
    assert after.message is not None
    chosen = await until(ada, after.message, lambda message: f"It is <#{show}>" in message["content"])
    assert "*Attach Files*" in chosen["content"]
    gallery = await ada.channel_id("gallery")
    await ada.select(await gallery_panel(ada), words.ASK_CHANNEL, gallery)
    await until(ada, await gallery_panel(ada), lambda message: f"<#{gallery}>" in message["content"])
    await cleo.react(await painted(cleo), "⭐")
    assert str((await shown(house)).channel_id) == gallery


# -- what hangs there -------------------------------------------------------------------------------------------------


async def test_a_post_has_picture_words_maker_model_buttons_and_lineage(
    house: House, cleo: Member, single: Json
) -> None:
    post = await published(house, cleo, single)
    exhibit = await shown(house)
    assert "a red house" in post["content"]
    assert f"by <@{cleo.user_id}> · swatch" in post["content"]
    assert labels(post) == ["Recipe", "Use this prompt", "Vary", "Upscale", "Take down", "Where it comes from"]
    assert single["message_reference"]["message_id"] in _link(post)
    assert (await thread(cleo, exhibit))["name"] == "a red house"
    async with house.desk.store.read() as tx:
        picture = await archive.find(tx, archive.Viewer(int(cleo.user_id)), exhibit.archive_id or 0)
    assert picture is not None
    assert (picture.cell, picture.audience) == (1, Audience.GALLERY)


def _link(post: Json) -> str:
    return next(str(one["url"]) for row in post["components"] for one in row["components"] if "url" in one)


async def test_others_use_what_hangs_there(house: House, cleo: Member, dov: Member, single: Json) -> None:
    post = await published(house, cleo, single)
    assert "seed" in await told(dov, post, "Recipe")
    dialog = (await dov.click(post, "Use this prompt")).modal
    assert dialog is not None
    outcome = await dov.submit(dialog, {"prompt": "a green house --steps 2"})
    assert outcome.message is not None
    assert "a green house" in (await until_ended(dov, outcome.message))["content"]
    for label in ("Vary", "Upscale"):
        await until_ended(dov, await press(dov, post, label))


async def test_hidden_words_are_not_shown_with_the_picture(house: House, cleo: Member, single: Json) -> None:
    async with house.desk.store.write() as tx:
        own = await archive.browse(tx, archive.Viewer(int(cleo.user_id)), archive.Wanted(mine=True), 10)
        await archive.hide_words(tx, [one.id for one in own], hidden=True)
    post = await published(house, cleo, single)
    assert "red house" not in str(post)
    assert (await thread(cleo, await shown(house)))["name"] == "Untitled"
    assert "Recipe" not in labels(post)


async def test_in_a_text_channel_it_is_a_message(house: House, cleo: Member, dov: Member, single: Json) -> None:
    general = await cleo.channel_id("general")
    await house.arrange(gallery_channel_id=int(general))
    post = await published(house, cleo, single)
    assert post["channel_id"] == general
    await told(cleo, post, "Take down")
    await until_gone(dov, post)


async def test_a_picture_from_a_direct_message_belongs_to_the_server_that_it_is_shown_on(
    house: House, cleo: Member, dov: Member, single: Json
) -> None:
    await cleo.react(await painted(cleo, "a secret garden", "@Painter"), "⭐")
    ask = await said_aside(cleo, "@Painter", "private so far")
    await cleo.click(ask, "Publish in The Studio")
    post = await post_of(dov, await shown(house))
    assert "seed" in await told(dov, post, "Recipe")
    await until_ended(dov, await press(dov, post, "V1"))


async def test_a_post_follows_what_is_changed_of_its_picture(house: House, cleo: Member, single: Json) -> None:
    post = await published(house, cleo, single)
    exhibit, now = await shown(house), house.desk.now()
    async with house.desk.store.write() as tx:
        await archive.hide_words(tx, [exhibit.archive_id or 0], hidden=True)
        await follow(tx, [exhibit.archive_id or 0], int(cleo.user_id), now)
    await until(cleo, post, lambda message: "red house" not in str(message))
    async with house.desk.store.write() as tx:
        await archive.change_audience(tx, [exhibit.archive_id or 0], Audience.PRIVATE)
        await follow(tx, [exhibit.archive_id or 0], int(cleo.user_id), now + timedelta(seconds=1))
    await until(cleo, post, lambda message: not message["attachments"])
    assert (await until_state(house, exhibit, Hanging.HIDDEN)).hidden_by == int(cleo.user_id)


# -- stars of others --------------------------------------------------------------------------------------------------


async def test_enough_stars_of_others_publish_a_public_picture(
    house: House, cleo: Member, dov: Member, ben: Member, ada: Member
) -> None:
    await house.arrange_gallery()
    grid = await painted(cleo)
    await dov.react(grid, "⭐")
    await ben.react(grid, "⭐")
    await house.restart()
    async with house.desk.store.read() as tx:
        assert not await exhibits.hanging(tx, 1)
    await ada.react(grid, "⭐")
    exhibit = await shown(house)
    assert exhibit.by is None
    assert labels(await post_of(cleo, exhibit))[:3] == ["U1", "U2", "U3"]


async def test_stars_never_publish_what_is_private_or_where_they_are_off(
    house: House, cleo: Member, dov: Member, ben: Member
) -> None:
    await house.arrange_gallery()
    await house.arrange(settings={"gallery_stars": 1})
    stealthy = await painted(cleo, "a secret garden --stealth")
    with pytest.raises(Refused):  # nobody else even sees it
        await dov.react(stealthy, "⭐")
    await house.arrange(settings={"gallery_stars": 0})
    grid = await painted(cleo)
    await dov.react(grid, "⭐")
    await house.arrange(settings={"gallery_stars": 1})
    await ben.react(grid, "⭐")  # and that one counts
    exhibit = await shown(house)
    assert exhibit.job_id in str(grid["components"])
    async with house.desk.store.read() as tx:
        assert len(await exhibits.hanging(tx, 10)) == 1


# -- votes ------------------------------------------------------------------------------------------------------------


async def test_votes_are_one_a_member_and_not_the_makers(
    house: House, cleo: Member, dov: Member, ben: Member, single: Json
) -> None:
    post = await published(house, cleo, single)
    await cleo.react(post, "⭐")
    for emoji in ("⭐", "🔥", "❤️"):
        await dov.react(post, emoji)
    await ben.react(post, "👎")
    await ben.react(post, "😍")
    await until_votes(house, 2)
    await dov.unreact(post, "⭐")
    await dov.unreact(post, "❤️")
    await ben.unreact(post, "😍")
    await until_votes(house, 1)
    await dov.unreact(post, "🔥")
    await until_votes(house, 0)


@pytest.mark.parametrize("emoji", ["👎🏽", "👎🏿"])
async def test_a_thumb_down_of_any_colour_is_no_vote(
    house: House, cleo: Member, dov: Member, ben: Member, single: Json, emoji: str
) -> None:
    post = await published(house, cleo, single)
    await dov.react(post, emoji)
    await ben.react(post, "👍🏽")
    await until_votes(house, 1)
    await house.close()
    await house.pass_time(6)
    await house.open()  # where all are counted anew
    await ben.unreact(post, "👍🏽")
    await until_votes(house, 0)


async def test_votes_made_while_the_bot_was_off_are_found_again(
    house: House, cleo: Member, dov: Member, ben: Member, ada: Member, single: Json
) -> None:
    post = await published(house, cleo, single)
    await dov.react(post, "⭐")
    await until_votes(house, 1)
    await house.close()
    await dov.unreact(post, "⭐")
    for member in (ben, ada):
        await member.react(post, "⭐")
    await house.pass_time(6)
    await house.open()
    await until_votes(house, 2)


async def test_reactions_that_a_moderator_clears_are_votes_no_more(
    house: House, cleo: Member, dov: Member, ben: Member, single: Json
) -> None:
    post = await published(house, cleo, single)
    await dov.react(post, "🔥")
    await until_votes(house, 1)
    await ben.request("DELETE", f"/channels/{post['channel_id']}/messages/{post['id']}/reactions")
    await until_votes(house, 0)


# -- taken down, put back, deleted ------------------------------------------------------------------------------------


async def test_what_is_taken_down_comes_back_with_its_votes(
    house: House, cleo: Member, dov: Member, single: Json
) -> None:
    post = await published(house, cleo, single)
    before = await shown(house)
    await dov.react(post, "⭐")
    await until_votes(house, 1)
    assert await told(dov, post, "Take down") == words.NOT_YOURS
    outcome = await cleo.click(post, "Take down")
    assert outcome.message is not None
    assert outcome.message["content"] == words.TAKEN_DOWN
    await _until_closed(dov, before)
    rest = await post_of(dov, before)
    assert not rest["attachments"]
    assert "red house" not in str(rest)
    await house.restart()
    assert await told(cleo, outcome.message, words.RESTORE) == words.PUT_BACK
    after = await shown(house)
    assert after.message_id != before.message_id
    assert (await post_of(dov, after))["attachments"]
    assert after.votes == 1
    await house.restart()
    await until_votes(house, 1)
    await dov.react(await post_of(dov, after), "⭐")
    await until_votes(house, 1)


async def _until_closed(member: Member, exhibit: Exhibit) -> None:
    async def is_closed() -> bool:
        about = (await thread(member, exhibit))["thread_metadata"]
        return bool(about["archived"] and about["locked"])

    await eventually(is_closed)


async def test_what_a_moderator_takes_down_only_a_moderator_puts_back(
    house: House, cleo: Member, ben: Member, single: Json
) -> None:
    post = await published(house, cleo, single)
    outcome = await ben.click(post, "Take down")
    assert outcome.message is not None
    assert await told(cleo, single, "⭐") == words.BY_MODERATOR
    assert await told(ben, outcome.message, words.RESTORE) == words.PUT_BACK
    assert await told(ben, outcome.message, words.RESTORE) == words.UP_ALREADY


async def test_a_star_of_the_maker_offers_what_they_took_down(house: House, cleo: Member, single: Json) -> None:
    post = await published(house, cleo, single)
    await told(cleo, post, "Take down")
    asked = await cleo.click(single, "⭐")
    assert asked.message is not None
    assert asked.message["content"] == words.HIDDEN_BEFORE
    assert await told(cleo, asked.message, words.RESTORE) == words.PUT_BACK
    assert (await shown(house)).posting == 2


async def test_a_deleted_picture_takes_its_post_away(house: House, cleo: Member, dov: Member, single: Json) -> None:
    await published(house, cleo, single)
    exhibit = await shown(house)
    assert await told(cleo, single, "Delete") == "Deleted. It is out of this channel."
    await until_state(house, exhibit, Hanging.DELETED)

    async def is_gone() -> bool:
        try:
            await thread(dov, exhibit)
        except Refused:
            return True
        return False

    await eventually(is_gone)


@pytest.mark.parametrize("is_away", [False, True])
@pytest.mark.parametrize("what", ["message", "thread"])
async def test_what_somebody_deletes_by_hand_counts_as_hidden(
    house: House, cleo: Member, ada: Member, single: Json, what: str, is_away: bool
) -> None:
    post = await published(house, cleo, single)
    exhibit = await shown(house)
    if is_away:
        await house.close()
    path = f"/channels/{post['channel_id']}" + (f"/messages/{post['id']}" if what == "message" else "")
    await ada.request("DELETE", path)
    if is_away:
        await house.pass_time(6)
        await house.open()
    hidden = await until_state(house, exhibit, Hanging.HIDDEN)
    assert (hidden.hidden_by, hidden.message_id) == (None, None)


# -- what may go wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["gallery", "general"])
async def test_a_post_of_which_nobody_knows_is_found_and_not_made_twice(
    house: House, cleo: Member, single: Json, where: str
) -> None:
    """The program ended after Discord had it, before that was stored."""
    await house.arrange(gallery_channel_id=int(await cleo.channel_id(where)))
    post = await published(house, cleo, single)
    exhibit = await shown(house)
    await house.desk.delivery.settle(5)
    async with house.desk.store.write() as tx:
        await exhibits.vanish(tx, exhibit.id, exhibit.message_id or 0)
        (letter,) = [one for one in await outbox.of_job(tx, exhibit.job_id) if one.kind == "publish"]
        await _doubt(house, tx, letter.id)
    await house.restart()
    assert (await shown(house)).message_id == int(post["id"])


async def _doubt(house: House, tx: Writing, letter: int) -> None:
    """A letter that was being sent."""
    doubtful = {"state": Sending.SENDING, "sending_since": house.desk.now()}
    await tx.change(update(tables.outbox).where(tables.outbox.c.id == letter).values(doubtful))


async def test_a_post_that_never_came_is_asked_for_again_with_the_star(
    house: House, cleo: Member, single: Json
) -> None:
    await published(house, cleo, single)
    exhibit = await shown(house)
    await house.desk.delivery.settle(5)
    async with house.desk.store.write() as tx:
        await exhibits.vanish(tx, exhibit.id, exhibit.message_id or 0)
    assert "already" in await told(cleo, single, "⭐")
    assert (await shown(house)).message_id == exhibit.message_id


@pytest.mark.parametrize("tries", [1, 2])
async def test_a_gallery_that_refuses_posts_lets_its_maker_try_again(
    house: House, cleo: Member, ada: Member, single: Json, tries: int
) -> None:
    (guild,) = house.client.guilds
    gallery = await ada.channel_id("gallery" if tries == 1 else "more-painting")
    if tries == 2:
        await house.arrange(gallery_channel_id=int(gallery))
        lost = {"kind": "http", "method": "POST", "path": f"/channels/{gallery}/messages", "status": 503, "times": 1}
        await house.control("faults", lost)
        assert await told(cleo, single, "⭐") == "Published."
    closed = {"type": 0, "allow": "0", "deny": str(1 << 11 | 1 << 10)}  # send messages, view channel
    for target in (guild.id, guild.me.roles[-1].id):
        await ada.request("PUT", f"/channels/{gallery}/permissions/{target}", closed)
    if tries == 1:
        assert await told(cleo, single, "⭐") == "Published."

    async def is_hidden() -> bool:
        async with house.desk.store.read() as tx:
            return all(one.state is Hanging.HIDDEN for one in await exhibits.of_job(tx, _job(single)))

    await eventually(is_hidden)
    for target in (guild.id, guild.me.roles[-1].id):
        await ada.request("DELETE", f"/channels/{gallery}/permissions/{target}")
    asked = await cleo.click(single, "⭐")
    assert asked.message is not None
    assert await told(cleo, asked.message, words.RESTORE) == words.PUT_BACK
    assert (await post_of(cleo, await shown(house)))["attachments"]


def _job(message: Json) -> str:
    return str(message["components"][0]["components"][0]["custom_id"]).split(":")[3]


async def test_a_post_hangs_on_when_only_the_thread_below_it_is_deleted(
    house: House, ada: Member, cleo: Member, dov: Member, single: Json
) -> None:
    channel = await ada.channel_id("more-painting")
    await house.arrange(gallery_channel_id=int(channel))
    post = await published(house, cleo, single)
    talk = await ada.request("POST", f"/channels/{channel}/messages/{post['id']}/threads", {"name": "What a house"})
    await ada.request("DELETE", f"/channels/{talk['id']}")
    await dov.react(post, "❤️")
    await until_votes(house, 1)
    await ada.delete(post)
    await until_state(house, await shown(house), Hanging.HIDDEN)
