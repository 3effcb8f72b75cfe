"""A picture into its server's gallery: by whom, where, and that it is done once. The gallery itself comes later."""

from __future__ import annotations

from bot import replies
from bot.asking import Asker
from bot.desk import Desk
from bot.errors import NotAllowedError
from bot.messages.told import Told, put
from bot.store import jobs, servers
from bot.store.jobs import Job
from bot.store.words import Privacy


async def publish(desk: Desk, asker: Asker, job: Job, *, confirmed: bool = False) -> str:
    """The sentence for the member. Only its maker publishes a picture, and a private one only on purpose."""
    if job.member_id != asker.member:
        raise NotAllowedError
    home = job.server_id or asker.server
    async with desk.store.read() as tx:
        server = await servers.find(tx, home) if home is not None else None
    if server is None or server.gallery_channel_id is None:
        return replies.NO_GALLERY
    async with desk.store.write() as tx:
        if confirmed and job.privacy is not Privacy.PUBLIC:
            await jobs.change_privacy(tx, job.id, Privacy.PUBLIC)
        key = f"publish:{job.id}:{server.gallery_channel_id}"
        is_new = await put(tx, job, Told.PUBLISH, desk.now(), key=key, channel=server.gallery_channel_id)
    desk.delivery.poke()
    return replies.PUBLISHED if is_new else replies.PUBLISHED_BEFORE
