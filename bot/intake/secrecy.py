"""Whether what comes of somebody's words will be for them alone. That is told before the words are worked at: Discord
lets nobody change afterwards who sees an answer that it was promised. Fetches nothing, and refuses nobody.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bot import visibility
from bot.asking import Asker
from bot.intake.habits import habits_of
from bot.intake.wishes import most_private
from bot.store import jobs, members, servers
from bot.store.store import Store
from bot.store.words import Privacy
from engine import BY_NAME, PromptError, unfold

QUOTE = BY_NAME["quote"]


@dataclass(frozen=True, slots=True)
class Words:
    """`parent`: the job of which something is to be made with them."""

    asker: Asker
    text: str
    parent: str | None = None


async def is_aside(store: Store, words: Words) -> bool:
    """As far as it can be told: the job itself decides. What needs a confirmation is for its member alone, too, and so
    is a refusal."""
    asker = words.asker
    async with store.read() as tx:
        server = await servers.find(tx, asker.server) if asker.server is not None else None
        habits = await habits_of(tx, asker, server)
        member = await members.find(tx, asker.member)
        parent = await jobs.find(tx, words.parent) if words.parent is not None else None
    try:
        prompts = await asyncio.to_thread(unfold, habits.fill_in(words.text))
    except PromptError:
        return True
    if len(prompts) > 1 or prompts[0].get(QUOTE) is not None:
        return True
    chosen = prompts[0].chosen("visibility")
    said = Privacy(chosen) if chosen is not None else member.visibility if member is not None else None
    return asker.ephemeral or visibility.is_aside(most_private(said, asker, parent), asker)
