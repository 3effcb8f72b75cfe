"""A picture into a server's gallery: by whom, into which, and that it is done once. The gallery itself comes later."""

from __future__ import annotations

from bot import replies
from bot.asking import Asker
from bot.buttons.custom_id import Action
from bot.desk import Desk
from bot.errors import NoJobError, NotOwnError, NotReadyError
from bot.messages.cards import Button, Card, Tone
from bot.messages.told import Told, put
from bot.messages.withdrawing import show_to
from bot.store import archive, servers
from bot.store.jobs import Job
from bot.store.servers import Server
from bot.store.words import OPEN, Audience, Privacy, State

CHOICES = 4  # a row of buttons, one of which is not to publish


async def publish(desk: Desk, asker: Asker, job: Job, *, confirmed: int | None = None) -> str | Card:
    """What its maker is told; nobody else publishes a picture. A private one is shown only after a second press, whose
    button names the server: `confirmed`."""
    if job.member_id != asker.member:
        raise NotOwnError
    if job.state not in (State.RENDERED, State.DONE):
        raise NotReadyError if job.state in OPEN else NoJobError
    found = await _galleries(desk, asker, job, confirmed)
    if not found:
        return replies.NO_GALLERY if asker.server is not None else replies.NO_GALLERIES
    if confirmed is None and (job.privacy is not Privacy.PUBLIC or asker.server is None):
        return _confirmation(desk, job, found)
    (server,) = found[:1]
    async with desk.store.write() as tx:
        await show_to(tx, await archive.of_job(tx, job), Audience.GALLERY, desk.now())
        key, channel = f"publish:{job.id}:{server.gallery_channel_id}", server.gallery_channel_id
        is_new = await put(tx, job, Told.PUBLISH, desk.now(), key=key, channel=channel)
    desk.delivery.poke()
    return replies.PUBLISHED if is_new else replies.PUBLISHED_BEFORE


def _confirmation(desk: Desk, job: Job, found: list[Server]) -> Card:
    sure = tuple(
        Button(
            Action.CONFIRM,
            job.id,
            replies.publish_in(desk.sender.name_of(server.id)),
            "⭐",
            tone=Tone.PRESSED,
            extra=str(server.id),
        )
        for server in found[:CHOICES]
    )
    is_private = job.privacy is not Privacy.PUBLIC
    text = replies.CONFIRM_PUBLISH if is_private else replies.CHOOSE_GALLERY
    return Card(text, ((*sure, Button(Action.DISMISS, job.id, "Keep it as it is")),))


async def _galleries(desk: Desk, asker: Asker, job: Job, confirmed: int | None) -> list[Server]:
    """This server's, or the one that was chosen; outside of all servers, those of every server that its maker is in."""
    home = confirmed or asker.server or job.server_id
    async with desk.store.read() as tx:
        found = [server for server in await servers.present(tx) if server.gallery_channel_id is not None]
    if home is not None:
        return [server for server in found if server.id == home]
    return [server for server in found if await desk.sender.is_in(server.id, asker.member)]
