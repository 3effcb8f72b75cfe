"""The world that a sandbox starts with."""

from __future__ import annotations

import base64

from tests.sandbox.crew import Crew


async def test_one_server_four_people_of_different_standing_and_a_bot(crew: Crew) -> None:
    assert [user.username for user in crew.state.users.values()] == ["ada", "ben", "cleo", "dov", "Painter"]
    assert crew.guild.owner_id == int(crew.ada.id)
    assert crew.state.members[crew.guild.id][int(crew.ben.id)].roles == [crew.role("Moderator")]
    assert {channel.name: channel.type for channel in crew.state.channels_of(crew.guild.id)} == {
        "text": 4,
        "general": 0,
        "painting": 0,
        "more-painting": 0,
        "after-dark": 0,
        "show": 4,
        "gallery": 15,
        "staff": 0,
    }
    assert crew.channel("after-dark").nsfw
    assert [tag.name for tag in crew.channel("gallery").tags] == ["landscape", "portrait", "abstract"]


async def test_the_bots_token_begins_with_its_id_as_hikari_reads_it(crew: Crew) -> None:
    head = crew.box.bot_token.split(".")[0]
    assert base64.b64decode(head + "=" * (-len(head) % 4)).decode() == str(crew.box.application_id)


async def test_everyone_has_direct_messages_with_the_bot(crew: Crew) -> None:
    for name in ("ada", "ben", "cleo", "dov"):
        assert crew.direct(name, "bot").recipients == [int(crew.callers[name].id), int(crew.bot.id)]


async def test_a_member_can_do_what_discords_own_default_allows_and_no_more(crew: Crew) -> None:
    everyone = crew.state.roles[crew.guild.id].permissions
    for bit in (0, 6, 10, 11, 14, 15, 16, 18, 26, 31, 35, 36, 38, 50):
        assert everyone & 1 << bit
    for bit in (1, 2, 3, 4, 5, 12, 13, 17, 28, 29, 34, 40, 51):
        assert not everyone & 1 << bit
