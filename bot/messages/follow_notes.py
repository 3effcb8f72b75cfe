"""Direct notes to those who follow a maker or words. Whether somebody may still see what a note is about is asked at
the last moment, of the same place as everywhere; a note itself shows no picture: nothing has to be taken back.
"""

from __future__ import annotations

from bot import visibility
from bot.asking import Asker
from bot.buttons.custom_id import Action
from bot.community.features import Feature, is_on
from bot.frame.fail_points import FailPoint, reached
from bot.messages.cards import Button, Card, Link
from bot.messages.daily_posts import link_of as link_of_day
from bot.messages.exhibiting import link_of
from bot.messages.posting import bears
from bot.messages.sending import Sender, Sent
from bot.replies import community as words
from bot.store import dailies, exhibits, follows, rankings, servers
from bot.store.follows import Follow
from bot.store.outbox import Letter
from bot.store.store import Store
from bot.store.transactions import Reading
from bot.store.words import Audience, Hanging, Running

Note = tuple[str, str]  # what it says, and where that is


class FollowNotes:
    def __init__(self, store: Store, sender: Sender) -> None:
        self._store, self._sender = store, sender

    async def tell(self, letter: Letter) -> Sent | None:
        """Nothing to whoever has changed their mind, has left, or may not see it."""
        async with self._store.read() as tx:
            follow = await follows.find(tx, int(letter.payload.get("follow", 0)))
            if follow is None or not await _is_wanted(tx, follow):
                return None
            if "daily" in letter.payload:
                note = await self._of_day(tx, follow, int(letter.payload["daily"]))
            else:
                note = await self._of_exhibit(tx, follow, int(letter.payload.get("exhibit", 0)))
        if note is None or not await self._sender.is_in(follow.server_id, follow.member_id):
            return None
        mark = f"x.{follow.id}.{letter.id}"  # by which it is found again: of two pictures it may say the same
        stop = Button(Action.FOLLOW, "", words.UNFOLLOW, extra=mark)
        card = Card(note[0], ((stop,),), links=(Link(words.OPEN_POST, note[1]),))
        channel = await self._sender.direct_channel(follow.member_id)
        if letter.tries > 1:
            found = await self._sender.find(channel, bears(f":{mark}:"), limit=20)
            if found is not None:
                return Sent(channel, found)
        sent = await self._sender.create(channel, card, 0, nonce=f"fo{letter.id}")
        reached(FailPoint.PLACED)
        return sent

    async def _of_exhibit(self, tx: Reading, follow: Follow, number: int) -> Note | None:
        exhibit = await exhibits.find(tx, number)
        if exhibit is None or exhibit.state is not Hanging.SHOWN or exhibit.message_id is None:
            return None
        viewer = await visibility.viewer_of(tx, Asker(follow.member_id, 0, follow.server_id))
        shown = await rankings.shown_to(tx, viewer, exhibit)
        if not shown or any(one.audience is not Audience.GALLERY for one in shown):
            return None
        text = shown[0].text if all(visibility.may_read(one, viewer) for one in shown) else None
        if follow.words is not None and text is None:
            return None  # that it has these words is not to be told
        server = self._sender.name_of(follow.server_id)
        return words.note(shown[0].member_id, text, server, follow.words), link_of(exhibit)

    async def _of_day(self, tx: Reading, follow: Follow, number: int) -> Note | None:
        daily = await dailies.find(tx, number)
        if daily is None or daily.state is not Running.OPEN or follow.words is None:
            return None
        link = link_of_day(daily) or f"https://discord.com/channels/{daily.server_id}/{daily.channel_id}"
        return words.note_of_day(daily.theme, self._sender.name_of(daily.server_id), follow.words), link


async def _is_wanted(tx: Reading, follow: Follow) -> bool:
    server = await servers.find(tx, follow.server_id)
    return server is not None and server.left_at is None and is_on(server.settings, Feature.FOLLOW)
