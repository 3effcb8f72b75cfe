"""Wrong channels, threads, forum posts, webhooks, roles, members and purchases."""

from __future__ import annotations

from typing import Final

from tests.wire.refused.refusal import MISSING, Json, Refusal, form

CHANNELS: Final = "/guilds/{guild}/channels"
POSTS: Final = "/channels/{forum}/threads"
HOOK: Final = "/webhooks/{hook}/{hooktoken}"


def _post(title: str, at: str, **changes: Json) -> Refusal:
    body = {"name": "A house", "message": {"content": "x"}, "applied_tags": ["{tag}"], **changes}
    return form(title, "POST", POSTS, body, at)


UNKNOWN: Final = [
    Refusal("channel that never was", "GET", f"/channels/{MISSING}", None, 404, 10003),
    Refusal("server that never was", "GET", f"/guilds/{MISSING}", None, 404, 10004),
    Refusal("server that one is not in", "GET", "/guilds/{foreign}", None, 404, 10004),
    Refusal("user that never was", "GET", f"/users/{MISSING}", None, 404, 10013),
    Refusal("member who is none", "GET", "/guilds/{guild}/members/{stranger}", None, 404, 10007),
    Refusal("role that never was", "PATCH", f"/guilds/{{guild}}/roles/{MISSING}", {"name": "x"}, 404, 10011),
    Refusal("overwrite that never was", "DELETE", f"/channels/{{text}}/permissions/{MISSING}", None, 404, 10009),
    Refusal("webhook that never was", "GET", f"/webhooks/{MISSING}", None, 404, 10015),
    Refusal("ban that never was", "GET", "/guilds/{guild}/bans/{stranger}", None, 404, 10026),
    Refusal("invitation that never was", "GET", "/invites/nowhere", None, 404, 10006),
    Refusal("member of a thread who is none", "GET", "/channels/{thread}/thread-members/{ada}", None, 404, 10007),
    Refusal("emoji that never was", "GET", f"/applications/{{app}}/emojis/{MISSING}", None, 404, 10014),
]
WHO: Final = [
    Refusal("request without a token", "GET", "/users/@me", None, 401, 0, who="nobody"),
    Refusal("request with a wrong token", "GET", "/users/@me", None, 401, 0, who="impostor"),
    Refusal("request with an unknown bearer", "GET", "/users/@me", None, 401, 0, who="bearer"),
    Refusal("person where only bots may", "GET", "/gateway/bot", None, 403, 20002, who="ada"),
    Refusal(
        "bot where only people may",
        "PUT",
        "/applications/{app}/guilds/{guild}/commands/{app}/permissions",
        {"permissions": []},
        403,
        20001,
    ),
    Refusal("message to oneself", "POST", "/users/@me/channels", {"recipient_id": "{app}"}, 400, 50033),
    Refusal("@everyone deleted", "DELETE", "/guilds/{guild}/roles/{guild}", None, 400, 50028),
    Refusal("thread inside a thread", "POST", "/channels/{thread}/threads", {"name": "x", "type": 11}, 400, 50024),
    form(
        "time-out of over 28 days",
        "PATCH",
        "/guilds/{guild}/members/{ada}",
        {"communication_disabled_until": "2999-01-01T00:00:00+00:00"},
        "communication_disabled_until",
    ),
    Refusal("method that a route has not", "DELETE", "/gateway", None, 405, 0),
]
CHANGES: Final = [
    Refusal("channel without permission", "POST", CHANNELS, {"name": "x"}, 403, 50013, who="weak"),
    Refusal("channel deleted without permission", "DELETE", "/channels/{text}", None, 403, 50013, who="weak"),
    Refusal("role without permission", "POST", "/guilds/{guild}/roles", {"name": "x"}, 403, 50013, who="weak"),
    Refusal("role above one's own", "PATCH", "/guilds/{guild}/roles/{toprole}", {"name": "x"}, 403, 50013),
    Refusal("kick without permission", "DELETE", "/guilds/{guild}/members/{ada}", None, 403, 50013, who="weak"),
    Refusal("ban without permission", "PUT", "/guilds/{guild}/bans/{ada}", {}, 403, 50013, who="weak"),
    Refusal("nickname of the owner", "PATCH", "/guilds/{guild}/members/{owner}", {"nick": "x"}, 403, 50013),
    form("nickname of 33", "PATCH", "/guilds/{guild}/members/{ada}", {"nick": "x" * 33}, "nick"),
    form("channel name of 101", "POST", CHANNELS, {"name": "x" * 101}, "name"),
    form("channel without a name", "POST", CHANNELS, {}, "name"),
    form("channel of an unknown type", "POST", CHANNELS, {"name": "x", "type": 99}, "type"),
    form("topic of 1025", "POST", CHANNELS, {"name": "x", "topic": "x" * 1025}, "topic"),
    form(
        "slow mode of over six hours",
        "PATCH",
        "/channels/{text}",
        {"rate_limit_per_user": 21601},
        "rate_limit_per_user",
    ),
    form("role name of 101", "POST", "/guilds/{guild}/roles", {"name": "x" * 101}, "name"),
    form("message to an unknown user", "POST", "/users/@me/channels", {"recipient_id": "ada"}, "recipient_id"),
]
THREADS: Final = [
    form("thread name of 101", "POST", "/channels/{text}/threads", {"name": "x" * 101, "type": 11}, "name"),
    form("thread without a name", "POST", "/channels/{text}/threads", {"type": 11}, "name"),
    form(
        "thread archived after 61 minutes",
        "POST",
        "/channels/{text}/threads",
        {"name": "x", "type": 11, "auto_archive_duration": 61},
        "auto_archive_duration",
    ),
    Refusal(
        "second thread of a message", "POST", "/channels/{text}/messages/{threaded}/threads", {"name": "x"}, 400, 160004
    ),
    Refusal("change of an archived thread", "PATCH", "/channels/{archived}", {"name": "new"}, 400, 50083),
    Refusal("thread without permission", "POST", "/channels/{locked}/threads", {"name": "x", "type": 11}, 403, 50013),
    form("post without a message", "POST", POSTS, {"name": "x", "applied_tags": ["{tag}"]}, "message"),
    Refusal("post without its tag", "POST", POSTS, {"name": "x", "message": {"content": "x"}}, 400, 40067),
    Refusal(
        "post without words",
        "POST",
        POSTS,
        {"name": "x", "message": {}, "applied_tags": ["{tag}"]},
        400,
        50006,
    ),
    _post("post with six tags", "applied_tags", applied_tags=["1", "2", "3", "4", "5", "6"]),
    _post("post without a name", "name", name=""),
    _post("post of 2001 characters", "message.content", message={"content": "x" * 2001}),
    form(
        "21 tags of a forum",
        "PATCH",
        "/channels/{forum}",
        {"available_tags": [{"name": f"t{n}"} for n in range(21)]},
        "available_tags",
    ),
    Refusal(
        "one tag name twice",
        "PATCH",
        "/channels/{forum}",
        {"available_tags": [{"name": "same"}, {"name": "same"}]},
        400,
        40061,
    ),
    form(
        "tag name of 21",
        "PATCH",
        "/channels/{forum}",
        {"available_tags": [{"name": "x" * 21}]},
        "available_tags.0.name",
    ),
]
WEBHOOKS: Final = [
    Refusal("webhook with a wrong token", "GET", "/webhooks/{hook}/wrong", None, 401, 50027, who="nobody"),
    Refusal("sending with a wrong token", "POST", "/webhooks/{hook}/wrong", {"content": "x"}, 401, 50027, who="nobody"),
    Refusal("sending nothing by webhook", "POST", HOOK, {}, 400, 50006, who="nobody"),
    form("webhook content of 2001", "POST", HOOK, {"content": "x" * 2001}, "content"),
    form("webhook name of 81", "POST", "/channels/{text}/webhooks", {"name": "x" * 81}, "name"),
    form("webhook without a name", "POST", "/channels/{text}/webhooks", {}, "name"),
    form("webhook called discord", "POST", "/channels/{text}/webhooks", {"name": "my discord"}, "name"),
    form("message under a name of 81", "POST", HOOK, {"content": "x", "username": "x" * 81}, "username"),
    Refusal("webhook without permission", "POST", "/channels/{locked}/webhooks", {"name": "x"}, 403, 50013),
    Refusal("message of a webhook that never was", "GET", HOOK + f"/messages/{MISSING}", None, 404, 10008),
    Refusal(
        "webhook into a thread that never was", "POST", HOOK + f"?thread_id={MISSING}", {"content": "x"}, 400, 10003
    ),
    Refusal(
        "webhook into a forum without a thread",
        "POST",
        "/webhooks/{forumhook}/{forumtoken}",
        {"content": "x"},
        400,
        220001,
    ),
]
PURCHASES: Final = [
    Refusal("purchase that never was", "GET", f"/applications/{{app}}/entitlements/{MISSING}", None, 404, 10029),
    Refusal(
        "use of a purchase that never was",
        "POST",
        f"/applications/{{app}}/entitlements/{MISSING}/consume",
        None,
        404,
        10029,
    ),
    Refusal(
        "purchase of nothing",
        "POST",
        "/applications/{app}/entitlements",
        {"sku_id": MISSING, "owner_id": "{ada}", "owner_type": 2},
        404,
        10027,
    ),
    form(
        "purchase by neither user nor server",
        "POST",
        "/applications/{app}/entitlements",
        {"sku_id": "{sku}", "owner_id": "{ada}", "owner_type": 3},
        "owner_type",
    ),
]

TABLE: Final = [*UNKNOWN, *WHO, *CHANGES, *THREADS, *WEBHOOKS, *PURCHASES]
