"""Messages, reactions, pins, threads, channels and webhooks, each route once."""

from __future__ import annotations

from tests.wire.refused.refusal import COMPONENTS_V2, button, row, select, text
from tests.wire.tour.visitor import Visitor

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc00000030101"
    "00c9fe92ef0000000049454e44ae426082"
)


async def visit_messages(visit: Visitor) -> None:
    room = f"/channels/{visit['text']}"
    plain = await visit.say(visit["text"], embeds=[{"title": "A house", "fields": [{"name": "a", "value": "b"}]}])
    here = f"{room}/messages/{plain['id']}"
    await visit.ask("PATCH", here, {"content": "other words", "components": [row(button()), row(select())]})
    await visit.ask("GET", here)
    reply = await visit.say(visit["text"], message_reference={"message_id": plain["id"]}, nonce="n1")
    await visit.say(
        visit["text"], message_reference={"type": 1, "message_id": plain["id"], "channel_id": visit["text"]}, content=""
    )
    await visit.ask(
        "POST", f"{room}/messages", {"embeds": [{"image": {"url": "attachment://a.png"}}]}, file=("a.png", PNG)
    )
    await visit.ask("POST", f"{room}/messages", {"attachments": [{"id": 0, "description": "red"}]}, file=("a.png", PNG))
    gallery = {"type": 12, "items": [{"media": {"url": "attachment://a.png"}, "description": "red"}]}
    section = {"type": 9, "components": [text()], "accessory": {"type": 11, "media": {"url": "attachment://a.png"}}}
    attached = {"type": 13, "file": {"url": "attachment://a.png"}}
    parts = [text(), gallery, section, {"type": 14}, attached, row(button())]
    layout = {"flags": COMPONENTS_V2, "components": [{"type": 17, "accent_color": 1, "components": parts}]}
    await visit.ask("POST", f"{room}/messages", layout, file=("a.png", PNG))
    answers = [{"poll_media": {"text": name, "emoji": {"name": "🎈"}}} for name in ("red", "green")]
    await visit.ask("POST", f"{room}/messages", {"poll": {"question": {"text": "Which?"}, "answers": answers}})
    await visit.ask("GET", f"{room}/messages?limit=100")
    await visit.ask("POST", f"{room}/typing")
    await visit_reactions(visit, here)
    await visit_pins(visit, room, plain["id"])
    await visit.ask("DELETE", f"{room}/messages/{reply['id']}")
    spare = [(await visit.say(visit["text"]))["id"] for _ in range(2)]
    await visit.ask("POST", f"{room}/messages/bulk-delete", {"messages": spare})


async def visit_reactions(visit: Visitor, message: str) -> None:
    for _ in range(2):
        await visit.ask("PUT", f"{message}/reactions/👍/@me")
        await visit.ask("GET", f"{message}/reactions/👍")
        await visit.ask("DELETE", f"{message}/reactions/👍/@me")
        await visit.ask("PUT", f"{message}/reactions/👍/@me")
        await visit.ask("DELETE", f"{message}/reactions/👍/{visit['app']}")
        await visit.ask("PUT", f"{message}/reactions/👍/@me")
        await visit.ask("DELETE", f"{message}/reactions/👍")
        await visit.ask("PUT", f"{message}/reactions/👍/@me")
        await visit.ask("DELETE", f"{message}/reactions")
        await visit.ask("PUT", f"{message}/reactions/🌱/@me")


async def visit_pins(visit: Visitor, room: str, message_id: str) -> None:
    for pins in (f"{room}/messages/pins", f"{room}/pins"):
        await visit.ask("PUT", f"{pins}/{message_id}")
        await visit.ask("GET", pins)
        await visit.ask("DELETE", f"{pins}/{message_id}")


