"""Wrong messages, embeds, reactions and what else is done in a channel."""

from __future__ import annotations

from typing import Final

from tests.wire.refused.refusal import MISSING, Json, Refusal, form

SEND: Final = "/channels/{text}/messages"
OWN: Final = "/channels/{text}/messages/{own}"
THEIRS: Final = "/channels/{text}/messages/{theirs}"
LOCKED: Final = "/channels/{locked}/messages"
HIDDEN: Final = "/channels/{hidden}/messages"
LONG_AGO: Final = "175928847299117063"


def _embed(title: str, embed: Json, at: str) -> Refusal:
    return form(title, "POST", SEND, {"embeds": [embed]}, f"embeds.0{at}")


EMPTY: Final = [
    Refusal("message without anything", "POST", SEND, {}, 400, 50006),
    Refusal("message with empty content", "POST", SEND, {"content": ""}, 400, 50006),
    Refusal("message of blanks", "POST", SEND, {"content": "  \n "}, 400, 50006),
    Refusal("edit that leaves nothing", "PATCH", OWN, {"content": ""}, 400, 50006),
]
CONTENT: Final = [
    form("content of 2001 characters", "POST", SEND, {"content": "x" * 2001}, "content"),
    form("edit to 2001 characters", "PATCH", OWN, {"content": "x" * 2001}, "content"),
    form("nonce of 26 characters", "POST", SEND, {"content": "x", "nonce": "n" * 26}, "nonce"),
    form(
        "reply to a message that never was",
        "POST",
        SEND,
        {"content": "x", "message_reference": {"message_id": MISSING}},
        "message_reference",
    ),
    form(
        "mentions both parsed and listed",
        "POST",
        SEND,
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["{ada}"]}},
        "allowed_mentions",
    ),
    form(
        "101 listed mentions",
        "POST",
        SEND,
        {"content": "x", "allowed_mentions": {"parse": [], "users": [str(10**17 + n) for n in range(101)]}},
        "allowed_mentions.users",
    ),
    Refusal("sticker that is none", "POST", SEND, {"sticker_ids": ["1"]}, 400, 50081),
    form("four stickers", "POST", SEND, {"sticker_ids": ["1", "2", "3", "4"]}, "sticker_ids"),
    form("eleven attachments", "POST", SEND, {"content": "x", "attachments": [{"id": 0}] * 11}, "attachments"),
    form("body that is a list", "POST", SEND, [{"content": "x"}], ""),
    form("id that is no number", "GET", "/channels/abc", None, "channel_id"),
    form("page of 101 messages", "GET", SEND + "?limit=101", None, "limit"),
    form("page of no messages", "GET", SEND + "?limit=0", None, "limit"),
]
EMBEDS: Final = [
    form("eleven embeds", "POST", SEND, {"embeds": [{"title": "x"}] * 11}, "embeds"),
    form("embeds of 6001 characters in all", "POST", SEND, {"embeds": [{"description": "x" * 3001}] * 2}, "embeds"),
    _embed("embed without anything", {}, ""),
    _embed("embed title of 257", {"title": "x" * 257}, ".title"),
    _embed("embed description of 4097", {"description": "x" * 4097}, ".description"),
    _embed("26 embed fields", {"fields": [{"name": "a", "value": "b"}] * 26}, ".fields"),
    _embed("field name of 257", {"fields": [{"name": "x" * 257, "value": "b"}]}, ".fields.0.name"),
    _embed("field value of 1025", {"fields": [{"name": "a", "value": "x" * 1025}]}, ".fields.0.value"),
    _embed("field without a value", {"fields": [{"name": "a"}]}, ".fields.0.value"),
    _embed("footer of 2049", {"title": "x", "footer": {"text": "x" * 2049}}, ".footer.text"),
    _embed("author of 257", {"title": "x", "author": {"name": "x" * 257}}, ".author.name"),
    _embed("colour past white", {"title": "x", "color": 0x1000000}, ".color"),
    _embed("link of an unknown scheme", {"title": "x", "url": "gopher://example.org"}, ".url"),
    _embed("time that is none", {"title": "x", "timestamp": "yesterday"}, ".timestamp"),
]
OTHERS: Final = [
    Refusal("edit of a person's message", "PATCH", THEIRS, {"content": "x"}, 403, 50005),
    Refusal(
        "edit of another bot's message",
        "PATCH",
        "/channels/{text}/messages/{rival}",
        {"content": "x"},
        403,
        50005,
    ),
    Refusal("deleting without permission", "DELETE", LOCKED + "/{lockedtheirs}", None, 403, 50013),
    Refusal("sending without permission", "POST", LOCKED, {"content": "x"}, 403, 50013),
    Refusal("sending where one may not look", "POST", HIDDEN, {"content": "x"}, 403, 50001),
    Refusal("reading where one may not look", "GET", HIDDEN, None, 403, 50001),
    Refusal("looking at a hidden channel", "GET", "/channels/{hidden}", None, 403, 50001),
    Refusal("typing where one may not look", "POST", "/channels/{hidden}/typing", None, 403, 50001),
    Refusal("message in a forum", "POST", "/channels/{forum}/messages", {"content": "x"}, 400, 40058),
    Refusal("message in a category", "POST", "/channels/{category}/messages", {"content": "x"}, 400, 50008),
    Refusal("message to one who takes none", "POST", "/channels/{closed}/messages", {"content": "x"}, 403, 50007),
    Refusal("message to nowhere", "POST", f"/channels/{MISSING}/messages", {"content": "x"}, 404, 10003),
    Refusal("message that never was", "GET", SEND + f"/{MISSING}", None, 404, 10008),
    Refusal("edit of nothing", "PATCH", SEND + f"/{MISSING}", {"content": "x"}, 404, 10008),
    Refusal("deleting nothing", "DELETE", SEND + f"/{MISSING}", None, 404, 10008),
]
REACTIONS: Final = [
    Refusal("reaction that is no emoji", "PUT", OWN + "/reactions/nonsense/@me", None, 400, 10014),
    Refusal("reaction with an emoji of nobody", "PUT", OWN + "/reactions/ghost:1/@me", None, 400, 10014),
    Refusal("21st reaction", "PUT", "/channels/{text}/messages/{full}/reactions/🎈/@me", None, 400, 30010),
    Refusal("reaction to nothing", "PUT", SEND + f"/{MISSING}/reactions/👍/@me", None, 404, 10008),
    Refusal("first reaction without permission", "PUT", LOCKED + "/{lockedtheirs}/reactions/👍/@me", None, 403, 50013),
    Refusal(
        "removing another's reaction without permission",
        "DELETE",
        LOCKED + "/{lockedtheirs}/reactions/🌱/{ada}",
        None,
        403,
        50013,
    ),
    Refusal("clearing reactions without permission", "DELETE", LOCKED + "/{lockedtheirs}/reactions", None, 403, 50013),
]
PINS_AND_BULK: Final = [
    Refusal("pin without permission", "PUT", LOCKED + "/pins/{lockedtheirs}", None, 403, 50013),
    Refusal("pin of nothing", "PUT", SEND + f"/pins/{MISSING}", None, 404, 10008),
    Refusal("bulk deletion of one", "POST", SEND + "/bulk-delete", {"messages": ["{own}"]}, 400, 50016),
    Refusal(
        "bulk deletion of 101",
        "POST",
        SEND + "/bulk-delete",
        {"messages": [str(10**18 + n) for n in range(101)]},
        400,
        50016,
    ),
    Refusal(
        "bulk deletion of old messages",
        "POST",
        SEND + "/bulk-delete",
        {"messages": [LONG_AGO, "175928847299117064"]},
        400,
        50034,
    ),
    Refusal(
        "bulk deletion without permission",
        "POST",
        LOCKED + "/bulk-delete",
        {"messages": ["{lockedtheirs}", "{own}"]},
        403,
        50013,
    ),
]

TABLE: Final = [*EMPTY, *CONTENT, *EMBEDS, *OTHERS, *REACTIONS, *PINS_AND_BULK]
