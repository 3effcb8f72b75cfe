"""What the bot asks of Discord is what its purpose needs."""

from __future__ import annotations

import discord

from bot.frame import rights


def test_no_intent_is_asked_for_that_must_be_granted() -> None:
    asked = {name for name, wanted in rights.intents() if wanted}
    assert asked == {"guilds", "guild_messages", "guild_reactions", "dm_messages", "dm_reactions"}
    assert rights.intents().value == 13_825
    assert not asked & {"members", "presences", "message_content"}


def test_needed_permissions_are_those_of_answering_with_pictures() -> None:
    assert set(rights.names(rights.NEEDED)) == {
        "view channel",
        "send messages",
        "send messages in threads",
        "embed links",
        "attach files",
        "read message history",
        "add reactions",
        "external emojis",
    }
    further = rights.missing(rights.FULL, rights.NEEDED)
    assert set(rights.names(further)) == {"create public threads", "manage threads", "manage messages", "pin messages"}
    assert rights.missing(rights.NEEDED, rights.FULL) == discord.Permissions.none()


def test_invitation_asks_for_all_that_the_bot_can_use() -> None:
    assert rights.invitation(1234) == (
        "https://discord.com/oauth2/authorize?client_id=1234"
        "&scope=bot+applications.commands&permissions=2252126231587904"
    )