async def visit_threads(visit: Visitor) -> None:
    room = f"/channels/{visit['text']}"
    message = await visit.say(visit["text"])
    thread = await visit.ask("POST", f"{room}/messages/{message['id']}/threads", {"name": "a thread"})
    await visit.ask("GET", f"{room}/messages/{message['id']}")
    alone = await visit.ask("POST", f"{room}/threads", {"name": "alone", "type": 11, "auto_archive_duration": 60})
    private = await visit.ask("POST", f"{room}/threads", {"name": "private", "type": 12})
    here = f"/channels/{thread['id']}"
    await visit.say(thread["id"])
    await visit.ask("GET", here)
    await visit.ask("DELETE", f"{here}/thread-members/@me")
    await visit.ask("PUT", f"{here}/thread-members/@me")
    await visit.ask("PUT", f"{here}/thread-members/{visit['ada']}")
    await visit.ask("GET", f"{here}/thread-members")
    await visit.ask("GET", f"{here}/thread-members/{visit['ada']}?with_member=true")
    await visit.ask("DELETE", f"{here}/thread-members/{visit['ada']}")
    await visit.ask("GET", f"/guilds/{visit['guild']}/threads/active")
    for one in (alone, private):
        await visit.ask("PATCH", f"/channels/{one['id']}", {"archived": True, "locked": True})
    await visit.ask("GET", f"{room}/threads/archived/public")
    await visit.ask("GET", f"{room}/threads/archived/private")
    await visit.ask("GET", f"{room}/users/@me/threads/archived/private")
    post = {"name": "a post", "message": {"content": "x"}, "applied_tags": [visit["tag"]]}
    posted = await visit.ask("POST", f"/channels/{visit['forum']}/threads", post)
    await visit.ask("PATCH", f"/channels/{posted['id']}", {"name": "another name", "applied_tags": [visit["tag"]]})
    await visit.ask("POST", f"/channels/{visit['forum']}/threads", post, file=("a.png", PNG))
    await visit.ask("DELETE", f"/channels/{posted['id']}")


async def visit_channels(visit: Visitor) -> None:
    guild = f"/guilds/{visit['guild']}"
    await visit.ask("GET", f"{guild}/channels")
    made = await visit.ask(
        "POST", f"{guild}/channels", {"name": "fresh", "topic": "new", "parent_id": visit["category"]}
    )
    forum = {
        "name": "fresh-forum",
        "type": 15,
        "available_tags": [{"name": "a"}],
        "default_reaction_emoji": {"emoji_name": "🎈"},
    }
    made_forum = await visit.ask("POST", f"{guild}/channels", forum)
    await visit.ask("POST", f"{guild}/channels", {"name": "voices", "type": 2})
    news = await visit.ask("POST", f"{guild}/channels", {"name": "news", "type": 5})
    message = await visit.say(news["id"])
    await visit.ask("POST", f"/channels/{news['id']}/messages/{message['id']}/crosspost")
    here = f"/channels/{made['id']}"
    await visit.ask("PATCH", here, {"name": "fresher", "rate_limit_per_user": 5, "nsfw": True})
    await visit.ask("PATCH", f"/channels/{made_forum['id']}", {"available_tags": [{"name": "b", "moderated": True}]})
    await visit.ask("GET", here)
    await visit.ask("PUT", f"{here}/permissions/{visit['ada']}", {"type": 1, "allow": "1024", "deny": "0"})
    await visit.ask("DELETE", f"{here}/permissions/{visit['ada']}")
    await visit.ask("PATCH", f"{guild}/channels", [{"id": made["id"], "position": 1}])
    await visit.ask("DELETE", here)


async def visit_webhooks(visit: Visitor) -> None:
    room = f"/channels/{visit['text']}"
    hook = await visit.ask("POST", f"{room}/webhooks", {"name": "Crier"})
    await visit.ask("GET", f"{room}/webhooks")
    await visit.ask("GET", f"/guilds/{visit['guild']}/webhooks")
    here, open_here = f"/webhooks/{hook['id']}", f"/webhooks/{hook['id']}/{hook['token']}"
    await visit.ask("GET", here)
    await visit.ask("PATCH", here, {"name": "Town crier"})
    await visit.ask("GET", open_here, who="nobody")
    await visit.ask("PATCH", open_here, {"name": "Crier again"}, who="nobody")
    await visit.ask("POST", open_here, {"content": "not waited for"}, who="nobody")
    body = {"content": "heard", "username": "Another", "components": []}
    said = await visit.ask("POST", f"{open_here}?wait=true", body, file=("a.png", PNG), who="nobody")
    message = f"{open_here}/messages/{said['id']}"
    await visit.ask("GET", message, who="nobody")
    await visit.ask("PATCH", message, {"content": "corrected"}, who="nobody")
    await visit.ask("DELETE", message, who="nobody")
    await visit.ask("DELETE", open_here, who="nobody")
    other = await visit.ask("POST", f"{room}/webhooks", {"name": "Second"})
    await visit.ask("DELETE", f"/webhooks/{other['id']}")
